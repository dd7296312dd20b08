"""Standing orders as plain values (`repeating.py`), read from their rows; and what comes beyond those."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from .cutoff import cutoff_at
from .models import LaterTerms, Occurrence, StandingOrder
from .models.serving import serving_of
from .models.terms import Terms as TermsRow
from .repeating import Own, Pause, Plan, Terms, Wanted, wanted_dates
from .working_days import WorkingDays

ONE_DAY = timedelta(days=1)


def read_plan(standing_order: StandingOrder, dates: Iterable[Occurrence] = ()) -> Plan:
    """Return its plan, with what was decided for these dates of it.

    No query once `later_terms` and `pauses` are prefetched.
    """
    later = [_terms(terms, terms.valid_from) for terms in standing_order.following_terms]
    pauses = standing_order.pauses.all() if standing_order.pk else ()
    return Plan(
        terms=(_terms(standing_order, date.min), *later),
        pauses=tuple(Pause(pause.first_on, pause.last_on) for pause in pauses),
        ends_on=standing_order.ends_on,
        own={row.rule_date: own_of(row) for row in dates},
    )


def _terms(row: TermsRow, valid_from: date) -> Terms:
    return Terms(
        valid_from,
        row.rrule,
        row.starts_on,
        row.holiday_policy,
        row.holiday_default,
        serving_of(row),
    )


def forecast_row(
    standing_order: StandingOrder, rule_date: date, working_days: WorkingDays
) -> Occurrence | None:
    """Return what the rule brings on a date that has no row, not stored; None if it brings nothing.

    The cut-off is that of goods without lead time: what is in them isn't composed yet. Raises BadRule.
    """
    found = wanted_dates(read_plan(standing_order), working_days, after=rule_date - ONE_DAY, until=rule_date)
    if not found:
        return None
    wanted = found[0]
    return Occurrence(
        standing_order=standing_order,
        rule_date=rule_date,
        delivery_date=wanted.day,
        cutoff_at=wanted.day and cutoff_at(wanted.day, 0, working_days),
        status=Occurrence.Status.PLANNED if wanted.is_coming else Occurrence.Status.SKIPPED,
        reason=wanted.reason,
        detail=wanted.detail,
        **wanted.serving,
    )


def terms_row(standing_order: StandingOrder, rule_date: date) -> TermsRow:
    """Return the row whose terms hold on a rule date; no query once `later_terms` are prefetched."""
    later = [terms for terms in standing_order.following_terms if terms.valid_from <= rule_date]
    return later[-1] if later else standing_order


def own_of(row: Occurrence) -> Own:
    """Return what was decided for one date alone."""
    return Own(row.is_left_out, row.moved_to, row.answer, thawed(row.own))


def thawed(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return values of terms, as JSON keeps them, as what their columns hold."""
    return {
        name: LaterTerms._meta.get_field(name.removesuffix("_id")).to_python(value)  # type: ignore[union-attr]
        for name, value in values.items()
    }


def forecast_dates(
    standing_order: StandingOrder,
    working_days: WorkingDays,
    *,
    after: date,
    until: date,
    known: Iterable[date] = (),
) -> list[Wanted]:
    """Return what it brings on the rule dates of a time, without those that have rows. Raises BadRule."""
    rows = set(known)
    plan = read_plan(standing_order)
    return [
        wanted
        for wanted in wanted_dates(plan, working_days, after=after, until=until)
        if wanted.rule_date not in rows
    ]
