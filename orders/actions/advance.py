"""Move orders, purchase orders or a shortage to their next state: compare, swap, write the events."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import models

from bundles.bulk import insert_rows
from membership.models import User

from ..exceptions import StaleState
from ..models import (
    Application,
    ApplicationEvent,
    Order,
    OrderEvent,
    OrderLine,
    PurchaseOrder,
    PurchaseOrderEvent,
    Shortage,
    ShortageEvent,
)
from ..states import (
    APPLICATION_TRANSITIONS,
    ORDER_TRANSITIONS,
    PURCHASE_ORDER_TRANSITIONS,
    SHORTAGE_TRANSITIONS,
    check,
)

TRANSITIONS = {Order: ORDER_TRANSITIONS, PurchaseOrder: PURCHASE_ORDER_TRANSITIONS}


def advance_order(order: Order, to: str, *, actor: User | None, now: datetime, note: str = "") -> None:
    """Move the order on, or raise IllegalTransition, or StaleState if somebody else did meanwhile."""
    advance_orders([order], to, actor=actor, now=now, notes={order.pk: note})


def advance_orders(
    orders: Sequence[Order],
    to: str,
    *,
    actor: User | None,
    now: datetime,
    notes: Mapping[int, str] | None = None,
) -> None:
    """Move all of them on, with a note for some by their keys, or raise as above."""
    notes = notes or {}
    events = [
        (order.pk, order.status, to, actor and actor.pk, now, notes.get(order.pk, "")) for order in orders
    ]
    _swap(Order, orders, to)
    insert_rows(OrderEvent, ("order_id", "was", "to", "actor_id", "at", "note"), events)


def advance_purchase_order(
    purchase_order: PurchaseOrder, to: str, *, actor: User | None, now: datetime, note: str = ""
) -> None:
    """Move the purchase order on, or raise as above."""
    advance_purchase_orders([purchase_order], to, actor=actor, now=now, note=note)


def advance_purchase_orders(
    purchase_orders: Sequence[PurchaseOrder], to: str, *, actor: User | None, now: datetime, note: str = ""
) -> None:
    """Move all of them on, or raise as above."""
    events = [(each.pk, each.status, to, actor and actor.pk, now, note) for each in purchase_orders]
    _swap(PurchaseOrder, purchase_orders, to)
    insert_rows(PurchaseOrderEvent, ("purchase_order_id", "was", "to", "actor_id", "at", "note"), events)


def _swap(model: type[models.Model], rows: Sequence[Any], to: str) -> None:
    """Compare and swap: either all of them are moved on, or the transaction must end."""
    by_status: dict[str, list[Any]] = defaultdict(list)
    for row in rows:
        by_status[row.status].append(row)
    for was, same in by_status.items():
        check(TRANSITIONS[model], was, to)
        keys = [row.pk for row in same]
        if model._default_manager.filter(pk__in=keys, status=was).update(status=to) != len(keys):
            raise StaleState(f"{model._meta.verbose_name_raw} {keys}: not all are {was} any more")
    for row in rows:
        row.status = to


def advance_shortage(
    shortage: Shortage,
    to: str,
    *,
    reason: str,
    substitute: OrderLine | None = None,
    actor: User | None,
    now: datetime,
    note: str = "",
) -> None:
    """Move the shortage on, with its reason and substitute, or raise as above."""
    was = shortage.status
    check(SHORTAGE_TRANSITIONS, was, to)
    if not Shortage.objects.filter(pk=shortage.pk, status=was).update(
        status=to, reason=reason, substitute=substitute
    ):
        raise StaleState(f"shortage {shortage.pk} is no longer {was}")
    shortage.status, shortage.reason, shortage.substitute = to, reason, substitute
    ShortageEvent.objects.create(shortage=shortage, was=was, to=to, actor=actor, at=now, note=note)


def advance_application(
    application: Application, to: str, *, actor: User | None, now: datetime, note: str = ""
) -> None:
    """Move the application on, or raise IllegalTransition, or StaleState as above."""
    was = application.status
    check(APPLICATION_TRANSITIONS, was, to)
    if not Application.objects.filter(pk=application.pk, status=was).update(status=to):
        raise StaleState(f"application {application.pk} is no longer {was}")
    application.status = to
    ApplicationEvent.objects.create(application=application, was=was, to=to, actor=actor, at=now, note=note)
