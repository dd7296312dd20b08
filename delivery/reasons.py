"""Why a job is in no route: what no van could do even on its own, and what bringing the rest would cost."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from enum import StrEnum
from itertools import pairwise

from delivery.itinerary import Job, Obstacle, PlannedRoute, Route, Sacrifice, UnassignedJob, Van, hhmm
from delivery.scheduler import is_in_time, schedule
from delivery.travel import TravelMatrix

# The price of a sacrifice in metres, to compare one way to bring a job after all with another.
METRES_PER_SECOND = 10
METRES_PER_PERCENT = 1_000
# The cheapest places by distance in each route that a sacrificed job is tried at.
PLACES_TRIED = 3


class Reason(StrEnum):
    """All but `NO_ROOM` hold even if the day had no other job. In the order in which they are asked."""

    NO_VAN = "no_van"
    LOCKED = "locked"
    OTHER_DEPOT = "other_depot"
    TOO_HEAVY = "too_heavy"
    TOO_BIG = "too_big"
    TOO_MANY = "too_many"
    NEEDS_CHILLED = "needs_chilled"
    OUTSIDE_HOURS = "outside_hours"
    NO_ROOM = "no_room"


RANK = {reason: rank for rank, reason in enumerate(Reason)}
UNITS: dict[str, Callable[[int], str]] = {
    Reason.TOO_HEAVY: lambda grams: f"{grams / 1000} kg",
    Reason.TOO_BIG: lambda millilitres: f"{millilitres / 1000} L",
    Reason.TOO_MANY: str,
    Reason.NEEDS_CHILLED: lambda millilitres: f"{millilitres / 1000} L",
    Reason.OUTSIDE_HOURS: hhmm,
}


def lenient(job: Job) -> Job:
    """The job as the operator allows it at worst: its last window is open longer."""
    if not job.late_s or not job.windows:
        return job
    opens, closes = max(job.windows, key=lambda window: window[1])
    others = [window for window in job.windows if window != (opens, closes)]
    return replace(job, windows=(*others, (opens, closes + job.late_s)))


def generous(van: Van) -> Van:
    """The van as the operator allows it at worst: it takes more."""
    percent = 100 + van.overload_percent
    return replace(
        van,
        max_weight_g=van.max_weight_g * percent // 100,
        max_volume_ml=van.max_volume_ml * percent // 100,
        max_crates=van.max_crates * percent // 100,
    )


def is_barred(job: Job, van: Van) -> Reason | None:
    """The rule that keeps a job from a van whatever else the van does; None if there is none."""
    if job.van_key not in (None, van.key):
        return Reason.LOCKED
    if van.is_loaded and not job.is_pickup and job.van_key is None and not van.max_reloads:
        return Reason.LOCKED
    if job.depot is not None and job.van_key is None:
        depots = [van.reloads_at] if van.max_reloads else []
        if job.depot not in [*depots, van.place_end if job.is_pickup else van.place_start]:
            return Reason.OTHER_DEPOT
    if job.chilled_volume_ml and not van.chilled:
        return Reason.NEEDS_CHILLED
    return None


def may_join(job: Job, trip: int, trips: int, van: Van) -> bool:
    """Whether the job may go on this trip (of so many) of the van, as far as bindings are concerned."""
    if is_barred(job, van):
        return False
    if van.is_loaded and trip == 0 and not job.is_pickup:
        return job.van_key == van.key  # it is on board
    if job.is_pickup:
        depot = van.place_end if trip == trips - 1 else van.reloads_at
    else:
        depot = van.place_start if trip == 0 else van.reloads_at
    return job.depot in (None, depot)


def impossible_alone(jobs: Sequence[Job], vans: Sequence[Van], matrix: TravelMatrix) -> list[UnassignedJob]:
    """What no van could do, asked once of vans that differ in nothing but their key."""
    kinds: dict[Van, list[Van]] = {}
    for van in vans:
        kinds.setdefault(replace(van, key=0), []).append(van)
    alike = {same[0].key: same for same in kinds.values()}
    place = {van.key: number for number, van in enumerate(vans)}
    asked = [same[0] for same in kinds.values()]
    faults = []
    for job in jobs:
        if job.van_key is None and (fault := why_impossible_alone(job, asked, matrix)):
            each = tuple(
                replace(obstacle, van_key=van.key)
                for obstacle in fault.obstacles
                for van in alike[obstacle.van_key]
            )
            faults.append(replace(fault, obstacles=tuple(sorted(each, key=lambda one: place[one.van_key]))))
        elif job.van_key is not None and (fault := why_impossible_alone(job, vans, matrix)):
            faults.append(fault)
    return faults


def why_impossible_alone(job: Job, vans: Sequence[Van], matrix: TravelMatrix) -> UnassignedJob | None:
    """Why no van could deliver this job even if it were the only one; None if some van could.

    Names for each van the first rule that fails. The reason is the one of the van that comes furthest, so
    "needs_chilled" means that no van large enough is refrigerated; the detail holds its figures: what it
    needs > the most there is. Takes for granted that no way is shorter by way of another stop.
    """
    if not vans:
        return UnassignedJob(job.key, Reason.NO_VAN)
    obstacles = []
    for van in vans:
        obstacle = _obstacle(job, van, matrix)
        if obstacle is None:
            return None
        obstacles.append(obstacle)
    furthest = max(
        obstacles, key=lambda each: (RANK[Reason(each.rule)], -((each.needs or 0) - (each.has or 0)))
    )
    detail = ""
    if furthest.needs is not None and furthest.has is not None:
        show = UNITS[furthest.rule]
        detail = f"{show(furthest.needs)} > {show(furthest.has)}"
    return UnassignedJob(job.key, furthest.rule, detail, tuple(obstacles))


def _obstacle(job: Job, van: Van, matrix: TravelMatrix) -> Obstacle | None:
    barred, most = is_barred(job, van), generous(van)
    if barred in (Reason.LOCKED, Reason.OTHER_DEPOT):
        return Obstacle(van.key, barred)
    if job.weight_g > most.max_weight_g:
        return Obstacle(van.key, Reason.TOO_HEAVY, job.weight_g, most.max_weight_g)
    if job.volume_ml > most.max_volume_ml:
        return Obstacle(van.key, Reason.TOO_BIG, job.volume_ml, most.max_volume_ml)
    if job.crates > most.max_crates:
        return Obstacle(van.key, Reason.TOO_MANY, job.crates, most.max_crates)
    if barred:
        return Obstacle(van.key, barred, job.chilled_volume_ml, 0)
    late = lenient(job)
    options: list[list[list[Job]]] = [[[late]], [[], [late]]] if van.max_reloads else [[[late]]]
    options = [option for option in options if may_join(job, len(option) - 1, len(option), van)]
    if not options:
        return Obstacle(van.key, Reason.OTHER_DEPOT)
    if any(is_in_time(option, van, matrix) for option in options):
        return None
    return _hours_missed(late, van, schedule(options[-1], van, matrix))


def _hours_missed(job: Job, van: Van, trip: PlannedRoute) -> Obstacle:
    """Service would start > the site closes, or the van is back > its shift ends (or the goods are due)."""
    if not job.windows:
        return Obstacle(van.key, Reason.OUTSIDE_HOURS)
    closes_s = max(closes for _, closes in job.windows)
    if trip.stops[0].starts_s > closes_s:
        return Obstacle(van.key, Reason.OUTSIDE_HOURS, trip.stops[0].starts_s, closes_s)
    back_by_s = min(van.ends_s, trip.departs_s + van.max_work_s, job.due_s or van.ends_s)
    return Obstacle(van.key, Reason.OUTSIDE_HOURS, trip.returns_s, back_by_s)


def sacrifice(
    job: Job, routes: Sequence[Route], vans: Sequence[Van], matrix: TravelMatrix
) -> Sacrifice | None:
    """What the cheapest way to bring a job after all would cost; None if no van may take it at all.

    Tries the places that add the least distance in each route, however late or overloaded.
    """
    busy = {route.van.key for route in routes}
    options = [*routes, *(Route(van, ((),)) for van in vans if van.key not in busy)]
    found = [
        price
        for route in options
        if is_barred(job, route.van) is None
        for price in _prices(job, route, matrix)
    ]
    return min(found, key=_worth, default=None)


def _prices(job: Job, route: Route, matrix: TravelMatrix) -> list[Sacrifice]:
    before = schedule(route.trips, route.van, matrix) if route.jobs else None
    tried = []
    for number, trip in enumerate(route.trips):
        if not may_join(job, number, len(route.trips), route.van):
            continue
        places = [None, *(each.place for each in trip), None]
        for position, (origin, destination) in enumerate(pairwise(places)):
            way_m = (matrix.metres(origin, job.place) if origin else 0) + (
                matrix.metres(job.place, destination) if destination else 0
            )
            spared_m = matrix.metres(origin, destination) if origin and destination else 0
            tried.append((way_m - spared_m, number, position))
    prices = []
    for _, number, position in sorted(tried)[:PLACES_TRIED]:
        trip = route.trips[number]
        longer = (*trip[:position], job, *trip[position:])
        trips = (*route.trips[:number], longer, *route.trips[number + 1 :])
        after = schedule(trips, route.van, matrix)
        prices.append(
            Sacrifice(
                van_key=route.van.key,
                extra_m=after.distance_m - (before.distance_m if before else 0),
                late_s=_late(after) - (_late(before) if before else 0),
                over_percent=max(0, after.over_percent - (before.over_percent if before else 0)),
                overtime_s=max(
                    0,
                    after.returns_s - route.van.ends_s,
                    after.duration_s - route.van.max_work_s,
                ),
            )
        )
    return prices


def _late(route: PlannedRoute) -> int:
    return sum(stop.late_s for stop in route.stops)


def _worth(price: Sacrifice) -> int:
    return (
        price.extra_m
        + METRES_PER_SECOND * (price.late_s + price.overtime_s)
        + METRES_PER_PERCENT * price.over_percent
    )
