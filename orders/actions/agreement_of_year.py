"""Whether what a standing order costs a year is agreed to, after it was changed."""

from datetime import datetime

from django.utils import timezone

from membership.models import User

from ..approval import OVER_BUDGET, why_waits
from ..budgets import read_figures
from ..models import StandingOrder
from .authority import let_wait, limit_of, record, sum_beside

Status = StandingOrder.Status


def settle_agreement(locked: StandingOrder, *, actor: User | None, now: datetime) -> None:
    """Let it wait if it came to cost more a year than was agreed and the actor decides, or run again.

    The standing order is locked. One that was never agreed to goes on waiting.
    """
    total = locked.yearly_sum
    if locked.agreed_sum is None:
        return
    waits = total > locked.agreed_sum and _why_waits(locked, total, actor, now)
    if waits:
        if locked.status == Status.ACTIVE:
            let_wait(locked, waits, was=locked.status, actor=actor, now=now)
        return
    if total > locked.agreed_sum:
        locked.agreed_sum = total
    if locked.status == Status.AWAITING:
        locked.status = Status.ACTIVE
        record(locked, Status.AWAITING, actor=actor, now=now)
    locked.save(update_fields=["agreed_sum", "status"])


def _why_waits(locked: StandingOrder, total: int, actor: User | None, now: datetime) -> str:
    """Return why the higher sum needs an approver, or "": the actor's limit, or what the budget has left."""
    total += sum_beside(locked)
    by_limit = why_waits(total, limit=limit_of(actor, locked.organization_id), left=None)
    if by_limit or locked.department is None:
        return by_limit
    today = timezone.localdate(now)
    (figures,) = read_figures([locked.department], today.year, today=today)
    left = figures.left_after_forecast
    return OVER_BUDGET if left is not None and left < 0 else ""
