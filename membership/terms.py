"""What a membership grants on a day: its tiers and pauses over time, without the database.

A tier lasts until the next one begins, so two can't overlap; a pause lasts up to and including its last day.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

PAUSED, ENDED, NOT_BEGUN = "membership_paused", "membership_ended", "membership_not_begun"


@dataclass(frozen=True)
class Tier:
    """A plan from a day on: `deliveries` a month."""

    plan: int
    starts_on: date
    deliveries: int


@dataclass(frozen=True)
class Pause:
    """Days without deliveries, both included; without a last day until further notice."""

    starts_on: date
    ends_on: date | None = None

    def holds(self, day: date) -> bool:
        return self.starts_on <= day and (self.ends_on is None or day <= self.ends_on)

    def overlaps(self, other: "Pause") -> bool:
        """Whether the two share a day."""
        first, second = sorted((self, other), key=lambda pause: pause.starts_on)
        return first.ends_on is None or second.starts_on <= first.ends_on


@dataclass(frozen=True)
class Terms:
    """A membership from its first day up to and including its last; `tiers` in order of their start."""

    starts_on: date
    ends_on: date | None
    tiers: Sequence[Tier]
    pauses: Collection[Pause] = ()

    def tier_on(self, day: date) -> Tier:
        """The tier that runs on the day; before the first one, the first."""
        return next((tier for tier in reversed(self.tiers) if tier.starts_on <= day), self.tiers[0])

    def why_closed(self, day: date) -> str:
        """Return why nothing comes on the day (PAUSED, ENDED, NOT_BEGUN), or ""."""
        if day < self.starts_on:
            return NOT_BEGUN
        if self.ends_on and day > self.ends_on:
            return ENDED
        return PAUSED if any(pause.holds(day) for pause in self.pauses) else ""


def next_month(day: date) -> date:
    """Return the first day of the month after."""
    return (day.replace(day=1) + timedelta(days=31)).replace(day=1)


def last_of_month(day: date) -> date:
    return next_month(day) - timedelta(days=1)
