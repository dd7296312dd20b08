"""Group a day's deliveries into routes: which van goes where, in which order, and what stays behind.

`plan_routes` first sets aside what no van could deliver even with the day to itself, lets the solver
group and order the rest, repairs the answer where the solver's time was too short, times it with our
own scheduler and refuses (`InfeasiblePlan`) any plan that our own verifier faults.

Metres, seconds since local midnight, grams, millilitres.
"""

from collections.abc import Sequence
from dataclasses import replace
from enum import StrEnum

from delivery.itinerary import (
    Job,
    Plan,
    PlannedRoute,
    UnassignedJob,
    Van,
    hhmm,
    insertions,
    route_violations,
    schedule,
    violations,
)
from delivery.solver import DEFAULT_WEIGHTS, Weights, suggest_routes
from delivery.travel import TravelMatrix, travel_matrix

Order = tuple[Van, list[Job]]  # a van and the jobs that it visits, in this order


class Reason(StrEnum):
    """Why a job is in no route. All but `NO_ROOM` hold even if the day had no other job."""

    NO_VAN = "no_van"
    TOO_HEAVY = "too_heavy"
    TOO_BIG = "too_big"
    NEEDS_CHILLED = "needs_chilled"
    OUTSIDE_HOURS = "outside_hours"
    NO_ROOM = "no_room"


class InfeasiblePlan(Exception):
    """The verifier faulted a plan of ours: a defect of the planner, never of the day's orders."""

    def __init__(self, faults: tuple[str, ...]) -> None:
        super().__init__("; ".join(faults))
        self.faults = faults


def plan_routes(
    jobs: Sequence[Job],
    vans: Sequence[Van],
    *,
    seconds: float,
    seed: int = 1,
    max_iterations: int | None = None,
    weights: Weights = DEFAULT_WEIGHTS,
    matrix: TravelMatrix | None = None,
) -> Plan:
    """Plan a day, searching for up to `seconds` (less if the answer settles early).

    With `max_iterations` the search ends after so many iterations instead, and the same input gives
    the same plan every time. `matrix` holds every place of jobs and vans; without it travel is
    estimated. Raises ValueError if two jobs or vans share a key, InfeasiblePlan if the result fails
    its own check.
    """
    if matrix is None:
        places = [place for van in vans for place in (van.place_start, van.place_end)]
        matrix = travel_matrix(list(dict.fromkeys([*places, *(job.place for job in jobs)])))
    kinds = _kinds(vans)
    impossible = [fault for job in jobs if (fault := why_impossible_alone(job, list(kinds), matrix))]
    left_out = {fault.job_key for fault in impossible}
    candidates = [job for job in jobs if job.key not in left_out]
    orders: list[Order] = []
    solver_seconds = 0.0
    if candidates:
        fleet = [(kind, len(same)) for kind, same in kinds.items()]
        suggestion = suggest_routes(
            candidates, fleet, matrix, weights, seconds=seconds, seed=seed, max_iterations=max_iterations
        )
        idle = [list(same) for same in kinds.values()]
        orders = [(idle[kind].pop(0), list(order)) for kind, order in suggestion.routes]
        # It may be infeasible, or leave out what would fit, if the search was short.
        orders = repaired(orders, candidates, [van for same in idle for van in same], matrix)
        solver_seconds = suggestion.search_seconds
    routes = tuple(schedule(order, van, matrix) for van, order in orders)
    planned = {stop.job_key for route in routes for stop in route.stops}
    sacrificed = [UnassignedJob(job.key, Reason.NO_ROOM) for job in candidates if job.key not in planned]
    distance_m = sum(route.distance_m for route in routes)
    plan = Plan(routes, (*impossible, *sacrificed), distance_m, solver_seconds)
    if faults := violations(plan, jobs, vans, matrix):
        raise InfeasiblePlan(faults)
    return plan


def why_impossible_alone(job: Job, vans: Sequence[Van], matrix: TravelMatrix) -> UnassignedJob | None:
    """Why no van could deliver this job even if it were the only one; None if some van could.

    Asks one thing after the other of the vans still in question, so "needs_chilled" means that no van
    large enough is refrigerated. The detail holds the figures: what it needs > the most there is.
    Takes for granted that no way is shorter by way of another stop.
    """
    if not vans:
        return UnassignedJob(job.key, Reason.NO_VAN)
    most_g = max(van.max_weight_g for van in vans)
    if job.weight_g > most_g:
        return UnassignedJob(job.key, Reason.TOO_HEAVY, f"{job.weight_g / 1000} kg > {most_g / 1000} kg")
    vans = [van for van in vans if van.max_weight_g >= job.weight_g]
    most_ml = max(van.max_volume_ml for van in vans)
    if job.volume_ml > most_ml:
        return UnassignedJob(job.key, Reason.TOO_BIG, f"{job.volume_ml / 1000} L > {most_ml / 1000} L")
    vans = [van for van in vans if van.max_volume_ml >= job.volume_ml]
    if job.chilled_volume_ml:
        vans = [van for van in vans if van.chilled]
    if not vans:
        return UnassignedJob(job.key, Reason.NEEDS_CHILLED, f"{job.chilled_volume_ml / 1000} L > 0 L")
    trips = [(van, schedule([job], van, matrix)) for van in vans]
    if any(not route_violations(trip, [job], van, matrix) for van, trip in trips):
        return None
    return UnassignedJob(job.key, Reason.OUTSIDE_HOURS, _hours_missed(job, trips))


def _hours_missed(job: Job, trips: Sequence[tuple[Van, PlannedRoute]]) -> str:
    """The best van's figures: service would start > the site closes, or it is back > the shift ends."""
    closes_s = max((closes for _, closes in job.windows), default=None)
    if closes_s is None:
        return ""
    earliest_s = min(trip.stops[0].starts_s for _, trip in trips)
    if earliest_s > closes_s:
        return f"{hhmm(earliest_s)} > {hhmm(closes_s)}"
    van, trip = min(trips, key=lambda each: each[1].returns_s - each[0].ends_s)
    return f"{hhmm(trip.returns_s)} > {hhmm(van.ends_s)}"


def repaired(
    orders: Sequence[Order], jobs: Sequence[Job], idle: Sequence[Van], matrix: TravelMatrix
) -> list[Order]:
    """Make routes drivable and full: skip each stop that breaks its route, then put each job that is
    left over, the most important first, into a route where it fits; `idle` vans stand by."""
    kept = [(van, _drivable(order, van, matrix)) for van, order in orders]
    kept += [(van, []) for van in idle]
    planned = {job.key for _, order in kept for job in order}
    for job in sorted(jobs, key=lambda job: -job.priority):
        if job.key not in planned:
            _insert(job, kept, matrix)
    return [(van, order) for van, order in kept if order]


def _drivable(order: Sequence[Job], van: Van, matrix: TravelMatrix) -> list[Job]:
    kept: list[Job] = []
    for job in order:
        if not route_violations(schedule(longer := [*kept, job], van, matrix), longer, van, matrix):
            kept = longer
    return kept


def _insert(job: Job, orders: Sequence[Order], matrix: TravelMatrix) -> None:
    """Put the job where it adds the least distance, into an idle van only if no other takes it."""
    options = [
        (not order, added_m, index, position)
        for index, (van, order) in enumerate(orders)
        for added_m, position in insertions(job, order, van, matrix)
    ]
    if options:
        *_, index, position = min(options)
        orders[index][1].insert(position, job)


def _kinds(vans: Sequence[Van]) -> dict[Van, list[Van]]:
    """Vans that differ in nothing but their key, together: interchangeable for the solver."""
    kinds: dict[Van, list[Van]] = {}
    for van in vans:
        kinds.setdefault(replace(van, key=0), []).append(van)
    return kinds
