"""A first plan to search on from, made as people do it: neighbourhood by neighbourhood, van after van.

Quick and never late, but far from good: a van always goes on to where the next service can start first.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from delivery.itinerary import Job, Route, Van
from delivery.reasons import is_barred
from delivery.travel import IntMatrix, TravelMatrix

# A neighbourhood has about so many stops. Large ones pack the vans, small ones keep ways short.
NEIGHBOURHOOD_SIZES = (40, 150)
NEVER = np.int64(10**9)
# The key of no van.
NOBODY = -1
Flags = npt.NDArray[np.bool_]


def constructed(
    jobs: Sequence[Job], vans: Sequence[Van], matrix: TravelMatrix, size: int
) -> tuple[list[Route], int]:
    """Routes by neighbourhoods of about `size` stops; and how many jobs found no room.

    A van gets all its goods at once here: reloads are left to the search.
    """
    work = _Work.of(jobs, vans, matrix)
    rank = neighbourhoods(jobs, size)
    left = np.ones(len(jobs), dtype=bool)
    idle, routes = list(vans), []
    while left.any() and idle:
        lowest = np.flatnonzero(left & (rank == rank[left].min()))
        # The van that may take most of the next neighbourhood, and no better one than needed.
        van = max(idle, key=lambda van: (work.allowed[van.key][lowest].sum(), -work.allowed[van.key].sum()))
        idle.remove(van)
        order = _fill(van, work, left, rank)
        if order:
            routes.append(Route(van, (tuple(order),)))
    return routes, int(left.sum())


@dataclass(frozen=True)
class _Work:
    """The jobs as columns; `allowed` by van, shared by vans to which the same is barred."""

    jobs: Sequence[Job]
    matrix: TravelMatrix
    rows: IntMatrix
    loads: IntMatrix
    service_s: IntMatrix
    opens: IntMatrix
    closes: IntMatrix
    allowed: dict[int, Flags]

    @classmethod
    def of(cls, jobs: Sequence[Job], vans: Sequence[Van], matrix: TravelMatrix) -> "_Work":
        most = max(len(job.windows) for job in jobs)
        windows = [[*job.windows, *[(0, -1)] * (most - len(job.windows))] for job in jobs]
        bounds = np.array(windows, dtype=np.int64)
        due = np.array([NEVER if job.due_s is None else job.due_s - job.service_s for job in jobs])
        return cls(
            jobs,
            matrix,
            np.array([matrix.position(job.place) for job in jobs]),
            np.array([(job.weight_g, job.volume_ml, job.crates) for job in jobs]),
            np.array([job.service_s for job in jobs]),
            bounds[:, :, 0],
            np.minimum(bounds[:, :, 1], due[:, None]),
            _allowed(jobs, vans),
        )

    def starts(self, arrivals: IntMatrix) -> IntMatrix:
        """When each service can start after these arrivals; never, if it is too late."""
        arrived = arrivals[:, None]
        starts: IntMatrix = np.where(arrived <= self.closes, np.maximum(arrived, self.opens), NEVER).min(
            axis=1
        )
        return starts


def _allowed(jobs: Sequence[Job], vans: Sequence[Van]) -> dict[int, Flags]:
    """Which jobs each van may bring; found once for vans that differ in their key only."""
    locked = {job.van_key for job in jobs}
    kinds: dict[Van, Flags] = {}
    allowed = {}
    for van in vans:
        kind = van if van.key in locked else replace(van, key=NOBODY)
        if kind not in kinds:
            kinds[kind] = np.array([is_barred(job, kind) is None for job in jobs])
        allowed[van.key] = kinds[kind]
    return allowed


def _fill(van: Van, work: _Work, left: Flags, rank: IntMatrix) -> list[Job]:
    duration_s = work.matrix.duration_s
    rest_s = van.rest.lasts_s if van.rest else 0
    ends_s = min(van.ends_s, van.starts_s + van.max_work_s) - rest_s
    home = duration_s[work.rows, work.matrix.position(van.place_end)]
    room = np.array([van.max_weight_g, van.max_volume_ml, van.max_crates])
    at, clock, order = work.matrix.position(van.place_start), van.starts_s, list[Job]()
    while True:
        starts = work.starts(clock + duration_s[at, work.rows])
        back = starts + work.service_s + home
        possible = left & work.allowed[van.key] & (back <= ends_s) & (work.loads <= room).all(axis=1)
        if not possible.any():
            return order
        choices = np.flatnonzero(possible & (rank == rank[possible].min()))
        best = choices[np.lexsort((work.matrix.distance_m[at, work.rows[choices]], starts[choices]))[0]]
        order.append(work.jobs[best])
        left[best] = False
        room = room - work.loads[best]
        at, clock = work.rows[best], int(starts[best] + work.service_s[best])


def neighbourhoods(jobs: Sequence[Job], size: int) -> IntMatrix:
    """Cut the map in two along its longer side until each piece is small enough; numbered so that
    pieces that follow each other touch."""
    points = np.array([(job.place.latitude, job.place.longitude * 0.79) for job in jobs])
    rank = np.zeros(len(jobs), dtype=np.int64)
    pieces = [np.arange(len(jobs))]
    while any(len(piece) > size for piece in pieces):
        halves = []
        for number, piece in enumerate(pieces):
            spread = points[piece].max(axis=0) - points[piece].min(axis=0)
            ordered = piece[np.argsort(points[piece, int(spread.argmax())], kind="stable")]
            two = [ordered[: len(ordered) // 2], ordered[len(ordered) // 2 :]]
            halves += two if number % 2 == 0 else two[::-1]
        pieces = halves
    for number, piece in enumerate(pieces):
        rank[piece] = number
    return rank
