"""What a standing order brings, date by date: its terms over time, pauses, and what was decided for one date.

Plain values in, plain values out: no tables and no clock. What comes of a date hangs on its rule date alone,
so it may be asked for weeks that are stored already and for a year that isn't.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from .schedule import Reason, delivery_date, rule_dates
from .working_days import WorkingDays

ASK = "ask"
# Said of a date while nobody has answered where it shall move: the default holds until then.
ASKED = {"moved_before": "asked_before", "moved_after": "asked_after", "skipped_holiday": "asked_skip"}
Serving = Mapping[str, Any]


@dataclass(frozen=True)
class Terms:
    """What holds from a rule date on. `serving` is what comes, by the names of `orders.models.serving`.

    `policy` is what happens on a holiday; with "ask" it is `default` until somebody answers for the date.
    """

    valid_from: date
    rrule: str
    starts_on: date
    policy: str
    default: str
    serving: Serving


@dataclass(frozen=True)
class Pause:
    """No rule date from `first` to `last` brings anything; without `last`, none until it is resumed."""

    first: date
    last: date | None

    def holds(self, day: date) -> bool:
        return self.first <= day and (self.last is None or day <= self.last)


@dataclass(frozen=True)
class Own:
    """What was decided for one rule date alone; it outlives every change of the terms."""

    is_left_out: bool = False
    moved_to: date | None = None
    answer: str = ""
    serving: Serving = field(default_factory=dict)


NOTHING_OWN = Own()


@dataclass(frozen=True)
class Plan:
    """A standing order: `terms` in the order in which they hold, the first of them from the beginning."""

    terms: tuple[Terms, ...]
    pauses: tuple[Pause, ...] = ()
    ends_on: date | None = None
    own: Mapping[date, Own] = field(default_factory=dict)


@dataclass(frozen=True)
class Wanted:
    """What a rule date brings. `day` is where it would be delivered, None if a holiday swallows it."""

    rule_date: date
    day: date | None
    is_coming: bool
    reason: str
    detail: str
    serving: Serving


def wanted_dates(plan: Plan, working_days: WorkingDays, *, after: date, until: date) -> list[Wanted]:
    """Return what comes of each rule date later than `after`, up to `until`. Raises BadRule."""
    return [
        wanted_on(rule_date, terms, plan, working_days)
        for rule_date, terms in _rule_dates(plan, after, until)
    ]


def wanted_on(rule_date: date, terms: Terms, plan: Plan, working_days: WorkingDays) -> Wanted:
    """Return what comes of one rule date: left out, paused, moved by the member or a holiday, or as it is."""
    own = plan.own.get(rule_date, NOTHING_OWN)
    day, reason = _place(rule_date, terms, own, working_days)
    serving = {**terms.serving, **own.serving}
    if own.is_left_out:
        return Wanted(rule_date, day, False, "skipped_by_member", "", serving)
    if any(pause.holds(rule_date) for pause in plan.pauses):
        return Wanted(rule_date, day, False, "standing_order_paused", "", serving)
    return Wanted(rule_date, day, day is not None, reason.code, reason.holiday, serving)


def terms_on(rule_date: date, plan: Plan) -> Terms:
    """Return the terms that hold on a rule date."""
    return next(
        (terms for terms in reversed(plan.terms) if terms.valid_from <= rule_date),
        plan.terms[0],
    )


def why_gone(rule_date: date, plan: Plan) -> str:
    """Return why a date that once came by the rule doesn't any more."""
    return "standing_order_ended" if plan.ends_on and rule_date > plan.ends_on else "rule_changed"


def _rule_dates(plan: Plan, after: date, until: date) -> Iterator[tuple[date, Terms]]:
    """Yield the rule dates of each of the terms for as long as they hold."""
    for place, terms in enumerate(plan.terms):
        following = plan.terms[place + 1 : place + 2]
        last = min([until, *(each.valid_from - timedelta(days=1) for each in following)])
        first = max(after, terms.valid_from - timedelta(days=1)) if place else after
        if last > first:
            for day in rule_dates(
                terms.rrule, terms.starts_on, after=first, until=last, ends_on=plan.ends_on
            ):
                yield day, terms


def _place(rule_date: date, terms: Terms, own: Own, working_days: WorkingDays) -> tuple[date | None, Reason]:
    policy = own.answer or terms.policy
    is_asked = policy == ASK
    day, reason = delivery_date(
        own.moved_to or rule_date, terms.default if is_asked else policy, working_days
    )
    if own.moved_to and not reason.code:
        return day, Reason("" if day == rule_date else "moved_by_member", "")
    return day, reason._replace(code=ASKED.get(reason.code, reason.code)) if is_asked else reason
