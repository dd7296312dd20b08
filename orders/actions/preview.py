"""Show weeks ahead what standing orders will bring: their occurrences, and the editions that fill them.

1. Each standing order: the dates of its rule within the horizon become occurrences (once, by constraint);
   planned ones follow the calendar when a holiday comes or goes.
2. Each bundle and date that someone expects gets its edition.
3. The cut-off of the occurrences follows from the edition's slowest producer.
"""

from collections import defaultdict
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db.models import Max, Sum
from django.utils import timezone

from bundles.actions.compose import compose_edition
from bundles.composer import CannotCompose
from bundles.models import Bundle, Edition
from bundles.scaling import units_needed

from ..cutoff import cutoff_at, lead_days_left
from ..models import CalendarDay, Occurrence, Order, StandingOrder
from ..schedule import BadRule, delivery_date, rule_dates
from ..working_days import WorkingDays
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
    if standing_order.status != StandingOrder.Status.ACTIVE:
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
        None if day is None else cutoff_at(day, _slowest_lead(standing_order.bundle_id, day), working_days)
    )


def _slowest_lead(bundle_id: int, day: date) -> int:
    editions = Edition.objects.filter(bundle=bundle_id, delivery_date=day)
    return editions.aggregate(slowest=Max("items__product__lead_days"))["slowest"] or 0


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


def missing_editions(*, now: datetime) -> list[tuple[int, date]]:
    """Return (bundle, delivery date) of planned occurrences that have no contents yet, earliest first."""
    planned = Occurrence.objects.filter(status="planned", delivery_date__gt=timezone.localdate(now))
    wanted = {
        (bundle, day) for bundle, day in planned.values_list("standing_order__bundle", "delivery_date") if day
    }
    composed = set(
        Edition.objects.filter(delivery_date__gt=timezone.localdate(now)).values_list(
            "bundle", "delivery_date"
        )
    )
    return sorted(wanted - composed, key=lambda key: (key[1], key[0]))


def compose_expected_edition(bundle_id: int, day: date, *, now: datetime) -> Outcome:
    """Compose one missing edition for the people expected on the day, and set the cut-offs it implies."""
    bundle = Bundle.objects.get(pk=bundle_id)
    subject = f"{bundle.name} {day}"
    try:
        ensure_edition(bundle, day, now=now)
    except CannotCompose as error:
        return Outcome(
            "failed", subject, bundle_id, delivery_date=day, reason=error.reason, detail=str(error)
        )
    return Outcome("done", subject, bundle_id, delivery_date=day)


def ensure_edition(bundle: Bundle, day: date, *, now: datetime, headcount: int = 0) -> Edition:
    """Return the bundle's edition for the date, composed now if it must be. Raises CannotCompose.

    `headcount` people come on top of those whom standing orders expect.
    """
    working_days = CalendarDay.objects.all().working_days()
    planned = Occurrence.objects.filter(status="planned", delivery_date=day, standing_order__bundle=bundle)
    expected = planned.aggregate(people=Sum("standing_order__headcount"))["people"] or 0
    edition = compose_edition(
        bundle,
        day,
        headcount=expected + headcount,
        max_lead_days=lead_days_left(now, day, working_days),
        planned_units=_planned_units(day),
        now=now,
    )
    planned.update(cutoff_at=cutoff_at(day, _slowest_lead(bundle.pk, day), working_days))
    return edition


def _planned_units(day: date) -> dict[int, int]:
    """Units of each product that the day's other editions will take, planned but not yet reserved."""
    headcounts: dict[int, list[int]] = defaultdict(list)
    occurrences = Occurrence.objects.filter(status="planned", delivery_date=day)
    for bundle, people in occurrences.values_list("standing_order__bundle", "standing_order__headcount"):
        headcounts[bundle].append(people)
    for bundle, people in Order.objects.filter(status="placed", delivery_date=day).values_list(
        "bundle", "headcount"
    ):
        headcounts[bundle].append(people)
    units: dict[int, int] = defaultdict(int)
    for edition in Edition.objects.on(day).prefetch_related("items__slot", "items__product"):
        for item in edition.items.all():
            for people in headcounts[edition.bundle_id]:
                units[item.product_id] += units_needed(
                    people, item.slot.servings_per_person, item.slot.fixed_quantity, item.product.servings
                )
    return units
