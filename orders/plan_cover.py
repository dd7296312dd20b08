"""Which dates of an institution's plan come: within its membership, and no more a month than the plan brings.

Pure: dates and terms in, reasons out. A date belongs to the month of its rule, wherever a holiday moves it;
pauses and the last day are about the day on which it would come.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from membership.terms import ENDED, NOT_BEGUN, PAUSED, Terms

BEYOND, OTHER_PLAN = "beyond_plan", "other_plan"
# Why the membership leaves a date out. Whatever else left one out stays as it is.
PLAN_REASONS = frozenset({BEYOND, OTHER_PLAN, PAUSED, ENDED, NOT_BEGUN})


@dataclass(frozen=True)
class PlanDate:
    """A date of a standing order of a plan's bundle; a fixed one counts, and can't be left out any more."""

    key: int
    rule_date: date
    day: date
    plan: int
    is_fixed: bool


def reasons_to_leave_out(dates: Iterable[PlanDate], terms: Terms | None) -> dict[int, str]:
    """Return for each date that isn't fixed why it doesn't come, or "". Without terms there is no membership.

    Of a month's dates the fixed ones count first, then the earliest.
    """
    taken: Counter[tuple[int, int]] = Counter()
    reasons: dict[int, str] = {}
    for each in sorted(dates, key=lambda each: (not each.is_fixed, each.rule_date, each.key)):
        month = (each.rule_date.year, each.rule_date.month)
        if each.is_fixed:
            taken[month] += 1
            continue
        reason = reasons[each.key] = _reason(each, terms, taken[month])
        taken[month] += not reason
    return reasons


def _reason(each: PlanDate, terms: Terms | None, taken: int) -> str:
    if terms is None:
        return ENDED
    if each.rule_date < terms.starts_on:
        return NOT_BEGUN
    tier = terms.tier_on(each.rule_date)
    if closed := terms.why_closed(max(each.day, terms.starts_on)):
        return closed
    if tier.plan != each.plan:
        return OTHER_PLAN
    return BEYOND if taken >= tier.deliveries else ""
