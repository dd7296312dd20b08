"""What a page says where days are full: which, and what is free instead."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from django.http import QueryDict
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from membership.models import SiteWindow

from .cutoff import cutoff_at
from .day_limits import Full
from .exceptions import DayFull
from .models import Application, StandingOrder, Zone
from .places import Places, has_limits
from .reasons import told
from .rule_words import WEEKDAYS
from .standing_plan import read_plan
from .waiting_list import board_behind_line

OFFICE_WEEKDAYS = WEEKDAYS[:5]
# How many days around a full one are looked at, and how many of them are named.
NEAR = timedelta(days=14)
FREE_DAYS = 4


@dataclass(frozen=True)
class FullDay:
    """A day on which so many deliveries are promised of so many, of a zone or of the whole hub (None)."""

    day: date
    zone: Zone | None
    taken: int
    limit: int


def full_days(full: Iterable[Full]) -> list[FullDay]:
    """Return the days with their zones, in one query."""
    rows = list(full)
    zones = Zone.objects.in_bulk({each.place.scope for each in rows if each.place.scope})
    return [
        FullDay(each.place.day, zones.get(each.place.scope or 0), each.taken, each.limit) for each in rows
    ]


@dataclass(frozen=True)
class OtherWeekday:
    """A weekday (`TU`) of the rule is full on some dates; on `free` every date has a place."""

    full: str
    free: str

    @property
    def label(self) -> str:
        return str(SiteWindow.Weekday(WEEKDAYS.index(self.free)).label)

    @property
    def value(self) -> str:
        """What a button sends to put it into the form."""
        return f"{self.full}-{self.free}"


def other_weekdays(wanted: StandingOrder, full: Iterable[Full], *, now: datetime) -> list[OtherWeekday]:
    """Return what the one full weekday of an unsaved standing order may become."""
    codes = {WEEKDAYS[each.place.day.weekday()] for each in full}
    named = re.findall("MO|TU|WE|TH|FR|SA|SU", _by_day(wanted.rrule))
    if len(codes) != 1 or not codes <= set(named):
        return []
    (code,) = codes
    places = Places(now=now)
    options = {}
    plan_days = wanted.bundle.plan and wanted.bundle.plan.delivery_days.split(",")
    for free in plan_days or OFFICE_WEEKDAYS:
        if free not in named:
            plan = read_plan(wanted)
            rrule = wanted.rrule.replace(by_day := _by_day(wanted.rrule), by_day.replace(code, free))
            moved = replace(plan, terms=tuple(replace(each, rrule=rrule) for each in plan.terms))
            options[free] = places.of_plan(moved, places.until(moved))
    board = board_behind_line(places, set().union(*options.values()))
    return [OtherWeekday(code, free) for free, needed in options.items() if needed and not board.full(needed)]


def _by_day(rrule: str) -> str:
    """Return the part of a rule that names its weekdays, or ""."""
    return next((part for part in rrule.split(";") if part.startswith("BYDAY=")), "")


def refusal_of(wanted: StandingOrder, *, now: datetime, plan: Application | None = None) -> dict[str, Any]:
    """Return, for a page, which dates of an unsaved standing order are full, and the weekdays that are free.

    `plan` is the application for a plan that brings it: places that the present plan has are its own.
    """
    if not has_limits():
        return {}
    places, dates = Places(now=now), read_plan(wanted)
    needed = places.of_application(plan) if plan else places.of_plan(dates, places.until(dates))
    full = board_behind_line(places, needed).full(needed)
    return {"full": full_days(full), "other_weekdays": other_weekdays(wanted, full, now=now)} if full else {}


def with_other_weekday(data: QueryDict) -> QueryDict:
    """Return what a form sent, with a full weekday replaced by the free one that was chosen (`instead`)."""
    full, _dash, free = data.get("instead", "").partition("-")
    if free not in WEEKDAYS:
        return data
    changed = data.copy()
    for name in {"weekdays", "nth_weekday"}.intersection(data):
        changed.setlist(name, [free if each == full else each for each in data.getlist(name)])
    if "weekday" in data:
        changed["weekday"] = free
    return changed


def in_words(error: DayFull, district: str, *, now: datetime) -> str:
    """Return that a day is full, and which days near it are free."""
    said = told(error.reason, error.detail)
    free = free_days_near(error.full[0].place.day, district, now=now)
    if not free:
        return said
    near = _("Free near it: %(days)s") % {"days": ", ".join(date_format(day) for day in free)}
    return f"{said}. {near}"


def free_days_near(day: date, district: str, *, now: datetime) -> Sequence[date]:
    """Return the days nearest to a full one on which a delivery can still be ordered and has a place."""
    places = Places(now=now)
    around = [day + timedelta(days=n) for n in range(-NEAR.days, NEAR.days + 1)]
    open_ = [
        each
        for each in around
        if places.working_days.is_working(each) and cutoff_at(each, 0, places.working_days) > now
    ]
    needed = {each: places.of_delivery(each, district) for each in open_}
    board = board_behind_line(places, set().union(*needed.values()))
    free = [each for each in open_ if not board.full(needed[each])]
    return sorted(sorted(free, key=lambda each: (abs(each - day), each))[:FREE_DAYS])
