"""What a membership grants on which day, without the database."""

from datetime import date

import pytest

from membership.terms import ENDED, NOT_BEGUN, PAUSED, Pause, Terms, Tier, last_of_month, next_month
from orders.plan_cover import BEYOND, OTHER_PLAN, PlanDate, reasons_to_leave_out

SMALL, LARGE = 1, 2
TIERS = [Tier(SMALL, date(2026, 11, 1), 2), Tier(LARGE, date(2027, 1, 1), 4)]


def terms(**changes: object) -> Terms:
    return Terms(**{"starts_on": date(2026, 11, 1), "ends_on": None, "tiers": TIERS, **changes})  # type: ignore[arg-type]


def coming(key: int, rule_date: date, *, day: date | None = None, plan: int = SMALL, is_fixed: bool = False):
    return PlanDate(key, rule_date, day or rule_date, plan, is_fixed)


@pytest.mark.parametrize(
    ("day", "plan"),
    [
        (date(2026, 10, 1), SMALL),
        (date(2026, 11, 1), SMALL),
        (date(2026, 12, 31), SMALL),
        (date(2027, 1, 1), LARGE),
        (date(2028, 1, 1), LARGE),
    ],
)
def test_a_tier_lasts_until_the_next_begins(day: date, plan: int) -> None:
    assert terms().tier_on(day).plan == plan


def test_both_first_and_last_day_belong_to_a_membership_and_to_a_pause() -> None:
    over = terms(ends_on=date(2026, 12, 31), pauses=[Pause(date(2026, 12, 7), date(2026, 12, 11))])

    days = [(10, 31), (11, 1), (12, 6), (12, 7), (12, 11), (12, 12), (12, 31)]
    assert [over.why_closed(date(2026, *day)) for day in days] == [
        NOT_BEGUN,
        "",
        "",
        PAUSED,
        PAUSED,
        "",
        "",
    ]
    assert over.why_closed(date(2027, 1, 1)) == ENDED


@pytest.mark.parametrize(
    ("first", "second", "answer"),
    [
        (Pause(date(2026, 12, 1), date(2026, 12, 4)), Pause(date(2026, 12, 5), date(2026, 12, 8)), False),
        (Pause(date(2026, 12, 1), date(2026, 12, 5)), Pause(date(2026, 12, 5), date(2026, 12, 8)), True),
        (Pause(date(2026, 12, 1)), Pause(date(2027, 12, 5), date(2027, 12, 8)), True),
        (Pause(date(2026, 12, 1), date(2026, 12, 5)), Pause(date(2026, 12, 6)), False),
    ],
)
def test_pauses_overlap_if_they_share_a_day(first: Pause, second: Pause, answer: bool) -> None:
    assert (first.overlaps(second), second.overlaps(first)) == (answer, answer)


def test_months_at_new_year() -> None:
    assert next_month(date(2026, 12, 31)) == date(2027, 1, 1)
    assert last_of_month(date(2028, 2, 1)) == date(2028, 2, 29)


def test_of_a_month_the_plans_number_comes_and_the_rest_is_beyond_it() -> None:
    tuesdays = [coming(nth, date(2026, 12, day)) for nth, day in enumerate((1, 8, 15, 22, 29))]

    assert list(reasons_to_leave_out(tuesdays, terms()).values()) == ["", "", BEYOND, BEYOND, BEYOND]


def test_what_is_fixed_counts_first_wherever_it_stands_in_the_month() -> None:
    dates = [
        coming(1, date(2026, 12, 1)),
        coming(2, date(2026, 12, 8)),
        coming(3, date(2026, 12, 15), is_fixed=True),
    ]

    assert reasons_to_leave_out(dates, terms()) == {1: "", 2: BEYOND}


def test_a_date_belongs_to_the_month_of_its_rule() -> None:
    """New Year's Day is moved to 31 December: it is still January's, and of January's plan."""
    dates = [
        coming(1, date(2026, 12, 1)),
        coming(2, date(2026, 12, 15)),
        coming(3, date(2027, 1, 1), day=date(2026, 12, 31), plan=LARGE),
    ]

    assert reasons_to_leave_out(dates, terms()) == {1: "", 2: "", 3: ""}


def test_another_plans_bundle_comes_only_while_that_plan_runs() -> None:
    dates = [
        coming(1, date(2026, 12, 29)),
        coming(2, date(2026, 12, 29), plan=LARGE),
        coming(3, date(2027, 1, 5)),
        coming(4, date(2027, 1, 5), plan=LARGE),
    ]

    assert reasons_to_leave_out(dates, terms()) == {1: "", 2: OTHER_PLAN, 3: OTHER_PLAN, 4: ""}


def test_what_is_left_out_takes_no_place_in_its_month() -> None:
    paused = terms(pauses=[Pause(date(2026, 12, 1), date(2026, 12, 14))])
    dates = [coming(nth, date(2026, 12, day)) for nth, day in enumerate((1, 8, 15, 22, 29))]

    assert list(reasons_to_leave_out(dates, paused).values()) == [PAUSED, PAUSED, "", "", BEYOND]


def test_without_a_membership_nothing_comes() -> None:
    assert reasons_to_leave_out([coming(1, date(2026, 12, 1))], None) == {1: ENDED}
