"""Which editions of a call share members, so that a producer may come in one of them at most.

Where that can't be, an edition keeps producers and products apart within fewer editions than asked for: see
`relaxations`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from .table import Table


@dataclass(frozen=True)
class Apart:
    """Sets of editions of which one producer may be in one at most, and pairs of which one product may."""

    producers: Sequence[Sequence[int]] = ()
    products: Sequence[Sequence[int]] = ()


class Rotation:
    """Links between editions by number: `earlier` has (edition, distance) of those each may not repeat."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.earlier: list[list[tuple[int, int]]] = [[] for _ in table.requests]
        self.later: list[list[tuple[int, int]]] = [[] for _ in table.requests]
        for edition, request in enumerate(table.requests):
            for key, distance in request.follows:
                if key not in table.number:
                    continue
                before = table.number[key]
                if table.requests[before].delivery_date >= request.delivery_date:
                    raise ValueError("An edition follows those of earlier dates only.")
                if distance <= request.repeat_editions:
                    self.earlier[edition].append((before, distance))
                    self.later[before].append((edition, distance))

    def apart(self) -> Apart:
        """Return what the editions keep apart now. Where producers are apart, so are their products."""
        products = [
            (before, edition)
            for edition, links in enumerate(self.earlier)
            for before, distance in links
            if self.table.apart[edition][0] < distance <= self.table.apart[edition][1]
        ]
        return Apart(self._cliques(), products)

    def _cliques(self) -> list[tuple[int, ...]]:
        """Return sets of editions of which any two keep producers apart; every such two are in some set."""
        near = [
            {before for before, distance in links if distance <= self.table.apart[edition][0]}
            for edition, links in enumerate(self.earlier)
        ]
        found: list[tuple[int, ...]] = []
        for edition, before in enumerate(near):
            left = set(before)
            while left:
                clique = [edition]
                for other in sorted(left, reverse=True) + sorted(before - left, reverse=True):
                    if all(other in near[member] for member in clique):
                        clique.append(other)
                left -= set(clique)
                found.append(tuple(sorted(clique)))
        return [c for c in found if not any(set(c) < set(other) for other in found)]

    def kept_from(self, edition: int, placed: Sequence[Sequence[int]]) -> tuple[set[int], set[int]]:
        """Return the producers and the offers (numbers) that editions placed around one keep out of it.

        `placed` has the offers of every edition.
        """
        producers: set[int] = set()
        offers: set[int] = set()
        producer_of = self.table.catalogue.producer
        own = [(other, distance, self.table.apart[edition]) for other, distance in self.earlier[edition]]
        own += [(other, distance, self.table.apart[other]) for other, distance in self.later[edition]]
        for other, distance, (producers_apart, products_apart) in own:
            if distance <= producers_apart:
                producers |= {int(producer_of[offer]) for offer in placed[other]}
            if distance <= products_apart:
                offers |= set(placed[other])
        return producers, offers

    def before(self, edition: int, most: int) -> list[int]:
        """Return up to `most` editions that one follows, directly or through others, nearest first."""
        found: list[int] = []
        queue = [edition]
        while queue and len(found) < most:
            here = queue.pop(0)
            for other, distance in sorted(self.earlier[here], key=lambda link: (link[1], -link[0])):
                if other not in found and distance <= self.table.apart[here][0]:
                    found.append(other)
                    queue.append(other)
        return found[:most]

    def kept(self, edition: int, placed: Sequence[Sequence[int]]) -> tuple[int, int]:
        """Return within how many editions the pairs placed in one repeat neither producers nor products.

        Up to as many as asked for; `placed` has the pairs of every edition.
        """
        table, own, reach = self.table, placed[edition], self.table.requests[edition].reach
        producers = min((int(table.producer_near[pair]) - 1 for pair in own), default=reach)
        products = min((int(table.product_near[pair]) - 1 for pair in own), default=reach)
        for other, distance in self.earlier[edition]:
            if set(table.producer[own]) & set(table.producer[placed[other]]):
                producers = min(producers, distance - 1)
            if set(table.offer[own]) & set(table.offer[placed[other]]):
                products = min(products, distance - 1)
        return min(producers, reach), min(products, reach)


def relaxations(asked: tuple[int, int]) -> list[tuple[int, int]]:
    """Return within how many editions producers and products keep apart: ever less, producers first."""
    producers, products = asked
    return [(apart, products) for apart in reversed(range(producers))] + [
        (0, apart) for apart in reversed(range(products))
    ]
