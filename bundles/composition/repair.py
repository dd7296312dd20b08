"""A place for an edition that found none: among its neighbours, or at last by relaxing rotation."""

from collections.abc import Callable, Sequence

from .rotation import relaxations
from .state import State

NEAR = 0.0005  # of its objective: near enough for an edition alone
ROOM = 0.02  # and for several where only room is sought for one
NEIGHBOURS = (4, 12)  # earlier editions that are composed again to make room for one
LEAST_SECONDS = 1.0  # for one edition, even when time has run out: it takes much less


class Repair:
    """Places one edition at a time among those that the state has; `time_left` is in seconds."""

    def __init__(self, state: State, time_left: Callable[[], float]) -> None:
        self.state, self.table, self.time_left = state, state.table, time_left

    def place(self, edition: int, block: Sequence[int]) -> bool:
        """Find a place for an edition of the block (its date), which leaves none of the others out.

        Rotation is relaxed last, and no further than needed. Return whether there is one.
        """
        if self._place(edition):
            return True
        others = [other for other in block if other != edition]
        if self._is_possible_alone(edition):
            before = [self.state.rotation.before(edition, count) for count in NEIGHBOURS]
            if any(self._place_with(edition, together) for together in (*before, others)):
                return True
        asked = self.table.apart[edition]
        for apart in relaxations(asked):
            self.state.keep_apart(edition, apart)
            if self._place(edition):
                return True
        if self._is_possible_alone(edition) and self._place_with(edition, others):
            return True
        self.state.keep_apart(edition, asked)
        return False

    def _place(self, edition: int) -> bool:
        seconds = max(LEAST_SECONDS, self.time_left() / 3)
        self.state.improve([edition], self.table.edition_pairs(edition), seconds=seconds, gap=NEAR)
        return not self.state.missing([edition])

    def _place_with(self, edition: int, others: Sequence[int]) -> bool:
        """Compose the edition together with others again, leaving none of those out that were in."""
        placed = [other for other in others if self.state.pairs[other]]
        if not placed:
            return False
        block = sorted({edition, *placed})
        before = {other: self.state.pairs[other] for other in block}
        pairs = self.table.pairs_of(block)
        self.state.improve(block, pairs, seconds=self.time_left() / 3, gap=ROOM)
        if self.state.missing(block):
            for other, pairs_before in before.items():
                self.state.pairs[other] = pairs_before
        return not self.state.missing([edition])

    def _is_possible_alone(self, edition: int) -> bool:
        """Return whether the edition could be, were it the only one."""
        alone = State(self.table)
        alone.improve([edition], self.table.edition_pairs(edition), seconds=LEAST_SECONDS, gap=1.0)
        return not alone.missing([edition])
