"""What can go wrong with orders, in codes that pages translate (`orders/reasons.py`)."""

from collections.abc import Sequence

from .day_limits import Full

# So many full days are named.
NAMED = 5


class CannotFix(Exception):
    """An order that is due cannot be made; `reason` is a code of `orders.reasons.REASONS`."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason, self.detail = reason, detail


class NotPossible(Exception):
    """A person asked for something that can't be done (any more); `reason` is a code of `REASONS`."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason, self.detail = reason, detail


class DayFull(NotPossible):
    """Days on which no delivery more can be promised: `full` says of which places none is left."""

    def __init__(self, full: Sequence[Full]) -> None:
        days = list(dict.fromkeys(str(each.place.day) for each in full))
        super().__init__("day_full", ", ".join(days[:NAMED]) + (" …" if len(days) > NAMED else ""))
        self.full = list(full)


class StaleState(Exception):
    """Somebody else moved the row on in the meantime."""
