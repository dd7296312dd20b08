"""When a van is where: times for a given order of stops. Times that people are promised come from here.

A route is timed as a row of halts (stops, reloads, and the break, which is a halt that needs no way).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from delivery.itinerary import (
    NO_LIMIT,
    Job,
    PlannedReload,
    PlannedRest,
    PlannedRoute,
    PlannedStop,
    Trips,
    Van,
    Window,
)
from delivery.travel import Place, TravelMatrix


@dataclass(frozen=True, slots=True)
class Halt:
    """Somewhere a van stands for a while: at a job, at the depot to reload, or for its break (no job)."""

    place: Place
    service_s: int
    windows: tuple[Window, ...]
    trip: int
    job: Job | None = None


@dataclass(frozen=True, slots=True)
class Timing:
    """Arrival and start at each halt; `is_in_time` if every window and limit is kept."""

    departs_s: int
    arrives_s: tuple[int, ...]
    starts_s: tuple[int, ...]
    returns_s: int
    is_in_time: bool


def schedule(trips: Trips, van: Van, matrix: TravelMatrix) -> PlannedRoute:
    """Time a van that visits the jobs in this order.

    It is back as early as windows and limits allow, and leaves as late as that permits: time is spent at
    the depot and not in front of a closed door. The break is placed where it costs least. At a site that
    has closed for the day the service starts on arrival; such a route is late, which the verifier
    reports (as it does a shift that overruns).
    """
    halts = halts_of(trips, van)
    timing, rest_at = _best_timing(halts, van, matrix, _return_due(trips, van))
    rest = None
    if rest_at is not None and van.rest:
        halts = _with_rest(halts, rest_at, van)
        starts_s = timing.starts_s[rest_at]
        after = sum(halt.job is not None for halt in halts[:rest_at]) - 1
        rest = PlannedRest(after, starts_s, starts_s + van.rest.lasts_s)
    stops, reloads = [], []
    for number, halt in enumerate(halts):
        arrives_s, starts_s = timing.arrives_s[number], timing.starts_s[number]
        ends_s = starts_s + halt.service_s
        if halt.job:
            late_s = lateness(halt.job, starts_s)
            stops.append(PlannedStop(halt.job.key, arrives_s, starts_s, ends_s, halt.trip, late_s))
        elif number != rest_at:
            reloads.append(PlannedReload(arrives_s, ends_s))
    places = [van.place_start, *(halt.place for halt in halts), van.place_end]
    return PlannedRoute(
        van_key=van.key,
        departs_s=timing.departs_s,
        returns_s=timing.returns_s,
        distance_m=sum(matrix.metres(origin, destination) for origin, destination in pairwise(places)),
        duration_s=timing.returns_s - timing.departs_s,
        stops=tuple(stops),
        reloads=tuple(reloads),
        rest=rest,
        over_percent=overload_percent(trips, van),
    )


def is_in_time(trips: Trips, van: Van, matrix: TravelMatrix) -> bool:
    """Whether the van keeps every window, its shift, its hours and its break."""
    timing, _ = _best_timing(halts_of(trips, van), van, matrix, _return_due(trips, van))
    return timing.is_in_time


def lateness(job: Job, starts_s: int) -> int:
    """By how much the service starts after the last window (0 if it doesn't)."""
    return max(0, starts_s - max((closes for _, closes in job.windows), default=starts_s))


def peaks(trip: Sequence[Job]) -> tuple[int, int, int]:
    """The most grams, millilitres and crates on board at any time of a trip."""
    now = [0, 0, 0]
    for job in trip:
        if not job.is_pickup:
            now = [now[0] + job.weight_g, now[1] + job.volume_ml, now[2] + job.crates]
    most = list(now)
    if any(job.is_pickup for job in trip):
        for job in trip:
            sign = 1 if job.is_pickup else -1
            sizes = (job.weight_g, job.volume_ml, job.crates)
            now = [have + sign * size for have, size in zip(now, sizes, strict=True)]
            most = [max(pair) for pair in zip(most, now, strict=True)]
    return most[0], most[1], most[2]


def overload_percent(trips: Trips, van: Van) -> int:
    """By how much, rounded up, the fullest trip exceeds the limit that it exceeds most."""
    limits = (van.max_weight_g, van.max_volume_ml, van.max_crates)
    over = 0
    for trip in trips:
        for load, limit in zip(peaks(trip), limits, strict=True):
            if load > limit:
                over = max(over, -(-100 * (load - limit) // limit) if limit else NO_LIMIT)
    return over


def halts_of(trips: Trips, van: Van) -> list[Halt]:
    """The stops and reloads of a route. Goods that are due where a trip ends close its reload."""
    halts: list[Halt] = []
    for number, trip in enumerate(trips):
        if number:
            assert van.reloads_at is not None  # noqa: S101  # a van without reloads has one trip
            closes_s = _due(trips[number - 1])
            halts.append(Halt(van.reloads_at, van.reload_s, ((0, closes_s),), number))
        halts += [Halt(job.place, job.service_s, job.windows, number, job) for job in trip]
    return halts


def windows_open(windows: Sequence[Window], arrives_s: int) -> int | None:
    """When the service can start after an arrival; None if it has closed for the day."""
    best = None
    for opens, closes in windows:
        if closes >= arrives_s and (best is None or max(opens, arrives_s) < best):
            best = max(opens, arrives_s)
    return best


def drive(
    halts: Sequence[Halt], legs: Sequence[int], departs_s: int, matrix: TravelMatrix
) -> tuple[list[int], list[int], int, bool]:
    """Drive from `departs_s`, each service as early as possible: arrivals, starts, return, all in time?"""
    arrives, starts, clock, in_time = [], [], departs_s, True
    for halt, leg in zip(halts, legs, strict=False):  # the last leg leads home
        arrives_s = matrix.after(clock, leg)
        opening = windows_open(halt.windows, arrives_s)
        if opening is None:
            in_time, opening = False, arrives_s
        arrives.append(arrives_s)
        starts.append(opening)
        clock = opening + halt.service_s
    return arrives, starts, matrix.after(clock, legs[-1]), in_time


def latest_starts(
    halts: Sequence[Halt], legs: Sequence[int], returns_s: int, matrix: TravelMatrix
) -> list[int] | None:
    """The latest start of each service, and the return, that still is back at `returns_s`; None if
    that is too early for some window.

    Whoever arrives no later than the latest start of a service also starts it no later, so these
    times alone decide whether the rest of the route is in time.
    """
    latest = [returns_s]
    for halt, leg in zip(reversed(halts), reversed(legs), strict=False):
        bound = matrix.before(latest[-1], leg) - halt.service_s
        starts = [min(closes, bound) for opens, closes in halt.windows if opens <= bound]
        if not starts:
            return None
        latest.append(max(starts))
    return latest[::-1]


def legs_of(halts: Sequence[Halt], van: Van, matrix: TravelMatrix) -> list[int]:
    """The seconds of the ways from depot to depot, at the usual speed."""
    places = [van.place_start, *(halt.place for halt in halts), van.place_end]
    return [matrix.seconds(origin, destination) for origin, destination in pairwise(places)]


def latest_return(trips: Trips, van: Van) -> int:
    """When the van has to be back: its shift ends, or what it collected is due."""
    return min(van.ends_s, _return_due(trips, van))


def _due(trip: Sequence[Job]) -> int:
    return min((job.due_s for job in trip if job.due_s is not None), default=NO_LIMIT)


def _return_due(trips: Trips, van: Van) -> int:
    return _due(trips[-1]) if trips else NO_LIMIT


def _best_timing(halts: list[Halt], van: Van, matrix: TravelMatrix, due_s: int) -> tuple[Timing, int | None]:
    """Without a break if none is owed, else with the break where it costs least; and its place."""
    returns_by_s = min(van.ends_s, due_s)
    if van.rest is None:
        return _timing(halts, van, matrix, returns_by_s, van.max_work_s), None
    without = _timing(halts, van, matrix, returns_by_s, min(van.max_work_s, van.rest.after_s))
    places = [number for number in range(1, len(halts) + 1) if halts[number - 1].job]
    options: list[tuple[Timing, int | None]] = [(without, None)]
    options += [
        (_timing(_with_rest(halts, place, van), van, matrix, returns_by_s, van.max_work_s), place)
        for place in places
    ]
    return min(options, key=lambda each: (not each[0].is_in_time, each[0].returns_s, -each[0].departs_s))


def _with_rest(halts: list[Halt], place: int, van: Van) -> list[Halt]:
    assert van.rest is not None  # noqa: S101
    before = halts[place - 1]
    rest = Halt(before.place, van.rest.lasts_s, ((van.rest.opens_s, van.rest.closes_s),), before.trip)
    return [*halts[:place], rest, *halts[place:]]


def _timing(halts: list[Halt], van: Van, matrix: TravelMatrix, returns_by_s: int, max_work_s: int) -> Timing:
    """The earliest return within the hours, and the latest departure for it.

    A day that is too long may be shorter when it begins after some site's first window, so departures
    are tried one after the other, each just late enough that some service starts in another window.
    """
    legs = legs_of(halts, van, matrix)
    first = None
    for departs_s, arrives, starts, returns_s, in_time in _departures(halts, legs, van, matrix):
        is_in_time = in_time and returns_s <= returns_by_s and returns_s - departs_s <= max_work_s
        timing = Timing(departs_s, tuple(arrives), tuple(starts), returns_s, is_in_time)
        first = first or timing
        if is_in_time:
            return timing
        if returns_s > returns_by_s or max_work_s >= van.ends_s - van.starts_s:
            break
    assert first is not None  # noqa: S101
    return first


def _departures(
    halts: list[Halt], legs: list[int], van: Van, matrix: TravelMatrix
) -> Iterator[tuple[int, list[int], list[int], int, bool]]:
    earliest_s = van.starts_s
    while True:
        arrives, starts, returns_s, in_time = drive(halts, legs, earliest_s, matrix)
        latest = latest_starts(halts, legs, returns_s, matrix) if in_time else None
        if latest is None:  # late anyway: sets off at once
            yield earliest_s, arrives, starts, returns_s, False
            return
        departs_s = max(matrix.before(latest[0], legs[0]), earliest_s)
        arrives, starts, returns_s, in_time = drive(halts, legs, departs_s, matrix)
        yield departs_s, arrives, starts, returns_s, in_time
        slack = [
            closes - start
            for halt, start in zip(halts, starts, strict=True)
            for opens, closes in halt.windows
            if opens <= start <= closes
        ]
        if not slack:
            return
        earliest_s = departs_s + min(slack) + 1
