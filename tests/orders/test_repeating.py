"""What a standing order brings, date by date; New Year, lunar holidays and month ends with their dates."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders.cutoff import cutoff_at
from orders.repeating import Own, Pause, Plan, Terms, Wanted, terms_on, wanted_dates, why_gone
from orders.working_days import WorkingDays

KOREA = WorkingDays()
WEEKDAYS = "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"
TUESDAYS = "FREQ=WEEKLY;BYDAY=TU"


def day(text: str) -> date:
    return date.fromisoformat(text)


def terms(**changes: Any) -> Terms:
    fields: dict[str, Any] = {
        "valid_from": date.min,
        "rrule": TUESDAYS,
        "starts_on": date(2026, 1, 1),
        "policy": "before",
        "default": "before",
        "serving": {"headcount": 10, "bundle_id": 1},
    }
    return Terms(**fields | changes)


def dates(plan: Plan, first: str, last: str) -> list[Wanted]:
    return wanted_dates(plan, KOREA, after=day(first) - timedelta(days=1), until=day(last))


def placed(rrule: str, starts_on: str, first: str, last: str, policy: str) -> dict[str, str]:
    """Return the delivery day of each rule date, "-" where nothing comes."""
    plan = Plan((terms(rrule=rrule, starts_on=day(starts_on), policy=policy),))
    return {str(each.rule_date): str(each.day or "-") for each in dates(plan, first, last)}


# -- The calendar ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rrule", "starts_on", "expected"),
    [
        (  # 2026 has 53 ISO weeks: by parity the first Thursday of 2027 would come a week after the last.
            "FREQ=WEEKLY;INTERVAL=2;BYDAY=TH",
            "2026-12-03",
            "2026-12-03 2026-12-17 2026-12-31 2027-01-14 2027-01-28 2027-02-11 2027-02-25",
        ),
        (
            "FREQ=WEEKLY;INTERVAL=3;BYDAY=MO",
            "2026-12-07",
            "2026-12-07 2026-12-28 2027-01-18 2027-02-08",
        ),
        ("FREQ=WEEKLY;INTERVAL=4;BYDAY=WE", "2026-12-02", "2026-12-02 2026-12-30 2027-01-27 2027-02-24"),
        (
            "FREQ=WEEKLY;BYDAY=FR;COUNT=5",
            "2026-12-18",
            "2026-12-18 2026-12-25 2027-01-01 2027-01-08 2027-01-15",
        ),
        (
            "FREQ=MONTHLY;BYDAY=1TU,3TU",
            "2026-12-01",
            "2026-12-01 2026-12-15 2027-01-05 2027-01-19 2027-02-02 2027-02-16",
        ),
        ("FREQ=WEEKLY;BYDAY=TU;UNTIL=20270105", "2026-12-22", "2026-12-22 2026-12-29 2027-01-05"),
    ],
)
def test_rule_dates_go_over_new_year_of_a_year_with_53_weeks(
    rrule: str, starts_on: str, expected: str
) -> None:
    assert list(placed(rrule, starts_on, "2026-12-01", "2027-02-28", "before")) == expected.split()


# Of each weekday around the holiday: the rule date, and where before, after and skip put it.
HOLIDAYS = """
2026-02-13 2026-02-13 2026-02-13 2026-02-13
2026-02-16 2026-02-13 2026-02-19 -
2026-02-17 2026-02-13 2026-02-19 -
2026-02-18 2026-02-13 2026-02-19 -
2026-02-19 2026-02-19 2026-02-19 2026-02-19

2026-09-23 2026-09-23 2026-09-23 2026-09-23
2026-09-24 2026-09-23 2026-09-28 -
2026-09-25 2026-09-23 2026-09-28 -
2026-09-28 2026-09-28 2026-09-28 2026-09-28

2027-02-05 2027-02-05 2027-02-05 2027-02-05
2027-02-08 2027-02-05 2027-02-10 -
2027-02-09 2027-02-05 2027-02-10 -
2027-02-10 2027-02-10 2027-02-10 2027-02-10

2027-09-13 2027-09-13 2027-09-13 2027-09-13
2027-09-14 2027-09-13 2027-09-17 -
2027-09-15 2027-09-13 2027-09-17 -
2027-09-16 2027-09-13 2027-09-17 -
2027-09-17 2027-09-17 2027-09-17 2027-09-17

2028-01-25 2028-01-25 2028-01-25 2028-01-25
2028-01-26 2028-01-25 2028-01-31 -
2028-01-27 2028-01-25 2028-01-31 -
2028-01-28 2028-01-25 2028-01-31 -
2028-01-31 2028-01-31 2028-01-31 2028-01-31

2028-09-29 2028-09-29 2028-09-29 2028-09-29
2028-10-02 2028-09-29 2028-10-06 -
2028-10-03 2028-09-29 2028-10-06 -
2028-10-04 2028-09-29 2028-10-06 -
2028-10-05 2028-09-29 2028-10-06 -
2028-10-06 2028-10-06 2028-10-06 2028-10-06
"""


@pytest.mark.parametrize("holiday", HOLIDAYS.strip().split("\n\n"))
def test_lunar_holidays_with_their_substitutes_move_a_date(holiday: str) -> None:
    rows = [line.split() for line in holiday.splitlines()]
    for place, policy in enumerate(("before", "after", "skip"), start=1):
        found = placed(WEEKDAYS, rows[0][0], rows[0][0], rows[-1][0], policy)
        assert found == {row[0]: row[place] for row in rows}


@pytest.mark.parametrize(
    ("delivery", "cutoff"),
    [
        ("2026-02-19", "2026-02-11"),  # Seollal, 16 to 18
        ("2026-09-28", "2026-09-21"),  # Chuseok, 24 to 26
        ("2027-01-04", "2026-12-29"),  # New Year
        ("2027-02-10", "2027-02-03"),  # Seollal with its substitute, 6 to 9
        ("2027-09-17", "2027-09-09"),  # Chuseok, 14 to 16
        ("2028-01-31", "2028-01-21"),  # Seollal, 26 to 28
        ("2028-10-06", "2028-09-27"),  # Chuseok on Foundation Day and its substitute, 2 to 5
    ],
)
def test_the_cutoff_is_three_working_days_before(delivery: str, cutoff: str) -> None:
    assert str(cutoff_at(day(delivery), 0, KOREA).date()) == cutoff


@pytest.mark.parametrize(
    ("which", "expected"),
    [
        (
            "31",
            "2026-01-31>2026-01-30 2026-03-31 2026-05-31>2026-05-29 2026-07-31 2026-08-31 "
            "2026-10-31>2026-10-30 2026-12-31 2027-01-31>2027-01-29 2027-03-31",
        ),
        (
            "-1",
            "2026-01-31>2026-01-30 2026-02-28>2026-02-27 2026-03-31 2026-04-30 2026-05-31>2026-05-29 "
            "2026-06-30 2026-07-31 2026-08-31 2026-09-30 2026-10-31>2026-10-30 2026-11-30 2026-12-31 "
            "2027-01-31>2027-01-29 2027-02-28>2027-02-26 2027-03-31",
        ),
        (
            "29",
            "2026-01-29 2026-03-29>2026-03-27 2026-04-29 2026-05-29 2026-06-29 2026-07-29 "
            "2026-08-29>2026-08-28 2026-09-29 2026-10-29 2026-11-29>2026-11-27 2026-12-29 "
            "2027-01-29 2027-03-29",
        ),
    ],
)
def test_month_ends(which: str, expected: str) -> None:
    found = placed(f"FREQ=MONTHLY;BYMONTHDAY={which}", "2026-01-01", "2026-01-01", "2027-03-31", "before")
    wanted = dict((*each.split(">"), each)[:2] for each in expected.split())
    assert found == wanted


def test_a_leap_day_comes_with_the_last_day_of_the_month() -> None:
    assert placed("FREQ=MONTHLY;BYMONTHDAY=-1", "2028-02-01", "2028-02-01", "2028-02-29", "skip") == {
        "2028-02-29": "2028-02-29"
    }


# -- Terms over time ------------------------------------------------------------------------------


def test_each_of_the_terms_holds_until_the_next() -> None:
    plan = Plan(
        (
            terms(),
            terms(valid_from=day("2026-03-10"), serving={"headcount": 20, "bundle_id": 1}),
            terms(valid_from=day("2026-03-24"), rrule="FREQ=WEEKLY;BYDAY=FR", starts_on=day("2026-03-24")),
        )
    )

    found = [
        (str(each.rule_date), each.serving["headcount"]) for each in dates(plan, "2026-03-01", "2026-04-05")
    ]

    assert found == [
        ("2026-03-03", 10),
        ("2026-03-10", 20),
        ("2026-03-17", 20),
        ("2026-03-27", 10),
        ("2026-04-03", 10),
    ]
    assert terms_on(day("2026-03-23"), plan) == plan.terms[1]


def test_a_change_from_a_date_on_keeps_the_beat_of_every_second_week() -> None:
    fortnight = {"rrule": "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU", "starts_on": day("2026-03-03")}
    plan = Plan((terms(**fortnight), terms(valid_from=day("2026-03-10"), **fortnight)))

    assert [str(each.rule_date) for each in dates(plan, "2026-03-01", "2026-04-01")] == [
        "2026-03-03",
        "2026-03-17",
        "2026-03-31",
    ]


@pytest.mark.parametrize(
    ("pause", "paused"),
    [
        (Pause(day("2026-03-10"), day("2026-03-17")), ["2026-03-10", "2026-03-17"]),
        (Pause(day("2026-03-18"), None), ["2026-03-24", "2026-03-31"]),
        (Pause(day("2026-03-04"), day("2026-03-09")), []),
    ],
)
def test_a_pause_leaves_out_its_rule_dates_whole(pause: Pause, paused: list[str]) -> None:
    found = dates(Plan((terms(),), pauses=(pause,)), "2026-03-01", "2026-03-31")

    assert [str(each.rule_date) for each in found if not each.is_coming] == paused
    assert {each.reason for each in found if not each.is_coming} <= {"standing_order_paused"}
    assert len(found) == 5


def test_an_end_takes_the_dates_after_it_and_says_why() -> None:
    plan = Plan((terms(),), ends_on=day("2026-03-10"))

    assert [str(each.rule_date) for each in dates(plan, "2026-03-01", "2026-03-31")] == [
        "2026-03-03",
        "2026-03-10",
    ]
    assert why_gone(day("2026-03-17"), plan) == "standing_order_ended"
    assert why_gone(day("2026-03-05"), plan) == "rule_changed"


@pytest.mark.parametrize(
    ("own", "expected"),
    [
        (Own(), ("2026-03-03", True, "", 10)),
        (Own(is_left_out=True), ("2026-03-03", False, "skipped_by_member", 10)),
        (Own(moved_to=day("2026-03-06")), ("2026-03-06", True, "moved_by_member", 10)),
        (Own(serving={"headcount": 33}), ("2026-03-03", True, "", 33)),
        # It moved to a Sunday that was worked when the member chose it.
        (Own(moved_to=day("2026-03-08")), ("2026-03-06", True, "moved_before", 10)),
    ],
)
def test_what_was_decided_for_one_date_holds_there_alone(own: Own, expected: tuple[Any, ...]) -> None:
    plan = Plan((terms(),), own={day("2026-03-03"): own})

    first, second = dates(plan, "2026-03-01", "2026-03-10")

    assert (str(first.day), first.is_coming, first.reason, first.serving["headcount"]) == expected
    assert (str(second.day), second.is_coming, second.reason, second.serving["headcount"]) == (
        "2026-03-10",
        True,
        "",
        10,
    )


@pytest.mark.parametrize(
    ("default", "answer", "expected"),
    [
        ("before", "", ("2026-02-13", "asked_before")),
        ("after", "", ("2026-02-19", "asked_after")),
        ("skip", "", ("None", "asked_skip")),
        ("before", "after", ("2026-02-19", "moved_after")),
        ("after", "skip", ("None", "skipped_holiday")),
    ],
)
def test_a_question_about_a_holiday_has_a_default_until_it_is_answered(
    default: str, answer: str, expected: tuple[str, str]
) -> None:
    plan = Plan((terms(policy="ask", default=default),), own={day("2026-02-17"): Own(answer=answer)})

    usual, seollal, following = dates(plan, "2026-02-10", "2026-02-24")

    assert (str(seollal.day), seollal.reason) == expected
    assert (usual.reason, following.reason) == ("", "")


RULES = [
    TUESDAYS,
    WEEKDAYS,
    "FREQ=WEEKLY;INTERVAL=2;BYDAY=TH",
    "FREQ=MONTHLY;BYMONTHDAY=-1",
    "FREQ=MONTHLY;BYDAY=2WE",
]


@given(
    rules=st.lists(st.sampled_from(RULES), min_size=1, max_size=4),
    gaps=st.lists(st.integers(1, 60), min_size=3, max_size=3),
    split=st.integers(0, 200),
)
def test_two_windows_join_whatever_terms_there_are(rules: list[str], gaps: list[int], split: int) -> None:
    """The same rule date brings the same, whether asked for alone, for weeks or for a year."""
    start = day("2026-06-01")
    rows = [terms(rrule=rules[0], starts_on=start)]
    for rrule, gap in zip(rules[1:], gaps, strict=False):
        since = max(rows[-1].valid_from, start) + timedelta(days=gap)
        rows.append(terms(rrule=rrule, valid_from=since, starts_on=since))
    plan, middle, last = Plan(tuple(rows)), start + timedelta(days=split), start + timedelta(days=200)

    whole = wanted_dates(plan, KOREA, after=start, until=last)

    halves = [(start, middle), (middle, last)]
    assert whole == [
        each for after, until in halves for each in wanted_dates(plan, KOREA, after=after, until=until)
    ]
    assert [each.rule_date for each in whole] == sorted({each.rule_date for each in whole})
