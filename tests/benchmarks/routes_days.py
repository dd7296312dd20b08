"""How good and how fast a day over Seoul is planned: `python -m tests.benchmarks.routes_days [name …]`.

Prints one JSON line each, measured through `delivery.planner`, never the bare solver:

- `seoul_300`, `seoul_1000`, `seoul_2000` plan a drawn day and compare it with how people do it.
- `first` plans 2,000 stops in as little time as a plan can be had.
- `replan` plans 300 stops again after 12 were cancelled and 12 came, with and without loyalty to couriers.
- `large` plans 5,000 stops in parts on two processes, and as one day in twice the time.

`seconds` is the time on the wall, `search_seconds` what the search took of it, `overhead_percent` the rest;
`load` the machine's load average of the last minute. With ROUTES_CLOCK=cpu all seconds, and the budget of the
search, are those of the processor: for a machine that is busy with something else.
"""

import json
import os
import resource
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from random import Random
from typing import Any

from delivery import search
from delivery.decomposition import Spread, solve_part
from delivery.itinerary import Plan, Route, places_of
from delivery.large_day import plan_large_day
from delivery.planner import plan_routes
from delivery.scheduler import schedule
from delivery.solver import Weights
from delivery.verifier import route_violations, violations

from .routes_people import by_district, nearest_neighbour
from .routes_seoul import SeoulDay, new_jobs, one_way_streets, seoul_day

SEOUL_SECONDS = {300: 60, 1000: 120, 2000: 180}
CHANGED, CHANGED_SEED = 12, 5
if os.environ.get("ROUTES_CLOCK") == "cpu":
    search.clock = time.process_time


def seoul(stops: int, seconds: float) -> Iterator[dict[str, Any]]:
    """A day over the whole city, against two ways in which people plan it."""
    day = seoul_day(stops)
    district, nearest = people(day, by_district(day)), people(day, nearest_neighbour(day))
    began = search.clock()
    with ProcessPoolExecutor(2, mp_context=get_context("fork")) as pool:
        plan = plan_routes(
            day.jobs, day.vans, seconds=seconds, matrix=day.matrix, workers=2, spread=processes(pool)
        )
    took = search.clock() - began
    yield {
        "benchmark": f"seoul_{stops}",
        **measured(day, plan, took),
        "by_district": district,
        "nearest_neighbour": nearest,
        "km_below_district_percent": _below(plan.distance_m / 1000, district["km"]),
        "vans_below_district_percent": _below(len(plan.routes), district["vans"]),
        "km_below_nearest_percent": _below(plan.distance_m / 1000, nearest["km"]),
    }


def first() -> Iterator[dict[str, Any]]:
    """The first plan that could be published: the planner's part of it."""
    day = seoul_day(2000)
    began = search.clock()
    plan = plan_routes(day.jobs, day.vans, seconds=3, matrix=day.matrix)
    yield {"benchmark": "first_2000", **measured(day, plan, search.clock() - began)}


def replan() -> Iterator[dict[str, Any]]:
    """What changes for couriers if a dozen stops of 300 are cancelled and a dozen come."""
    day = seoul_day(300)
    before = plan_routes(day.jobs, day.vans, seconds=60, matrix=day.matrix)
    draw = Random(CHANGED_SEED)
    cancelled = set(draw.sample(range(len(day.jobs)), CHANGED))
    jobs = [job for job in day.jobs if job.key not in cancelled]
    jobs += new_jobs(draw, len(day.jobs), CHANGED)
    matrix = one_way_streets(places_of(jobs, day.vans), CHANGED_SEED)
    changed = SeoulDay(jobs, day.vans, matrix, [])
    couriers = {stop.job_key: route.van_key for route in before.routes for stop in route.stops}
    for name, previous, weights in (
        ("replan_from_scratch", None, Weights()),
        ("replan_warm", before, Weights(per_stranger=0)),
        ("replan_loyal", before, Weights()),
    ):
        began = search.clock()
        plan = plan_routes(jobs, day.vans, seconds=10, matrix=matrix, previous=previous, weights=weights)
        took = search.clock() - began
        now = {stop.job_key: route.van_key for route in plan.routes for stop in route.stops}
        moved = sum(now.get(key) != van for key, van in couriers.items() if key in now)
        stayed = sum(key in now for key in couriers)
        yield {
            "benchmark": name,
            **measured(changed, plan, took),
            "moved_percent": round(100 * moved / stayed, 1),
        }


def large(stops: int = 5000, seconds: float = 150) -> Iterator[dict[str, Any]]:
    """A day beyond the largest that is planned whole: in parts by two processes, and whole."""
    day = seoul_day(stops)
    budget = float(os.environ.get("ROUTES_LARGE_SECONDS", seconds))
    began = time.monotonic()
    with ProcessPoolExecutor(2, mp_context=get_context("fork")) as pool:
        plan = plan_large_day(
            day.jobs, day.vans, day.matrix.among, seconds=budget, workers=2, spread=processes(pool)
        )
    yield {"benchmark": f"large_{stops}_parts", **measured(day, plan, time.monotonic() - began)}
    began = search.clock()
    plan = plan_routes(day.jobs, day.vans, seconds=2 * budget, matrix=day.matrix)
    yield {"benchmark": f"large_{stops}_whole", **measured(day, plan, search.clock() - began)}


def measured(day: SeoulDay, plan: Plan, took: float) -> dict[str, Any]:
    """The figures of a plan of a Seoul day that took so many seconds on the wall."""
    return {
        "stops": len(day.jobs),
        "seconds": round(took, 1),
        "search_seconds": round(plan.solver_seconds, 1),
        "overhead_percent": round(100 * (took - plan.solver_seconds) / took, 1),
        "cost": cost(plan),
        "vans": len(plan.routes),
        "km": round(plan.distance_m / 1000, 1),
        "unassigned": len(plan.unassigned),
        "violations": len(violations(plan, day.jobs, day.vans, day.matrix)),
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "load": os.getloadavg()[0],
    }


def cost(plan: Plan) -> int:
    """What the search minimises, from our own schedule."""
    weights = Weights()
    return (
        weights.per_van * len(plan.routes)
        + weights.per_metre * plan.distance_m
        + weights.per_second * sum(route.duration_s for route in plan.routes)
    )


def processes(pool: ProcessPoolExecutor) -> Spread:
    """Let the processes of the pool improve the parts."""
    return lambda parts, seconds, seed: pool.map(partial(solve_part, seconds=seconds, seed=seed), parts)


def people(day: SeoulDay, routes: list[Route]) -> dict[str, Any]:
    """The figures of a day planned by hand; faults count as everywhere."""
    timed = [schedule(route.trips, route.van, day.matrix) for route in routes]
    faults = [
        fault
        for planned, route in zip(timed, routes, strict=True)
        for fault in route_violations(planned, route.jobs, route.van, day.matrix)
    ]
    return {
        "vans": len(routes),
        "km": round(sum(planned.distance_m for planned in timed) / 1000, 1),
        "unassigned": len(day.jobs) - sum(len(route.jobs) for route in routes),
        "violations": len(faults),
    }


def _below(value: float, other: float) -> float:
    return round(100 * (1 - value / other), 1)


BENCHMARKS: dict[str, Callable[[], Iterator[dict[str, Any]]]] = {
    "first": first,
    "replan": replan,
    "large": large,
    **{f"seoul_{stops}": lambda stops=stops: seoul(stops, SEOUL_SECONDS[stops]) for stops in SEOUL_SECONDS},
}


def main(names: list[str]) -> None:
    for name in names or BENCHMARKS:
        for line in BENCHMARKS[name]():
            print(json.dumps(line, ensure_ascii=False), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
