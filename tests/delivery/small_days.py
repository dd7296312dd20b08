"""Tiny days with arbitrary travel times, and a reference that tries everything, minute by minute.

All times are whole minutes and all loads whole kilograms and litres, so that there is little to try
and yet the sizes that the solver sees are those of real days.
"""

from collections.abc import Sequence
from itertools import combinations, pairwise, permutations, product

import numpy as np
from hypothesis import strategies as st

from delivery.itinerary import Job, Van, Window
from delivery.travel import Place, TravelMatrix

MINUTE = 60
UNIT = 1000  # a kilogram in grams, a litre in millilitres
PLACES = tuple(Place(float(index), 0.0) for index in range(5))
DEPOT = PLACES[0]


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
def day_jobs(draw: st.DrawFn, most: int = 4) -> list[Job]:
    jobs = []
    for key in range(draw(st.integers(0, most))):
        volume_ml = UNIT * draw(st.integers(0, 3))
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
            )
        )
    return jobs


@st.composite
def day_van(draw: st.DrawFn, key: int = 0) -> Van:
    return Van(
        key=key,
        place_start=DEPOT,
        place_end=DEPOT,
        max_weight_g=UNIT * draw(st.integers(0, 6)),
        max_volume_ml=UNIT * draw(st.integers(0, 6)),
        chilled=draw(st.booleans()),
        starts_s=MINUTE * draw(st.integers(0, 6)),
        ends_s=MINUTE * draw(st.integers(12, 24)),
    )


def best_times(order: Sequence[Job], van: Van, matrix: TravelMatrix) -> tuple[int, int] | None:
    """(departure, return) with the earliest return and then the latest departure; None if impossible."""
    trips = [
        (departs_s, returns_s)
        for departs_s in range(van.starts_s, van.ends_s + 1, MINUTE)
        if (returns_s := _return_of(order, van, matrix, departs_s)) is not None
    ]
    return min(trips, key=lambda trip: (trip[1], -trip[0]), default=None)


def fits(order: Sequence[Job], van: Van, matrix: TravelMatrix) -> bool:
    return (
        sum(job.weight_g for job in order) <= van.max_weight_g
        and sum(job.volume_ml for job in order) <= van.max_volume_ml
        and (van.chilled or all(job.chilled_volume_ml == 0 for job in order))
        and best_times(order, van, matrix) is not None
    )


def best_assignment(jobs: Sequence[Job], vans: Sequence[Van], matrix: TravelMatrix) -> int:
    """The most priority that can be delivered, by trying every job in every van in every order."""
    takes = {
        (van.key, load): any(fits([jobs[job] for job in order], van, matrix) for order in permutations(load))
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


def _return_of(order: Sequence[Job], van: Van, matrix: TravelMatrix, departs_s: int) -> int | None:
    """When a van that departs then is back, by waiting minute after minute; None if that is too late."""
    clock = departs_s
    places = [van.place_start, *(job.place for job in order), van.place_end]
    for (origin, destination), job in zip(pairwise(places), [*order, None], strict=True):
        clock += matrix.seconds(origin, destination)
        if job is not None:
            while not _is_open(job.windows, clock):
                clock += MINUTE
                if clock > van.ends_s:
                    return None
            clock += job.service_s
    return clock if clock <= van.ends_s else None


def _is_open(windows: Sequence[Window], clock: int) -> bool:
    return any(opens <= clock <= closes for opens, closes in windows)
