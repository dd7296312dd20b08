"""Why an edition can't be: the smallest set of rules that can't hold together, and the best edition without.

Rules are tried by holding some and waiving the others. One rule that fails alone is the conflict; else two
that fail together; else rules are taken away one by one while what is left still fails, which leaves
a set of which every part can hold. Then as few of them as possible are dropped for the best edition.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from datetime import date
from itertools import combinations
from typing import Any

import numpy as np

from .block import solve_block
from .catalogue import Catalogue
from .reasons import composition
from .rotation import Apart, relaxations
from .rules import RULES, Composition, Conflict, EditionRequest, Figure, Standing
from .state import State
from .table import Table

# Rotation is always relaxed as far as needed before anything is called a conflict.
_HELD = tuple(rule for rule in RULES if rule != "rotation")


def explain(
    request: EditionRequest,
    catalogue: Catalogue,
    capacities: Mapping[tuple[Any, date], int],
    standings: Mapping[int, Standing],
    time_left: Callable[[], float],
) -> Conflict:
    """Return the conflict of a request that can't be composed by itself with these capacities."""
    categories = {slot.category for slot in request.slots}
    fitting = [offer for offer in catalogue.offers if offer.category in categories]
    own = Catalogue.of(fitting, catalogue.made_on)
    return _Case(request, own, capacities, standings, time_left).conflict()


class _Case:
    def __init__(
        self,
        request: EditionRequest,
        catalogue: Catalogue,
        capacities: Mapping[tuple[Any, date], int],
        standings: Mapping[int, Standing],
        time_left: Callable[[], float],
    ) -> None:
        self.request, self.catalogue = request, catalogue
        self.capacities, self.standings = capacities, standings
        self.seconds = lambda: max(1.0, time_left())
        self.known: dict[frozenset[str], bool] = {}

    def table(self, held: Collection[str]) -> Table:
        waived = set(RULES) - set(held)
        return Table([self.request], self.catalogue, self.capacities, self.standings, waived)

    def holds(self, rules: Iterable[str]) -> bool:
        """Return whether an edition can keep all these rules."""
        held = frozenset(rules)
        if held not in self.known:
            self.known[held] = self.best_by(held, None) is not None
        return self.known[held]

    def best_by(self, held: Collection[str], column: str | None, sign: int = 1) -> int | None:
        """Return the least of a column of the table (cost, −worth); None if no edition keeps the rules."""
        table = self.table(held)
        costs = np.zeros(len(table.offer)) if column is None else sign * getattr(table, column).astype(float)
        state = State(table)
        pairs = solve_block(
            table, [0], table.edition_pairs(0), state.around({0}), Apart(),
            seconds=self.seconds(), gap=1e-6, costs=costs,
        )  # fmt: skip
        if not pairs:
            return None
        return 1 if column is None else int(getattr(table, column)[pairs].sum())

    def conflict(self) -> Conflict:
        if not self.holds(()):
            return Conflict(("no_product",), tuple(self._lacking()))
        if self.holds(_HELD):
            return self._rotation()
        rules = self._smallest()
        without = self._fewest_to_drop(rules)
        return Conflict(
            rules, tuple(self._figure(rule, rules) for rule in rules), without, self._best(without)
        )

    def _rotation(self) -> Conflict:
        """Nothing but rotation stands against the edition: time ran out before that gave way."""
        rules = ("rotation",)
        return Conflict(rules, (self._figure("rotation", rules),), rules, self._best(()))

    def _smallest(self) -> tuple[str, ...]:
        rules = list(_HELD)
        for size in (1, 2):
            for some in combinations(rules, size):
                if not self.holds(some):
                    return some
        for rule in list(rules):
            rest = [other for other in rules if other != rule]
            if not self.holds(rest):
                rules = rest
        return tuple(rules)

    def _fewest_to_drop(self, conflict: tuple[str, ...]) -> tuple[str, ...]:
        """Return what must go: as few as can be, of this conflict first, then of others if there are more."""
        rules = list(_HELD)
        for size in range(1, len(rules) + 1):
            found = [
                some
                for some in combinations(rules, size)
                if (size == len(rules) or set(some) & set(conflict))
                and self.holds(rule for rule in rules if rule not in some)
            ]
            if found:
                return min(found, key=lambda some: (-len(set(some) & set(conflict)), _places(some)))
            if size == 2:
                return self._drop_in_turn(rules)
        return tuple(rules)

    def _drop_in_turn(self, rules: list[str]) -> tuple[str, ...]:
        """Hold the least negotiable rules first, and drop each that can't be held with them."""
        held: list[str] = []
        for rule in reversed(rules):
            if self.holds([*held, rule]):
                held.append(rule)
        return tuple(rule for rule in rules if rule not in held)

    def _best(self, without: tuple[str, ...]) -> Composition | None:
        """Return the best edition that keeps all other rules, and rotation as far as it can."""
        table = self.table([rule for rule in RULES if rule not in without])
        for apart in [table.apart[0], *relaxations(table.apart[0])]:
            table.keep_apart(0, apart)
            state = State(table)
            state.improve([0], table.edition_pairs(0), seconds=self.seconds(), gap=1e-4)
            if state.pairs[0]:
                state.keep_apart(0, state.kept_apart(0))
                return composition(state, 0)
        return None

    def _figure(self, rule: str, conflict: tuple[str, ...]) -> Figure:
        request, others = self.request, [other for other in conflict if other != rule]
        if rule == "max_cost":
            return Figure(rule, None, request.max_cost, self.best_by(others, "cost") or 0)
        if rule == "min_worth":
            return Figure(rule, None, request.min_worth, self.best_by(others, "worth", -1) or 0)
        if rule == "producer_share":
            return Figure(rule, None, request.max_producer_percent, self._least_percent(others))
        if rule == "locked":
            return self._locked(others)
        return self._scarcest(rule, conflict)

    def _least_percent(self, others: list[str]) -> int:
        """Return the least part of an edition that its greatest producer can have."""
        low, high = self.request.max_producer_percent, 100
        while high - low > 1:
            middle = (low + high) // 2
            case = _Case(
                replace(self.request, max_producer_percent=middle),
                self.catalogue, self.capacities, self.standings, self.seconds,
            )  # fmt: skip
            if case.holds([*others, "producer_share"]):
                high = middle
            else:
                low = middle
        return high

    def _locked(self, others: list[str]) -> Figure:
        table = self.table([*others, "locked"])
        possible = int(table.locked[table.edition_pairs(0)].sum())
        return Figure("locked", None, len(self.request.locked), possible)

    def _scarcest(self, rule: str, conflict: tuple[str, ...]) -> Figure:
        """Return the slot with least choice left by the conflict, of those where the rule takes some away."""
        with_all, without = self.table(conflict), self.table([r for r in conflict if r != rule])
        figures = []
        for number in with_all.slots_of(0):
            wanted, left = with_all.variety[number], len(with_all.slot_pairs(number))
            taken = len(without.slot_pairs(number)) - left
            slot = with_all.slots[number][1].slot
            if rule == "capacity":
                short = [self._units(without, int(pair)) for pair in without.slot_pairs(number)]
                if short:
                    units, free = min(short, key=lambda figures: figures[0] - figures[1])
                    figures.append((-taken, left - wanted, slot, Figure(rule, slot, units, free)))
                continue
            figures.append((-(taken > 0), left - wanted, slot, Figure(rule, slot, wanted, left)))
        if rule == "capacity":
            figures.sort(key=lambda entry: (entry[1], entry[0], entry[2]))
        else:
            figures.sort(key=lambda entry: entry[:3])
        return figures[0][3]

    def _units(self, table: Table, pair: int) -> tuple[int, int]:
        """Return the units of a pair that the demand needs and that there is room for."""
        offer = table.offer[pair]
        takes = int(self.catalogue.room_units[offer])
        return int(table.load[pair]) // takes, int(
            table.days[self.request.delivery_date].free[offer]
        ) // takes

    def _lacking(self) -> list[Figure]:
        """Return the slots whose category has too few products, whatever the rules."""
        table = self.table(())
        wanted: dict[Any, int] = {}
        for number in table.slots_of(0):
            rule = table.slots[number][1]
            wanted[rule.category] = wanted.get(rule.category, 0) + table.variety[number]
        return [
            Figure("no_product", rule.slot, wanted[rule.category], len(table.slot_pairs(number)))
            for number in table.slots_of(0)
            for rule in [table.slots[number][1]]
            if len(table.slot_pairs(number)) < wanted[rule.category]
        ]


def _places(rules: Iterable[str]) -> list[int]:
    return [RULES.index(rule) for rule in rules]
