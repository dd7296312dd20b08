"""An operator takes a fixed order back: what was promised for it is undone in one transaction."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from bundles.actions.capacity import Need, release_capacity
from membership.models import User

from ..exceptions import NotPossible
from ..models import Notification, Order, OrderLine, PurchaseOrder, PurchaseOrderEvent, Shortage
from ..signals import order_called_off
from .advance import advance_order, advance_purchase_order, advance_shortage
from .mend import held
from .notify import notify_institution, notify_producer
from .receive import close_if_complete


@transaction.atomic
def call_off_order(order: Order, *, reason: str, actor: User, now: datetime) -> Order:
    """Cancel a confirmed or packed order; twice changes nothing.

    Capacity is free again from today's production on: what is already made can't be promised to others. Its
    units come off the purchase orders whose goods aren't at the hub yet. Raises NotPossible once it is on the
    road, or before it was fixed.
    """
    locked = Order.objects.select_for_update().get(pk=order.pk)
    if locked.status == Order.Status.CANCELLED:
        return locked
    if locked.status not in (Order.Status.CONFIRMED, Order.Status.PACKED):
        raise NotPossible("wrong_state")
    lines = list(locked.lines.select_related("product").order_by("producer", "product", "pk"))
    today = timezone.localdate(now)
    needs = [
        Need(line.product, line.coming, locked.delivery_date, line.made_on) for line in lines if line.coming
    ]
    asked = list(Shortage.objects.open().filter(order_line__order=locked).select_related("order_line__order"))
    needs = [
        need for need in [*needs, *(each for row in asked for each in held(row))] if need.made_on >= today
    ]
    if needs:
        release_capacity(needs)
    take_off(locked, lines, actor=actor, now=now)
    for row in asked:
        advance_shortage(row, Shortage.Status.DROPPED, reason="cancelled", actor=actor, now=now)
    advance_order(locked, Order.Status.CANCELLED, actor=actor, now=now, note=reason)
    notify_institution(locked, Notification.Kind.ORDER_CANCELLED, now=now, detail=reason)
    order_called_off.send(sender=Order, order=locked)
    return locked


def take_off(order: Order, lines: Iterable[OrderLine], *, actor: User | None, now: datetime) -> None:
    """Ask each producer for so much less, and tell it; what is at the hub stays bought."""
    by_producer: dict[int, list[OrderLine]] = {}
    for line in lines:
        by_producer.setdefault(line.producer_id, []).append(line)
    for producer, own in sorted(by_producer.items()):
        purchase_order = PurchaseOrder.objects.select_for_update().get(
            producer=producer, delivery_date=order.delivery_date
        )
        waiting = set(purchase_order.lines.filter(received=None).values_list("product", flat=True))
        if notes := [_lower(purchase_order, line) for line in own if line.product_id in waiting]:
            _settle(purchase_order, f"{order.number}: {', '.join(notes)}", actor=actor, now=now)


def _lower(purchase_order: PurchaseOrder, line: OrderLine) -> str:
    """Ask for the line's units less; return the product with the units before and after."""
    rows = purchase_order.lines.filter(product=line.product_id)
    before = rows.get().coming
    rows.update(ordered=F("ordered") - line.quantity, confirmed=F("confirmed") - line.coming)
    return f"{line.product_name} {before} → {before - line.coming}"


def _settle(purchase_order: PurchaseOrder, note: str, *, actor: User | None, now: datetime) -> None:
    """Move the purchase order to the state that is true of what is left of it."""
    Status = PurchaseOrder.Status
    to = purchase_order.status
    if not purchase_order.lines.filter(ordered__gt=0).exists():
        to = Status.CANCELLED
    elif to == Status.SHORT and not purchase_order.lines.filter(confirmed__lt=F("ordered")).exists():
        to = Status.ACCEPTED
    if to == purchase_order.status:
        PurchaseOrderEvent.objects.create(
            purchase_order=purchase_order, was=to, to=to, at=now, note=note[:300]
        )
    else:
        advance_purchase_order(purchase_order, to, actor=None, now=now, note=note[:300])
    notify_producer(purchase_order, Notification.Kind.PURCHASE_ORDER_LOWERED, now=now, detail=note)
    if purchase_order.lines.filter(received__isnull=False).exists():
        close_if_complete(purchase_order, actor=actor, now=now)
