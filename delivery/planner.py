"""Group a day's deliveries into routes: which van goes where, in which order, and what stays behind.

`plan_routes` sets aside what no van could deliver even with the day to itself, lets the solver group and
order the rest, repairs the answer where the solver's time was too short, times it with our own scheduler
and refuses (`InfeasiblePlan`) any plan that our own verifier faults.

Metres, seconds since local midnight, grams, millilitres, crates.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import ceil

from delivery import search
from delivery.decomposition import (
    Part,
    Spread,
    best_start,
    join,
    one_by_one,
    routes_cost,
    solve_part,
    split,
    turns,
)
from delivery.itinerary import Job, Plan, PlannedRoute, Route, UnassignedJob, Van, places_of
from delivery.reasons import Reason, impossible_alone, sacrifice
from delivery.repair import drawn_in, repaired
from delivery.scheduler import lateness, overload_percent, schedule
from delivery.search import Budget, Watch, explore, improve, polish
from delivery.solver import DEFAULT_WEIGHTS, Weights, state
from delivery.travel import TravelMatrix, travel_matrix
from delivery.verifier import violations

# From so many stops on the search begins with a plan made as people do it, and improves it in parts.
LARGE_DAY = 150
# What evening out the hours may take, as a share of the search before it.
EVENING_SHARE = 0.25


class InfeasiblePlan(Exception):
    """The verifier faulted a plan of ours: a defect of the planner, never of the day's orders."""

    def __init__(self, faults: tuple[str, ...]) -> None:
        super().__init__("; ".join(faults))
        self.faults = faults


@dataclass(frozen=True, slots=True)
class _Day:
    """What can be delivered at all, by whom, over which ways."""

    jobs: list[Job]
    vans: Sequence[Van]
    matrix: TravelMatrix
    weights: Weights
    seed: int
    workers: int
    spread: Spread


def plan_routes(
    jobs: Sequence[Job],
    vans: Sequence[Van],
    *,
    seconds: float,
    seed: int = 1,
    max_iterations: int | None = None,
    weights: Weights = DEFAULT_WEIGHTS,
    matrix: TravelMatrix | None = None,
    previous: Plan | None = None,
    watch: Watch | None = None,
    workers: int = 1,
    spread: Spread = one_by_one,
) -> Plan:
    """Plan a day, searching for up to `seconds` (less if the answer settles early).

    With `max_iterations` the search ends after so many iterations instead, and the same input gives
    the same plan every time. `matrix` holds every place of jobs and vans; without it travel is
    estimated. From a `previous` plan the search starts warm and changes couriers only where it pays
    (`Weights.per_stranger`). `watch` sees the progress and may end the search: the best so far is planned.
    With several `workers` the parts of a large day are improved side by side by `spread`, which watches for
    itself.
    Raises ValueError if two jobs or vans share a key, InfeasiblePlan if the result fails its own check.
    """
    if matrix is None:
        matrix = travel_matrix(places_of(jobs, vans))
    impossible = impossible_alone(jobs, vans, matrix)
    left_out = {fault.job_key for fault in impossible}
    day = _Day([job for job in jobs if job.key not in left_out], vans, matrix, weights, seed, workers, spread)
    budget = Budget(seconds, max_iterations, watch)
    routes = _routes(day, budget, previous) if day.jobs else []
    plan = _plan(day, routes, impossible, budget.spent_s)
    if faults := violations(plan, jobs, vans, matrix):
        raise InfeasiblePlan(faults)
    return plan


def _routes(day: _Day, budget: Budget, previous: Plan | None) -> list[Route]:
    """Search, then repair what a short search left infeasible or out."""
    keeping = [van for van in day.vans if van.sequence]
    kept = {key for van in keeping for key in van.sequence}
    by_key = {job.key: job for job in day.jobs}
    fixed = [Route(van, (tuple(by_key[key] for key in van.sequence if key in by_key),)) for van in keeping]
    free = [job for job in day.jobs if job.key not in kept]
    others = [van for van in day.vans if not van.sequence]
    found = _searched(replace(day, jobs=free, vans=others), budget, previous) if free and others else []
    if found and day.weights.per_uneven_second:
        found = _evened(replace(day, jobs=free), found, budget, previous)
    routes = repaired([*fixed, *found], day.jobs, day.vans, day.matrix)
    return drawn_in(routes, keeping, day.matrix) if keeping else routes


def _searched(day: _Day, budget: Budget, previous: Plan | None) -> list[Route]:
    """From a previous plan if there is one; a large day from a plan made as people do it, in parts."""
    if previous:
        return _from_previous(day, budget, previous)
    if len(day.jobs) >= LARGE_DAY and day.weights.per_van and budget.max_iterations is None:
        began = search.clock()
        start = best_start(day.jobs, day.vans, day.matrix, day.weights)
        budget.spent_s += search.clock() - began
        if start:
            return _in_parts(day, budget, start)
    problem = state(day.jobs, day.vans, day.matrix, day.weights)
    # Half of the effort explores at low prices for overloads, the other half polishes what that found.
    best = explore(problem.data, budget.part(0.5), day.seed)
    return problem.routes(polish(problem.data, budget.part(0.5), day.seed, best))


def _from_previous(day: _Day, budget: Budget, previous: Plan) -> list[Route]:
    problem = state(day.jobs, day.vans, day.matrix, day.weights, _couriers(previous))
    starts = {stop.job_key: stop.starts_s for route in previous.routes for stop in route.stops}
    start = problem.solution(_routes_of(previous, day), starts)
    # At prices that can be paid: new stops join full routes first, which then hand on what is too much.
    best = improve(problem.data, budget.part(0.8), day.seed, start)
    return problem.routes(polish(problem.data, budget.part(0.2), day.seed, best))


def _evened(day: _Day, routes: list[Route], budget: Budget, previous: Plan | None) -> list[Route]:
    """Search on where each second that a van works longer than their average costs something."""
    hours = [schedule(route.trips, route.van, day.matrix).duration_s for route in routes]
    vans = [route.van for route in routes]
    couriers = _couriers(previous) if previous else {}
    problem = state(day.jobs, vans, day.matrix, day.weights, couriers, average_s=sum(hours) // len(hours))
    timed = [schedule(route.trips, route.van, day.matrix) for route in routes]
    starts = {stop.job_key: stop.starts_s for route in timed for stop in route.stops}
    best = polish(problem.data, budget.part(EVENING_SHARE), day.seed, problem.solution(routes, starts))
    return problem.routes(best)


def _in_parts(day: _Day, budget: Budget, routes: list[Route]) -> list[Route]:
    """Improve the routes part by part, in turns with other borders."""
    improve_parts = _one_by_one if day.workers == 1 else _side_by_side
    left_s = max(0.0, budget.seconds - budget.spent_s)
    deadline = search.clock() + left_s
    times = turns(left_s * day.workers, len(split(routes, day.matrix.among, day.weights, 0)))
    for turn in range(times):
        parts = split(routes, day.matrix.among, day.weights, turn)
        share = max(0.0, deadline - search.clock()) / (times - turn)
        routes = join(improve_parts(day, parts, share, turn, budget))
    return routes


def _one_by_one(
    day: _Day, parts: Sequence[Part], seconds: float, turn: int, budget: Budget
) -> list[list[Route]]:
    deadline = search.clock() + seconds
    done = [list(part.routes) for part in parts]
    for number, part in enumerate(parts):
        share = (deadline - search.clock()) / (len(parts) - number)
        if share > 0 and not budget.is_stopped:
            others = join([*done[:number], *done[number + 1 :]])
            budget.elsewhere = (routes_cost(others, day.matrix, day.weights), len(others))
            done[number] = solve_part(part, share, day.seed + turn, budget)
    return done


def _side_by_side(
    day: _Day, parts: Sequence[Part], seconds: float, turn: int, budget: Budget
) -> list[list[Route]]:
    share = seconds / ceil(len(parts) / day.workers)
    budget.spent_s += seconds
    return list(day.spread(parts, share, day.seed + turn))


def _couriers(plan: Plan) -> dict[int, int]:
    return {stop.job_key: route.van_key for route in plan.routes for stop in route.stops}


def _routes_of(plan: Plan, day: _Day) -> list[Route]:
    """The routes of a plan as far as their vans and jobs are still there."""
    jobs, vans = {job.key: job for job in day.jobs}, {van.key: van for van in day.vans}
    routes = []
    for route in plan.routes:
        if route.van_key in vans:
            trips: dict[int, list[Job]] = {}
            for stop in route.stops:
                if stop.job_key in jobs:
                    trips.setdefault(stop.trip, []).append(jobs[stop.job_key])
            routes.append(Route(vans[route.van_key], tuple(tuple(trip) for trip in trips.values())))
    return routes


def _plan(day: _Day, routes: Sequence[Route], impossible: Sequence[UnassignedJob], seconds: float) -> Plan:
    """Time the routes, flag what only an allowance permits, and say what is left behind and why."""
    jobs, vans = {job.key: job for job in day.jobs}, {van.key: van for van in day.vans}
    timed = tuple(
        flagged(schedule(route.trips, route.van, day.matrix), route, jobs, vans) for route in routes
    )
    planned = {stop.job_key for route in timed for stop in route.stops}
    sacrificed = [
        UnassignedJob(job.key, Reason.NO_ROOM, sacrifice=sacrifice(job, routes, day.vans, day.matrix))
        for job in day.jobs
        if job.key not in planned
    ]
    distance_m = sum(route.distance_m for route in timed)
    return Plan(timed, (*impossible, *sacrificed), distance_m, seconds)


def flagged(timed: PlannedRoute, route: Route, jobs: dict[int, Job], vans: dict[int, Van]) -> PlannedRoute:
    """The route may have been made with allowances: measure it against the limits that hold without."""
    trips = [[jobs[job.key] for job in trip] for trip in route.trips]
    stops = tuple(replace(stop, late_s=lateness(jobs[stop.job_key], stop.starts_s)) for stop in timed.stops)
    return replace(timed, stops=stops, over_percent=overload_percent(trips, vans[route.van.key]))
