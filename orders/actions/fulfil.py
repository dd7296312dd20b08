"""From the hub to the recipient: dispatched, delivered or failed, and the statement."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from membership.models import User

from ..exceptions import NotPossible
from ..models import Notification, Order, Statement
from ..states import IllegalTransition
from .advance import advance_order
from .inspect import Counted, inspect_lines
from .ledger import Outcome
from .notify import notify, notify_institution, operators

Status = Order.Status


@transaction.atomic
def dispatch_order(order: Order, *, actor: User, now: datetime) -> Order:
    """The order is on its way; twice changes nothing. Raises NotPossible."""
    return _advance(order, Status.DISPATCHED, actor=actor, now=now)[0]


@transaction.atomic
def deliver_order(
    order: Order, *, actor: User, now: datetime, note: str = "", counted: Iterable[Counted] = ()
) -> Order:
    """The recipient has it, as counted at the door; twice changes nothing. Raises NotPossible.

    What wasn't handed over is credited; institution and operators are told.
    """
    delivered, is_new = _advance(order, Status.DELIVERED, actor=actor, now=now, note=note)
    if not is_new:
        return delivered
    rows = inspect_lines(delivered, counted)
    detail = ", ".join(
        f"{row.order_line.product_name} −{row.missing} ({row.get_reason_display()})"
        for row in rows
        if row.missing
    )
    notify_institution(delivered, Notification.Kind.ORDER_DELIVERED, now=now, detail=detail)
    if detail:
        notify(operators(), Notification.Kind.ORDER_DELIVERED, now=now, order=delivered, detail=detail)
    return delivered


@transaction.atomic
def fail_order(order: Order, *, reason: str, actor: User, now: datetime) -> Order:
    """The delivery failed, in the courier's words; institution and operators are told. Raises NotPossible."""
    failed, is_new = _advance(order, Status.FAILED, actor=actor, now=now, note=reason)
    if not is_new:
        return failed
    Order.objects.filter(pk=order.pk).update(reason="delivery_failed", detail=reason[:300])
    notify_institution(failed, Notification.Kind.ORDER_FAILED, now=now, detail=reason)
    notify(operators(), Notification.Kind.ORDER_FAILED, now=now, order=failed, detail=reason)
    return failed


def _advance(order: Order, to: str, *, actor: User, now: datetime, note: str = "") -> tuple[Order, bool]:
    """Return the order in its new state, and whether it wasn't there before."""
    locked = Order.objects.select_for_update().get(pk=order.pk)
    if locked.status == to:
        return locked, False
    try:
        advance_order(locked, to, actor=actor, now=now, note=note[:300])
    except IllegalTransition as error:
        raise NotPossible("wrong_state") from error
    return locked, True


def issue_statement(order_id: int, *, now: datetime) -> Outcome | None:
    """Issue the statement of delivery of a delivered order, once."""
    order = Order.objects.select_related("organization").get(pk=order_id)
    if order.status != Status.DELIVERED:
        return None
    _, created = Statement.objects.get_or_create(
        order=order, defaults={"number": f"S{order.number}", "issued_at": now}
    )
    if not created:
        return None
    return Outcome("done", order.number, order.pk, order.organization, order.delivery_date)
