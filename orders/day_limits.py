"""Which days are full, and who of those that wait gets what is left: plain values, no tables and no clock.

A delivery takes a place of the whole hub on its day, and one of its zone. What has no limit is never full.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

# A zone by its key; None is the whole hub.
Scope = int | None


class Place(NamedTuple):
    """What a delivery takes one of."""

    scope: Scope
    day: date


class Full(NamedTuple):
    """A place that can't be had: so many are taken of so many."""

    place: Place
    taken: int
    limit: int


@dataclass(frozen=True)
class Limits:
    """Limits by weekday (0 = Monday) and, above them, of single days; None there: as many as wanted."""

    by_weekday: Mapping[tuple[Scope, int], int] = field(default_factory=dict)
    by_day: Mapping[Place, int | None] = field(default_factory=dict)

    def of(self, place: Place) -> int | None:
        """Return how many there are of a place; None: as many as wanted."""
        if place in self.by_day:
            return self.by_day[place]
        return self.by_weekday.get((place.scope, place.day.weekday()))


@dataclass(frozen=True)
class Board:
    """The places with their limits, and how many of each are taken."""

    limits: Limits
    taken: Counter[Place] = field(default_factory=Counter)

    def full(self, wanted: Iterable[Place]) -> list[Full]:
        """Return those of which none is left, by day; the whole hub before its zones."""
        found = []
        for place in set(wanted):
            limit = self.limits.of(place)
            if limit is not None and self.taken[place] >= limit:
                found.append(Full(place, self.taken[place], limit))
        return sorted(found, key=lambda each: (each.place.day, each.place.scope or 0))

    def take(self, wanted: Iterable[Place]) -> None:
        """Count one more of each as taken."""
        self.taken.update(set(wanted))

    def serve(self, waiting: Sequence[Collection[Place]]) -> list[int]:
        """Give those that wait, in their order, what they can have; return the positions of who got it.

        Whoever wants a day that is still full doesn't keep its other days from the next.
        """
        served = []
        for position, wanted in enumerate(waiting):
            if not self.full(wanted):
                self.take(wanted)
                served.append(position)
        return served


def ahead_of(position: int, waiting: Sequence[Collection[Place]], full: Collection[Place]) -> int:
    """Return how many before this position wait for one of the same full places."""
    own = set(waiting[position]).intersection(full)
    return sum(not own.isdisjoint(each) for each in waiting[:position])
