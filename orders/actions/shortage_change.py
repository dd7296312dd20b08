"""The hub chooses otherwise: another substitute or a credit, for one order or for all, until it is packed."""

from datetime import datetime

from membership.models import User

from ..budgets import lock_left
from ..exceptions import NotPossible
from ..models import Order, PurchaseOrderLine, Shortage
from ..shortage_plan import candidate_for
from ..substitution import Option
from .question import chosen
from .settle import locked_shortage, settle
from .shortage import again, lock_category


def change_shortage(shortage: Shortage, product: int | None, *, actor: User, now: datetime) -> Shortage:
    """Let another product come instead, or (None) credit what is missing; the same again changes nothing.

    Raises NotPossible: "wrong_state" unless the order is to be packed, "over_budget" if what was credited is
    spent by now, why the product can't stand in for this order, or what keeps the former substitute.
    """

    def change() -> Shortage:
        row = locked_shortage(shortage.pk)
        order = row.order_line.order
        if row.status == Shortage.Status.DROPPED or order.status != Order.Status.CONFIRMED:
            raise NotPossible("wrong_state", order.number)
        if not row.is_open and chosen(row) == product:
            return row
        lock_category(row.purchase_order_line.product)
        was_credited = row.credited
        option = _option(row, product, now=now) if product else None
        settle(row, option, reason="chosen_by_operator", actor=actor, now=now)
        if was_credited:
            left = lock_left(order.department_id, order.delivery_date.year)
            if left is not None and left < 0:
                raise NotPossible("over_budget", order.number)
        return row

    return again(change)


def change_shortages(
    line: PurchaseOrderLine, product: int | None, *, actor: User, now: datetime
) -> tuple[int, list[NotPossible]]:
    """Do the same for every order that lacks units of the line; return how many, and why others could not.

    Each order for itself: one that is packed already doesn't keep the others.
    """
    done, refused = 0, []
    rows = Shortage.objects.filter(
        purchase_order_line=line, order_line__order__status=Order.Status.CONFIRMED
    ).exclude(status=Shortage.Status.DROPPED)
    for row in rows.order_by("order_line__order", "pk"):
        try:
            change_shortage(row, product, actor=actor, now=now)
            done += 1
        except NotPossible as error:
            refused.append(error)
    return done, refused


def _option(shortage: Shortage, product: int, *, now: datetime) -> Option:
    candidate, why, units = candidate_for(shortage, product, now=now)
    if candidate is None or why:
        raise NotPossible(why, shortage.order_line.order.number)
    return Option(product, units, candidate.made_on)
