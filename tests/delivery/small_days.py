"""Tiny days with arbitrary travel times, and a reference that tries everything, minute by minute.

All times are whole minutes and all loads whole kilograms and litres, so that there is little to try
and yet the sizes that the solver sees are those of real days.
"""

from collections.abc import Iterator, Sequence
from itertools import combinations, permutations, product

import numpy as np
from hypothesis import strategies as st

from delivery.itinerary import NO_LIMIT, Job, Rest, Trips, Van, Window
from delivery.travel import Place, TravelMatrix

MINUTE = 60
UNIT = 1000  # a kilogram in grams, a litre in millilitres
PLACES = tuple(Place(float(index), 0.0) for index in range(5))
DEPOT, OTHER_DEPOT = PLACES[:2]


@st.composite
def matrices(draw: st.DrawFn) -> TravelMatrix:
    """Trips of 0 to 6 minutes that obey no law (not even the triangle inequality)."""
    size = len(PLACES)
    minutes = draw(st.lists(st.integers(0, 6), min_size=size * size, max_size=size * size))
    duration_s = MINUTE * np.array(minutes, dtype=np.int64).reshape(size, size)
    np.fill_diagonal(duration_s, 0)
    return TravelMatrix(PLACES, duration_s * 10, duration_s)


windows = st.tuples(st.integers(0, 18), st.integers(0, 6)).map(
    lambda pair: (pair[0] * MINUTE, (pair[0] + pair[1]) * MINUTE)
)


@st.composite
def day_jobs(draw: st.DrawFn, most: int = 4, wide: bool = False) -> list[Job]:
    """With `wide` also crates, pick-ups that are due, and goods that lie at one of two depots."""
    jobs = []
    for key in range(draw(st.integers(0, most))):
        volume_ml = UNIT * draw(st.integers(0, 3))
        is_pickup = wide and draw(st.integers(0, 3)) == 0
        jobs.append(
            Job(
                key=key,
                place=draw(st.sampled_from(PLACES)),
                weight_g=UNIT * draw(st.integers(0, 3)),
                volume_ml=volume_ml,
                chilled_volume_ml=draw(st.sampled_from((0, 0, volume_ml))),
                service_s=MINUTE * draw(st.integers(0, 3)),
                windows=tuple(draw(st.lists(windows, max_size=3))),
                priority=draw(st.integers(1, 2)),
                crates=draw(st.integers(0, 2)) if wide else 0,
                is_pickup=is_pickup,
                due_s=MINUTE * draw(st.integers(8, 20)) if is_pickup and draw(st.booleans()) else None,
                depot=draw(st.sampled_from((None, None, DEPOT, OTHER_DEPOT))) if wide else None,
            )
        )
    return jobs


@st.composite
def day_van(draw: st.DrawFn, key: int = 0, wide: bool = False) -> Van:
    """With `wide` also crates, hours, a break, one reload, and two depots."""
    rest = None
    if wide and draw(st.booleans()):
        opens = draw(st.integers(0, 14))
        rest = Rest(
            lasts_s=MINUTE * draw(st.integers(1, 3)),
            opens_s=MINUTE * opens,
            closes_s=MINUTE * (opens + draw(st.integers(0, 6))),
            after_s=MINUTE * draw(st.integers(0, 12)),
        )
    reloads = draw(st.integers(0, 1)) if wide else 0
    return Van(
        key=key,
        place_start=draw(st.sampled_from((DEPOT, OTHER_DEPOT))) if wide else DEPOT,
        place_end=draw(st.sampled_from((DEPOT, OTHER_DEPOT))) if wide else DEPOT,
        max_weight_g=UNIT * draw(st.integers(0, 6)),
        max_volume_ml=UNIT * draw(st.integers(0, 6)),
        chilled=draw(st.booleans()),
        starts_s=MINUTE * draw(st.integers(0, 6)),
        ends_s=MINUTE * draw(st.integers(12, 24)),
        max_crates=draw(st.integers(0, 5)) if wide else NO_LIMIT,
        max_work_s=MINUTE * draw(st.integers(4, 20)) if wide and draw(st.booleans()) else NO_LIMIT,
        rest=rest,
        max_reloads=reloads,
        reloads_at=draw(st.sampled_from((DEPOT, OTHER_DEPOT))) if reloads else None,
        reload_s=MINUTE * draw(st.integers(0, 2)) if reloads else 0,
    )


@st.composite
def trips_of(draw: st.DrawFn, jobs: Sequence[Job], van: Van) -> list[list[Job]]:
    """Some order of all jobs in as many trips as the van may drive."""
    order = draw(st.permutations(jobs))
    if not van.max_reloads:
        return [list(order)]
    cut = draw(st.integers(0, len(order)))
    return [list(order[:cut]), list(order[cut:])]


def best_times(trips: Trips, van: Van, matrix: TravelMatrix) -> tuple[int, int] | None:
    """(departure, return) with the earliest return and then the latest departure; None if impossible."""
    times = [
        (departs_s, returns_s)
        for departs_s in range(van.starts_s, van.ends_s + 1, MINUTE)
        for returns_s in _returns(trips, van, matrix, departs_s)
    ]
    return min(times, key=lambda trip: (trip[1], -trip[0]), default=None)


def carries(trips: Trips, van: Van) -> bool:
    """Whether the loads fit at every moment and the goods are where the van is."""
    for number, trip in enumerate(trips):
        loaded_at = van.place_start if number == 0 else van.reloads_at
        unloaded_at = van.place_end if number == len(trips) - 1 else van.reloads_at
        on_board = [job for job in trip if not job.is_pickup]
        moments = [list(on_board)]
        for job in trip:
            on_board = (
                [*on_board, job] if job.is_pickup else [other for other in on_board if other is not job]
            )
            moments.append(on_board)
        for load in moments:
            if sum(job.weight_g for job in load) > van.max_weight_g:
                return False
            if sum(job.volume_ml for job in load) > van.max_volume_ml:
                return False
            if sum(job.crates for job in load) > van.max_crates:
                return False
        if any(job.chilled_volume_ml for job in trip) and not van.chilled:
            return False
        if any(job.depot not in (None, unloaded_at if job.is_pickup else loaded_at) for job in trip):
            return False
    return True


def fits(trips: Trips, van: Van, matrix: TravelMatrix) -> bool:
    """Whether the trips can be driven; a van without stops stays where it is."""
    return not any(trips) or (carries(trips, van) and best_times(trips, van, matrix) is not None)


def best_assignment(jobs: Sequence[Job], vans: Sequence[Van], matrix: TravelMatrix) -> int:
    """The most priority that can be delivered, by trying every job in every van in every order."""
    takes = {
        (van.key, load): any(
            fits(trips, van, matrix)
            for order in permutations([jobs[job] for job in load])
            for trips in ways_to_cut(order, van)
        )
        for van in vans
        for number in range(len(jobs) + 1)
        for load in combinations(range(len(jobs)), number)
    }
    best = 0
    for choice in product([None, *vans], repeat=len(jobs)):
        loads = [(van.key, tuple(job for job, by in enumerate(choice) if by is van)) for van in vans]
        if all(takes[load] for load in loads):
            best = max(
                best, sum(job.priority for job, by in zip(jobs, choice, strict=True) if by is not None)
            )
    return best


def ways_to_cut(order: Sequence[Job], van: Van) -> Iterator[list[list[Job]]]:
    """The order as one trip, and as two wherever the van could reload (also before the first stop)."""
    yield [list(order)]
    if van.max_reloads:
        for cut in range(len(order)):
            yield [list(order[:cut]), list(order[cut:])]


def _returns(trips: Trips, van: Van, matrix: TravelMatrix, departs_s: int) -> Iterator[int]:
    """Every return of a van that departs then, within all limits: without a break and with one after
    each stop, by waiting minute after minute."""
    stops = sum(len(trip) for trip in trips)
    for rest_after in [None, *range(stops)] if van.rest else [None]:
        returns_s = _return_of(trips, van, matrix, departs_s, rest_after)
        if returns_s is None or returns_s > van.ends_s or returns_s - departs_s > van.max_work_s:
            continue
        if van.rest and rest_after is None and returns_s - departs_s > van.rest.after_s:
            continue
        yield returns_s


def _return_of(
    trips: Trips, van: Van, matrix: TravelMatrix, departs_s: int, rest_after: int | None
) -> int | None:
    clock, place, number = departs_s, van.place_start, 0
    for index, trip in enumerate(trips):
        if index:
            clock += matrix.seconds(place, van.reloads_at)
            place = van.reloads_at
            if clock > min((job.due_s for job in trips[index - 1] if job.due_s is not None), default=clock):
                return None
            clock += van.reload_s
        for job in trip:
            opened = _wait(job.windows, clock + matrix.seconds(place, job.place), van)
            if opened is None:
                return None
            clock, place = opened + job.service_s, job.place
            if number == rest_after:
                opened = _wait([(van.rest.opens_s, van.rest.closes_s)], clock, van)
                if opened is None:
                    return None
                clock = opened + van.rest.lasts_s
            number += 1
    clock += matrix.seconds(place, van.place_end)
    due_s = [job.due_s for job in trips[-1] if job.due_s is not None]
    return clock if clock <= min(due_s, default=clock) else None


def _wait(windows: Sequence[Window], clock: int, van: Van) -> int | None:
    """The next minute from `clock` on in which it is open; None if that is too late for the van."""
    while not any(opens <= clock <= closes for opens, closes in windows):
        clock += MINUTE
        if clock > van.ends_s:
            return None
    return clock
