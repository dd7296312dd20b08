"""Goods come to the hub: each line is counted in; what is missing is a shortage at once."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from membership.models import User

from ..exceptions import NotPossible
from ..models import OrderLine, PurchaseOrder, PurchaseOrderLine, Shortage
from .advance import advance_purchase_order
from .shortage import report_shortage

Status = PurchaseOrder.Status
# A line of which nothing will come any more.
NOTHING_COMES = Q(confirmed=0) | Q(confirmed=None, ordered=0)


@transaction.atomic
def receive_line(line: PurchaseOrderLine, units: int, *, actor: User, now: datetime) -> list[Shortage]:
    """`units` of the line are at the hub; fewer than promised are reported as a shortage in the same breath.

    With its last line the purchase order is received. The same count again changes nothing. Raises
    NotPossible: "wrong_quantity" for more than was promised, "already_received" if it was counted otherwise,
    "wrong_state" if nothing is asked any more.
    """
    # Before the purchase order is locked: a shortage locks orders, products and capacity first.
    line = PurchaseOrderLine.objects.get(pk=line.pk)
    is_short = line.received is None and 0 <= units < line.coming
    shortages = _report(line, units, actor=actor, now=now) if is_short else []
    purchase_order = PurchaseOrder.objects.select_for_update().get(pk=line.purchase_order_id)
    line = purchase_order.lines.get(pk=line.pk)
    if purchase_order.status == Status.CANCELLED:
        raise NotPossible("wrong_state")
    if line.received is not None:
        if line.received != units:
            raise NotPossible("already_received", line.product_name)
        return []
    if units != line.coming:
        raise NotPossible("wrong_quantity", line.product_name)
    _count_in(line, units, actor=actor, now=now)
    close_if_complete(purchase_order, actor=actor, now=now)
    return shortages


def _report(line: PurchaseOrderLine, units: int, *, actor: User, now: datetime) -> list[Shortage]:
    """Report what is missing. A count that came in between is the caller's to judge, under its lock."""
    try:
        return report_shortage(line, units, actor=actor, now=now)
    except NotPossible as refusal:
        if refusal.reason != "wrong_state":
            raise
        return []


@transaction.atomic
def receive_purchase_order(purchase_order: PurchaseOrder, *, actor: User, now: datetime) -> PurchaseOrder:
    """Everything is at the hub that isn't counted in yet, as promised.

    Receiving twice changes nothing. Raises NotPossible as `receive_line` does.
    """
    locked = PurchaseOrder.objects.select_for_update().get(pk=purchase_order.pk)
    if locked.status == Status.RECEIVED:
        return locked
    if locked.status == Status.CANCELLED:
        raise NotPossible("wrong_state")
    for line in locked.lines.filter(received=None).exclude(NOTHING_COMES):
        _count_in(line, line.coming, actor=actor, now=now)
    close_if_complete(locked, actor=actor, now=now)
    return locked


@transaction.atomic
def take_back_line(line: PurchaseOrderLine, *, actor: User, now: datetime) -> PurchaseOrder:
    """The line was counted in by mistake: it is still to come, and so is its purchase order.

    Shortages that were reported stay. Twice changes nothing. Raises NotPossible("already_packed") when some
    of it lies in boxes.
    """
    purchase_order = PurchaseOrder.objects.select_for_update().get(pk=line.purchase_order_id)
    line = purchase_order.lines.get(pk=line.pk)
    if line.received is None:
        return purchase_order
    if (
        OrderLine.objects.behind(purchase_order)
        .filter(product=line.product_id, packed__isnull=False)
        .exists()
    ):
        raise NotPossible("already_packed", line.product_name)
    PurchaseOrderLine.objects.filter(pk=line.pk).update(received=None, received_by=None, received_at=None)
    if purchase_order.status == Status.RECEIVED:
        before = purchase_order.events.filter(to=Status.RECEIVED).latest("at", "pk")
        advance_purchase_order(
            purchase_order,
            before.was,
            actor=actor,
            now=now,
            note=line.product_name,
        )
    return purchase_order


def _count_in(line: PurchaseOrderLine, units: int, *, actor: User, now: datetime) -> None:
    PurchaseOrderLine.objects.filter(pk=line.pk).update(received=units, received_by=actor, received_at=now)


def close_if_complete(purchase_order: PurchaseOrder, *, actor: User | None, now: datetime) -> None:
    """The purchase order is received when nothing of it is still to come."""
    purchase_order.refresh_from_db()
    waiting = purchase_order.lines.filter(received=None)
    if purchase_order.status == Status.RECEIVED or waiting.exclude(NOTHING_COMES).exists():
        return
    waiting.update(received=0, received_by=actor, received_at=now)
    advance_purchase_order(purchase_order, Status.RECEIVED, actor=actor, now=now)
