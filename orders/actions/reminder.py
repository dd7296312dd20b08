"""Approvers are reminded of what still waits, so many hours before its cut-off, once each time."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from django.conf import settings
from django.db.models import Min, QuerySet

from ..models import Notification, Occurrence, Order, StandingOrder
from .authority import ask_approvers, ask_approvers_of_standing_order
from .ledger import Outcome

REMINDER = Notification.Kind.APPROVAL_REMINDER


class Reminder(NamedTuple):
    """What waits, and the instant at which its approvers are to be reminded: its name, too."""

    waiting: Order | StandingOrder
    at: datetime


def due_reminders(now: datetime) -> list[Reminder]:
    """Return the reminders whose time has come and that nobody got yet; of several missed ones the last."""
    return [reminder for reminder in _wanted(now) if not _sent(reminder).exists()]


def _wanted(now: datetime) -> Iterator[Reminder]:
    orders = Order.objects.filter(status=Order.Status.AWAITING, cutoff_at__gt=now)
    for order in orders.order_by("cutoff_at", "pk"):
        if at := _last_time(order.cutoff_at, since=order.placed_at, now=now):
            yield Reminder(order, at)
    planned = Occurrence.objects.filter(status=Occurrence.Status.PLANNED, cutoff_at__gt=now)
    for standing_order in StandingOrder.objects.filter(status=StandingOrder.Status.AWAITING).order_by("pk"):
        first = planned.filter(standing_order=standing_order).aggregate(at=Min("cutoff_at"))["at"]
        if first and (at := _last_time(first, since=standing_order.created_at, now=now)):
            yield Reminder(standing_order, at)


def _last_time(cutoff_at: datetime, *, since: datetime, now: datetime) -> datetime | None:
    """Return the latest reminder that is due; one from before it waited would only repeat the first mail."""
    times = (cutoff_at - timedelta(hours=hours) for hours in settings.APPROVAL_REMINDER_HOURS)
    return max((at for at in times if since < at <= now), default=None)


def _sent(reminder: Reminder) -> QuerySet[Notification]:
    """The reminders since that instant: a message is written only after its time has come."""
    key = "order" if isinstance(reminder.waiting, Order) else "standing_order"
    return Notification.objects.filter(**{key: reminder.waiting}, kind=REMINDER, created_at__gte=reminder.at)


def remind(reminder: Reminder, *, now: datetime) -> Outcome | None:
    """Remind the approvers, unless another worker did or it waits no more. Must run inside a transaction."""
    waiting = reminder.waiting
    locked = type(waiting)._default_manager.select_for_update().get(pk=waiting.pk)
    if locked.status != "awaiting" or _sent(reminder).exists():
        return None
    if isinstance(locked, Order):
        ask_approvers(locked, now=now, kind=REMINDER)
    else:
        ask_approvers_of_standing_order(locked, now=now, kind=REMINDER)
    return Outcome("done", str(locked), locked.pk, locked.organization, detail="reminded")
