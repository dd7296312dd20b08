"""What an operator decides about an order that stands on a day that was closed: keep, call off, move."""

from datetime import datetime

from django.db import transaction

from membership.models import User

from ..calendar_effects import CalendarChange
from ..cutoff import cutoff_at, last_call_at
from ..event_plan import Delivery
from ..event_times import delivery_for
from ..exceptions import NotPossible
from ..models import CalendarDay, Notification, Order, OrderEvent
from ..working_days import WorkingDays
from .advance import advance_order
from .call_off import call_off_order
from .notify import notify_institution
from .placing import new_order

KEEP, CALL_OFF, MOVE = "keep", "call_off", "move"
DECISIONS = (KEEP, CALL_OFF, MOVE)
# What the order that comes in place of another one has of it.
COPIED = (
    "organization",
    "site",
    "bundle",
    "department",
    "headcount",
    "exclusions",
    "event_at",
    "on_shortage",
    "note",
    "placed_by",
    "overrun",
)


def target_of(order: Order, working_days: WorkingDays, now: datetime) -> Delivery | None:
    """Return when an order can come instead: an event's before it, others a working day later."""
    if order.event_at is None:
        day = working_days.add(order.delivery_date, 1)
        target = Delivery(day, order.window_opens, order.window_closes)  # type: ignore[arg-type]
    else:
        try:
            target = delivery_for(order.event_at, order.site, working_days)
        except NotPossible:
            return None
    return target if last_call_at(target.day, working_days) > now else None


def decide(number: str, decision: str, change: CalendarChange, *, actor: User, now: datetime) -> None:
    """Carry out the decision about the order. Must run inside a transaction. Raises NotPossible."""
    order = Order.objects.select_for_update(of=("self",)).get(number=number)
    if decision == CALL_OFF:
        _call_off(order, change.name, actor=actor, now=now)
    elif decision == MOVE:
        target = target_of(order, CalendarDay.objects.all().working_days(), now)
        if target is None:
            raise NotPossible("too_late", number)
        move_order(order, target, change.name, actor=actor, now=now)


def _call_off(order: Order, reason: str, *, actor: User, now: datetime) -> None:
    if order.status in Order.OPEN:
        advance_order(order, Order.Status.CANCELLED, actor=actor, now=now, note=reason)
        notify_institution(order, Notification.Kind.ORDER_CANCELLED, now=now, detail=reason)
    else:
        call_off_order(order, reason=reason, actor=actor, now=now)


@transaction.atomic
def move_order(order: Order, to: Delivery, reason: str, *, actor: User, now: datetime) -> Order:
    """Let the order come on another day; return the order that comes then.

    One that isn't fixed moves itself. One that is fixed is history: it is called off, and another one takes
    its place, also as the order of its date. That is fixed at its own cut-off, or at once if that has passed,
    from what can still be made.
    """
    cutoff = max(now, cutoff_at(to.day, 0, CalendarDay.objects.all().working_days()))
    said = f"{order.delivery_date} → {to.day} ({reason})"
    if order.status in Order.OPEN:
        order.swaps.all().delete()
        order.delivery_date, order.window_opens, order.window_closes = to
        order.cutoff_at = cutoff
        order.save(update_fields=["delivery_date", "window_opens", "window_closes", "cutoff_at"])
        moved = order
    else:
        moved = _replace(order, to, cutoff, said, actor=actor, now=now)
    OrderEvent.objects.create(order=moved, was=moved.status, to=moved.status, actor=actor, at=now, note=said)
    notify_institution(moved, Notification.Kind.ORDER_MOVED, now=now, detail=said)
    return moved


def _replace(order: Order, to: Delivery, cutoff: datetime, said: str, *, actor: User, now: datetime) -> Order:
    occurrence = order.occurrence
    call_off_order(order, reason=said, actor=actor, now=now)
    if occurrence:
        # One order for one date, always: the new one is its.
        Order.objects.filter(pk=order.pk).update(occurrence=None)
        occurrence.delivery_date, occurrence.cutoff_at = to.day, cutoff
        occurrence.save(update_fields=["delivery_date", "cutoff_at"])
    return new_order(
        f"{order.number} {to.day}",
        **{name: getattr(order, name) for name in COPIED},
        occurrence=occurrence,
        delivery_date=to.day,
        window_opens=to.opens,
        window_closes=to.closes,
        cutoff_at=cutoff,
        placed_at=now,
        status=Order.Status.PLACED,
    )
