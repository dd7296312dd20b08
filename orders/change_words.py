"""Changes of a standing order as its page tells them: what was, what is, and whether it can be undone."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from bundles.models import Bundle
from membership.exclusion_words import exclusion_words
from membership.models import Department, Site, User

from .actions.changing import require_undoable
from .exceptions import NotPossible
from .models import StandingOrder, StandingOrderChange
from .models.serving import serving_of
from .models.terms import HolidayPolicy
from .rule_words import rule_words
from .wish_words import wish_words

SHOWN = 20


@dataclass(frozen=True)
class ShownChange:
    """A change with what it did in words; `day` is the date that it is about, or from which it holds."""

    row: StandingOrderChange
    day: date | None
    lines: list[str]
    is_undoable: bool


def changes_of(standing_order: StandingOrder, user: User, *, now: datetime) -> list[ShownChange]:
    """Return its latest changes, the newest first; what can be undone costs a query each."""
    rows = list(
        standing_order.changes.select_related("occurrence", "actor", "standing_order").order_by("-at", "-pk")[
            :SHOWN
        ]
    )
    names = _Names(rows)
    newest: set[int | None] = set()
    found = []
    for row in rows:
        is_newest = row.undone_at is None and row.occurrence_id not in newest
        if row.undone_at is None:
            newest.add(row.occurrence_id)
        day = row.occurrence.rule_date if row.occurrence else row.since
        found.append(ShownChange(row, day, names.lines(row), is_newest and _is_undoable(row, user, now)))
    return found


def _is_undoable(row: StandingOrderChange, user: User, now: datetime) -> bool:
    try:
        require_undoable(row, actor=user, now=now)
    except NotPossible:
        return False
    return True


class _Names:
    """The names of what changes speak of, read once."""

    def __init__(self, rows: list[StandingOrderChange]) -> None:
        values = [value for row in rows for side in (row.was, row.became) for value in _flat(side)]
        keys: dict[str, set[int]] = {"bundle_id": set(), "site_id": set(), "department_id": set()}
        for name, value in values:
            if name in keys and value:
                keys[name].add(value)
        self.named: dict[str, dict[int, Any]] = {
            "bundle_id": Bundle.objects.in_bulk(keys["bundle_id"]),
            "site_id": Site.objects.in_bulk(keys["site_id"]),
            "department_id": Department.objects.in_bulk(keys["department_id"]),
        }

    def lines(self, row: StandingOrderChange) -> list[str]:
        """Return a line for each value that the change made different: what it was, and what it is."""
        # What one date doesn't have for itself is as usual.
        usual = serving_of(row.standing_order) if row.occurrence else {}
        was, became = usual | dict(_flat(row.was)), usual | dict(_flat(row.became))
        if row.kind == StandingOrderChange.Kind.FOLLOWING:
            became = {**was, **_from(row)}
        return [
            f"{label()}: {self.word(name, was.get(name))} → {self.word(name, became.get(name))}"
            for name, label in LABELS.items()
            if was.get(name) != became.get(name) and (name in was or name in became)
        ]

    def word(self, name: str, value: Any) -> str:
        if name == "on_shortage":
            return wish_words(value)
        if name in self.named:
            thing = self.named[name].get(value)
            return thing.display_name if thing else "–"
        if value in (None, "", []):
            return "–"
        if name == "headcount":
            return ngettext("%(people)d person", "%(people)d people", value) % {"people": value}
        if name == "exclusions":
            return ", ".join(exclusion_words(value)) or "–"
        if name == "rrule":
            return rule_words(value, get_language() or "ko")
        if name in ("holiday_policy", "holiday_default", "answer"):
            return str(HolidayPolicy(value).label)
        return str(value)[:5] if name.startswith("window") else str(value)


LABELS = {
    "bundle_id": lambda: _("Bundle"),
    "headcount": lambda: _("People"),
    "site_id": lambda: _("Site"),
    "department_id": lambda: _("Department"),
    "exclusions": lambda: _("Without"),
    "window_opens": lambda: _("Not before"),
    "window_closes": lambda: _("Not after"),
    "on_shortage": lambda: _("When something is short"),
    "rrule": lambda: _("Rule"),
    "holiday_policy": lambda: _("On a holiday"),
    "holiday_default": lambda: _("Without an answer"),
    "ends_on": lambda: _("Ends on"),
    "moved_to": lambda: _("Delivery date"),
    "answer": lambda: _("On a holiday"),
}


def _flat(side: dict[str, Any]) -> list[tuple[str, Any]]:
    """Return the values of a kept state by their names: of one date, or of all dates."""
    if "terms" in side:
        return [*side["terms"].items(), ("ends_on", side["ends_on"])]
    return [*side["own"].items(), ("moved_to", side["moved_to"]), ("answer", side["answer"])]


def _from(row: StandingOrderChange) -> dict[str, Any]:
    """Return the terms that hold from the date of the change on."""
    following = [terms for terms in row.became["later"] if terms["valid_from"] == str(row.since)]
    return following[0] if following else row.became["terms"]
