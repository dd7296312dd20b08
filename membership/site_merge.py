"""Two people write about one site at once: what the second one reads, with nothing lost that either wrote."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .exceptions import SiteChanged
from .models import Site, SiteChange, SiteWindow, User

WORDS = {
    "is_active": gettext_lazy("in use"),
    "latitude": gettext_lazy("place on the map"),
    "parking_height_cm": gettext_lazy("parking height (cm)"),
}
# Said by the mark on the map together.
HIDDEN = {"longitude", "located_by", "confirmed_by_id", "confirmed_at"}


@dataclass(frozen=True)
class Difference:
    """One thing that somebody else changed; `mine` is what the reader has written instead, if they did."""

    label: str
    was: str
    now: str
    mine: str | None = None


@dataclass(frozen=True)
class Edit:
    """One change of a site in words, for its history and for whoever wrote at the same time."""

    actor: User | None
    at: datetime
    differences: list[Difference]


def edits(changes: Iterable[SiteChange], mine: dict[str, str] | None = None) -> list[Edit]:
    """Return the changes in words; `mine` has what the reader wrote, by name."""
    return [
        Edit(
            change.actor,
            change.at,
            [
                Difference(label_of(name), shown(name, was), shown(name, now), (mine or {}).get(name))
                for name, (was, now) in change.changes.items()
                if name not in HIDDEN
            ],
        )
        for change in changes
    ]


def merge(error: SiteChanged, typed: dict[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """Return what to take over from the others, and what the reader wrote that differs from theirs.

    What the reader hadn't touched becomes what the others wrote; what both changed stays as the reader typed
    it, to be saved over theirs or not.
    """
    before: dict[str, str] = {}
    now: dict[str, str] = {}
    for change in error.changes:
        for name, (was, becomes) in change.changes.items():
            before.setdefault(name, was)
            now[name] = becomes
    changed = {name: text for name, text in now.items() if name in typed}
    theirs = {name: text for name, text in changed.items() if typed[name] == before[name]}
    clashing = {name: typed[name] for name in changed if name not in theirs and typed[name] != now[name]}
    return theirs, clashing


def label_of(name: str) -> str:
    """Return what people call a value of a site."""
    if name in WORDS:
        return str(WORDS[name])
    if name.startswith("hours_"):
        weekday = SiteWindow.Weekday(int(name.removeprefix("hours_"))).label
        return _("receiving hours, %(weekday)s") % {"weekday": weekday}
    field: Any = Site._meta.get_field(name)
    return str(field.verbose_name)


def shown(name: str, text: str) -> str:
    """Return a value as people read it."""
    if name in ("precision", "lift"):
        field: Any = Site._meta.get_field(name)
        return str(dict(field.flatchoices).get(text, text))
    if name == "is_active":
        return _("yes") if text == "True" else _("no")
    if name == "latitude" and text:
        return f"{float(text):.5f}"
    return text
