"""Show weeks ahead what a standing order will bring: the sweep that lets its dates follow rule and calendar.

Each date comes once, by constraint. Contents are composed afterwards (`editions.py`), which sets the cut-off
by the slowest producer.
"""

from datetime import datetime

from django.utils import timezone

from ..approval import OVER_LIMIT
from ..models import StandingOrder
from ..schedule import BadRule
from .authority import is_raised, let_wait, record
from .ledger import Outcome
from .reconcile import reconcile

Status = StandingOrder.Status


def preview_standing_order(standing_order: StandingOrder, *, now: datetime) -> Outcome | None:
    """Let the standing order's dates follow up to the horizon; says nothing if nothing changed.

    Must run inside a transaction.
    """
    # Locked and read again: nobody else previews it or changes it meanwhile.
    standing_order = StandingOrder.objects.select_for_update().get(pk=standing_order.pk)
    if standing_order.status not in (Status.ACTIVE, Status.AWAITING):
        return None
    try:
        moved = reconcile(standing_order, now=now)
    except BadRule as error:
        return _outcome("failed", standing_order, "bad_rule", str(error))
    if standing_order.status == Status.ACTIVE and is_raised(standing_order):
        let_wait(standing_order, OVER_LIMIT, was=standing_order.status, actor=None, now=now)
    _end_if_over(standing_order, now)
    return _outcome("done", standing_order, detail=f"{len(moved)}") if moved else None


def _end_if_over(standing_order: StandingOrder, now: datetime) -> None:
    """End a standing order of which the last date has come."""
    today, last = timezone.localdate(now), standing_order.ends_on
    open_ = standing_order.occurrences.coming(today).filter(status__in=["planned", "failed"])
    if last is None or last > today or open_.exists():
        return
    was, standing_order.status = standing_order.status, Status.ENDED
    standing_order.save(update_fields=["status"])
    record(standing_order, was, actor=None, now=now)


def _outcome(outcome: str, standing_order: StandingOrder, reason: str = "", detail: str = "") -> Outcome:
    subject, organization = str(standing_order), standing_order.organization
    return Outcome(outcome, subject, standing_order.pk, organization, reason=reason, detail=detail)
