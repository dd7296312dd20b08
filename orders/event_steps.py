"""The times behind an event in words, from its beginning back to the order, as the pages draw them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time

from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from .event_plan import SEOUL, EventPlan, HeldUp
from .working_days import WorkingDays

NAMES = 3


@dataclass(frozen=True)
class EventStep:
    """One time: a moment, or a whole day; `until` closes a window; `held_up` are days passed over."""

    code: str
    icon: str
    label: str
    why: str
    at: datetime | None = None
    day: date | None = None
    until: datetime | None = None
    held_up: tuple[tuple[date, str], ...] = ()
    is_over: bool = False

    @property
    def place(self) -> datetime:
        """Where it stands in time; a whole day ends with its evening."""
        return self.at or datetime.combine(self.day or date.min, time.max, SEOUL)


def event_steps(plan: EventPlan, working_days: WorkingDays, *, now: datetime) -> list[EventStep]:
    """Return the steps from the event back to the last change."""
    made = sorted([_packed(plan), _routes(plan), *_made(plan)], key=_packed_before_made, reverse=True)
    return [*_arrival(plan, working_days), *made, _cutoff(plan, now), _change(plan, now)]


def _packed_before_made(step: EventStep) -> tuple[datetime, bool]:
    """Goods of the day itself are made before they are packed, though nobody says at what time."""
    is_packed = step.code == "packed"
    return (datetime.combine(step.place.date(), time.max, SEOUL) if is_packed else step.place), is_packed


def _arrival(plan: EventPlan, working_days: WorkingDays) -> Iterator[EventStep]:
    minutes = {"n": settings.EVENT_SETUP_MINUTES}
    yield EventStep("event", "flag", _("The event begins"), "", at=plan.event_at)
    why = _("%(n)s minutes to set up") % minutes
    yield EventStep("arrival", "timer", _("Latest arrival"), why, at=plan.arrives_by)
    held_up = tuple((held.day, _held_up(held, working_days)) for held in plan.held_up)
    why = _("Within the site's receiving hours")
    yield EventStep(
        "delivery", "truck", _("Delivery"), why, at=plan.opens_at, until=plan.closes_at, held_up=held_up
    )


def _held_up(held: HeldUp, working_days: WorkingDays) -> str:
    """Return why nothing comes on a day before the event."""
    if not held.is_closed:
        return _("nobody receives in time")
    language = "en" if get_language() == "en" else "ko"
    return working_days.name(held.day, language) or _("no deliveries on this day")


def _packed(plan: EventPlan) -> EventStep:
    why = _("%(n)s minutes on the road") % {"n": settings.ROAD_MINUTES}
    return EventStep("packed", "package-check", _("Packed at the hub"), why, at=plan.packed_by)


def _routes(plan: EventPlan) -> EventStep:
    why = _("The last moment for anything to be on a van")
    return EventStep("routes", "route", _("Routes are planned"), why, at=plan.routes_at)


def _made(plan: EventPlan) -> Iterator[EventStep]:
    for production in plan.productions:
        if production.makers:
            shown = ", ".join(production.makers[:NAMES])
            more = len(production.makers) - NAMES
            why = _("%(names)s and %(n)s more") % {"names": shown, "n": more} if more > 0 else shown
            yield EventStep("made", "store", _("Producers make it"), why, day=production.day)


def _cutoff(plan: EventPlan, now: datetime) -> EventStep:
    if plan.slowest and plan.slowest.name:
        said = {"name": plan.slowest.name, "n": plan.slowest.lead_days}
        why = _("Slowest producer: %(name)s, %(n)s working days' notice") % said
    elif plan.slowest:
        why = _("The slowest producer needs %(n)s working days' notice") % {"n": plan.slowest.lead_days}
    else:
        why = _("Producers and the hub need %(n)s working days' notice") % {
            "n": settings.CUTOFF_BUSINESS_DAYS
        }
    is_over = plan.cutoff_at <= now
    return EventStep("cutoff", "timer", _("Cut-off"), why, at=plan.cutoff_at, is_over=is_over)


def _change(plan: EventPlan, now: datetime) -> EventStep:
    why = _("Until then people, time and note can be changed")
    is_over = plan.change_until <= now
    return EventStep("change", "pencil", _("Last change"), why, at=plan.change_until, is_over=is_over)
