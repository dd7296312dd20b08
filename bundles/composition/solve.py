"""Compose a stretch of dates together: the linear relaxation first, then date by date in whole numbers.

The package's docstring states the model.

1. The relaxation (`relaxation`) over all offers and dates gives the bound, and for every slot the few offers
   worth a look.
2. Date by date these are chosen among in whole numbers (`block`), as if later dates went as the relaxation
   has them.
3. An edition that this leaves out is found a place (`repair`): it gets all offers, then its neighbours are
   composed again with it, and only then may producers, and at last products, come again too early, those of
   the longest ago first.
4. Dates and bundles are gone over again, in groups, while that brings them nearer the bound.
5. What can't be is explained (`unsolved`).

Equal input gives equal output: input is sorted, what is shuffled is shuffled from a fixed seed, the solver
runs on one thread. Only a call that runs out of its seconds may differ; it ends with the best it has.
"""

from collections import defaultdict
from collections.abc import Sequence
from random import Random
from time import monotonic
from typing import Any

import numpy as np

from .reasons import composition
from .relaxation import Relaxed, relax
from .repair import Repair
from .rules import Result
from .state import State
from .table import Table
from .unsolved import explain_missing

LOOK = 12  # offers of a slot worth a look: those of the least reduced cost
TAKEN = 0.05  # and all that the relaxation takes this far
FIRST = 0.005  # of its objective: near enough for a group at first
NEAR = 0.0005  # and when it is gone over
DONE = 0.009  # of the bound: near enough for all
ROUNDS = 6
SMALL = 400  # pairs that are solved at once, exactly
EXACT = 1e-6
GROUP = 20  # editions of a date solved together
CHAIN = 10  # editions of a bundle, date after date, and so of a few bundles


def solve(table: Table, deadline: float) -> Result:
    """Return editions for all requests of the table, or why not; `deadline` is of the monotonic clock."""
    return _Run(table, deadline).result()


class _Run:
    def __init__(self, table: Table, deadline: float) -> None:
        self.table, self.deadline = table, deadline
        self.state = State(table)
        self.dates = [
            [edition for edition, request in enumerate(table.requests) if request.delivery_date == on]
            for on in table.days
        ]
        self.everything = range(len(table.requests))
        self.is_small = len(table.offer) <= SMALL
        self.hopeless: set[int] = set()

    def time_left(self) -> float:
        return self.deadline - monotonic()

    def result(self) -> Result:
        relaxed = self._relaxation()
        self._place_all(relaxed)
        if self._is_changed():
            relaxed = self._relaxation()
        self._go_over(relaxed)
        for edition in self.everything:
            self.state.keep_apart(edition, self.state.kept_apart(edition))
        return self._answer(relaxed.bound)

    def _place_all(self, relaxed: Relaxed) -> None:
        """Place what can be, date by date, and note what is hopeless."""
        if self.is_small:
            self._solve_exactly()
            if self.state.missing(self.everything):
                # Later dates shan't stand in the way where rotation has to be relaxed.
                self.state.take(self.everything, [])
        candidates = self._candidates(relaxed)
        repair = Repair(self.state, self._share)
        for block in self.dates:
            if self.state.missing(block):
                for group in in_groups(block, ROUNDS):
                    later = self._later(relaxed, group)
                    pairs = np.concatenate([candidates[edition] for edition in group])
                    self.state.improve(group, pairs, seconds=self._share(), gap=FIRST, later=later)
                for edition in self.state.missing(block):
                    repair.place(edition, block)
        self.hopeless = set(self.state.missing(self.everything))

    def _solve_exactly(self) -> None:
        block = [edition for edition in self.everything if edition not in self.hopeless]
        if block:
            pairs = self.table.pairs_of(block)
            self.state.improve(block, pairs, seconds=self.time_left(), gap=EXACT)

    def _relaxation(self) -> Relaxed:
        # Half of the time at most: without whole numbers there is nothing to deliver.
        deadline = monotonic() + self.time_left() / 2
        return relax(self.table, self.state.apart.producers, self.hopeless, lambda: deadline - monotonic())

    def _is_changed(self) -> bool:
        asked = [(request.reach, request.reach) for request in self.table.requests]
        return bool(self.hopeless) or self.table.apart != asked

    def _share(self) -> float:
        """Return the seconds that one date may take: what is left, divided by those to do and one more."""
        todo = sum(bool(self.state.missing(block)) for block in self.dates)
        return self.time_left() / (todo + 1)

    def _later(self, relaxed: Relaxed, block: list[int]) -> np.ndarray:
        """Return what the relaxation takes in editions that are neither in the block nor placed."""
        waiting = [not self.state.pairs[e] and e not in block for e in self.everything]
        return np.where(np.array(waiting)[self.table.edition], relaxed.weight, 0.0)

    def _candidates(self, relaxed: Relaxed) -> list[np.ndarray]:
        """Return for each edition the pairs worth a look: taken by the relaxation, or nearly."""
        table, found = self.table, []
        for edition in self.everything:
            keep = [table.edition_pairs(edition)[:0]]
            for slot in table.slots_of(edition):
                pairs = table.slot_pairs(slot)
                keep.append(pairs[(relaxed.weight[pairs] > TAKEN) | table.locked[pairs]])
                keep.append(pairs[np.argsort(relaxed.reduced[pairs], kind="stable")[:LOOK]])
            found.append(np.unique(np.concatenate(keep)))
        return found

    def _go_over(self, relaxed: Relaxed) -> None:
        """Compose editions again while that helps: groups of each date, then of bundles over all dates."""
        bound, candidates = relaxed.bound, self._candidates(relaxed)
        if self.is_small:
            self._solve_exactly()
        for turn in range(ROUNDS):
            before = self.state.objective()
            for group in self._by_date(turn) + self._by_bundle(turn):
                if self.time_left() <= 0 or self.state.cost_of_placed() - bound <= DONE * abs(bound):
                    return
                pairs = np.concatenate([candidates[edition] for edition in group])
                self.state.improve(group, pairs, seconds=self.time_left() / 2, gap=NEAR)
            if before - self.state.objective() <= DONE / 100 * abs(bound):
                return

    def _by_date(self, turn: int) -> list[list[int]]:
        dates = [[edition for edition in block if edition not in self.hopeless] for block in self.dates]
        return [group for block in dates for group in in_groups(block, turn)]

    def _by_bundle(self, turn: int) -> list[list[int]]:
        of_bundle: dict[Any, list[int]] = defaultdict(list)
        for edition, request in enumerate(self.table.requests):
            if edition not in self.hopeless:
                of_bundle[request.bundle].append(edition)
        bundles = list(of_bundle)
        Random(turn).shuffle(bundles)  # noqa: S311
        row = [edition for bundle in bundles for edition in of_bundle[bundle]]
        return [row[start : start + CHAIN] for start in range(0, len(row), CHAIN)]

    def _answer(self, bound: float) -> Result:
        state, requests = self.state, self.table.requests
        placed = [edition for edition, pairs in enumerate(state.pairs) if pairs]
        missing = state.missing(self.everything)
        conflicts = explain_missing(state, missing, self.time_left)
        return Result(
            compositions={requests[edition].key: composition(state, edition) for edition in placed},
            unsolved={requests[e].key: conflict for e, conflict in zip(missing, conflicts, strict=True)},
            objective=state.cost_of_placed(),
            bound=bound,
        )


def in_groups(block: Sequence[int], turn: int) -> list[list[int]]:
    """Return the editions of a date in groups small enough to be solved in a moment, others in every turn."""
    shuffled = list(block)
    Random(turn).shuffle(shuffled)  # noqa: S311 -- nothing secret, and the same every time
    return [sorted(shuffled[start : start + GROUP]) for start in range(0, len(block), GROUP)]
