"""Our own check of a plan: everything is added up again, and no plan is believed before.

The verifier shares no timing and no sum with what made the plan. It knows which allowances the operator
gave (`Job.late_s`, `Van.overload_percent`) and faults a plan that uses them without saying so.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from delivery.itinerary import Job, Plan, PlannedRoute, PlannedStop, Van, hhmm, places_of
from delivery.travel import Place, TravelMatrix


def violations(
    plan: Plan,
    jobs: Sequence[Job],
    vans: Sequence[Van],
    matrix: TravelMatrix | Callable[[Sequence[Place]], TravelMatrix],
) -> tuple[str, ...]:
    """Name every fault of a plan; none means that it can be driven and accounts for each job once.

    Trusts no figure of the plan: loads, travel, windows, breaks, hours and sums are computed again.
    `matrix` knows all places, or makes one for the places of a route. Raises ValueError if two jobs or
    two vans share a key.
    """
    jobs_by_key, vans_by_key = {job.key: job for job in jobs}, {van.key: van for van in vans}
    if len(jobs_by_key) < len(jobs) or len(vans_by_key) < len(vans):
        raise ValueError("Two jobs or two vans share a key")
    faults = list(_accounting_faults(plan, jobs_by_key, vans_by_key))
    for route in plan.routes:
        van = vans_by_key.get(route.van_key)
        if van and all(stop.job_key in jobs_by_key for stop in route.stops):
            order = [jobs_by_key[stop.job_key] for stop in route.stops]
            ways = matrix if isinstance(matrix, TravelMatrix) else matrix(places_of(order, [van]))
            faults += route_violations(route, order, van, ways)
    if plan.distance_m != sum(route.distance_m for route in plan.routes):
        faults.append("plan: the distance is not the sum of its routes")
    return tuple(faults)


def route_violations(
    route: PlannedRoute, order: Sequence[Job], van: Van, matrix: TravelMatrix
) -> tuple[str, ...]:
    """Name every fault of one route, whose stops are the jobs of `order`."""
    faults = [
        *_load_faults(route, order, van),
        *_binding_faults(route, order, van),
        *_time_faults(route, order, van, matrix),
        *_due_faults(route, order),
        *_hours_faults(route, van),
        *_sum_faults(route, order, van, matrix),
    ]
    return tuple(f"van {van.key}: {fault}" for fault in faults)


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


def _load_faults(route: PlannedRoute, order: Sequence[Job], van: Van) -> Iterator[str]:
    """What is on board after each stop of each trip, against the limits and what may exceed them."""
    claimed = 0
    for trip in range(len(route.reloads) + 1):
        jobs = [job for stop, job in zip(route.stops, order, strict=True) if stop.trip == trip]
        for name, limit, sizes in (
            ("g", van.max_weight_g, [job.weight_g for job in jobs]),
            ("ml", van.max_volume_ml, [job.volume_ml for job in jobs]),
            ("crates", van.max_crates, [job.crates for job in jobs]),
        ):
            on_board = sum(size for job, size in zip(jobs, sizes, strict=True) if not job.is_pickup)
            most = on_board
            for job, size in zip(jobs, sizes, strict=True):
                on_board += size if job.is_pickup else -size
                most = max(most, on_board)
            if most * 100 > limit * (100 + van.overload_percent):
                yield f"loaded with {most} {name}, takes {limit} {name}"
            elif most > limit:
                claimed = max(claimed, -(-100 * (most - limit) // limit))
    if claimed > route.over_percent:
        yield f"overloaded by {claimed} %, says {route.over_percent} %"
    if not van.chilled and (warm := [job.key for job in order if job.chilled_volume_ml]):
        yield f"not refrigerated, carries chilled jobs {warm}"


def _binding_faults(route: PlannedRoute, order: Sequence[Job], van: Van) -> Iterator[str]:
    """Locks, depots of goods, what is loaded already, and the order that was asked for."""
    last = len(route.reloads)
    if last > van.max_reloads:
        yield f"reloads {last} times, may {van.max_reloads} times"
    if any(before.trip > after.trip for before, after in zip(route.stops, route.stops[1:], strict=False)):
        yield "its trips are mixed up"
    if {stop.trip for stop in route.stops} - set(range(last + 1)):
        yield "has a trip without a reload before it"
    for stop, job in zip(route.stops, order, strict=True):
        if job.van_key not in (None, van.key):
            yield f"job {job.key}: is locked to van {job.van_key}"
        if van.is_loaded and stop.trip == 0 and not job.is_pickup and job.van_key != van.key:
            yield f"job {job.key}: cannot be loaded, the van is on its way"
        if job.is_pickup:
            depot = van.place_end if stop.trip == last else van.reloads_at
        else:
            depot = van.place_start if stop.trip == 0 and not van.is_loaded else van.reloads_at
        is_on_board = van.is_loaded and stop.trip == 0 and not job.is_pickup
        if job.depot is not None and job.depot != depot and not is_on_board:
            yield f"job {job.key}: its goods are at another depot"
    place = {stop.job_key: number for number, stop in enumerate(route.stops)}
    kept = [place[key] for key in van.sequence if key in place]
    if kept != sorted(kept):
        yield "does not keep its sequence"


def _time_faults(route: PlannedRoute, order: Sequence[Job], van: Van, matrix: TravelMatrix) -> Iterator[str]:
    if route.departs_s < van.starts_s:
        yield f"departs {hhmm(route.departs_s)}, the shift starts {hhmm(van.starts_s)}"
    clock, place, trip, reloads = route.departs_s, van.place_start, 0, list(route.reloads)
    for number, (stop, job) in enumerate(zip(route.stops, order, strict=True)):
        if stop.trip != trip and reloads and van.reloads_at:
            reload = reloads.pop(0)
            expected_s = matrix.after(clock, matrix.seconds(place, van.reloads_at))
            if reload.arrives_s != expected_s or reload.departs_s != expected_s + van.reload_s:
                yield f"reloads {hhmm(reload.arrives_s)}, the way there ends {hhmm(expected_s)}"
            clock, place, trip = reload.departs_s, van.reloads_at, stop.trip
        expected_s = matrix.after(clock, matrix.seconds(place, job.place))
        if stop.arrives_s != expected_s:
            yield f"job {job.key}: arrives {hhmm(stop.arrives_s)}, the way there ends {hhmm(expected_s)}"
        yield from _stop_faults(stop, job)
        clock, place = stop.departs_s, job.place
        if route.rest and route.rest.after == number:
            if route.rest.starts_s < clock:
                yield "its break starts before the stop is over"
            clock = route.rest.ends_s
    if reloads:
        yield "reloads for no trip"
    expected_s = matrix.after(clock, matrix.seconds(place, van.place_end))
    if route.returns_s != expected_s:
        yield f"returns {hhmm(route.returns_s)}, the way back ends {hhmm(expected_s)}"
    if route.returns_s > van.ends_s:
        yield f"returns {hhmm(route.returns_s)}, the shift ends {hhmm(van.ends_s)}"


def _stop_faults(stop: PlannedStop, job: Job) -> Iterator[str]:
    if stop.starts_s < stop.arrives_s:
        yield f"job {job.key}: starts before it arrives"
    if not any(opens <= stop.starts_s <= closes for opens, closes in job.windows):
        late_s = stop.starts_s - max((closes for _, closes in job.windows), default=stop.starts_s)
        if not 0 < late_s <= job.late_s:
            yield f"job {job.key}: starts {hhmm(stop.starts_s)}, outside its windows"
        elif stop.late_s != late_s:
            yield f"job {job.key}: {late_s} s late, says {stop.late_s} s"
    if stop.departs_s != stop.starts_s + job.service_s:
        yield f"job {job.key}: departs {hhmm(stop.departs_s)}, which is not when its service ends"


def _due_faults(route: PlannedRoute, order: Sequence[Job]) -> Iterator[str]:
    """What is picked up must be where its trip ends when it is due."""
    unloaded = [*(reload.arrives_s for reload in route.reloads), route.returns_s]
    for stop, job in zip(route.stops, order, strict=True):
        if job.due_s is not None and stop.trip < len(unloaded) and unloaded[stop.trip] > job.due_s:
            yield f"job {job.key}: is brought {hhmm(unloaded[stop.trip])}, due {hhmm(job.due_s)}"


def _hours_faults(route: PlannedRoute, van: Van) -> Iterator[str]:
    hours_s = route.returns_s - route.departs_s
    if hours_s > van.max_work_s:
        yield f"works {hhmm(hours_s)}, may {hhmm(van.max_work_s)}"
    if van.rest is None:
        if route.rest:
            yield "has a break that nobody owes"
    elif route.rest is None:
        if hours_s > van.rest.after_s:
            yield f"works {hhmm(hours_s)} without a break"
    else:
        if not 0 <= route.rest.after < len(route.stops):
            yield "its break is after no stop"
        if not van.rest.opens_s <= route.rest.starts_s <= van.rest.closes_s:
            yield f"its break starts {hhmm(route.rest.starts_s)}, outside its hours"
        if route.rest.ends_s - route.rest.starts_s != van.rest.lasts_s:
            yield f"its break lasts {route.rest.ends_s - route.rest.starts_s} s"


def _sum_faults(route: PlannedRoute, order: Sequence[Job], van: Van, matrix: TravelMatrix) -> Iterator[str]:
    if not route.stops:
        yield "has no stops"
    distance_m, place, trip = 0, van.place_start, 0
    for stop, job in zip(route.stops, order, strict=True):
        if stop.trip != trip and van.reloads_at:
            distance_m += matrix.metres(place, van.reloads_at)
            place, trip = van.reloads_at, stop.trip
        distance_m += matrix.metres(place, job.place)
        place = job.place
    distance_m += matrix.metres(place, van.place_end)
    if route.distance_m != distance_m:
        yield f"claims {route.distance_m} m, its legs are {distance_m} m"
    if route.duration_s != route.returns_s - route.departs_s:
        yield "its duration is not the time from departure to return"
