"""The linear relaxation of a whole stretch, over all offers and dates: the bound, and what to choose from.

Columns are generated: a model with a few pairs is solved, every allowed pair is priced at its duals, and
those that would help are added until none does. Rows that few solutions break (shared capacity, rotation
within the stretch, a producer's part, a product twice, what sales cost together) are added when one breaks
them. Both leave the optimum what it is over all pairs and rows; and from any duals follows a bound (Lagrange)
that holds at whatever point it stops.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

import numpy as np

from . import fairness
from .highs import INFINITY, Model
from .prices import SCALE, empty_price, whole_prices
from .table import Table

FIRST = 6  # columns of each slot to begin with
MORE = 6  # and to add at a time
CLOSE = 2e-4  # of the objective: how near to its bound it stops
_EPS = 1e-6


@dataclass
class Relaxed:
    """`weight` is how far each pair is taken, `reduced` its reduced cost, `bound` in won."""

    bound: float
    weight: np.ndarray
    reduced: np.ndarray


class Relaxation:
    """See the module.

    `cliques` are sets of editions of which a producer may be in one at most; editions `left_out` stay empty.
    """

    def __init__(
        self, table: Table, cliques: Sequence[Sequence[int]], left_out: Collection[int] = ()
    ) -> None:
        self.table, self.cliques, self.left_out = table, cliques, left_out
        self.model = Model()
        self.column_of = np.full(len(table.offer), -1, dtype=np.int64)
        self.chosen: list[int] = []  # pairs, in order of their columns
        self.lazy: dict[tuple, tuple[int, np.ndarray, np.ndarray]] = {}
        self.pair_rows: dict[int, list[tuple[int, float]]] = defaultdict(list)
        self._frame()

    def solve(self, time_left: Callable[[], float]) -> Relaxed:
        """Return the relaxation; its bound is the best one proven when it is near enough or time runs out."""
        table = self.table
        self._add(self._first())
        bound, reduced, weight = -np.inf, table.linear / SCALE, np.zeros(len(table.offer))
        while time_left() > 0 and self.model.relax(time_left()):
            reduced, weight = self._price(), self._weights()
            objective = self.model.objective
            bound = max(bound, objective + self._best_of_slots(reduced))
            is_close = objective - bound <= CLOSE * max(1.0, abs(objective))
            cut = self._cut(weight)
            if not cut and is_close:
                break
            added = 0 if is_close else self._add(self._helpful(reduced))
            if not cut and not added:
                break
        return Relaxed(float(bound) * SCALE, weight, reduced)

    def _frame(self) -> None:
        """Rows: slots, cost and worth of editions, sales of producers. Columns: what isn't a pair."""
        table, model = self.table, self.model
        slots, editions, producers = len(table.slots), len(table.requests), len(table.fair_share)
        for variety in table.variety:
            model.add_row(variety, variety, [], [])
        for _ in range(editions):
            model.add_row(0, 0, [], [])
        for request in table.requests:
            least = 0 if "min_worth" in table.waived else request.min_worth
            model.add_row(least / SCALE, INFINITY, [], [])
        self.cost_row, self.worth_row = slots, slots + editions
        most = [
            INFINITY if "max_cost" in table.waived else max(0, request.max_cost) / SCALE
            for request in table.requests
        ]
        self.cost_column = model.add_columns(
            [0] * editions, [0] * editions, most, [[(self.cost_row + e, -1.0)] for e in range(editions)]
        )
        out = [
            [(self.worth_row + edition, request.min_worth / SCALE)]
            for edition, request in enumerate(table.requests)
        ]
        for slot, (edition, _) in enumerate(table.slots):
            out[edition].append((slot, float(table.variety[slot])))
        self.out_column = model.add_columns(
            [0 if e in self.left_out else empty_price(table, e) / SCALE for e in range(editions)],
            [float(e in self.left_out) for e in range(editions)], [1] * editions, out,
        )  # fmt: skip
        self.alone = whole_prices(table, np.arange(len(table.offer)), table.sold) / SCALE
        self.linear = table.linear / SCALE + self.alone
        # What sales cost together above what each item costs alone.
        self.more_column = model.add_columns([1] * producers, [0] * producers, [INFINITY] * producers)

    def _first(self) -> np.ndarray:
        table = self.table
        first = [np.flatnonzero(table.locked & table.open)]
        for slot in range(len(table.slots)):
            pairs = table.slot_pairs(slot)
            first += [pairs[_least(self.linear[pairs], FIRST)], pairs[_least(table.cost[pairs], 2)]]
        return np.unique(np.concatenate(first))

    def _add(self, pairs: np.ndarray) -> int:
        table = self.table
        pairs = pairs[self.column_of[pairs] < 0]
        entries = []
        for pair in pairs:
            edition = int(table.edition[pair])
            entries.append(
                [
                    (int(table.slot[pair]), 1.0),
                    (self.cost_row + edition, table.cost[pair] / SCALE),
                    (self.worth_row + edition, table.worth[pair] / SCALE),
                    *self.pair_rows.get(int(pair), ()),
                ]
            )
        locked = table.locked[pairs]
        columns = self.model.add_columns(
            self.linear[pairs], np.zeros(len(pairs)), np.ones(len(pairs)), entries
        )
        self.column_of[pairs] = columns
        self.chosen += [int(pair) for pair in pairs]
        # An edition left out has no locked item either.
        for pair, is_locked, column in zip(pairs, locked, columns, strict=True):
            if is_locked:
                self.model.add_row(1, INFINITY, [column, self.out_column[table.edition[pair]]], [1, 1])
        return len(pairs)

    def _price(self) -> np.ndarray:
        table, duals = self.table, self.model.duals()
        reduced = self.linear - duals[table.slot]
        reduced -= table.cost / SCALE * duals[self.cost_row + table.edition]
        reduced -= table.worth / SCALE * duals[self.worth_row + table.edition]
        for row, pairs, values in self.lazy.values():
            if duals[row]:
                reduced[pairs] -= values * duals[row]
        reduced[~table.open] = np.inf
        return reduced

    def _best_of_slots(self, reduced: np.ndarray) -> float:
        """Return how far the slots' best pairs could lower the objective at these duals (0 or less)."""
        table, total = self.table, 0.0
        for slot, variety in enumerate(table.variety):
            part = reduced[table.start[slot] : table.start[slot + 1]]
            part = part[(part < 0) & (self.column_of[table.start[slot] : table.start[slot + 1]] < 0)]
            if len(part):
                total += float(np.sort(part)[:variety].sum())
        return total

    def _helpful(self, reduced: np.ndarray) -> np.ndarray:
        table, found = self.table, []
        outside = np.where((self.column_of < 0) & (reduced < -_EPS), reduced, np.inf)
        for slot in range(len(table.slots)):
            part = outside[table.start[slot] : table.start[slot + 1]]
            best = _least(part, MORE)
            found.append(table.start[slot] + best[np.isfinite(part[best])])
        return np.concatenate(found) if found else np.zeros(0, dtype=np.int64)

    def _weights(self) -> np.ndarray:
        weight = np.zeros(len(self.table.offer))
        if self.chosen:
            weight[self.chosen] = self.model.values()[self.column_of[self.chosen]]
        return np.where(weight > _EPS, weight, 0.0)

    def _cut(self, weight: np.ndarray) -> int:
        """Add the rows that the weights break; return how many."""
        table = self.table
        taken = np.flatnonzero(weight)
        before = len(self.lazy)
        use: dict[int, float] = defaultdict(float)
        part: dict[tuple[int, int], float] = defaultdict(float)
        spent: dict[int, float] = defaultdict(float)
        twice: dict[tuple[int, int], float] = defaultdict(float)
        place: dict[tuple[int, int], list[int]] = defaultdict(list)
        for pair in taken:
            edition, producer = int(table.edition[pair]), int(table.producer[pair])
            use[int(table.room[pair])] += weight[pair] * table.load[pair]
            part[edition, producer] += weight[pair] * table.cost[pair]
            spent[edition] += weight[pair] * table.cost[pair]
            twice[edition, int(table.offer[pair])] += weight[pair]
            place[edition, producer].append(int(pair))
        if "capacity" not in table.waived:
            for room, load in use.items():
                if load > table.free[room] + 1e-4:
                    pairs = np.flatnonzero(table.room == room)
                    self._row(("capacity", room), table.free[room], pairs, table.load[pairs].astype(float))
        for (edition, offer), times in twice.items():
            if times > 1 + 1e-4:
                pairs = table.edition_pairs(edition)
                pairs = pairs[table.offer[pairs] == offer]
                self._row(("twice", edition, offer), 1.0, pairs, np.ones(len(pairs)))
        if "producer_share" not in table.waived:
            self._cut_shares(part, spent)
        self._cut_rotation({key: self._fullest(pairs, weight) for key, pairs in place.items()})
        self._cut_sales(taken, weight)
        return len(self.lazy) - before

    def _cut_shares(self, part: dict[tuple[int, int], float], spent: dict[int, float]) -> None:
        table = self.table
        for (edition, producer), won in part.items():
            percent = table.requests[edition].max_producer_percent
            if won * 100 > spent[edition] * percent + 100:
                pairs = table.edition_pairs(edition)
                pairs = pairs[table.producer[pairs] == producer]
                self._row(
                    ("share", edition, producer), 0.0, pairs, table.cost[pairs] / SCALE,
                    also=(self.cost_column[edition], -percent / 100),
                )  # fmt: skip

    def _cut_sales(self, taken: np.ndarray, weight: np.ndarray) -> None:
        """A producer's sales on their line of the price, where that is above what its items cost alone."""
        table = self.table
        sales: dict[int, float] = defaultdict(float)
        alone: dict[int, float] = defaultdict(float)
        for pair in taken:
            producer = int(table.producer[pair])
            sales[producer] += weight[pair] * table.sales[pair]
            alone[producer] += weight[pair] * self.alone[pair]
        values = self.model.values()
        for producer, won in sales.items():
            lines = fairness.lines(table.sold[producer], table.fair_share[producer])
            constant, price = max(lines, key=lambda line: line[0] + line[1] * won)
            column = self.more_column[producer]
            paid = alone[producer] + values[column]
            if (constant + price * won) / SCALE > paid + 1e-3:
                pairs = np.flatnonzero(table.producer == producer)
                self._row(
                    ("sales", producer, price),
                    -constant / SCALE,
                    pairs,
                    price * table.sales[pairs] / SCALE - self.alone[pairs],
                    also=(column, -1.0),
                )

    def _cut_rotation(self, fullest: dict[tuple[int, int], tuple[float, np.ndarray]]) -> None:
        """One producer in one edition of a clique: in each edition its fullest place speaks for it."""
        editions: dict[int, list[int]] = defaultdict(list)
        for edition, producer in fullest:
            editions[edition].append(producer)
        for number, clique in enumerate(self.cliques):
            total: dict[int, float] = defaultdict(float)
            for edition in clique:
                for producer in editions[edition]:
                    total[producer] += fullest[edition, producer][0]
            for producer in [producer for producer, times in total.items() if times > 1 + 1e-3]:
                places = [
                    fullest[edition, producer][1]
                    if (edition, producer) in fullest
                    else self._any_place(edition, producer)
                    for edition in clique
                ]
                pairs = np.concatenate(places)
                name = ("rotation", number, producer, *(int(place[0]) for place in places if len(place)))
                self._row(name, 1.0, pairs, np.ones(len(pairs)))

    def _fullest(self, pairs: list[int], weight: np.ndarray) -> tuple[float, np.ndarray]:
        """Return how far a producer is in an edition, and where: the place of which most is taken.

        A place is a slot for one product; in a slot for several, each product is one.
        """
        table = self.table
        full: dict[int, float] = defaultdict(float)
        for pair in pairs:
            slot = int(table.slot[pair])
            if table.variety[slot] == 1:
                full[-1 - slot] += weight[pair]
            else:
                full[pair] = weight[pair]
        most = max(sorted(full), key=lambda place: full[place])
        if most >= 0:
            return full[most], np.array([most])
        return full[most], self._of_producer(-1 - most, int(table.producer[pairs[0]]))

    def _any_place(self, edition: int, producer: int) -> np.ndarray:
        """Return a place where the producer could be in an edition that takes nothing of it."""
        for slot in self.table.slots_of(edition):
            if self.table.variety[slot] == 1 and len(own := self._of_producer(slot, producer)):
                return own
        return np.zeros(0, dtype=np.int64)

    def _of_producer(self, slot: int, producer: int) -> np.ndarray:
        pairs = self.table.slot_pairs(slot)
        return pairs[self.table.producer[pairs] == producer]

    def _row(
        self, name: tuple, upper: float, pairs: np.ndarray, values: np.ndarray,
        also: tuple[int, float] | None = None,
    ) -> None:  # fmt: skip
        if name in self.lazy:
            return
        inside = self.column_of[pairs] >= 0
        columns = [int(column) for column in self.column_of[pairs[inside]]]
        entries = [float(value) for value in values[inside]]
        if also:
            columns.append(also[0])
            entries.append(also[1])
        row = self.model.add_row(-INFINITY, upper, columns, entries)
        self.lazy[name] = (row, pairs, values)
        for pair, value in zip(pairs, values, strict=True):
            self.pair_rows[int(pair)].append((row, float(value)))


def _least(values: np.ndarray, count: int) -> np.ndarray:
    """Return the places of the least values, ascending; equal ones in order of place."""
    return np.argsort(values, kind="stable")[:count]
