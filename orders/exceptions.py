"""What can go wrong with orders, in codes that pages translate (`orders/reasons.py`)."""


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


class StaleState(Exception):
    """Somebody else moved the row on in the meantime."""
