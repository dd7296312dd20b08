"""Compose a stretch of dates together: the linear relaxation first, then date by date in whole numbers.

1. The relaxation over all offers and dates gives the bound, and for every slot the few offers worth a look.
2. Date by date these are chosen among in whole numbers, as if later dates went as the relaxation has them.
3. An edition that this leaves out gets all offers, then its neighbours are composed again with it, and only
   then may producers, and at last products, come again too early, those of the longest ago first.
4. The dates are gone over again while that brings them nearer the bound. What can't be is explained.

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

LOOK = 12  # offers of a slot, by reduced cost, besides those that the relaxation takes
TAKEN = 0.05  # how far, at least
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
        self.hopeless: set[int] = set()

    def time_left(self) -> float:
        return self.deadline - monotonic()

    def result(self) -> Result:
        relaxed = self._relaxation()
        everything = range(len(self.table.requests))
        if len(self.table.offer) <= SMALL:
            self._solve_exactly()
            if self.state.missing(everything):
                self.state.take(everything, [])
        candidates = self._candidates(relaxed)
        repair = Repair(self.state, self._share)
        for block in self.dates:
            if self.state.missing(block):
                for group in groups(block, ROUNDS):
                    pairs = np.concatenate([candidates[edition] for edition in group])
                    later = self._later(relaxed, group)
                    self.state.improve(group, pairs, seconds=self._share(), gap=FIRST, later=later)
                for edition in self.state.missing(block):
                    repair.place(edition, block)
        self.hopeless = set(self.state.missing(everything))
        if self._is_changed():
            relaxed = self._relaxation()
            candidates = self._candidates(relaxed)
            if len(self.table.offer) <= SMALL:
                self._solve_exactly()
        self._go_over(relaxed.bound, candidates)
        for edition in everything:
            self.state.keep_apart(edition, self.state.kept_apart(edition))
        return self._answer(relaxed.bound)

    def _solve_exactly(self) -> None:
        block = [edition for edition in range(len(self.table.requests)) if edition not in self.hopeless]
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
        waiting = [not self.state.pairs[e] and e not in block for e in range(len(self.table.requests))]
        return np.where(np.array(waiting)[self.table.edition], relaxed.weight, 0.0)

    def _candidates(self, relaxed: Relaxed) -> list[np.ndarray]:
        """Return for each edition the pairs worth a look: taken by the relaxation, or nearly."""
        table, found = self.table, []
        for edition in range(len(table.requests)):
            keep = [table.edition_pairs(edition)[:0]]
            for slot in table.slots_of(edition):
                pairs = table.slot_pairs(slot)
                keep.append(pairs[(relaxed.weight[pairs] > TAKEN) | table.locked[pairs]])
                keep.append(pairs[np.argsort(relaxed.reduced[pairs], kind="stable")[:LOOK]])
            found.append(np.unique(np.concatenate(keep)))
        return found

    # The end

    def _go_over(self, bound: float, candidates: list[np.ndarray]) -> None:
        """Compose groups of editions again: of each date, then of bundles over all dates, in turn."""
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
        return [group for block in dates for group in groups(block, turn)]

    def _by_bundle(self, turn: int) -> list[list[int]]:
        chains: dict[Any, list[int]] = defaultdict(list)
        for edition, request in enumerate(self.table.requests):
            if edition not in self.hopeless:
                chains[request.bundle].append(edition)
        bundles = list(chains)
        Random(turn).shuffle(bundles)  # noqa: S311
        ordered = [edition for bundle in bundles for edition in chains[bundle]]
        return [ordered[start : start + CHAIN] for start in range(0, len(ordered), CHAIN)]

    def _answer(self, bound: float) -> Result:
        state, requests = self.state, self.table.requests
        placed = [edition for edition, pairs in enumerate(state.pairs) if pairs]
        missing = state.missing(range(len(requests)))
        conflicts = explain_missing(state, missing, self.time_left)
        return Result(
            compositions={requests[edition].key: composition(state, edition) for edition in placed},
            unsolved={requests[e].key: conflict for e, conflict in zip(missing, conflicts, strict=True)},
            objective=state.cost_of_placed(),
            bound=bound,
        )


def groups(block: Sequence[int], turn: int) -> list[list[int]]:
    """Return the editions of a date in groups small enough to be solved in a moment, others in every turn."""
    shuffled = list(block)
    Random(turn).shuffle(shuffled)  # noqa: S311 -- nothing secret, and the same every time
    return [sorted(shuffled[start : start + GROUP]) for start in range(0, len(block), GROUP)]
