"""What a change of a membership would do to the coming dates, before it is made."""

from dataclasses import dataclass, replace
from datetime import date, datetime

from django.utils import timezone

from membership.models import Membership, Plan
from membership.terms import Pause, Terms, Tier

from .actions.plan import plan_dates
from .models import Occurrence
from .plan_cover import reasons_to_leave_out


@dataclass(frozen=True)
class Foresight:
    """Dates that would stop, that would come after all, and that come anyway though they'd be left out."""

    stops: list[Occurrence]
    comes: list[Occurrence]
    stays: list[Occurrence]


def foresee(membership: Membership, changed: Terms, *, now: datetime) -> Foresight:
    """Compare what is planned with what the changed terms would grant, as far as dates are shown ahead."""
    rows = plan_dates(membership.organization, now=now)
    today = timezone.localdate(now)
    reasons = reasons_to_leave_out([date_ for _row, date_ in rows], changed)
    stops, comes, stays = [], [], []
    for row, date_ in rows:
        reason = reasons.get(date_.key, "")
        is_open = row.cutoff_at is not None and row.cutoff_at > now
        if row.status == Occurrence.Status.SKIPPED and not reason:
            comes.append(row)
        elif row.status == Occurrence.Status.PLANNED and reason and is_open:
            stops.append(row)
        elif date_.day > today and not is_open and changed.why_closed(date_.day):
            stays.append(row)
    return Foresight(stops, comes, stays)


def with_pause(terms: Terms, starts_on: date, ends_on: date | None) -> Terms:
    return replace(terms, pauses=[*terms.pauses, Pause(starts_on, ends_on)])


def with_last_day(terms: Terms, last_day: date) -> Terms:
    return replace(terms, ends_on=last_day)


def with_plan(terms: Terms, plan: Plan, starts_on: date) -> Terms:
    return replace(terms, tiers=[*terms.tiers, Tier(plan.pk, starts_on, plan.deliveries_per_month)])
