"""Standing orders that wait for an approver, who agrees to what they cost in a year."""

from datetime import datetime

from django.db import transaction

from membership.models import User

from ..exceptions import NotPossible
from ..models import Notification, StandingOrder, StandingOrderChange
from ..permissions import may_approve
from .authority import record
from .change_terms import stop_standing_order
from .changing import take_back
from .notify import notify

Status = StandingOrder.Status


@transaction.atomic
def approve_standing_order(standing_order: StandingOrder, *, actor: User, now: datetime) -> StandingOrder:
    """Let it run, up to what it costs a year today; approving twice changes nothing. Raises NotPossible."""
    locked = _lock(standing_order)
    if locked.status == Status.ACTIVE:
        return locked
    _require_authority(locked, actor)
    locked.status, locked.agreed_sum = Status.ACTIVE, locked.yearly_sum
    locked.save(update_fields=["status", "agreed_sum"])
    record(locked, Status.AWAITING, actor=actor, now=now)
    _tell_orderer(locked, Notification.Kind.ORDER_APPROVED, actor=actor, now=now)
    return locked


@transaction.atomic
def decline_standing_order(
    standing_order: StandingOrder, *, note: str, actor: User, now: datetime
) -> StandingOrder:
    """Take back the changes that made it dearer than was agreed; what was never agreed to ends.

    Declining twice changes nothing. Raises NotPossible.
    """
    locked = _lock(standing_order)
    if locked.status == Status.ENDED:
        return locked
    _require_authority(locked, actor)
    if locked.agreed_sum is not None and _take_back_raises(locked, actor, now):
        told = locked
    else:
        reason = "standing_order_declined"
        told = stop_standing_order(locked, reason=reason, note=note or reason, actor=actor, now=now)
    _tell_orderer(told, Notification.Kind.ORDER_DECLINED, actor=actor, now=now, detail=note)
    return told


def _take_back_raises(locked: StandingOrder, actor: User, now: datetime) -> bool:
    """Undo the latest changes until it costs no more than was agreed; whether that is so then."""
    changes = StandingOrderChange.objects.in_force().filter(standing_order=locked, occurrence=None)
    for change in changes.exclude(kind=StandingOrderChange.Kind.END).order_by("-pk"):
        if locked.yearly_sum <= (locked.agreed_sum or 0):
            break
        take_back(change, locked, actor=actor, now=now)
    return locked.status == Status.ACTIVE


def _lock(standing_order: StandingOrder) -> StandingOrder:
    locked: StandingOrder = StandingOrder.objects.select_for_update().get(pk=standing_order.pk)
    return locked


def _require_authority(standing_order: StandingOrder, actor: User) -> None:
    if standing_order.status != Status.AWAITING:
        raise NotPossible("wrong_state")
    if not may_approve(actor, standing_order.organization_id, standing_order.yearly_sum):
        raise NotPossible("no_authority")


def _tell_orderer(
    standing_order: StandingOrder, kind: str, *, actor: User, now: datetime, detail: str = ""
) -> None:
    orderer = standing_order.created_by
    if orderer and orderer != actor:
        notify([orderer], kind, now=now, standing_order=standing_order, detail=detail)
