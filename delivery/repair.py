"""Make routes drivable and full: what the search proposes is checked stop by stop, and nothing that fits
stays behind."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from delivery.itinerary import Job, Route, Trips, Van
from delivery.reasons import generous, is_barred, lenient, may_join
from delivery.scheduler import (
    drive,
    halts_of,
    is_in_time,
    latest_return,
    latest_starts,
    legs_of,
    overload_percent,
    windows_open,
)
from delivery.travel import TravelMatrix

Place3 = tuple[int, int, int]  # extra metres, trip, position in the trip


def fits(trips: Trips, van: Van, matrix: TravelMatrix) -> bool:
    """Whether the van may and can drive these trips: bindings, loads and times."""
    if len(trips) - 1 > van.max_reloads or overload_percent(trips, van):
        return False
    for number, trip in enumerate(trips):
        if any(not may_join(job, number, len(trips), van) for job in trip):
            return False
    order = [job.key for trip in trips for job in trip]
    kept = [order.index(key) for key in van.sequence if key in order]
    return kept == sorted(kept) and is_in_time(trips, van, matrix)


class Tour:
    """A van's route while it grows and shrinks. Remembers what the next question needs."""

    def __init__(self, van: Van, trips: Trips, matrix: TravelMatrix) -> None:
        self.van, self.matrix = van, matrix
        self.trips = [list(trip) for trip in trips] or [[]]
        self._times: tuple[list[int], list[int]] | None = None

    @property
    def is_idle(self) -> bool:
        return not any(self.trips)

    def route(self) -> Route:
        while len(self.trips) > 1 and not self.trips[-1]:
            self.trips.pop()
        return Route(self.van, tuple(tuple(trip) for trip in self.trips))

    def insert(self, job: Job, trip: int, position: int) -> None:
        if trip == len(self.trips):
            self.trips.append([])
        self.trips[trip].insert(position, job)
        self._times = None

    def remove(self, job: Job) -> None:
        for trip in self.trips:
            if job in trip:
                trip.remove(job)
        self._times = None

    def insertions(self, job: Job) -> Iterator[Place3]:
        """Yield where the job can join, the least extra distance first."""
        if is_barred(job, self.van):
            return
        for added_m, trip, position in sorted(self._likely(job)):
            longer = [list(each) for each in self.trips]
            if trip == len(longer):
                longer.append([])
            longer[trip].insert(position, job)
            if fits(longer, self.van, self.matrix):
                yield added_m, trip, position

    def _likely(self, job: Job) -> Iterator[Place3]:
        """Where the job is in time if break and hours allow, and the load of the trip takes it."""
        halts = halts_of(self.trips, self.van)
        matrix, van = self.matrix, self.van
        leaves, latest = self._leaves_and_latest()
        if not latest:
            return
        places = [van.place_start, *(halt.place for halt in halts), van.place_end]
        takes = [may_join(job, number, len(self.trips), van) for number in range(len(self.trips))]
        takes = [
            may and (job.is_pickup or not overload_percent([[*trip, job]], van))
            for may, trip in zip(takes, self.trips, strict=True)
        ]
        trip = position = 0
        for number, (before, after) in enumerate(pairwise(places)):
            if number:
                halt = halts[number - 1]
                trip, position = halt.trip, (position + 1 if halt.job else 0)
            if not takes[trip]:
                continue
            starts_s = windows_open(
                job.windows, matrix.after(leaves[number], matrix.seconds(before, job.place))
            )
            if starts_s is None:
                continue
            if matrix.after(starts_s + job.service_s, matrix.seconds(job.place, after)) <= latest[number]:
                # A van without stops stays at the depot: there is no way that the job replaces.
                spared_m = 0 if self.is_idle else matrix.metres(before, after)
                way_m = matrix.metres(before, job.place) + matrix.metres(job.place, after)
                yield way_m - spared_m, trip, position
        if len(self.trips) <= van.max_reloads and van.reloads_at and (self.trips[-1] or van.is_loaded):
            yield self._next_trip_m(job), len(self.trips), 0

    def _next_trip_m(self, job: Job) -> int:
        """The extra way of one more trip with this job alone."""
        assert self.van.reloads_at is not None  # noqa: S101
        last = self.trips[-1][-1].place if self.trips[-1] else self.van.place_start
        metres = self.matrix.metres
        return (
            metres(last, self.van.reloads_at)
            + metres(self.van.reloads_at, job.place)
            + metres(job.place, self.van.place_end)
            - metres(last, self.van.place_end)
        )

    def _leaves_and_latest(self) -> tuple[list[int], list[int]]:
        """When the van leaves each place at the earliest, and when it has to be at the next at the latest."""
        if self._times is None:
            halts = halts_of(self.trips, self.van)
            legs = legs_of(halts, self.van, self.matrix)
            _, starts, _, _ = drive(halts, legs, self.van.starts_s, self.matrix)
            latest = latest_starts(halts, legs, latest_return(self.trips, self.van), self.matrix)
            leaves = [start + halt.service_s for start, halt in zip(starts, halts, strict=True)]
            self._times = [self.van.starts_s, *leaves], latest or []
        return self._times


def repaired(
    routes: Iterable[Route], jobs: Sequence[Job], vans: Sequence[Van], matrix: TravelMatrix
) -> list[Route]:
    """Make routes drivable and full: skip each stop that breaks its route, then put each job that is
    left over, the most important first, into a route where it fits; idle vans stand by.

    What then fits nowhere comes late or overloads a van as far as the operator allows it.
    """
    tours = [Tour(route.van, _drivable(route, matrix), matrix) for route in routes]
    busy = {tour.van.key for tour in tours}
    tours += [Tour(van, ((),), matrix) for van in vans if van.key not in busy]
    planned = {job.key for tour in tours for trip in tour.trips for job in trip}
    left = [job for job in sorted(jobs, key=lambda job: -job.priority) if job.key not in planned]
    left = [job for job in left if not _insert(job, tours)]
    if left and (any(job.late_s for job in left) or any(van.overload_percent for van in vans)):
        tours = [Tour(generous(tour.van), tour.trips, matrix) for tour in tours]
        left = [job for job in left if not _insert(lenient(job), tours)]
    return [tour.route() for tour in tours if not tour.is_idle]


def drawn_in(routes: Sequence[Route], drawing: Sequence[Van], matrix: TravelMatrix) -> list[Route]:
    """Let vans whose sequence is kept take stops over from others where that saves distance."""
    keys = {van.key for van in drawing}
    tours = [Tour(route.van, route.trips, matrix) for route in routes]
    tours += [Tour(van, ((),), matrix) for van in drawing if van.key not in {tour.van.key for tour in tours}]
    kept = [tour for tour in tours if tour.van.key in keys]
    for tour in tours:
        if tour.van.key in keys or not kept:
            continue
        for job in [job for trip in tour.trips for job in trip]:
            saved_m = _saved_m(tour, job)
            options = [
                (added, index, trip, at)
                for index, other in enumerate(kept)
                for added, trip, at in other.insertions(job)
                if added < saved_m
            ][:1]
            if options:
                _, index, trip, at = min(options)
                shorter = [[each for each in one if each is not job] for one in tour.trips]
                if not any(shorter) or fits(shorter, tour.van, matrix):
                    tour.remove(job)
                    kept[index].insert(job, trip, at)
    return [tour.route() for tour in tours if not tour.is_idle]


def _saved_m(tour: Tour, job: Job) -> int:
    """What leaving the job out of its tour saves."""
    for trip in tour.trips:
        if job in trip:
            at = trip.index(job)
            before = trip[at - 1].place if at else tour.van.place_start
            after = trip[at + 1].place if at + 1 < len(trip) else tour.van.place_end
            metres = tour.matrix.metres
            return metres(before, job.place) + metres(job.place, after) - metres(before, after)
    return 0


def _drivable(route: Route, matrix: TravelMatrix) -> Trips:
    """The route without each stop that breaks it; as it is, if none does."""
    if fits(route.trips, route.van, matrix):
        return route.trips
    kept: list[list[Job]] = [[] for _ in route.trips[: route.van.max_reloads + 1]]
    for number, trip in enumerate(route.trips[: len(kept)]):
        for job in trip:
            kept[number].append(job)
            if not fits(kept, route.van, matrix):
                kept[number].pop()
    return kept


def _insert(job: Job, tours: Sequence[Tour]) -> bool:
    """Put the job where it adds the least distance, into an idle van only if no other takes it."""
    options = []
    for index, tour in enumerate(tours):
        for added_m, trip, position in tour.insertions(job):
            options.append((tour.is_idle, added_m, index, trip, position))
            break
    if not options:
        return False
    _, _, index, trip, position = min(options)
    tours[index].insert(job, trip, position)
    return True
