"""Purchase orders: what the hub asks of each producer for a delivery date."""

from collections.abc import Iterable
from datetime import date, datetime

from django.db import transaction
from django.db.models import F

from membership.models import Organization, User

from ..cutoff import acknowledge_by
from ..exceptions import CannotFix, NotPossible
from ..models import (
    CalendarDay,
    Notification,
    OrderLine,
    PurchaseOrder,
    PurchaseOrderEvent,
    PurchaseOrderLine,
)
from .advance import advance_purchase_order
from .ledger import Outcome
from .notify import notify, notify_producer, operators, people

Status = PurchaseOrder.Status


def order_from_producers(lines: Iterable[OrderLine], delivery_date: date, *, now: datetime) -> None:
    """Add the lines to the purchase order of each producer for the date, issuing it if it is the first.

    Must run inside the transaction that fixes the order. An accepted purchase order to which something is
    added goes back to its producer. Raises CannotFix("too_late") if the producer has already delivered.
    """
    for line in sorted(lines, key=lambda line: (line.producer_id, line.product_id)):
        purchase_order = _purchase_order(line.producer_id, delivery_date, now=now)
        if purchase_order.status == Status.RECEIVED:
            raise CannotFix("too_late", line.producer_name)
        row, created = PurchaseOrderLine.objects.get_or_create(
            purchase_order=purchase_order,
            product_id=line.product_id,
            defaults={
                "product_name": line.product_name,
                "supply_price": line.supply_price,
                "ordered": line.quantity,
            },
        )
        if not created:
            # What was confirmed stays so, the rest stays short; the producer answers again for the whole,
            # and what was counted in already is counted again.
            PurchaseOrderLine.objects.filter(pk=row.pk).update(
                ordered=F("ordered") + line.quantity,
                confirmed=F("confirmed") + line.quantity,
                received=None,
                received_by=None,
                received_at=None,
            )
        if purchase_order.status not in (Status.ISSUED, Status.OVERDUE):
            advance_purchase_order(
                purchase_order, Status.ISSUED, actor=None, now=now, note="more was ordered"
            )
            _set_deadline(purchase_order, now)
            notify_producer(purchase_order, Notification.Kind.PURCHASE_ORDER_ISSUED, now=now)


def _purchase_order(producer_id: int, delivery_date: date, *, now: datetime) -> PurchaseOrder:
    # Locked, so that the producer's answer comes before or after, never in between.
    purchase_order, created = PurchaseOrder.objects.select_for_update().get_or_create(
        producer_id=producer_id,
        delivery_date=delivery_date,
        defaults={
            "number": PurchaseOrder.number_for(producer_id, delivery_date),
            "acknowledge_by": acknowledge_by(now, CalendarDay.objects.all().working_days()),
            "issued_at": now,
        },
    )
    if created:
        PurchaseOrderEvent.objects.create(purchase_order=purchase_order, was="", to=Status.ISSUED, at=now)
        notify_producer(purchase_order, Notification.Kind.PURCHASE_ORDER_ISSUED, now=now)
    return purchase_order


def _set_deadline(purchase_order: PurchaseOrder, now: datetime) -> None:
    deadline = acknowledge_by(now, CalendarDay.objects.all().working_days())
    PurchaseOrder.objects.filter(pk=purchase_order.pk).update(acknowledge_by=deadline, reminded_at=None)


@transaction.atomic
def accept_purchase_order(purchase_order: PurchaseOrder, *, actor: User, now: datetime) -> PurchaseOrder:
    """The producer will bring everything that is asked; accepting twice changes nothing.

    Raises NotPossible once the goods were received, or if nothing is asked any more.
    """
    locked = PurchaseOrder.objects.select_for_update().get(pk=purchase_order.pk)
    if locked.status in (Status.ACCEPTED, Status.SHORT):
        return locked
    if locked.status in (Status.RECEIVED, Status.CANCELLED):
        raise NotPossible("wrong_state")
    locked.lines.filter(confirmed=None).update(confirmed=F("ordered"))
    is_short = locked.lines.filter(confirmed__lt=F("ordered")).exists()
    advance_purchase_order(locked, Status.SHORT if is_short else Status.ACCEPTED, actor=actor, now=now)
    return locked


@transaction.atomic
def remind_producer(purchase_order_id: int, *, now: datetime) -> Outcome | None:
    """Remind a producer of its deadline, once for each deadline."""
    due = PurchaseOrder.objects.to_remind(now).select_for_update().filter(pk=purchase_order_id)
    purchase_order = due.first()
    if purchase_order is None:
        return None
    PurchaseOrder.objects.filter(pk=purchase_order.pk).update(reminded_at=now)
    notify_producer(purchase_order, Notification.Kind.PURCHASE_ORDER_REMINDER, now=now)
    return _done(purchase_order)


@transaction.atomic
def close_deadline(purchase_order_id: int, *, now: datetime) -> Outcome | None:
    """Mark a purchase order that nobody acknowledged in time; operators are told whom to call."""
    purchase_order = PurchaseOrder.objects.select_for_update().get(pk=purchase_order_id)
    if purchase_order.status != Status.ISSUED or purchase_order.acknowledge_by > now:
        return None
    advance_purchase_order(purchase_order, Status.OVERDUE, actor=None, now=now)
    notify_producer(purchase_order, Notification.Kind.PURCHASE_ORDER_OVERDUE, now=now)
    notify(
        operators(),
        Notification.Kind.PURCHASE_ORDER_OVERDUE,
        now=now,
        purchase_order=purchase_order,
        detail=_phones(purchase_order.producer),
    )
    return _done(purchase_order)


def _phones(producer: Organization) -> str:
    """The producer's telephone and those of its people, by name."""
    own = [f"{user.name} {user.phone}" for user in people(producer, "producer") if user.phone]
    return " · ".join(filter(None, [producer.phone, *own]))


def _done(purchase_order: PurchaseOrder) -> Outcome:
    return Outcome(
        "done",
        purchase_order.number,
        purchase_order.pk,
        purchase_order.producer,
        purchase_order.delivery_date,
    )
