"""Some editions solved in whole numbers while all others stay as they are.

The model of the package over a part: pairs given, editions given. What the other editions take is gone, what
they sell is sold, and the caller leaves out the pairs that may not repeat them.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from . import fairness
from .highs import INFINITY, Model
from .prices import SCALE, empty_price, whole_prices
from .rotation import Apart
from .table import Table


@dataclass(frozen=True)
class Around:
    """What the other editions leave: what is free by room and won sold by producer (numbers of the table)."""

    free: Sequence[float]
    sold: Sequence[float]


def solve_block(
    table: Table,
    editions: Sequence[int],
    pairs: np.ndarray,
    around: Around,
    apart: Apart,
    *,
    seconds: float,
    gap: float,
    start: Sequence[int] = (),
    costs: np.ndarray | None = None,
) -> list[int] | None:
    """Return the pairs to take for the editions: fewest left out, then least cost; None if time ran out.

    `start` is a solution to improve on: the pairs taken now. `costs` of the table's pairs, if given, are
    all that counts, instead of fairness, variety and ratings.
    """
    return _Block(table, list(editions), np.sort(pairs), around, apart, costs).solve(seconds, gap, start)


class _Block:
    def __init__(
        self,
        table: Table,
        editions: list[int],
        pairs: np.ndarray,
        around: Around,
        apart: Apart,
        costs: np.ndarray | None,
    ) -> None:
        self.table, self.editions, self.pairs, self.around = table, editions, pairs, around
        self.model = model = Model()
        self.alone = whole_prices(table, pairs, around.sold)
        linear = (table.linear[pairs] + self.alone if costs is None else costs[pairs]) / SCALE
        self.is_fair = costs is None
        self.take = model.add_columns(linear, np.zeros(len(pairs)), np.ones(len(pairs)), integer=True)
        out = model.add_columns(
            [empty_price(table, edition) / SCALE for edition in editions],
            np.zeros(len(editions)), np.ones(len(editions)), integer=True,
        )  # fmt: skip
        self.out = dict(zip(editions, out, strict=True))
        self.of_edition = {edition: self._where(table.edition, edition) for edition in editions}
        for edition in editions:
            self._edition_rows(edition)
        if "capacity" not in table.waived:
            self._capacity_rows()
        if self.is_fair:
            self._sales_rows()
        self._rotation_rows(apart.producers)
        self._product_rows(apart.products)

    def _where(self, column: np.ndarray, number: int) -> np.ndarray:
        return np.flatnonzero(column[self.pairs] == number)

    def _edition_rows(self, edition: int) -> None:
        table, model, request = self.table, self.model, self.table.requests[edition]
        own, out = self.of_edition[edition], self.out[edition]
        slot = table.slot[self.pairs[own]]
        for number in table.slots_of(edition):
            variety = table.variety[number]
            columns = own[slot == number]
            model.add_row(variety, variety, [*columns, out], [*np.ones(len(columns)), variety])
        cost = table.cost[self.pairs[own]] / SCALE
        if "max_cost" not in table.waived:
            model.add_row(-INFINITY, request.max_cost / SCALE, own, cost)
        if "min_worth" not in table.waived:
            worth = table.worth[self.pairs[own]] / SCALE
            least = request.min_worth / SCALE
            model.add_row(least, INFINITY, [*own, out], [*worth, least])
        for column in own[table.locked[self.pairs[own]]]:
            model.add_row(1, INFINITY, [column, out], [1, 1])
        if table.missing_locks(edition):
            model.add_row(1, 1, [out], [1])
        self._producer_rows(edition, own, cost)
        self._once_rows(own)

    def _producer_rows(self, edition: int, own: np.ndarray, cost: np.ndarray) -> None:
        """A producer's part of the cost, and the price of coming twice."""
        table, model = self.table, self.model
        percent = 100 if "producer_share" in table.waived else table.requests[edition].max_producer_percent
        by_producer: dict[int, list[int]] = defaultdict(list)
        for place, column in enumerate(own):
            by_producer[int(table.producer[self.pairs[column]])].append(place)
        total = None
        least = self._least_cost(edition, own)
        usual = float(np.mean([table.usual[slot] for slot in table.slots_of(edition)] or [0.0]))
        for places in by_producer.values():
            items = min(len(places), sum(table.variety[slot] for slot in table.slots_of(edition)))
            most = np.sort(cost[places])[::-1][:items].sum()
            if percent < 100 and most * 100 > least * percent:
                if total is None:
                    (total,) = model.add_columns([0], [0], [INFINITY])
                    model.add_row(0, 0, [*own, total], [*cost, -1])
                model.add_row(-INFINITY, 0, [*own[places], total], [*cost[places], -percent / 100])
            if items > 1 and self.is_fair:
                (twice,) = model.add_columns([fairness.TWICE * usual / SCALE], [0], [INFINITY])
                model.add_row(-INFINITY, 1, [*own[places], twice], [*np.ones(len(places)), -1])

    def _least_cost(self, edition: int, own: np.ndarray) -> float:
        table, total = self.table, 0.0
        slot = table.slot[self.pairs[own]]
        for number in table.slots_of(edition):
            costs = np.sort(table.cost[self.pairs[own[slot == number]]])
            total += float(costs[: table.variety[number]].sum())
        return total / SCALE

    def _once_rows(self, own: np.ndarray) -> None:
        offers = self.table.offer[self.pairs[own]]
        found, times = np.unique(offers, return_counts=True)
        for offer in found[times > 1]:
            columns = own[offers == offer]
            self.model.add_row(-INFINITY, 1, columns, np.ones(len(columns)))

    def _capacity_rows(self) -> None:
        table = self.table
        by_room: dict[int, list[int]] = defaultdict(list)
        for column, room in enumerate(table.room[self.pairs]):
            by_room[int(room)].append(column)
        for room, columns in by_room.items():
            load = table.load[self.pairs[columns]]
            if load.sum() > self.around.free[room]:
                self.model.add_row(-INFINITY, self.around.free[room], columns, load)

    def _sales_rows(self) -> None:
        """What a producer's items cost together in fairness, above what each costs alone."""
        table, model = self.table, self.model
        by_producer: dict[int, list[int]] = defaultdict(list)
        for column, producer in enumerate(table.producer[self.pairs]):
            by_producer[int(producer)].append(column)
        for producer, columns in by_producer.items():
            if len(columns) < 2:
                continue
            sales = table.sales[self.pairs[columns]].astype(float)
            alone = self.alone[columns]
            most = self._most_sales(columns, sales)
            lines = fairness.lines(self.around.sold[producer], table.fair_share[producer])
            (more,) = model.add_columns([1], [0], [INFINITY])
            for place, (constant, price) in enumerate(lines):
                if place and constant + price * most < lines[place - 1][0] + lines[place - 1][1] * most:
                    break
                values = (price * sales - alone) / SCALE
                if values.max() > 0:
                    model.add_row(-INFINITY, -constant / SCALE, [*columns, more], [*values, -1])

    def _most_sales(self, columns: list[int], sales: np.ndarray) -> float:
        """Return the won that the columns could sell at most: each slot's greatest, in all of its places."""
        most: dict[int, float] = {}
        for column, won in zip(columns, sales, strict=True):
            slot = int(self.table.slot[self.pairs[column]])
            most[slot] = max(most.get(slot, 0.0), float(won) * self.table.variety[slot])
        return sum(most.values())

    def _rotation_rows(self, cliques: Sequence[Sequence[int]]) -> None:
        """In each clique of editions a producer (and with it each of its products) comes in one at most."""
        for clique in cliques:
            inside = [edition for edition in clique if edition in self.of_edition]
            if len(inside) < 2:
                continue
            by_producer: dict[int, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
            for edition in inside:
                for column in self.of_edition[edition]:
                    producer = int(self.table.producer[self.pairs[column]])
                    by_producer[producer][edition].append(int(column))
            for columns in by_producer.values():
                if len(columns) > 1:
                    self._apart(columns)

    def _product_rows(self, pairs: Sequence[Sequence[int]]) -> None:
        """In two editions that keep products apart, a product comes in one at most."""
        for before, after in pairs:
            if before in self.of_edition and after in self.of_edition:
                by_offer: dict[int, list[int]] = defaultdict(list)
                for column in [*self.of_edition[before], *self.of_edition[after]]:
                    by_offer[int(self.table.offer[self.pairs[column]])].append(int(column))
                for columns in by_offer.values():
                    if len(columns) > 1:
                        self.model.add_row(-INFINITY, 1, columns, np.ones(len(columns)))

    def _apart(self, columns: dict[int, list[int]]) -> None:
        """`columns` of one producer by edition: one edition at most, however many of its slots."""
        single, there = [], []
        for own in columns.values():
            slots = self.table.slot[self.pairs[own]]
            if len(set(slots)) == 1 and self.table.variety[slots[0]] == 1:
                single += own
                continue
            (comes,) = self.model.add_columns([0], [0], [1])
            for column in own:
                self.model.add_row(-INFINITY, 0, [column, comes], [1, -1])
            there.append(comes)
        self.model.add_row(-INFINITY, 1, [*single, *there], np.ones(len(single) + len(there)))

    def solve(self, seconds: float, gap: float, start: Sequence[int]) -> list[int] | None:
        values = self.model.solve(seconds, gap, self._start(start) if len(start) else None)
        if values is None:
            return None
        return [int(self.pairs[column]) for column in self.take if values[column] > 0.5]

    def _start(self, taken: Sequence[int]) -> dict[int, float]:
        inside = set(taken)
        start = {column: float(int(self.pairs[column]) in inside) for column in self.take}
        filled = {int(self.table.edition[pair]) for pair in taken}
        return start | {out: float(edition not in filled) for edition, out in self.out.items()}
