"""Group a day's deliveries into routes: which van goes where, in which order, and what stays behind.

`plan_routes` sets aside what no van could deliver even with the day to itself, lets the solver group and
order the rest, repairs the answer where the solver's time was too short, times it with our own scheduler
and refuses (`InfeasiblePlan`) any plan that our own verifier faults.

Metres, seconds since local midnight, grams, millilitres, crates.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from delivery import search
from delivery.construction import NEIGHBOURHOOD_SIZES, constructed
from delivery.decomposition import join, routes_cost, solve_part, split
from delivery.itinerary import Job, Plan, PlannedRoute, Route, UnassignedJob, Van
from delivery.reasons import Reason, sacrifice, why_impossible_alone
from delivery.repair import drawn_in, repaired
from delivery.scheduler import lateness, overload_percent, schedule
from delivery.search import Budget, Watch, explore, polish
from delivery.solver import DEFAULT_WEIGHTS, Weights, state
from delivery.travel import Place, TravelMatrix, travel_matrix
from delivery.verifier import violations

# From so many stops on the search begins with a plan made as people do it, and improves it in parts.
LARGE_DAY = 150
TURNS = 3


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
) -> Plan:
    """Plan a day, searching for up to `seconds` (less if the answer settles early).

    With `max_iterations` the search ends after so many iterations instead, and the same input gives
    the same plan every time. `matrix` holds every place of jobs and vans; without it travel is
    estimated. From a `previous` plan the search starts warm and changes couriers only where it pays
    (`Weights.per_stranger`). `watch` sees the progress and may end the search: the best so far is planned.
    Raises ValueError if two jobs or vans share a key, InfeasiblePlan if the result fails its own check.
    """
    if matrix is None:
        matrix = travel_matrix(places_of(jobs, vans))
    impossible = _impossible(jobs, vans, matrix)
    left_out = {fault.job_key for fault in impossible}
    day = _Day([job for job in jobs if job.key not in left_out], vans, matrix, weights, seed)
    budget = Budget(seconds, max_iterations, watch)
    routes = _routes(day, budget, previous) if day.jobs else []
    plan = _plan(day, routes, impossible, budget.spent_s)
    if faults := violations(plan, jobs, vans, matrix):
        raise InfeasiblePlan(faults)
    return plan


def places_of(jobs: Sequence[Job], vans: Sequence[Van]) -> list[Place]:
    """Every place that a day's matrix has to know, each once."""
    ends = [place for van in vans for place in (van.place_start, van.place_end, van.reloads_at) if place]
    depots = [job.depot for job in jobs if job.depot]
    return list(dict.fromkeys([*ends, *depots, *(job.place for job in jobs)]))


def _impossible(jobs: Sequence[Job], vans: Sequence[Van], matrix: TravelMatrix) -> list[UnassignedJob]:
    """What no van could do, asked once of vans that differ in nothing but their key."""
    kinds: dict[Van, list[Van]] = {}
    for van in vans:
        kinds.setdefault(replace(van, key=0), []).append(van)
    alike = {same[0].key: same for same in kinds.values()}
    asked = [same[0] for same in kinds.values()]
    faults = []
    for job in jobs:
        if job.van_key is None and (fault := why_impossible_alone(job, asked, matrix)):
            each = tuple(
                replace(obstacle, van_key=van.key)
                for obstacle in fault.obstacles
                for van in alike[obstacle.van_key]
            )
            faults.append(replace(fault, obstacles=each))
        elif job.van_key is not None and (fault := why_impossible_alone(job, vans, matrix)):
            faults.append(fault)
    return faults


def _routes(day: _Day, budget: Budget, previous: Plan | None) -> list[Route]:
    """Search, then repair what a short search left infeasible or out."""
    keeping = [van for van in day.vans if van.sequence]
    kept = {key for van in keeping for key in van.sequence}
    by_key = {job.key: job for job in day.jobs}
    fixed = [Route(van, (tuple(by_key[key] for key in van.sequence if key in by_key),)) for van in keeping]
    free = [job for job in day.jobs if job.key not in kept]
    others = [van for van in day.vans if not van.sequence]
    found = _searched(replace(day, jobs=free, vans=others), budget, previous) if free and others else []
    routes = repaired([*fixed, *found], day.jobs, day.vans, day.matrix)
    return drawn_in(routes, keeping, day.matrix) if keeping else routes


def _searched(day: _Day, budget: Budget, previous: Plan | None) -> list[Route]:
    """From a previous plan if there is one; a large day from a plan made as people do it, in parts."""
    if previous:
        return _from_previous(day, budget, previous)
    if len(day.jobs) >= LARGE_DAY and day.weights.per_van and budget.max_iterations is None:
        start = _best_start(day)
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
    return problem.routes(polish(problem.data, budget.part(1.0), day.seed, start))


def _best_start(day: _Day) -> list[Route]:
    """The cheapest complete plan by neighbourhoods of several sizes; none if the vans don't suffice."""
    found = [
        constructed(day.jobs, day.vans, day.matrix, size) for size in (*NEIGHBOURHOOD_SIZES, len(day.jobs))
    ]
    whole = [routes for routes, left in found if not left]
    return min(whole, key=lambda routes: routes_cost(routes, day.matrix, day.weights), default=[])


def _in_parts(day: _Day, budget: Budget, routes: list[Route]) -> list[Route]:
    """Improve the routes part by part, in turns with other borders."""
    deadline = search.clock() + budget.seconds
    for turn in range(TURNS):
        parts = split(routes, day.matrix.among, day.weights, turn)
        done: list[list[Route]] = []
        for number, part in enumerate(parts):
            share = (deadline - search.clock()) / ((TURNS - turn) * len(parts) - number)
            done.append(solve_part(part, share, day.seed + turn, budget) if share > 0 else list(part.routes))
        routes = join(done)
    return routes


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
        _flagged(schedule(route.trips, route.van, day.matrix), route, jobs, vans) for route in routes
    )
    planned = {stop.job_key for route in timed for stop in route.stops}
    sacrificed = [
        UnassignedJob(job.key, Reason.NO_ROOM, sacrifice=sacrifice(job, routes, day.vans, day.matrix))
        for job in day.jobs
        if job.key not in planned
    ]
    distance_m = sum(route.distance_m for route in timed)
    return Plan(timed, (*impossible, *sacrificed), distance_m, seconds)


def _flagged(timed: PlannedRoute, route: Route, jobs: dict[int, Job], vans: dict[int, Van]) -> PlannedRoute:
    """The route may have been made with allowances: measure it against the limits that hold without."""
    trips = [[jobs[job.key] for job in trip] for trip in route.trips]
    stops = tuple(replace(stop, late_s=lateness(jobs[stop.job_key], stop.starts_s)) for stop in timed.stops)
    return replace(timed, stops=stops, over_percent=overload_percent(trips, vans[route.van.key]))
