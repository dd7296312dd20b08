"""Plan a day that is too large for one matrix: in regions, then in parts across their borders.

Nothing here ever knows all ways of the day. `spread` improves the parts, here or elsewhere.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from delivery import search
from delivery.construction import constructed, neighbourhoods
from delivery.decomposition import PART_STOPS, TURNS, Part, Spread, best_start, join, one_by_one, split
from delivery.itinerary import Job, Plan, Route, UnassignedJob, Van, places_of
from delivery.planner import InfeasiblePlan, flagged
from delivery.reasons import Reason, impossible_alone
from delivery.repair import repaired
from delivery.scheduler import schedule
from delivery.solver import DEFAULT_WEIGHTS, Weights
from delivery.travel import Place, TravelMatrix
from delivery.verifier import violations

# More stops than these aren't planned whole.
WHOLE_STOPS = 3_000
REGION_STOPS = 800
Travel = Callable[[Sequence[Place]], TravelMatrix]


def plan_large_day(
    jobs: Sequence[Job],
    vans: Sequence[Van],
    travel: Travel,
    *,
    seconds: float,
    workers: int = 1,
    spread: Spread = one_by_one,
    weights: Weights = DEFAULT_WEIGHTS,
    seed: int = 1,
    region_stops: int = REGION_STOPS,
) -> Plan:
    """Plan a day of any size in about `seconds`, on so many `workers` at once.

    `travel` makes the matrix of some places. What no van can do alone and what the vans had no room for
    is unassigned with that reason. Raises InfeasiblePlan if the result fails its own check.
    """
    deadline, part_stops = search.clock() + seconds, min(PART_STOPS, region_stops)
    routes, impossible = _first_routes(jobs, vans, travel, weights, region_stops)
    for turn in range(TURNS):
        parts = split(routes, travel, weights, turn, part_stops)
        share = (deadline - search.clock()) * workers / max(len(parts), 1) / (TURNS - turn)
        if share > 0:
            routes = join(list(spread(parts, share, seed + turn)))
    routes = [route for part in split(routes, travel, weights, 0, part_stops) for route in _drivable(part)]
    plan = _timed(routes, jobs, vans, travel, impossible, seconds)
    if faults := violations(plan, jobs, vans, travel):
        raise InfeasiblePlan(faults)
    return plan


def _first_routes(
    jobs: Sequence[Job], vans: Sequence[Van], travel: Travel, weights: Weights, region_stops: int
) -> tuple[list[Route], list[UnassignedJob]]:
    """Routes by region, each with its share of the vans; the rest of the jobs with the vans left over."""
    rank = neighbourhoods(jobs, region_stops) if jobs else np.zeros(0, dtype=np.int64)
    regions = [
        [jobs[int(number)] for number in np.flatnonzero(rank == each)]
        for each in range(int(rank.max(initial=-1)) + 1)
    ]
    routes: list[Route] = []
    impossible: list[UnassignedJob] = []
    for region, share in zip(regions, _shares(vans, [len(region) for region in regions]), strict=True):
        matrix = travel(places_of(region, vans))
        impossible += impossible_alone(region, vans, matrix)
        left_out = {fault.job_key for fault in impossible}
        possible = [job for job in region if job.key not in left_out]
        if possible and share:
            whole = best_start(possible, share, matrix, weights)
            routes += whole or constructed(possible, share, matrix, len(possible))[0]
    busy = {route.van.key for route in routes}
    done = {job.key for route in routes for job in route.jobs} | {fault.job_key for fault in impossible}
    left, idle = [job for job in jobs if job.key not in done], [van for van in vans if van.key not in busy]
    if left and idle:
        some = left[: 2 * region_stops]
        routes += constructed(some, idle, travel(places_of(some, idle)), len(some))[0]
    return routes, impossible


def _shares(vans: Sequence[Van], stops: Sequence[int]) -> list[list[Van]]:
    """Deal the vans out in proportion to the stops, each kind on its own."""
    kinds: dict[Van, list[Van]] = {}
    for van in vans:
        kinds.setdefault(replace(van, key=0), []).append(van)
    ends = np.cumsum(stops) / max(sum(stops), 1)
    shares: list[list[Van]] = [[] for _ in stops]
    for same in kinds.values():
        begin = 0
        for share, end in zip(shares, ends, strict=True):
            until = round(end * len(same))
            share += same[begin:until]
            begin = until
    return shares


def _drivable(part: Part) -> list[Route]:
    return repaired(part.routes, part.jobs, part.vans, part.matrix)


def _timed(
    routes: Sequence[Route],
    jobs: Sequence[Job],
    vans: Sequence[Van],
    travel: Travel,
    impossible: Sequence[UnassignedJob],
    seconds: float,
) -> Plan:
    jobs_by_key, vans_by_key = {job.key: job for job in jobs}, {van.key: van for van in vans}
    timed = tuple(
        flagged(
            schedule(route.trips, route.van, travel(places_of(route.jobs, [route.van]))),
            route,
            jobs_by_key,
            vans_by_key,
        )
        for route in routes
    )
    known = {stop.job_key for route in timed for stop in route.stops} | {
        fault.job_key for fault in impossible
    }
    left = [UnassignedJob(job.key, Reason.NO_ROOM) for job in jobs if job.key not in known]
    return Plan(timed, (*impossible, *left), sum(route.distance_m for route in timed), seconds)
