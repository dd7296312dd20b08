"""State a day of deliveries for PyVRP and read its answer. With `search.py` the only importer of the library.

PyVRP sees: the dimensions of `dimensions.py` as loads; each job as optional with a prize that pays for any
detour or van, so that a job is left behind only if there is no room; one client per time window of a job,
of which at most one is visited; a break as time taken from the shift; what `surcharges.py` charges as longer
ways. Vans that keep a sequence are not its concern. Its answer is a suggestion: it may be infeasible, and
its times are not used.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyvrp

from delivery.dimensions import Dimension, dimensions
from delivery.itinerary import Job, Route, Van, Window
from delivery.surcharges import charged, surcharges
from delivery.travel import IntMatrix, Place, TravelMatrix

# The prize of a job as a multiple of the dearest way to deliver it alone: leaving one behind must
# never pay, even if taking it along reshuffles several routes.
PRIZE_MARGIN = 10


@dataclass(frozen=True, slots=True)
class Weights:
    """What the solver minimises, in metres' worth. By default a van must save 100 km to be worth it.

    Re-planning: a stop that leaves its courier costs `per_stranger` (never part of a reported distance), one
    outside the areas that its courier knows `per_unfamiliar`. `per_uneven_second` is charged for working
    longer than the average of the routes.
    """

    per_metre: int = 1
    per_second: int = 1
    per_van: int = 100_000
    per_stranger: int = 3_000
    per_unfamiliar: int = 500
    per_uneven_second: int = 0


DEFAULT_WEIGHTS = Weights()


@dataclass(frozen=True, slots=True)
class Problem:
    """PyVRP's view of a day, and what its numbers stand for.

    `kinds` lists the vans of each vehicle type, `visits` the job of each client, `clients` the clients
    of each job (one per window).
    """

    data: pyvrp.ProblemData
    kinds: list[list[Van]]
    visits: list[Job]
    clients: dict[int, list[int]]

    def routes(self, solution: pyvrp.Solution) -> list[Route]:
        """Give each route of an answer a van of its kind."""
        idle = [list(kind) for kind in self.kinds]
        routes = []
        for answer in solution.routes():
            trips: dict[int, list[Job]] = {}
            for activity in answer.schedule():
                if activity.is_client():
                    trips.setdefault(activity.trip, []).append(self.visits[activity.idx])
            van = idle[answer.vehicle_type()].pop(0)
            routes.append(Route(van, tuple(tuple(trip) for _, trip in sorted(trips.items()))))
        return routes

    def solution(self, routes: Sequence[Route], starts: Mapping[int, int]) -> pyvrp.Solution:
        """State routes for PyVRP; `starts` says when each service starts, and with it in which window.

        Leaves out what is no part of the problem: other jobs, and vans that are not its concern.
        """
        kind_of = {van.key: number for number, kind in enumerate(self.kinds) for van in kind}
        answers = []
        for route in routes:
            if (kind := kind_of.get(route.van.key)) is None:
                continue
            activities: list[pyvrp.Activity] = []
            for trip in route.trips:
                visits = [self._client(job, starts) for job in trip if job.key in self.clients]
                if visits and activities:
                    reload = self.data.vehicle_type(kind).reload_depots[0]
                    activities.append(pyvrp.Activity(pyvrp.ActivityType.DEPOT, reload))
                activities += [pyvrp.Activity(pyvrp.ActivityType.CLIENT, each) for each in visits]
            if activities:
                answers.append(pyvrp.Route(self.data, activities, kind))
        return pyvrp.Solution(self.data, answers)

    def _client(self, job: Job, starts: Mapping[int, int]) -> int:
        clients = self.clients[job.key]
        if len(clients) == 1:
            return clients[0]
        start_s = starts.get(job.key, 0)
        windows = [(self.data.client(each).tw_early, self.data.client(each).tw_late) for each in clients]
        missed = [max(opens - start_s, start_s - closes, 0) for opens, closes in windows]
        return clients[missed.index(min(missed))]


def state(
    jobs: Sequence[Job],
    vans: Sequence[Van],
    matrix: TravelMatrix,
    weights: Weights,
    couriers: Mapping[int, int] | None = None,
    is_complete: bool = False,
    average_s: int | None = None,
) -> Problem:
    """State the day for PyVRP. `couriers`: the van that each job has been with; it rather stays there.

    With `is_complete` every job has to be visited, which the search is faster with. Beyond `average_s`
    each second of a route costs `Weights.per_uneven_second`.
    """
    charges = surcharges(jobs, vans, weights.per_stranger, weights.per_unfamiliar, couriers or {})
    kinds = _kinds(jobs, vans, charges)
    clients, visits, groups = _clients(jobs, matrix, weights, is_complete)
    loads = dimensions(jobs, vans)
    for client, job in zip(clients, visits, strict=True):
        client["pickup" if job.is_pickup else "delivery"] = [load.amount(job) for load in loads]
    typical_s = matrix.typical(min(van.starts_s for van in vans), max(van.ends_s for van in vans))
    spots = _Spots(jobs, matrix)
    profiles = list(dict.fromkeys(charges[kind[0].key][0] for kind in kinds))
    types = [
        _vehicle_type(kind, spots, loads, profiles.index(charges[kind[0].key][0]), weights) for kind in kinds
    ]
    if average_s is not None:
        types = [
            _uneven(vehicle, kind[0], average_s, weights) for vehicle, kind in zip(types, kinds, strict=True)
        ]
    distance_m, duration_s = spots.cut(matrix.distance_m), spots.cut(typical_s)
    extra = dict(charges.values())
    data = pyvrp.ProblemData(
        locations=[pyvrp.Location(place.longitude, place.latitude) for place in spots.places],
        clients=[pyvrp.Client(**client) for client in clients],
        depots=spots.depots,
        vehicle_types=types,
        distance_matrices=[charged(distance_m, extra[profile]) for profile in profiles],  # type: ignore[misc]
        duration_matrices=[duration_s] * len(profiles),  # type: ignore[list-item]
        groups=groups,
    )
    by_job: dict[int, list[int]] = {}
    for number, job in enumerate(visits):
        by_job.setdefault(job.key, []).append(number)
    return Problem(data, kinds, visits, by_job)


class _Spots:
    """PyVRP's locations: one for each job, then one for each place of a depot."""

    def __init__(self, jobs: Sequence[Job], matrix: TravelMatrix) -> None:
        self._matrix = matrix
        self.places = [job.place for job in jobs]
        self.depots: list[pyvrp.Depot] = []
        self._spots: dict[Place, int] = {}
        self._known: dict[tuple[Place, int], int] = {}

    def depot(self, place: Place, service_s: int = 0) -> int:
        """The number of the depot at a place where vans stay so long."""
        if place not in self._spots:
            self._spots[place] = len(self.places)
            self.places.append(place)
        if (place, service_s) not in self._known:
            self._known[place, service_s] = len(self.depots)
            self.depots.append(pyvrp.Depot(self._spots[place], service_duration=service_s))
        return self._known[place, service_s]

    def cut(self, matrix: IntMatrix) -> IntMatrix:
        rows = [self._matrix.position(place) for place in self.places]
        return matrix[np.ix_(rows, rows)]


def _kinds(
    jobs: Sequence[Job], vans: Sequence[Van], surcharges: Mapping[int, tuple[int, object]]
) -> list[list[Van]]:
    """Vans that differ in nothing that matters, together: interchangeable for the solver."""
    locked = {job.van_key for job in jobs}
    kinds: dict[object, list[Van]] = {}
    for van in vans:
        own = van.key if van.key in locked else -1
        alike = (replace(van, key=0, areas=frozenset()), own, surcharges[van.key][0])
        kinds.setdefault(alike, []).append(van)
    return list(kinds.values())


def _vehicle_type(
    kind: list[Van], spots: _Spots, loads: Sequence[Dimension], profile: int, weights: Weights
) -> pyvrp.VehicleType:
    """The shift is stated less the break; what bounds no more than the shift does is left out."""
    van = kind[0]
    shift_s = van.ends_s - van.starts_s
    rest_s = van.rest.lasts_s if van.rest and shift_s > van.rest.after_s else 0
    reloads = [spots.depot(van.reloads_at, van.reload_s)] if van.max_reloads and van.reloads_at else []
    vehicle = pyvrp.VehicleType(
        num_available=len(kind),
        capacity=[load.capacity(van) for load in loads],
        start_depot=spots.depot(van.place_start),
        end_depot=spots.depot(van.place_end),
        fixed_cost=weights.per_van,
        tw_early=van.starts_s,
        tw_late=max(van.ends_s - rest_s, van.starts_s),
        unit_distance_cost=weights.per_metre,
        unit_duration_cost=weights.per_second,
        profile=profile,
        reload_depots=reloads,
        max_reloads=van.max_reloads,
    )
    if van.max_work_s < shift_s:
        vehicle = vehicle.replace(shift_duration=max(van.max_work_s - rest_s, 0))
    return vehicle


def _uneven(vehicle: pyvrp.VehicleType, van: Van, average_s: int, weights: Weights) -> pyvrp.VehicleType:
    """What the van works longer than the average is overtime to the solver, as far as its hours allow it."""
    longest_s = min(vehicle.shift_duration, van.ends_s - van.starts_s)
    average_s = min(average_s, longest_s)
    return vehicle.replace(
        shift_duration=average_s,
        max_overtime=longest_s - average_s,
        unit_overtime_cost=weights.per_uneven_second,
    )


def _clients(
    jobs: Sequence[Job], matrix: TravelMatrix, weights: Weights, is_complete: bool
) -> tuple[list[dict], list[Job], list[pyvrp.ClientGroup]]:
    """The clients as arguments, the job of each, and the groups of alternatives."""
    prize = 0 if is_complete else _prize(jobs, matrix, weights)
    clients: list[dict] = []
    visits: list[Job] = []
    groups: list[pyvrp.ClientGroup] = []
    for spot, job in enumerate(jobs):
        windows = list(_windows(job, matrix))
        group = None
        if len(windows) > 1:
            group = len(groups)
            alternatives = list(range(len(clients), len(clients) + len(windows)))
            groups.append(pyvrp.ClientGroup(alternatives, required=is_complete))
        for opens_s, closes_s in windows:
            visits.append(job)
            clients.append(
                {
                    "location": spot,
                    "service_duration": job.service_s,
                    "tw_early": opens_s,
                    "tw_late": closes_s,
                    "prize": prize * job.priority,
                    "required": is_complete and group is None,
                    "group": group,
                }
            )
    return clients, visits, groups


def _windows(job: Job, matrix: TravelMatrix) -> Iterator[Window]:
    """The windows, of a pick-up as far as they allow to bring the goods in time."""
    if job.due_s is None:
        yield from job.windows
        return
    way_s = matrix.seconds(job.place, job.depot) if job.depot else 0
    latest_s = job.due_s - job.service_s - way_s
    yield from ((opens, min(closes, latest_s)) for opens, closes in job.windows if opens <= latest_s)


def _prize(jobs: Sequence[Job], matrix: TravelMatrix, weights: Weights) -> int:
    """What a job of priority 1 is worth: far more than the dearest van sent out for one job alone."""
    there_and_back = 2 * (
        weights.per_metre * int(matrix.distance_m.max()) + weights.per_second * int(matrix.duration_s.max())
    )
    service = weights.per_second * max(job.service_s for job in jobs)
    return PRIZE_MARGIN * (weights.per_van + there_and_back + service)
