"""How people plan a day: van after van to the nearest stop that can be reached in time.

Both ways look only at stops that fit the van and bring it back before its shift ends, and at each stop go
where the service can start first (driving and waiting), the shorter way among equals.
"""

from collections.abc import Sequence

import numpy as np

from delivery.itinerary import Job, Route, Van

from .routes_seoul import DISTRICTS, SeoulDay


def by_district(day: SeoulDay) -> list[Route]:
    """District by district; a van that has room and time left runs on to the next district."""
    rank = {name: place for place, name in enumerate(DISTRICTS)}
    return _van_after_van(day, np.array([rank[name] for name in day.districts]))


def nearest_neighbour(day: SeoulDay) -> list[Route]:
    """The nearest in time over the whole city."""
    return _van_after_van(day, np.zeros(len(day.jobs), dtype=np.int64))


def _van_after_van(day: SeoulDay, rank: np.ndarray) -> list[Route]:
    """Fill vans one after the other, always from the lowest rank that has a stop for the van.

    While the lowest rank has chilled goods left, a refrigerated van goes.
    """
    left = np.ones(len(day.jobs), dtype=bool)
    chilled = np.array([job.chilled_volume_ml > 0 for job in day.jobs])
    vans = {
        is_chilled: [van for van in day.vans if van.chilled == is_chilled] for is_chilled in (True, False)
    }
    routes = []
    while left.any() and any(vans.values()):
        lowest = rank[left].min()
        wanted = bool((left & chilled & (rank == lowest)).any())
        van = (vans[wanted] or vans[not wanted]).pop(0)
        order = _fill(day, van, left, rank, chilled)
        if order:
            routes.append(Route(van, (tuple(order),)))
    return routes


def _fill(day: SeoulDay, van: Van, left: np.ndarray, rank: np.ndarray, chilled: np.ndarray) -> list[Job]:
    matrix = day.matrix
    home = matrix.position(van.place_end)
    spots = np.array([matrix.position(job.place) for job in day.jobs])
    loads = np.array([(job.weight_g, job.volume_ml, job.crates) for job in day.jobs])
    room = np.array([van.max_weight_g, van.max_volume_ml, van.max_crates])
    service = np.array([job.service_s for job in day.jobs])
    at, clock, order = matrix.position(van.place_start), van.starts_s, list[Job]()
    while True:
        starts = _starts(day.jobs, clock + matrix.duration_s[at, spots])
        back = starts + service + matrix.duration_s[spots, home]
        possible = left & (back <= van.ends_s) & (loads <= room).all(axis=1) & (van.chilled | ~chilled)
        if not possible.any():
            return order
        possible &= rank == rank[possible].min()
        choices = np.flatnonzero(possible)
        best = min(choices, key=lambda each: (starts[each], matrix.distance_m[at, spots[each]]))
        order.append(day.jobs[best])
        left[best] = False
        room = room - loads[best]
        at, clock = spots[best], int(starts[best] + service[best])


def _starts(jobs: Sequence[Job], arrivals: np.ndarray) -> np.ndarray:
    """When the service of each job can start; far in the future where it is closed by then."""
    never = np.int64(10**9)
    starts = np.full(len(jobs), never)
    for row in range(max(len(job.windows) for job in jobs)):
        opens = np.array([job.windows[row][0] if row < len(job.windows) else 0 for job in jobs])
        closes = np.array([job.windows[row][1] if row < len(job.windows) else -1 for job in jobs])
        starts = np.minimum(starts, np.where(arrivals <= closes, np.maximum(arrivals, opens), never))
    return starts
