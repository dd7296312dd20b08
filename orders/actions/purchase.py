"""Purchase orders: what the hub asks of each producer for a delivery date."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import F

from bundles.bulk import insert_rows, update_rows
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
from .advance import advance_purchase_order, advance_purchase_orders
from .ledger import Outcome
from .notify import Message, notify, notify_producer, notify_readers, operators, people, readers_of

Status = PurchaseOrder.Status


@dataclass(frozen=True, slots=True)
class Asked:
    """Units of a product that its producer is to bring, by name and at the supply price (won) of today."""

    product_id: int
    producer_id: int
    product_name: str
    producer_name: str
    supply_price: int
    units: int


def order_from_producers(lines: Iterable[OrderLine], delivery_date: date, *, now: datetime) -> None:
    """Ask the producers for what the lines hold, as `ask_producers` does."""
    asked = [
        Asked(
            line.product_id,
            line.producer_id,
            line.product_name,
            line.producer_name,
            line.supply_price,
            line.quantity,
        )
        for line in lines
    ]
    ask_producers(asked, delivery_date, now=now)


def ask_producers(asked: Collection[Asked], delivery_date: date, *, now: datetime) -> None:
    """Add what is asked to the purchase order of each producer for the date, issuing it if it is the first.

    Each product is asked once. Must run inside the transaction that fixes the orders, after capacity is
    locked. An accepted purchase order to which something is added goes back to its producer. Raises
    CannotFix("too_late") if a producer has already delivered. As many queries for one as for all.
    """
    names = {each.producer_id: each.producer_name for each in asked}
    locked = lock_purchase_orders(names, delivery_date, now=now)
    for producer_id, purchase_order in locked.items():
        if purchase_order.status == Status.RECEIVED:
            raise CannotFix("too_late", names[producer_id])
    _add_units(asked, locked)
    answered = [each for each in locked.values() if each.status not in (Status.ISSUED, Status.OVERDUE)]
    _ask_again(answered, now=now)


def lock_purchase_orders(
    producers: Collection[int], delivery_date: date, *, now: datetime
) -> dict[int, PurchaseOrder]:
    """Return the purchase orders for the date by producer, issued where there were none.

    Locked in the order of the producers, so that a producer's answer comes before or after, never in between.
    """
    rows = PurchaseOrder.objects.on(delivery_date).filter(producer__in=producers)
    missing = sorted(set(producers) - set(rows.values_list("producer", flat=True)))
    if missing:
        deadline = _deadline(now)
        # Others may issue the same at this moment: the first one's row counts, and its event says so.
        PurchaseOrder.objects.bulk_create(
            [
                PurchaseOrder(
                    number=PurchaseOrder.number_for(producer_id, delivery_date),
                    producer_id=producer_id,
                    delivery_date=delivery_date,
                    acknowledge_by=deadline,
                    issued_at=now,
                )
                for producer_id in missing
            ],
            ignore_conflicts=True,
        )
    locked = list(rows.order_by("producer_id").select_for_update())
    if missing:
        issued = list(rows.filter(producer__in=missing, events=None))
        events = [(each.pk, "", Status.ISSUED.value, now) for each in issued]
        insert_rows(PurchaseOrderEvent, ("purchase_order_id", "was", "to", "at"), events)
        _tell_issued(issued, now)
    return {each.producer_id: each for each in locked}


def _add_units(asked: Iterable[Asked], purchase_orders: Mapping[int, PurchaseOrder]) -> None:
    """Raise what the locked purchase orders, by producer, ask for.

    What was confirmed stays so, the rest stays short; the producer answers again for the whole, and what was
    counted in already is counted again.
    """
    known = PurchaseOrderLine.objects.filter(purchase_order__in=purchase_orders.values())
    lines = {line.product_id: line for line in known}
    changed, new = [], []
    for each in asked:
        if line := lines.get(each.product_id):
            confirmed = None if line.confirmed is None else line.confirmed + each.units
            changed.append((line.ordered + each.units, confirmed, None, None, None, line.pk))
        else:
            purchase_order = purchase_orders[each.producer_id]
            new.append((purchase_order.pk, each.product_id, each.product_name, each.supply_price, each.units))
    columns = ("ordered", "confirmed", "received", "received_by_id", "received_at")
    update_rows(PurchaseOrderLine, columns, changed)
    columns = ("purchase_order_id", "product_id", "product_name", "supply_price", "ordered")
    insert_rows(PurchaseOrderLine, columns, new)


def _ask_again(purchase_orders: Sequence[PurchaseOrder], *, now: datetime) -> None:
    """Something was added to what these producers had answered."""
    if not purchase_orders:
        return
    advance_purchase_orders(purchase_orders, Status.ISSUED, actor=None, now=now, note="more was ordered")
    keys = [each.pk for each in purchase_orders]
    PurchaseOrder.objects.filter(pk__in=keys).update(acknowledge_by=_deadline(now), reminded_at=None)
    _tell_issued(purchase_orders, now)


def _deadline(now: datetime) -> datetime:
    return acknowledge_by(now, CalendarDay.objects.all().working_days())


def _tell_issued(purchase_orders: Sequence[PurchaseOrder], now: datetime) -> None:
    readers = readers_of([each.producer_id for each in purchase_orders], "producer")
    notify_readers(
        Notification.Kind.PURCHASE_ORDER_ISSUED,
        [
            Message(reader, purchase_order_id=each.pk)
            for each in purchase_orders
            for reader in readers[each.producer_id]
        ],
        now=now,
    )


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
