"""Group a day's deliveries into routes: which van goes where, in which order, and what stays behind.

`plan_routes` first sets aside what no van could deliver even with the day to itself, lets PyVRP group
and order the rest, repairs the answer where the solver's time was too short, times it with our own
scheduler and refuses (`InfeasiblePlan`) any plan that our own verifier faults.

PyVRP sees: weight, volume and chilled volume as load dimensions (a van without refrigeration has no
chilled capacity); each job as optional with a prize that pays for any detour or van, so that a job is
left behind only if there is no room; one client per time window of a job, of which at most one is
visited. Metres, seconds since local midnight, grams, millilitres.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import pyvrp
from pyvrp.stop import MaxIterations, MaxRuntime, MultipleCriteria, NoImprovement, StoppingCriterion

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
from delivery.travel import TravelMatrix, travel_matrix

Order = tuple[Van, list[Job]]  # a van and the jobs that it visits, in this order

# A day is settled once this many iterations bring nothing better: a handful of stops takes well
# under a second, while a large day is ended by its seconds.
SETTLED_ITERATIONS = 5_000
# The prize of a job as a multiple of the dearest way to deliver it alone: leaving one behind must
# never pay, even if taking it along reshuffles several routes.
PRIZE_MARGIN = 10


class Reason(StrEnum):
    """Why a job is in no route. All but `NO_ROOM` hold even if the day had no other job."""

    NO_VAN = "no_van"
    TOO_HEAVY = "too_heavy"
    TOO_BIG = "too_big"
    NEEDS_CHILLED = "needs_chilled"
    OUTSIDE_HOURS = "outside_hours"
    NO_ROOM = "no_room"


@dataclass(frozen=True, slots=True)
class Weights:
    """What the solver minimises, in metres' worth. By default a van must save 100 km to be worth it."""

    per_metre: int = 1
    per_second: int = 1
    per_van: int = 100_000


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
    weights: Weights = Weights(),
    matrix: TravelMatrix | None = None,
) -> Plan:
    """Plan a day, searching for up to `seconds` (less if the answer settles early).

    With `max_iterations` the search ends after exactly so many iterations instead, and the same input
    gives the same plan on every machine. `matrix` holds every place of jobs and vans; without it
    travel is estimated. Raises ValueError if two jobs or vans share a key, InfeasiblePlan if the
    result fails its own check.
    """
    if matrix is None:
        places = [van_place for van in vans for van_place in (van.place_start, van.place_end)]
        matrix = travel_matrix(list(dict.fromkeys([*places, *(job.place for job in jobs)])))
    kinds = _kinds(vans)
    impossible = [fault for job in jobs if (fault := why_impossible_alone(job, list(kinds), matrix))]
    left_out = {fault.job_key for fault in impossible}
    candidates = [job for job in jobs if job.key not in left_out]
    orders: list[Order] = []
    solver_seconds = 0.0
    if candidates:
        stop: StoppingCriterion = MultipleCriteria([MaxRuntime(seconds), NoImprovement(SETTLED_ITERATIONS)])
        if max_iterations is not None:
            stop = MaxIterations(max_iterations)
        orders, solver_seconds = _solve(candidates, kinds, matrix, weights, stop, seed)
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


def _solve(
    jobs: Sequence[Job],
    kinds: dict[Van, list[Van]],
    matrix: TravelMatrix,
    weights: Weights,
    stop: StoppingCriterion,
    seed: int,
) -> tuple[list[Order], float]:
    """Let PyVRP group and order the jobs; also the seconds that its search took."""
    data, visits = _problem(jobs, kinds, matrix, weights)
    result = pyvrp.solve(data, stop, seed=seed, collect_stats=False, display=False)
    idle = [list(vans) for vans in kinds.values()]
    orders = [
        (
            idle[route.vehicle_type()].pop(0),
            [visits[activity.idx] for activity in route.schedule() if activity.is_client()],
        )
        for route in result.best.routes()
    ]
    # Its best may still be infeasible, or leave out what would fit, if the search was short.
    return repaired(orders, jobs, [van for vans in idle for van in vans], matrix), result.runtime


def _problem(
    jobs: Sequence[Job], kinds: dict[Van, list[Van]], matrix: TravelMatrix, weights: Weights
) -> tuple[pyvrp.ProblemData, list[Job]]:
    """State the day for PyVRP; also the job that each of its clients stands for."""
    prize = _prize(jobs, matrix, weights)
    clients: list[pyvrp.Client] = []
    visits: list[Job] = []
    groups: list[pyvrp.ClientGroup] = []
    for job in jobs:
        group = None
        if len(job.windows) > 1:
            group = len(groups)
            alternatives = list(range(len(clients), len(clients) + len(job.windows)))
            groups.append(pyvrp.ClientGroup(alternatives, required=False))
        for opens_s, closes_s in job.windows:
            visits.append(job)
            clients.append(
                pyvrp.Client(
                    location=matrix.position(job.place),
                    delivery=[job.weight_g, job.volume_ml, job.chilled_volume_ml],
                    service_duration=job.service_s,
                    tw_early=opens_s,
                    tw_late=closes_s,
                    prize=prize * job.priority,
                    required=False,
                    group=group,
                )
            )
    depots = list(dict.fromkeys(place for van in kinds for place in (van.place_start, van.place_end)))
    vehicle_types = [
        pyvrp.VehicleType(
            num_available=len(vans),
            capacity=[van.max_weight_g, van.max_volume_ml, van.max_volume_ml if van.chilled else 0],
            start_depot=depots.index(van.place_start),
            end_depot=depots.index(van.place_end),
            fixed_cost=weights.per_van,
            tw_early=van.starts_s,
            tw_late=van.ends_s,
            unit_distance_cost=weights.per_metre,
            unit_duration_cost=weights.per_second,
        )
        for van, vans in kinds.items()
    ]
    data = pyvrp.ProblemData(
        locations=[pyvrp.Location(place.longitude, place.latitude) for place in matrix.places],
        clients=clients,
        depots=[pyvrp.Depot(matrix.position(place)) for place in depots],
        vehicle_types=vehicle_types,
        distance_matrices=[matrix.distance_m],  # type: ignore[list-item]  # the stubs mean np.int64
        duration_matrices=[matrix.duration_s],  # type: ignore[list-item]
        groups=groups,
    )
    return data, visits


def _prize(jobs: Sequence[Job], matrix: TravelMatrix, weights: Weights) -> int:
    """What a job of priority 1 is worth: far more than the dearest van sent out for one job alone."""
    there_and_back = 2 * (
        weights.per_metre * int(matrix.distance_m.max()) + weights.per_second * int(matrix.duration_s.max())
    )
    service = weights.per_second * max(job.service_s for job in jobs)
    return PRIZE_MARGIN * (weights.per_van + there_and_back + service)


def _kinds(vans: Sequence[Van]) -> dict[Van, list[Van]]:
    """Vans that differ in nothing but their key, together: interchangeable for the solver."""
    kinds: dict[Van, list[Van]] = {}
    for van in vans:
        kinds.setdefault(replace(van, key=0), []).append(van)
    return kinds


def repaired(
    orders: Sequence[Order],
    jobs: Sequence[Job],
    idle: Sequence[Van],
    matrix: TravelMatrix,
) -> list[Order]:
    """Make routes drivable: skip each stop that breaks its route, then put whatever is left over, the
    most important first, where it fits with the shortest route; `idle` vans stand by."""
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
