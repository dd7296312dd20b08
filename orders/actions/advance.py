"""Move an order or a purchase order to its next state: compare, swap, write the event."""

from datetime import datetime

from membership.models import User

from ..exceptions import StaleState
from ..models import Order, OrderEvent, PurchaseOrder, PurchaseOrderEvent
from ..states import ORDER_TRANSITIONS, PURCHASE_ORDER_TRANSITIONS, check


def advance_order(order: Order, to: str, *, actor: User | None, now: datetime, note: str = "") -> None:
    """Move the order on, or raise IllegalTransition, or StaleState if somebody else did meanwhile."""
    was = order.status
    check(ORDER_TRANSITIONS, was, to)
    if not Order.objects.filter(pk=order.pk, status=was).update(status=to):
        raise StaleState(f"order {order.pk} is no longer {was}")
    order.status = to
    OrderEvent.objects.create(order=order, was=was, to=to, actor=actor, at=now, note=note)


def advance_purchase_order(
    purchase_order: PurchaseOrder, to: str, *, actor: User | None, now: datetime, note: str = ""
) -> None:
    """Move the purchase order on, or raise IllegalTransition, or StaleState as above."""
    was = purchase_order.status
    check(PURCHASE_ORDER_TRANSITIONS, was, to)
    if not PurchaseOrder.objects.filter(pk=purchase_order.pk, status=was).update(status=to):
        raise StaleState(f"purchase order {purchase_order.pk} is no longer {was}")
    purchase_order.status = to
    PurchaseOrderEvent.objects.create(
        purchase_order=purchase_order, was=was, to=to, actor=actor, at=now, note=note
    )
