"""Keep deliveries to the membership: what its terms don't grant is left out, and comes back when they do.

A change of a membership touches no date by itself. What the terms grant is compared with the coming dates,
after every change and with every preview, so that undoing one restores what it took.
"""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from membership.models import Membership, Organization

from ..models import Occurrence, Order, StandingOrder
from ..plan_cover import PLAN_REASONS, PlanDate, reasons_to_leave_out
from .preview import preview_standing_order

Status = Occurrence.Status


@transaction.atomic
def keep_to_plan(organization: Organization, *, now: datetime) -> int:
    """Leave out what the membership doesn't grant, and plan again what it does; return how many changed.

    Nothing past its cut-off is touched. Two at once wait for each other at the membership.
    """
    membership = Membership.objects.select_for_update().running().filter(organization=organization).first()
    dates = plan_dates(organization, now=now)
    rows = {row.pk: row for row, _date in dates}
    reasons = reasons_to_leave_out([date for _row, date in dates], membership.terms if membership else None)
    changed = [_apply(rows[key], reason, now) for key, reason in sorted(reasons.items())]
    back = {row.standing_order_id: row.standing_order for row in changed if row and not row.reason}
    for standing_order in back.values():
        # Where the calendar puts them today.
        preview_standing_order(standing_order, now=now)
    return sum(row is not None for row in changed)


def plan_dates(organization: Organization, *, now: datetime) -> list[tuple[Occurrence, PlanDate]]:
    """Return the dates since the first of the month that count towards the plan or might."""
    rows = Occurrence.objects.of_plans(organization).filter(
        rule_date__gte=timezone.localdate(now).replace(day=1)
    )
    rows = rows.select_related("bundle", "standing_order__organization", "order").order_by("rule_date", "pk")
    return [(row, _plan_date(row)) for row in rows if _counts(row, now)]


def _plan_date(row: Occurrence) -> PlanDate:
    return PlanDate(
        row.pk,
        row.rule_date,
        row.delivery_date or row.rule_date,
        row.bundle.plan_id or 0,
        row.status == Status.ORDERED,
    )


def _counts(row: Occurrence, now: datetime) -> bool:
    if row.status == Status.ORDERED:
        return row.order.status not in (Order.Status.FAILED, Order.Status.CANCELLED)
    is_open = row.cutoff_at is not None and row.cutoff_at > now
    if row.status == Status.PLANNED:
        return True
    is_running = row.standing_order.status in (StandingOrder.Status.ACTIVE, StandingOrder.Status.AWAITING)
    return row.status == Status.SKIPPED and row.reason in PLAN_REASONS and is_open and is_running


def _apply(row: Occurrence, reason: str, now: datetime) -> Occurrence | None:
    """Write it if it changes something and nobody was faster."""
    if not row.cutoff_at or row.cutoff_at <= now:
        return None
    was = (row.status, row.reason if row.status == Status.SKIPPED else "")
    status = Status.SKIPPED if reason else Status.PLANNED
    if was == (status, reason):
        return None
    mine = Occurrence.objects.filter(pk=row.pk, status=row.status, reason=row.reason)
    if not mine.update(status=status, reason=reason, detail=""):
        return None
    row.status, row.reason, row.detail = status, reason, ""
    return row
