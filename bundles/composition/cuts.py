"""Rows that few solutions break: found for one that breaks them, and then added to the master."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

import numpy as np

from .master import Cut
from .table import Table

SLIGHTLY = 1e-3


def broken(table: Table, cliques: Sequence[Sequence[int]], weight: np.ndarray) -> Iterator[Cut]:
    """Yield the rows that weights break: shared capacity, a product twice, a producer's part, rotation."""
    taken = np.flatnonzero(weight)
    if "capacity" not in table.waived:
        yield from _capacity(table, taken, weight)
    yield from _twice(table, taken, weight)
    if "producer_share" not in table.waived:
        yield from _shares(table, taken, weight)
    yield from _Places(table, taken, weight).rotation(cliques)


def _capacity(table: Table, taken: np.ndarray, weight: np.ndarray) -> Iterator[Cut]:
    used = np.bincount(table.room[taken], weight[taken] * table.load[taken], minlength=len(table.free))
    for room in np.flatnonzero(used > np.array(table.free) + SLIGHTLY):
        pairs = np.flatnonzero(table.room == room)
        yield Cut(("capacity", int(room)), table.free[room], pairs, table.load[pairs].astype(float))


def _twice(table: Table, taken: np.ndarray, weight: np.ndarray) -> Iterator[Cut]:
    times: dict[tuple[int, int], float] = defaultdict(float)
    for pair in taken:
        times[int(table.edition[pair]), int(table.offer[pair])] += weight[pair]
    for (edition, offer), often in times.items():
        if often > 1 + SLIGHTLY:
            pairs = table.edition_pairs(edition)
            pairs = pairs[table.offer[pairs] == offer]
            yield Cut(("twice", edition, offer), 1.0, pairs, np.ones(len(pairs)))


def _shares(table: Table, taken: np.ndarray, weight: np.ndarray) -> Iterator[Cut]:
    part: dict[tuple[int, int], float] = defaultdict(float)
    cost = weight[taken] * table.cost[taken]
    spent = np.bincount(table.edition[taken], cost, minlength=len(table.requests))
    for pair, won in zip(taken, cost, strict=True):
        part[int(table.edition[pair]), int(table.producer[pair])] += won
    for (edition, producer), won in part.items():
        percent = table.requests[edition].max_producer_percent
        if won * 100 > spent[edition] * (percent + 0.1):
            pairs = table.edition_pairs(edition)
            pairs = pairs[table.producer[pairs] == producer]
            costs = table.cost[pairs] / 1_000
            yield Cut(("share", edition, producer), 0.0, pairs, costs, edition, -percent / 100)


class _Places:
    """How far each producer is in each edition, and where: its fullest place there speaks for it.

    A place is a slot for one product; in a slot for several, each product is one.
    """

    def __init__(self, table: Table, taken: np.ndarray, weight: np.ndarray) -> None:
        self.table = table
        place: dict[tuple[int, int], list[int]] = defaultdict(list)
        for pair in taken:
            place[int(table.edition[pair]), int(table.producer[pair])].append(int(pair))
        self.fullest = {key: self._fullest(pairs, weight) for key, pairs in place.items()}
        self.producers: dict[int, list[int]] = defaultdict(list)
        for edition, producer in self.fullest:
            self.producers[edition].append(producer)

    def rotation(self, cliques: Sequence[Sequence[int]]) -> Iterator[Cut]:
        """Yield a row for each producer that is in more than one edition of a clique."""
        for number, clique in enumerate(cliques):
            times: dict[int, float] = defaultdict(float)
            for edition in clique:
                for producer in self.producers[edition]:
                    times[producer] += self.fullest[edition, producer][0]
            for producer, often in times.items():
                if often > 1 + SLIGHTLY:
                    places = [self._place(edition, producer) for edition in clique]
                    pairs = np.concatenate(places)
                    where = (int(place[0]) for place in places if len(place))
                    yield Cut(("rotation", number, producer, *where), 1.0, pairs, np.ones(len(pairs)))

    def _fullest(self, pairs: list[int], weight: np.ndarray) -> tuple[float, np.ndarray]:
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

    def _place(self, edition: int, producer: int) -> np.ndarray:
        """Return the producer's fullest place in an edition, or any in one that takes nothing of it."""
        if (edition, producer) in self.fullest:
            return self.fullest[edition, producer][1]
        for slot in self.table.slots_of(edition):
            if self.table.variety[slot] == 1 and len(own := self._of_producer(slot, producer)):
                return own
        return np.zeros(0, dtype=np.int64)

    def _of_producer(self, slot: int, producer: int) -> np.ndarray:
        pairs = self.table.slot_pairs(slot)
        return pairs[self.table.producer[pairs] == producer]
