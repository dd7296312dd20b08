"""The editions placed so far, and what they leave to the others."""

from collections import Counter
from collections.abc import Collection, Sequence

import numpy as np

from . import fairness
from .block import Around, solve_block
from .prices import empty_price
from .rotation import Rotation
from .table import Table


class State:
    """`pairs` has what each edition takes; an edition without is left out."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.rotation = Rotation(table)
        self.apart = self.rotation.apart()
        self.pairs: list[list[int]] = [[] for _ in table.requests]

    def around(self, block: Collection[int], later: np.ndarray | None = None) -> Around:
        """Return what the editions outside the block leave; weights of `later` pairs count as sold, too."""
        table = self.table
        free = [float(left) for left in table.free]
        sold = [float(won) for won in table.sold]
        for edition, pairs in enumerate(self.pairs):
            for pair in pairs if edition not in block else ():
                free[table.room[pair]] -= int(table.load[pair])
                sold[table.producer[pair]] += int(table.sales[pair])
        if later is not None:
            for pair in map(int, np.flatnonzero(later)):
                sold[table.producer[pair]] += float(later[pair] * table.sales[pair])
        return Around(free, sold)

    def allowed(self, block: Collection[int], pairs: np.ndarray) -> np.ndarray:
        """Return those of the pairs that rotation allows beside the editions placed outside the block."""
        table = self.table
        offers = [
            [] if edition in block else [int(table.offer[pair]) for pair in pairs]
            for edition, pairs in enumerate(self.pairs)
        ]
        keep = table.open[pairs]
        for edition in block:
            producers, seen = self.rotation.kept_from(edition, offers)
            if producers or seen:
                own = table.edition[pairs] == edition
                keep &= ~(own & np.isin(table.producer[pairs], sorted(producers)))
                keep &= ~(own & np.isin(table.offer[pairs], sorted(seen)))
        return pairs[keep]

    def improve(
        self,
        block: Sequence[int],
        pairs: np.ndarray,
        *,
        seconds: float,
        gap: float,
        later: np.ndarray | None = None,
    ) -> None:
        """Compose the editions of the block again from the pairs, and keep that unless it is worse."""
        now = [pair for edition in block for pair in self.pairs[edition]]
        allowed = self.allowed(set(block), np.unique(np.concatenate([pairs, np.array(now, dtype=np.int64)])))
        found = solve_block(
            self.table, block, allowed, self.around(set(block), later), self.apart,
            seconds=seconds, gap=gap, start=now,
        )  # fmt: skip
        if found is None:
            return
        before, were = self.objective(), [self.pairs[edition] for edition in block]
        self.take(block, found)
        # With later dates still to come, what is best for now can't be seen from the objective.
        if later is None and self.objective() > before:
            for edition, pairs_before in zip(block, were, strict=True):
                self.pairs[edition] = pairs_before

    def take(self, block: Sequence[int], pairs: Sequence[int]) -> None:
        """Place these pairs in the editions of the block, and nothing else."""
        for edition in block:
            self.pairs[edition] = []
        for pair in sorted(pairs):
            self.pairs[int(self.table.edition[pair])].append(pair)

    def missing(self, block: Sequence[int]) -> list[int]:
        """Return the editions of the block that are left out."""
        return [
            edition for edition in block if not self.pairs[edition] and self.table.requests[edition].slots
        ]

    def has_past(self, edition: int) -> bool:
        """Return whether the members of the edition received any before."""
        request = self.table.requests[edition]
        return bool(request.follows) or any(past.distance > 0 for past in request.history)

    def keep_apart(self, edition: int, apart: tuple[int, int]) -> None:
        """Keep the edition's producers and products apart from others' within so many editions."""
        if self.table.apart[edition] != apart:
            self.table.keep_apart(edition, apart)
            self.apart = self.rotation.apart()

    def kept_apart(self, edition: int) -> tuple[int, int]:
        """Return what the edition, as it is placed, keeps of what was asked; all while it is left out."""
        return self.rotation.kept(edition, self.pairs)

    def objective(self) -> float:
        """Return what it all costs, in won; an edition left out costs more than any edition."""
        out = self.missing(range(len(self.pairs)))
        return self.cost_of_placed() + sum(empty_price(self.table, edition) for edition in out)

    def cost_of_placed(self) -> float:
        """Return what the editions placed cost, in won; see `fairness`."""
        table, total = self.table, 0.0
        more = [0] * len(table.fair_share)
        for edition, pairs in enumerate(self.pairs):
            producers = Counter(int(table.producer[pair]) for pair in pairs)
            total += self.price_of_twice(edition) * sum(times - 1 for times in producers.values())
            for pair in pairs:
                total += float(table.linear[pair])
                more[table.producer[pair]] += int(table.sales[pair])
        return total + float(fairness.price_of_sales(table.sold, more, table.fair_share).sum())

    def price_of_twice(self, edition: int) -> float:
        """Return the won that each further item of a producer costs in the edition."""
        usual = [self.table.usual[slot] for slot in self.table.slots_of(edition)]
        return fairness.TWICE * float(np.mean(usual or [0.0]))
