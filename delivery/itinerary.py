"""What a van does when: our own schedule of a route and our own check of a plan.

Times that people are promised come from here and never from the solver, and no plan is believed
before `violations` has added everything up again. Seconds since local midnight, metres, grams,
millilitres. A window bounds the *start* of the service at a stop.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from delivery.travel import Place, TravelMatrix

Window = tuple[int, int]
ANY_TIME: tuple[Window, ...] = ((0, 24 * 3600),)


@dataclass(frozen=True, slots=True)
class Job:
    """One delivery: what it weighs, where it goes and when it can be received.

    `volume_ml` is all of it and includes `chilled_volume_ml`, the part that needs a refrigerated van.
    `windows` are the times at which the service may start, in any order; no windows at all means that
    nobody is ever there (`ANY_TIME` means the opposite). A job of `priority` 2 is worth two jobs of 1.
    """

    key: int
    place: Place
    weight_g: int
    volume_ml: int
    chilled_volume_ml: int
    service_s: int
    windows: tuple[Window, ...]
    priority: int = 1

    def __post_init__(self) -> None:
        if min(self.weight_g, self.volume_ml, self.chilled_volume_ml, self.service_s) < 0:
            raise ValueError(f"Job {self.key}: negative weight, volume or service time")
        if self.chilled_volume_ml > self.volume_ml:
            raise ValueError(f"Job {self.key}: more chilled volume than volume")
        if any(opens < 0 or opens > closes for opens, closes in self.windows):
            raise ValueError(f"Job {self.key}: a window must close after it opens, on the same day")
        if self.priority < 1:
            raise ValueError(f"Job {self.key}: the priority starts at 1")


@dataclass(frozen=True, slots=True)
class Van:
    """A vehicle on a shift: it leaves `place_start` and is back at `place_end` between start and end."""

    key: int
    place_start: Place
    place_end: Place
    max_weight_g: int
    max_volume_ml: int
    chilled: bool
    starts_s: int
    ends_s: int

    def __post_init__(self) -> None:
        if min(self.max_weight_g, self.max_volume_ml) < 0:
            raise ValueError(f"Van {self.key}: negative capacity")
        if not 0 <= self.starts_s <= self.ends_s:
            raise ValueError(f"Van {self.key}: the shift must end after it starts, on the same day")


@dataclass(frozen=True, slots=True)
class PlannedStop:
    """`arrives_s` is the ETA; the service starts when the site opens and is over at `departs_s`."""

    job_key: int
    arrives_s: int
    starts_s: int
    departs_s: int


@dataclass(frozen=True, slots=True)
class PlannedRoute:
    van_key: int
    departs_s: int
    returns_s: int
    distance_m: int
    duration_s: int
    stops: tuple[PlannedStop, ...]


@dataclass(frozen=True, slots=True)
class UnassignedJob:
    """A job that no route takes; `reason` is a `planner.Reason`, `detail` the figures behind it."""

    job_key: int
    reason: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    routes: tuple[PlannedRoute, ...]
    unassigned: tuple[UnassignedJob, ...]
    distance_m: int
    solver_seconds: float


def schedule(order: Sequence[Job], van: Van, matrix: TravelMatrix) -> PlannedRoute:
    """Time a van that visits the jobs in this order.

    It is back as early as the windows allow, and leaves as late as that permits: time is spent at the
    depot and not in front of a closed door. At a site that has closed for the day the service starts
    on arrival; such a route is late, which `violations` reports (as it does a shift that overruns).
    """
    places, legs = _way(order, van, matrix)
    stops, returns_s = _drive(order, legs, van.starts_s)
    latest = _latest_starts(order, legs, returns_s)
    # A route that is late anyway sets off when the shift starts.
    departs_s = van.starts_s if latest is None else max(latest[0] - legs[0], van.starts_s)
    stops, returns_s = _drive(order, legs, departs_s)
    distance_m = sum(matrix.metres(origin, destination) for origin, destination in pairwise(places))
    return PlannedRoute(van.key, departs_s, returns_s, distance_m, returns_s - departs_s, stops)


def insertions(job: Job, order: Sequence[Job], van: Van, matrix: TravelMatrix) -> Iterator[tuple[int, int]]:
    """Yield (extra metres, position) wherever the job can join a route that is in time as it is."""
    places, legs = _way(order, van, matrix)
    latest = _latest_starts(order, legs, van.ends_s)
    if latest is None or any(load_violations([*order, job], van)):
        return
    stops, _ = _drive(order, legs, van.starts_s)
    leaves = [van.starts_s, *(stop.departs_s for stop in stops)]
    for position, (before, after) in enumerate(pairwise(places)):
        starts_s = _opening(job, leaves[position] + matrix.seconds(before, job.place))
        if starts_s is None:
            continue
        if starts_s + job.service_s + matrix.seconds(job.place, after) <= latest[position]:
            # A van without stops stays at the depot: there is no way that the job replaces.
            spared_m = matrix.metres(before, after) if order else 0
            yield matrix.metres(before, job.place) + matrix.metres(job.place, after) - spared_m, position


def violations(plan: Plan, jobs: Sequence[Job], vans: Sequence[Van], matrix: TravelMatrix) -> tuple[str, ...]:
    """Name every fault of a plan; none means that it can be driven and accounts for each job once.

    Trusts no figure of the plan: loads, travel, windows, shifts and sums are computed again.
    """
    jobs_by_key, vans_by_key = {job.key: job for job in jobs}, {van.key: van for van in vans}
    if len(jobs_by_key) < len(jobs) or len(vans_by_key) < len(vans):
        raise ValueError("Two jobs or two vans share a key")
    faults = list(_accounting_faults(plan, jobs_by_key, vans_by_key))
    for route in plan.routes:
        van = vans_by_key.get(route.van_key)
        if van and all(stop.job_key in jobs_by_key for stop in route.stops):
            order = [jobs_by_key[stop.job_key] for stop in route.stops]
            faults += route_violations(route, order, van, matrix)
    if plan.distance_m != sum(route.distance_m for route in plan.routes):
        faults.append("plan: the distance is not the sum of its routes")
    return tuple(faults)


def route_violations(
    route: PlannedRoute, order: Sequence[Job], van: Van, matrix: TravelMatrix
) -> tuple[str, ...]:
    """Name every fault of one route, whose stops are the jobs of `order`."""
    faults = [
        *load_violations(order, van),
        *_time_faults(route, order, van, matrix),
        *_sum_faults(route, order, van, matrix),
    ]
    return tuple(f"van {van.key}: {fault}" for fault in faults)


def load_violations(order: Sequence[Job], van: Van) -> Iterator[str]:
    """Name the capacities that the jobs together exceed (all of it is loaded before departure)."""
    weight_g = sum(job.weight_g for job in order)
    volume_ml = sum(job.volume_ml for job in order)
    if weight_g > van.max_weight_g:
        yield f"loaded with {weight_g} g, takes {van.max_weight_g} g"
    if volume_ml > van.max_volume_ml:
        yield f"loaded with {volume_ml} ml, takes {van.max_volume_ml} ml"
    if not van.chilled and (warm := [job.key for job in order if job.chilled_volume_ml]):
        yield f"not refrigerated, carries chilled jobs {warm}"


def hhmm(seconds: int) -> str:
    """A time of day for people: 34500 → 09:35."""
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}"


def _way(order: Sequence[Job], van: Van, matrix: TravelMatrix) -> tuple[list[Place], list[int]]:
    """The places from depot to depot, and the seconds of the legs between them."""
    places = [van.place_start, *(job.place for job in order), van.place_end]
    return places, [matrix.seconds(origin, destination) for origin, destination in pairwise(places)]


def _opening(job: Job, arrives_s: int) -> int | None:
    """When the service can start after an arrival; None if the site has closed for the day."""
    openings = [max(opens, arrives_s) for opens, closes in job.windows if closes >= arrives_s]
    return min(openings, default=None)


def _drive(order: Sequence[Job], legs: Sequence[int], departs_s: int) -> tuple[tuple[PlannedStop, ...], int]:
    """Drive the legs from `departs_s`, each service as early as possible; also when the van is back."""
    stops = []
    clock = departs_s
    for job, leg in zip(order, legs, strict=False):  # the last leg leads home
        arrives_s = clock + leg
        opening = _opening(job, arrives_s)
        starts_s = arrives_s if opening is None else opening
        clock = starts_s + job.service_s
        stops.append(PlannedStop(job.key, arrives_s, starts_s, clock))
    return tuple(stops), clock + legs[-1]


def _latest_starts(order: Sequence[Job], legs: Sequence[int], returns_s: int) -> list[int] | None:
    """The latest start of each service, and the return, that still is back at `returns_s`; None if
    that is too early for some window.

    Whoever arrives no later than the latest start of a service also starts it no later, so these
    times alone decide whether the rest of the route is in time.
    """
    latest = [returns_s]
    for job, leg in zip(reversed(order), reversed(legs), strict=False):
        bound = latest[-1] - leg - job.service_s
        starts = [min(closes, bound) for opens, closes in job.windows if opens <= bound]
        if not starts:
            return None
        latest.append(max(starts))
    return latest[::-1]


def _accounting_faults(plan: Plan, jobs: dict[int, Job], vans: dict[int, Van]) -> Iterator[str]:
    """Each job exactly once, in a route or among the unassigned; each van at most once."""
    planned = Counter(stop.job_key for route in plan.routes for stop in route.stops)
    unassigned = Counter(job.job_key for job in plan.unassigned)
    for key, times in (planned + unassigned).items():
        if key not in jobs:
            yield f"job {key}: unknown"
        elif planned[key] and unassigned[key]:
            yield f"job {key}: both planned and unassigned"
        elif times > 1:
            yield f"job {key}: appears {times} times"
    for key in jobs:
        if not planned[key] and not unassigned[key]:
            yield f"job {key}: missing"
    for key, times in Counter(route.van_key for route in plan.routes).items():
        if key not in vans:
            yield f"van {key}: unknown"
        elif times > 1:
            yield f"van {key}: has {times} routes"


def _time_faults(route: PlannedRoute, order: Sequence[Job], van: Van, matrix: TravelMatrix) -> Iterator[str]:
    if route.departs_s < van.starts_s:
        yield f"departs {hhmm(route.departs_s)}, the shift starts {hhmm(van.starts_s)}"
    clock, place = route.departs_s, van.place_start
    for stop, job in zip(route.stops, order, strict=True):
        expected_s = clock + matrix.seconds(place, job.place)
        if stop.arrives_s != expected_s:
            yield f"job {job.key}: arrives {hhmm(stop.arrives_s)}, the way there ends {hhmm(expected_s)}"
        if stop.starts_s < stop.arrives_s:
            yield f"job {job.key}: starts before it arrives"
        if not any(opens <= stop.starts_s <= closes for opens, closes in job.windows):
            yield f"job {job.key}: starts {hhmm(stop.starts_s)}, outside its windows"
        if stop.departs_s != stop.starts_s + job.service_s:
            yield f"job {job.key}: departs {hhmm(stop.departs_s)}, which is not when its service ends"
        clock, place = stop.departs_s, job.place
    expected_s = clock + matrix.seconds(place, van.place_end)
    if route.returns_s != expected_s:
        yield f"returns {hhmm(route.returns_s)}, the way back ends {hhmm(expected_s)}"
    if route.returns_s > van.ends_s:
        yield f"returns {hhmm(route.returns_s)}, the shift ends {hhmm(van.ends_s)}"


def _sum_faults(route: PlannedRoute, order: Sequence[Job], van: Van, matrix: TravelMatrix) -> Iterator[str]:
    if not route.stops:
        yield "has no stops"
    places = [van.place_start, *(job.place for job in order), van.place_end]
    distance_m = sum(matrix.metres(origin, destination) for origin, destination in pairwise(places))
    if route.distance_m != distance_m:
        yield f"claims {route.distance_m} m, its legs are {distance_m} m"
    if route.duration_s != route.returns_s - route.departs_s:
        yield "its duration is not the time from departure to return"
