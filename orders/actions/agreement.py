"""What an operator agrees to where no contents keep every rule: to do without some, for what was shown."""

from dataclasses import dataclass

from bundles.actions.compose import NEGOTIABLE, answer, cannot_compose
from bundles.composition import Composition, Conflict, Result
from bundles.edition_requests import Wanted

# What operators set themselves they may give up, and what every draft may. Never what could not be delivered.
CONCEDABLE = frozenset(NEGOTIABLE | {"locked", "banned"})


@dataclass(frozen=True)
class Agreement:
    """The rules to do without, and the (slot, product) that the operator saw."""

    without: frozenset[str] = frozenset()
    contents: frozenset[tuple[int, int]] = frozenset()

    def answer(self, wanted: Wanted, result: Result) -> tuple[Composition, list[str]]:
        """Return what was composed and the promises that it doesn't keep. Raises CannotCompose.

        What would come now may be other than what was shown: that is asked again.
        """
        composition, relaxed = answer(wanted, result, negotiable=self.without & CONCEDABLE)
        conflict = result.unsolved.get(wanted.key)
        if conflict and contents_of(composition) != self.contents:
            raise cannot_compose(conflict)
        return composition, relaxed


NOTHING_AGREED = Agreement()


def contents_of(composition: Composition) -> frozenset[tuple[int, int]]:
    """Return the (slot, product) of an edition."""
    return frozenset((item.slot, item.product) for item in composition.items)


def is_concedable(conflict: Conflict) -> bool:
    """Whether an operator may accept the best contents that do without the rules named for them."""
    return conflict.best is not None and set(conflict.without) <= CONCEDABLE
