"""The linear program of the relaxation: rows and columns that it always has, pairs and cuts added to it.

Rows: the pairs taken fill each slot's variety, unless the edition is left out. The edition's cost and worth
keep their limits. A producer's sales are the sum of its steps (`fairness.steps`); its burden is at least what
the steps cost, and at least what its items would cost were each alone (`prices.whole_prices`), which in whole
numbers is so anyway. All other rules are cuts (see `cuts`). In thousands of won.
"""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from . import fairness
from .highs import INFINITY, Model
from .prices import SCALE, empty_price, whole_prices
from .table import Table


@dataclass(frozen=True)
class Cut:
    """A row added to the model: Σ values × pairs + `part` × the edition's cost ≤ `most`."""

    name: tuple
    most: float
    pairs: np.ndarray
    values: np.ndarray
    edition: int = 0
    part: float = 0.0


class Master:
    """See the module. Pairs are added as columns in any order; editions `left_out` stay empty."""

    def __init__(self, table: Table, left_out: Collection[int] = ()) -> None:
        self.table = table
        self.model = Model()
        self.column_of = np.full(len(table.offer), -1, dtype=np.int64)
        self.chosen: list[int] = []  # pairs, in order of their columns
        self.cuts: dict[tuple, tuple[int, Cut]] = {}
        self.cuts_of: dict[int, list[tuple[int, float]]] = defaultdict(list)  # (row, value) of each pair
        self._lower: list[float] = []  # of rows
        self._upper: list[float] = []
        # Columns other than pairs: (cost, least, most) and their entries (column, row, value).
        self._others: list[tuple[float, float, float]] = []
        self._entries: list[tuple[int, int, float]] = []
        self._add_rows()
        self._add_edition_columns(left_out)
        self._add_producer_columns()

    def _row(self, lower: float, upper: float) -> int:
        self._lower.append(lower)
        self._upper.append(upper)
        return self.model.add_row(lower, upper, [], [])

    def _column(self, cost: float, lower: float, upper: float, entries: list[tuple[int, float]]) -> int:
        (column,) = self.model.add_columns([cost], [lower], [upper], [entries])
        self._entries += [(len(self._others), row, value) for row, value in entries]
        self._others.append((cost, lower, upper))
        return column

    def _add_rows(self) -> None:
        table = self.table
        self.slot_row = np.array([self._row(variety, variety) for variety in table.variety], dtype=np.int64)
        self.cost_row = np.array([self._row(0, 0) for _ in table.requests], dtype=np.int64)
        least = [0 if "min_worth" in table.waived else request.min_worth for request in table.requests]
        self.worth_row = np.array([self._row(won / SCALE, INFINITY) for won in least], dtype=np.int64)
        self.sales_row = np.array([self._row(0, 0) for _ in table.fair_share], dtype=np.int64)
        self.burden_row = np.array([self._row(0, INFINITY) for _ in table.fair_share], dtype=np.int64)

    def _add_edition_columns(self, left_out: Collection[int]) -> None:
        table = self.table
        self.cost_column, self.out_column = [], []
        for edition, request in enumerate(table.requests):
            most = INFINITY if "max_cost" in table.waived else max(0, request.max_cost) / SCALE
            own = table.edition_pairs(edition)
            most = min(most, table.cost[own].sum() / SCALE)
            self.cost_column.append(self._column(0, 0, most, [(self.cost_row[edition], -1.0)]))
            entries = [(self.worth_row[edition], request.min_worth / SCALE)]
            entries += [(self.slot_row[slot], float(table.variety[slot])) for slot in table.slots_of(edition)]
            is_out = edition in left_out
            price = 0.0 if is_out else empty_price(table, edition) / SCALE
            self.out_column.append(self._column(price, float(is_out), 1, entries))

    def _add_producer_columns(self) -> None:
        table = self.table
        self.alone = whole_prices(table, np.arange(len(table.offer)), table.sold) / SCALE
        self.linear = table.linear / SCALE + self.alone
        most = np.bincount(table.producer, table.sales, minlength=len(table.fair_share))
        for producer, fair_share in enumerate(table.fair_share):
            sales, burden = self.sales_row[producer], self.burden_row[producer]
            # What sales cost together above what each item costs alone.
            self._column(1, 0, INFINITY, [(burden, 1.0)])
            left = float(most[producer])
            for width, price in fairness.steps(table.sold[producer], fair_share):
                if left > 0:
                    step = min(width, left)
                    self._column(0, 0, step / SCALE, [(sales, -1.0), (burden, -price)])
                    left -= step

    def add(self, pairs: np.ndarray) -> int:
        """Add pairs that aren't there; return how many."""
        table = self.table
        pairs = pairs[self.column_of[pairs] < 0]
        entries = []
        for pair in pairs:
            edition, producer = table.edition[pair], table.producer[pair]
            entries.append(
                [
                    (self.slot_row[table.slot[pair]], 1.0),
                    (self.cost_row[edition], table.cost[pair] / SCALE),
                    (self.worth_row[edition], table.worth[pair] / SCALE),
                    (self.sales_row[producer], table.sales[pair] / SCALE),
                    (self.burden_row[producer], self.alone[pair]),
                    *self.cuts_of.get(int(pair), ()),
                ]
            )
        self.column_of[pairs] = self.model.add_columns(
            self.linear[pairs], np.zeros(len(pairs)), np.ones(len(pairs)), entries
        )
        self.chosen += [int(pair) for pair in pairs]
        return len(pairs)

    def cut(self, cut: Cut) -> bool:
        """Add a row unless it is there; return whether it wasn't."""
        if cut.name in self.cuts:
            return False
        inside = self.column_of[cut.pairs] >= 0
        columns, values = list(self.column_of[cut.pairs[inside]]), list(cut.values[inside])
        if cut.part:
            columns.append(self.cost_column[cut.edition])
            values.append(cut.part)
        row = self.model.add_row(-INFINITY, cut.most, columns, values)
        if cut.part:
            self._entries.append((2 * cut.edition, row, cut.part))
        self._lower.append(-INFINITY)
        self._upper.append(cut.most)
        self.cuts[cut.name] = (row, cut)
        for pair, value in zip(cut.pairs, cut.values, strict=True):
            self.cuts_of[int(pair)].append((row, float(value)))
        return True

    def weights(self) -> np.ndarray:
        """Return how far each pair is taken."""
        weight = np.zeros(len(self.table.offer))
        if self.chosen:
            weight[self.chosen] = self.model.values()[self.column_of[self.chosen]]
        return weight

    def duals(self) -> np.ndarray:
        """Return what each row is worth, with the signs (and for burdens the size) that a bound needs."""
        duals = self.model.duals()
        duals = np.where(np.isinf(self._lower), np.minimum(duals, 0), duals)
        duals = np.where(np.isinf(self._upper), np.maximum(duals, 0), duals)
        duals[self.burden_row] = np.minimum(duals[self.burden_row], 1)
        return duals

    def reduced(self, duals: np.ndarray) -> np.ndarray:
        """Return the reduced cost of every pair, in the model or not; what isn't open is infinite."""
        table = self.table
        reduced = self.linear - duals[self.slot_row[table.slot]]
        reduced -= table.cost / SCALE * duals[self.cost_row[table.edition]]
        reduced -= table.worth / SCALE * duals[self.worth_row[table.edition]]
        reduced -= table.sales / SCALE * duals[self.sales_row[table.producer]]
        reduced -= self.alone * duals[self.burden_row[table.producer]]
        for row, cut in self.cuts.values():
            if duals[row]:
                reduced[cut.pairs] -= cut.values * duals[row]
        reduced[~table.open] = np.inf
        return reduced

    def bound(self, duals: np.ndarray, reduced: np.ndarray) -> float:
        """Return what no solution over all pairs can be below, by these duals (Lagrange)."""
        table = self.table
        lower = np.where(np.isinf(self._lower), 0, self._lower)
        upper = np.where(np.isinf(self._upper), 0, self._upper)
        total = float(np.where(duals > 0, duals * lower, duals * upper).sum())
        column, row, value = (np.array(part) for part in zip(*self._entries, strict=True))
        cost, least, most = (np.array(part) for part in zip(*self._others, strict=True))
        left = cost - np.bincount(column, value * duals[row], minlength=len(cost))
        most = np.where(np.isinf(most), 0, most)
        total += float(np.where(left > 0, left * least, left * most).sum())
        for slot, variety in enumerate(table.variety):
            part = reduced[table.start[slot] : table.start[slot + 1]]
            part = part[part < 0]
            if len(part):
                total += float(np.sort(part)[:variety].sum())
        return total
