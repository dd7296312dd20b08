"""How far an order or a coming date is, in the shapes that the steps and timeline components draw."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from .models import Occurrence, Order, StandingOrder
from .reasons import words
from .wish_words import wish_words

Status = Order.Status

# (state, label, icon) in the order in which a delivery goes through them.
STAGES = [
    (Status.PLACED, pgettext_lazy("order", "Ordered"), "clipboard-list"),
    (Status.CONFIRMED, pgettext_lazy("order", "Confirmed"), "clipboard-check"),
    (Status.PACKED, _("Packed"), "package-check"),
    (Status.DISPATCHED, _("On the way"), "truck"),
    (Status.DELIVERED, _("Delivered"), "circle-check"),
]
APPROVAL = (Status.AWAITING, _("Approval"), "hourglass")

# What stands in place of the stage that an order failed to reach.
NOT_MADE, NOT_DELIVERED = _("not ordered"), _("delivery failed")


def order_steps(order: Order) -> list[dict[str, Any]]:
    """Return the steps of an order from its events; the stage after the last is where it stands or failed.

    A hub may load without packing, so a stage before the last one reached is done even without an event.
    Needs `events` prefetched.
    """
    reached = {event.to: event.at for event in order.events.all()}
    # Only an order that had to be approved shows that step.
    stages = [APPROVAL, *STAGES] if Status.AWAITING in reached else STAGES
    # Boxes may be opened again, so where it stands counts, not how far it was.
    stands = [place for place, (state, *_) in enumerate(stages) if state == order.status]
    last = max(stands or [place for place, (state, *_) in enumerate(stages) if state in reached], default=-1)
    stopped = order.status in (Status.FAILED, Status.CANCELLED)
    steps = []
    for place, (state, label, icon) in enumerate(stages):
        looks = "done" if place <= last else ""
        if place == last and not stopped and state != Status.DELIVERED:
            looks = "current"
        elif place == last + 1 and order.status == Status.FAILED:
            is_made = state not in (Status.PLACED, Status.CONFIRMED)
            looks, label = "failed", capfirst(NOT_DELIVERED if is_made else NOT_MADE)
        when = _when(reached.get(state)) if place <= last or looks else ""
        steps.append({"label": label, "icon": icon, "state": looks, "when": when})
    return steps


def occurrence_steps(occurrence: Occurrence) -> list[dict[str, Any]]:
    """Return the steps of a date that is planned: ordered at its cut-off, then like any order."""
    planned = {"label": _("Planned"), "icon": "calendar", "state": "current", "when": ""}
    steps = [{"label": label, "icon": icon, "state": "", "when": ""} for _state, label, icon in STAGES[1:]]
    steps[0]["when"] = _when(occurrence.cutoff_at)
    return [planned, *steps]


def timeline(order: Order) -> list[dict[str, Any]]:
    """Return what happened to the order, latest first. Needs `events__actor` prefetched."""
    return [
        {
            "at": event.at,
            "text": _changed(event.changes) if event.changes else event.get_to_display(),
            "who": event.actor.display_name if event.actor else _("automatically"),
            "state": event.to,
            "note": _("received by %(name)s") % {"name": event.note}
            if event.to == Status.DELIVERED and event.note
            else words(event.note),
        }
        for event in reversed(order.events.all())
    ]


CHANGED = {
    "headcount": _("people"),
    "event_at": _("the event begins"),
    "note": _("note"),
    "on_shortage": _("when something is short"),
}


def _changed(changes: Mapping[str, list[str]]) -> str:
    """Return what was changed: of each thing what was and what is."""
    said = []
    for name, pair in changes.items():
        was, to = (_in_words(name, value) for value in pair)
        said.append(f"{CHANGED[name]} {was} → {to}")
    return str(_("Changed: %(what)s") % {"what": ", ".join(said)})


def _in_words(name: str, value: str) -> str:
    if name == "on_shortage":
        return wish_words(value)
    return _moment(value) if name == "event_at" else value or "–"


def _moment(iso: str) -> str:
    return f"{timezone.localtime(datetime.fromisoformat(iso)):%Y-%m-%d %H:%M}"


def standing_timeline(standing_order: StandingOrder) -> list[dict[str, Any]]:
    """Return what happened to the standing order, latest first. Needs `events__actor` prefetched."""
    return [
        {
            "at": event.at,
            "text": event.get_to_display(),
            "who": event.actor.display_name if event.actor else _("automatically"),
            "state": event.to,
            "note": words(event.note),
        }
        for event in reversed(standing_order.events.all())
    ]


def _when(at: Any) -> str:
    return f"{timezone.localtime(at):%m.%d %H:%M}" if at else ""
