"""What tells one edition from another, before it has a row and after."""

from datetime import date
from typing import NamedTuple


class EditionKey(NamedTuple):
    """A bundle on a delivery date for orders with these exclusions, a mask of `membership.exclusions`."""

    bundle: int
    day: date
    exclusions: int

    @property
    def by_day(self) -> tuple[date, int, int]:
        """Sorts by date, then bundle, the standard edition before its variants."""
        return self.day, self.bundle, self.exclusions
