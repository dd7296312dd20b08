"""Orders that wait for an approver: asked for in time, approved or declined, and given up at the cut-off."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from membership.models import User

from ..approval import OVER_BUDGET, why_waits
from ..budgets import left_for_date, lock_left
from ..exceptions import NotPossible
from ..models import Notification, Occurrence, Order, StandingOrder
from ..permissions import may_approve
from .advance import advance_order
from .authority import ask_approvers
from .ledger import Outcome
from .notify import notify, notify_institution
from .placing import order_from

Status = Order.Status


@transaction.atomic
def approve_order(order: Order, *, price: int, sees_overrun: bool, actor: User, now: datetime) -> Order:
    """Let a waiting order go ahead; approving twice changes nothing.

    `price` is what the approver saw, `sees_overrun` whether the budget was said to be too small for it.
    Raises NotPossible after the cut-off, above the approver's limit, or if either changed in the meantime.
    """
    locked = _lock(order, now)
    if locked.status == Status.PLACED:
        return locked
    _require_authority(locked, actor)
    if locked.gross != price:
        raise NotPossible("changed_meanwhile")
    left = lock_left(locked.department_id, locked.delivery_date.year)
    if locked.occurrence:
        left = left_for_date(locked.occurrence)
    locked.overrun = 0 if left is None else min(locked.gross, max(0, locked.gross - left))
    if locked.overrun and not sees_overrun:
        raise NotPossible("budget_changed")
    _decide(locked, Status.PLACED, actor=actor, now=now)
    if locked.placed_by and locked.placed_by != actor:
        notify([locked.placed_by], Notification.Kind.ORDER_APPROVED, now=now, order=locked)
    return locked


@transaction.atomic
def decline_order(order: Order, *, note: str, actor: User, now: datetime) -> Order:
    """Refuse a waiting order, with a word to its orderer; twice changes nothing. Raises NotPossible."""
    locked = _lock(order, now)
    if locked.status == Status.FAILED and locked.reason == "declined":
        return locked
    _require_authority(locked, actor)
    _decide(locked, Status.FAILED, reason="declined", note=note, actor=actor, now=now)
    notify_institution(locked, Notification.Kind.ORDER_DECLINED, now=now, detail=note)
    return locked


def _lock(order: Order, now: datetime) -> Order:
    """Return the order locked. Raises NotPossible if it waits no more, or its cut-off has passed."""
    locked = Order.objects.select_for_update().get(pk=order.pk)
    if locked.status == Status.AWAITING and locked.cutoff_at <= now:
        raise NotPossible("past_cutoff")
    return locked


def _require_authority(order: Order, actor: User) -> None:
    if order.status != Status.AWAITING:
        raise NotPossible("wrong_state")
    if not may_approve(actor, order.organization_id, order.gross):
        raise NotPossible("no_authority")


def _decide(
    order: Order, to: str, *, reason: str = "", note: str = "", actor: User | None, now: datetime
) -> None:
    advance_order(order, to, actor=actor, now=now, note=note or reason)
    order.reason, order.detail = reason, note[:300]
    order.save(update_fields=["reason", "detail", "overrun"])


# -- At the cut-off -------------------------------------------------------------------------------


def give_up_unapproved(order_id: int, *, now: datetime) -> Outcome | None:
    """Don't make an order that nobody approved before its cut-off, and tell the institution's people.

    None if somebody decided, or another worker has it in hand. Must run inside a transaction.
    """
    unapproved = Order.objects.unapproved(now).select_for_update(skip_locked=True, of=("self",))
    order = unapproved.filter(pk=order_id).first()
    if order is None:
        return None
    _decide(order, Status.FAILED, reason="not_approved", actor=None, now=now)
    notify_institution(order, Notification.Kind.ORDER_NOT_MADE, now=now, detail="not_approved")
    return _outcome(order, "skipped", "not_approved")


def _outcome(order: Order, outcome: str, reason: str, detail: str = "") -> Outcome:
    return Outcome(outcome, order.number, order.pk, order.organization, order.delivery_date, reason, detail)


# -- Ahead of the cut-off -------------------------------------------------------------------------


def dates_over_budget(now: datetime) -> list[int]:
    """Return the planned occurrences near their cut-off for which the budget has too little left."""
    near = Occurrence.objects.filter(
        status=Occurrence.Status.PLANNED,
        standing_order__status=StandingOrder.Status.ACTIVE,
        department__budgets__isnull=False,
        cutoff_at__gt=now,
        cutoff_at__lte=now + timedelta(hours=settings.APPROVAL_ASK_HOURS),
    ).select_related("bundle")
    return [
        occurrence.pk for occurrence in near.distinct().order_by("cutoff_at", "pk") if _is_over(occurrence)
    ]


def _is_over(occurrence: Occurrence) -> bool:
    """Whether the date doesn't fit into what the budget has left after the dates that come before it."""
    return bool(why_waits(occurrence.price, limit=None, left=left_for_date(occurrence)))


def ask_for_date(occurrence_id: int, *, now: datetime) -> Outcome | None:
    """Make the order of a date that the budget can't pay, waiting for an approver, while there is time.

    None if it fits after all, or another worker has it in hand. Must run inside a transaction.
    """
    planned = Occurrence.objects.select_for_update(skip_locked=True, of=("self",))
    occurrence = planned.filter(pk=occurrence_id, status=Occurrence.Status.PLANNED, cutoff_at__gt=now).first()
    if occurrence is None or occurrence.delivery_date is None:
        return None
    lock_left(occurrence.department_id, occurrence.delivery_date.year)
    if not _is_over(occurrence):
        return None
    order = order_from(occurrence, waits=OVER_BUDGET, now=now)
    Occurrence.objects.filter(pk=occurrence.pk).update(status=Occurrence.Status.ORDERED)
    ask_approvers(order, now=now)
    return _outcome(order, "done", OVER_BUDGET)
