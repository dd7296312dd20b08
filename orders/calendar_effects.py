"""What a change of the calendar of working days does to deliveries, in the shape that its page shows."""

import hashlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import NamedTuple

from membership.models import Organization

# What becomes of a delivery: it moves, is left out, is fixed earlier or later, or somebody has to decide.
MOVED, LEFT_OUT, CUTOFF, TO_DECIDE = "moved", "left_out", "cutoff", "to_decide"


@dataclass(frozen=True)
class CalendarChange:
    """An operator's word on a day; without `is_working` the public calendar holds for it again."""

    day: date
    is_working: bool | None
    name: str = ""


@dataclass(frozen=True)
class Effect:
    """One delivery before and after. `number` is its order's, "" for a date that is none yet."""

    what: str
    organization: Organization
    title: str
    site: str
    url: str
    number: str
    was_day: date | None
    day: date | None
    was_cutoff: datetime | None
    cutoff: datetime | None
    why: str = ""
    # Of one to decide: where it can be moved, None if nowhere.
    moves_to: date | None = None

    @property
    def key(self) -> str:
        """What has to be the same when it is applied as when it was shown."""
        return repr(
            (self.what, self.url, self.was_day, self.day, self.was_cutoff, self.cutoff, self.moves_to)
        )


class Affected(NamedTuple):
    """The effects on one institution; those to decide come first."""

    organization: Organization
    effects: list[Effect]


def fingerprint(effects: Collection[Effect]) -> str:
    """Return what tells these effects from any others."""
    return hashlib.sha256("\n".join(sorted(effect.key for effect in effects)).encode()).hexdigest()[:32]


def by_institution(effects: Iterable[Effect]) -> list[Affected]:
    """Return the effects grouped by institution."""
    rank = (TO_DECIDE, LEFT_OUT, MOVED, CUTOFF)
    ordered = sorted(
        effects,
        key=lambda each: (
            each.organization.name,
            each.organization.pk,
            rank.index(each.what),
            each.was_day or date.max,
            each.url,
        ),
    )
    groups = groupby(ordered, key=lambda each: each.organization)
    return [Affected(organization, list(group)) for organization, group in groups]


def counts(effects: Iterable[Effect]) -> dict[str, int]:
    """Return how many deliveries move, are left out, are fixed at another time, and wait for a word."""
    found = dict.fromkeys((TO_DECIDE, LEFT_OUT, MOVED, CUTOFF), 0)
    for effect in effects:
        found[effect.what] += 1
    return found
