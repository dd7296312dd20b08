"""Show weeks ahead what a standing order will bring: dates of its rule within the horizon become occurrences.

Each date comes once, by constraint; planned ones follow the calendar when a holiday comes or goes. Their
contents are composed afterwards (`editions.py`), which sets the cut-off by the slowest producer.
"""

from datetime import date, datetime, timedelta

from django.conf import settings
from django.utils import timezone

from ..approval import OVER_LIMIT
from ..cutoff import cutoff_at
from ..models import CalendarDay, Occurrence, StandingOrder
from ..schedule import BadRule, delivery_date, rule_dates
from ..working_days import WorkingDays
from .authority import is_raised, let_wait
from .editions import slowest_lead
from .ledger import Outcome

# What calendar and rule decided they may decide anew; what people or the cut-off decided stays.
CALENDAR_REASONS = {"", "moved_before", "moved_after", "skipped_holiday", "rule_changed"}


def preview_standing_order(standing_order: StandingOrder, *, now: datetime) -> Outcome | None:
    """Materialise the standing order's occurrences up to the horizon; says nothing if nothing changed.

    Must run inside a transaction.
    """
    today = timezone.localdate(now)
    working_days = CalendarDay.objects.all().working_days()
    # Locked and read again: nobody else previews it or ends it meanwhile.
    standing_order = StandingOrder.objects.select_for_update().get(pk=standing_order.pk)
    if standing_order.status not in (StandingOrder.Status.ACTIVE, StandingOrder.Status.AWAITING):
        return None
    try:
        wanted = rule_dates(
            standing_order.rrule,
            standing_order.starts_on,
            after=today,
            until=today + timedelta(days=settings.PREVIEW_HORIZON_DAYS),
            ends_on=standing_order.ends_on,
        )
    except BadRule as error:
        return _outcome("failed", standing_order, "bad_rule", str(error))
    if standing_order.status == StandingOrder.Status.ACTIVE and is_raised(standing_order):
        let_wait(standing_order, OVER_LIMIT, was=standing_order.status, actor=None, now=now)
    known = {
        occurrence.rule_date: occurrence
        for occurrence in standing_order.occurrences.filter(rule_date__gt=today - timedelta(days=14))
    }
    missing = [day for day in wanted if day not in known]
    changed = _add_occurrences(standing_order, missing, working_days, now)
    for occurrence in known.values():
        if occurrence.rule_date > today and occurrence.reason in CALENDAR_REASONS:
            changed += _follow_calendar(
                occurrence, standing_order, occurrence.rule_date in wanted, working_days
            )
    if not changed:
        return None
    return _outcome("done", standing_order, detail=f"{changed}")


def _outcome(outcome: str, standing_order: StandingOrder, reason: str = "", detail: str = "") -> Outcome:
    subject, organization = str(standing_order), standing_order.organization
    return Outcome(outcome, subject, standing_order.pk, organization, reason=reason, detail=detail)


def _add_occurrences(
    standing_order: StandingOrder, days: list[date], working_days: WorkingDays, now: datetime
) -> int:
    rows = [Occurrence(standing_order=standing_order, rule_date=day) for day in days]
    for row in rows:
        _place(row, standing_order, working_days)
        if row.cutoff_at and row.cutoff_at <= now:
            # Set up after its first cut-off: the member sees why the first date stays empty.
            row.status, row.reason, row.detail = Occurrence.Status.SKIPPED, "too_late", ""
    Occurrence.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def _place(occurrence: Occurrence, standing_order: StandingOrder, working_days: WorkingDays) -> None:
    """Set the delivery date, reason and cut-off that the calendar gives today."""
    day, reason = delivery_date(occurrence.rule_date, standing_order.holiday_policy, working_days)
    occurrence.delivery_date, occurrence.reason, occurrence.detail = day, reason.code, reason.holiday
    occurrence.status = Occurrence.Status.SKIPPED if day is None else Occurrence.Status.PLANNED
    occurrence.cutoff_at = (
        None if day is None else cutoff_at(day, slowest_lead(standing_order.edition_key(day)), working_days)
    )


def _follow_calendar(
    occurrence: Occurrence, standing_order: StandingOrder, is_wanted: bool, working_days: WorkingDays
) -> int:
    """Move a coming occurrence that nobody touched to where the calendar and the rule now put it."""
    if occurrence.status not in (Occurrence.Status.PLANNED, Occurrence.Status.SKIPPED):
        return 0
    fields = ("status", "delivery_date", "reason", "detail", "cutoff_at")
    before = [getattr(occurrence, field) for field in fields]
    if is_wanted:
        _place(occurrence, standing_order, working_days)
    else:
        occurrence.status, occurrence.reason, occurrence.detail = (
            Occurrence.Status.SKIPPED,
            "rule_changed",
            "",
        )
    after = [getattr(occurrence, field) for field in fields]
    if before == after:
        return 0
    return Occurrence.objects.filter(pk=occurrence.pk, status=before[0]).update(
        **dict(zip(fields, after, strict=True))
    )
