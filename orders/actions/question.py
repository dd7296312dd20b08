"""An institution is asked what should come instead: its answer, the reminder, and what is done without."""

from datetime import datetime

from django.db import transaction

from membership.models import Organization, User

from ..exceptions import NotPossible
from ..models import Notification, Order, Shortage
from ..substitution import Option
from .ledger import Outcome
from .mend import became
from .notify import notify_institution
from .settle import locked_shortage, settle
from .shortage import again

Wish = Organization.OnShortage


def answer_shortage(shortage: Shortage, product: int | None, *, actor: User, now: datetime) -> Shortage:
    """The institution takes one of the options, or (None) has the price taken off.

    The same answer again changes nothing. Raises NotPossible: "already_answered" with what was chosen,
    "answer_closed" after the deadline, "not_an_option", or what makes an option impossible after all.
    """

    def answer() -> Shortage:
        row = locked_shortage(shortage.pk)
        if not row.is_open:
            if row.status != Shortage.Status.DROPPED and chosen(row) == product:
                return row
            raise NotPossible("already_answered", became(row))
        if row.is_due(now) or row.order_line.order.status != Order.Status.CONFIRMED:
            raise NotPossible("answer_closed")
        settle(row, _option(row, product), reason="answered", actor=actor, now=now)
        return row

    return again(answer)


def chosen(shortage: Shortage) -> int | None:
    """Return the product that came instead, None for a credit."""
    return shortage.substitute.product_id if shortage.substitute else None


def _option(shortage: Shortage, product: int | None) -> Option | None:
    if product is None:
        return None
    option = shortage.options.filter(product=product).first()
    if option is None:
        raise NotPossible("not_an_option")
    return Option(option.product_id, option.units, option.made_on)


@transaction.atomic
def settle_unanswered(shortage_id: int, *, now: datetime) -> Outcome | None:
    """Nobody answered in time, or the order has left without: do what the institution wants in that case."""
    row = locked_shortage(shortage_id)
    order = row.order_line.order
    has_left = order.status != Order.Status.CONFIRMED
    if not row.is_open or not (has_left or row.is_due(now)):
        return None
    if has_left or order.wish in (Wish.CREDIT, Wish.ASK_CREDIT):
        settle(row, None, reason="left_without" if has_left else "by_default", actor=None, now=now)
    else:
        _substitute(row, now=now)
    detail = became(row)
    return Outcome("done", order.number, order.pk, order.organization, order.delivery_date, detail=detail)


def _substitute(shortage: Shortage, *, now: datetime) -> None:
    """Take the best option that is still possible, and credit it if none is."""
    for option in shortage.options.all():
        try:
            with transaction.atomic():
                settle(
                    shortage,
                    Option(option.product_id, option.units, option.made_on),
                    reason="by_default",
                    actor=None,
                    now=now,
                )
        except NotPossible:
            continue
        return
    settle(shortage, None, reason="by_default", actor=None, now=now)


@transaction.atomic
def remind_of_shortage(shortage_id: int, *, now: datetime) -> Outcome | None:
    """Remind an institution of a question, once."""
    row = locked_shortage(shortage_id)
    if not Shortage.objects.to_remind(now).filter(pk=row.pk).update(reminded_at=now):
        return None
    order = row.order_line.order
    notify_institution(order, Notification.Kind.SHORTAGE_REMINDER, now=now, detail=became(row))
    return Outcome("done", order.number, order.pk, order.organization, order.delivery_date)
