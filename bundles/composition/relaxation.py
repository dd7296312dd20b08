"""The linear relaxation of a whole stretch, over all offers and dates: the bound, and what to choose from.

Columns are generated: a master with a few pairs is solved, every allowed pair is priced at its duals, and
those that would help are added until none does. Rows that few solutions break are added when one breaks them
(`cuts`). Both leave the optimum what it is over all pairs and rows; and from any duals follows a bound
(Lagrange) that holds at whatever point it stops.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

import numpy as np

from .cuts import broken
from .master import Master
from .prices import SCALE
from .table import Table

FIRST = 12  # columns of each slot to begin with
MORE = 12  # and to add at a time
CLOSE = 2e-4  # of the objective: how near to its bound, and to its last value, it stops
_EPS = 1e-6


@dataclass
class Relaxed:
    """`weight` is how far each pair is taken, `reduced` its reduced cost, `bound` in won."""

    bound: float
    weight: np.ndarray
    reduced: np.ndarray


def relax(
    table: Table,
    cliques: Sequence[Sequence[int]],
    left_out: Collection[int],
    time_left: Callable[[], float],
) -> Relaxed:
    """Return the relaxation; its bound is the best one proven when it is near enough or time runs out.

    `cliques` are sets of editions of which a producer may be in one at most; editions `left_out` stay empty.
    """
    master = Master(table, left_out)
    master.add(_first(table, master.linear))
    weight, reduced = np.zeros(len(table.offer)), np.where(table.open, master.linear, np.inf)
    bound = master.bound(np.zeros(master.model.rows), reduced)
    before = -np.inf
    while time_left() > 0 and master.model.relax(time_left()):
        duals = master.duals()
        reduced, weight = master.reduced(duals), np.where(master.weights() > _EPS, master.weights(), 0.0)
        objective = master.model.objective
        bound = max(bound, master.bound(duals, reduced))
        enough = CLOSE * max(1.0, abs(objective))
        is_close = objective - bound <= enough
        if is_close and abs(objective - before) <= enough:
            break
        cuts = [master.cut(cut) for cut in broken(table, cliques, weight)]
        added = 0 if is_close else master.add(_helpful(table, master, reduced))
        if not any(cuts) and not added:
            break
        before = objective
    return Relaxed(bound * SCALE, weight, reduced)


def _first(table: Table, linear: np.ndarray) -> np.ndarray:
    first = [np.flatnonzero(table.locked & table.open)]
    for slot in range(len(table.slots)):
        pairs = table.slot_pairs(slot)
        first += [pairs[_least(linear[pairs], FIRST)], pairs[_least(table.cost[pairs], 2)]]
    return np.unique(np.concatenate(first))


def _helpful(table: Table, master: Master, reduced: np.ndarray) -> np.ndarray:
    found = []
    outside = np.where((master.column_of < 0) & (reduced < -_EPS), reduced, np.inf)
    for slot in range(len(table.slots)):
        part = outside[table.start[slot] : table.start[slot + 1]]
        best = _least(part, MORE)
        found.append(table.start[slot] + best[np.isfinite(part[best])])
    return np.concatenate(found) if found else np.zeros(0, dtype=np.int64)


def _least(values: np.ndarray, count: int) -> np.ndarray:
    """Return the places of the least values, ascending; equal ones in order of place."""
    return np.argsort(values, kind="stable")[:count]
