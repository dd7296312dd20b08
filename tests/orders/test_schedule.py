"""Recurrence, holidays and cut-offs, with the dates written out."""

from datetime import date, timedelta

import pytest
from dateutil.rrule import rrulestr
from hypothesis import example, given
from hypothesis import strategies as st

from orders.schedule import BadRule, Reason, cutoff_date, delivery_date, rule_dates, validate
from orders.working_days import WorkingDays


def day(text: str) -> date:
    return date.fromisoformat(text)


def written_out(
    rrule: str, starts_on: str, until: str, after: str = "2000-01-01", ends_on: str | None = None
) -> str:
    dates = rule_dates(
        rrule, day(starts_on), after=day(after), until=day(until), ends_on=day(ends_on) if ends_on else None
    )
    return " ".join(str(on) for on in dates)


@pytest.mark.parametrize(
    ("rrule", "starts_on", "until", "dates"),
    [
        # every two weeks over New Year: ISO weeks 49, 51, 53, 2, 4
        (
            "FREQ=WEEKLY;INTERVAL=2",
            "2026-12-03",
            "2027-01-31",
            "2026-12-03 2026-12-17 2026-12-31 2027-01-14 2027-01-28",
        ),
        (
            "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,TH",
            "2026-12-17",
            "2027-01-15",
            "2026-12-17 2026-12-29 2026-12-31 2027-01-12 2027-01-14",
        ),
        # the week of the start counts, though its Monday is over
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO", "2026-12-16", "2027-01-12", "2026-12-28 2027-01-11"),
        ("FREQ=WEEKLY;BYDAY=WE", "2026-07-01", "2026-07-15", "2026-07-01 2026-07-08 2026-07-15"),
        ("freq=weekly;byday=we", "2026-07-02", "2026-07-15", "2026-07-08 2026-07-15"),
        # the 31st, and the last day of the month
        ("FREQ=MONTHLY", "2026-01-31", "2026-07-31", "2026-01-31 2026-03-31 2026-05-31 2026-07-31"),
        ("FREQ=MONTHLY;BYMONTHDAY=31", "2026-09-01", "2026-12-31", "2026-10-31 2026-12-31"),
        (
            "FREQ=MONTHLY;BYMONTHDAY=-1",
            "2026-01-31",
            "2026-04-30",
            "2026-01-31 2026-02-28 2026-03-31 2026-04-30",
        ),
        (
            "FREQ=MONTHLY;BYMONTHDAY=28,29,30;BYSETPOS=-1",
            "2026-01-01",
            "2026-04-30",
            "2026-01-30 2026-02-28 2026-03-30 2026-04-30",
        ),
        ("FREQ=YEARLY", "2028-02-29", "2037-01-01", "2028-02-29 2032-02-29 2036-02-29"),
        # the nth weekday
        ("FREQ=MONTHLY;BYDAY=2TU", "2026-07-01", "2026-10-31", "2026-07-14 2026-08-11 2026-09-08 2026-10-13"),
        ("FREQ=MONTHLY;BYDAY=-1FR", "2026-07-01", "2026-09-30", "2026-07-31 2026-08-28 2026-09-25"),
        ("FREQ=MONTHLY;BYDAY=5MO", "2026-01-01", "2026-06-30", "2026-03-30 2026-06-29"),
        (
            "FREQ=MONTHLY;BYDAY=1MO,3MO",
            "2026-07-01",
            "2026-08-31",
            "2026-07-06 2026-07-20 2026-08-03 2026-08-17",
        ),
        # the rule's own end
        ("FREQ=DAILY;COUNT=3", "2026-12-30", "2027-12-31", "2026-12-30 2026-12-31 2027-01-01"),
        ("FREQ=WEEKLY;UNTIL=20260715", "2026-07-01", "2026-12-31", "2026-07-01 2026-07-08 2026-07-15"),
        # nothing to find
        ("FREQ=WEEKLY", "2026-07-01", "2026-06-30", ""),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "2026-07-01", "2036-12-31", ""),
    ],
)
def test_rule_dates_table(rrule: str, starts_on: str, until: str, dates: str) -> None:
    assert written_out(rrule, starts_on, until) == dates


def test_rule_dates_come_after_the_one_bound_and_up_to_the_other() -> None:
    assert (
        written_out("FREQ=WEEKLY", "2026-07-01", "2026-07-22", after="2026-07-08") == "2026-07-15 2026-07-22"
    )
    assert written_out("FREQ=WEEKLY", "2026-07-01", "2026-07-08", after="2026-07-08") == ""


def test_rule_dates_count_from_the_start_not_from_the_window() -> None:
    assert written_out("FREQ=WEEKLY;COUNT=3", "2026-07-01", "2026-12-31", after="2026-07-08") == "2026-07-15"


def test_rule_dates_end_with_the_standing_order() -> None:
    assert (
        written_out("FREQ=WEEKLY", "2026-07-01", "2026-12-31", ends_on="2026-07-08")
        == "2026-07-01 2026-07-08"
    )
    assert written_out("FREQ=WEEKLY", "2026-07-01", "2026-12-31", ends_on="2026-06-30") == ""


WEEKDAY = st.sampled_from(["MO", "TU", "WE", "TH", "FR", "SA", "SU"])
RULE = st.one_of(
    st.builds("FREQ=DAILY;INTERVAL={}".format, st.integers(1, 30)),
    st.builds("FREQ=WEEKLY;INTERVAL={};BYDAY={}".format, st.integers(1, 8), WEEKDAY),
    st.builds("FREQ=MONTHLY;INTERVAL={};BYMONTHDAY={}".format, st.integers(1, 3), st.integers(1, 31)),
    st.builds("FREQ=MONTHLY;BYDAY={}{}".format, st.sampled_from([1, 2, 3, 4, 5, -1]), WEEKDAY),
    st.builds("FREQ=WEEKLY;COUNT={}".format, st.integers(1, 60)),
)
START = st.dates(date(2024, 1, 1), date(2030, 12, 31))
DAYS = st.integers(0, 800)


@given(RULE, START, DAYS)
@example("FREQ=MONTHLY;BYDAY=5MO", date(2024, 2, 29), 800)
def test_rule_dates_are_what_dateutil_says_today(rrule: str, starts_on: date, days: int) -> None:
    until = starts_on + timedelta(days=days)
    plain = rrulestr(f"DTSTART:{starts_on:%Y%m%d}\nRRULE:{rrule}").between(
        *(rrulestr(f"DTSTART:{bound:%Y%m%d}\nRRULE:FREQ=DAILY;COUNT=1")[0] for bound in (starts_on, until)),
        inc=True,
    )
    found = rule_dates(rrule, starts_on, after=starts_on - timedelta(days=1), until=until)
    assert found == [moment.date() for moment in plain]


@given(RULE, START, DAYS, DAYS)
def test_rule_dates_of_two_windows_join_without_gap_or_double(
    rrule: str, starts_on: date, first: int, second: int
) -> None:
    before = starts_on - timedelta(days=1)
    middle = starts_on + timedelta(days=first)
    end = middle + timedelta(days=second)
    joined = rule_dates(rrule, starts_on, after=before, until=middle)
    joined += rule_dates(rrule, starts_on, after=middle, until=end)
    assert joined == rule_dates(rrule, starts_on, after=before, until=end)


@pytest.mark.parametrize(
    "rrule",
    [
        "FREQ=WEEKLY",
        " FREQ=WEEKLY;INTERVAL=2;BYDAY=TH;WKST=MO\n",
        "FREQ=MONTHLY;BYDAY=1MO,-1FR",
        "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29",
        "FREQ=YEARLY;INTERVAL=4;BYMONTH=2;BYMONTHDAY=29;BYDAY=SU",
        "FREQ=DAILY;INTERVAL=7;BYDAY=MO",
        "FREQ=DAILY;COUNT=10",
        "FREQ=WEEKLY;UNTIL=20271231",
    ],
)
def test_validate_lets_a_good_rule_pass(rrule: str) -> None:
    validate(rrule)


@pytest.mark.parametrize(
    ("rrule", "reason"),
    [
        ("", "unparsable"),
        ("every Thursday", "unparsable"),
        ("BYDAY=MO", "unparsable"),
        ("FREQ=FORTNIGHTLY", "unparsable"),
        ("FREQ=WEEKLY;", "unparsable"),
        ("FREQ=WEEKLY;FREQ=DAILY", "unparsable"),
        ("FREQ=WEEKLY;INTERVAL=0", "unparsable"),  # would never end in dateutil
        ("FREQ=WEEKLY;INTERVAL=-1", "unparsable"),
        ("FREQ=WEEKLY;BYDAY=XX", "unparsable"),
        ("FREQ=WEEKLY;BYDAY=2TU", "unparsable"),
        ("FREQ=MONTHLY;BYMONTHDAY=0", "unparsable"),
        ("FREQ=MONTHLY;BYMONTHDAY=32", "unparsable"),
        ("FREQ=MONTHLY;BYDAY=MO;BYSETPOS=400", "unparsable"),
        ("FREQ=WEEKLY;UNTIL=20261301", "unparsable"),
        ("FREQ=WEEKLY;UNTIL=20261231T150000Z", "unparsable"),  # a day's rule ends on a day
        ("FREQ=HOURLY", "sub_daily"),
        ("FREQ=MINUTELY;INTERVAL=30", "sub_daily"),
        ("FREQ=SECONDLY", "sub_daily"),
        ("FREQ=WEEKLY;BYHOUR=9", "unsupported_part"),
        ("FREQ=YEARLY;BYWEEKNO=2,4,6", "unsupported_part"),
        ("FREQ=YEARLY;BYEASTER=0", "unsupported_part"),
        ("DTSTART=20260101;FREQ=WEEKLY", "start_in_rule"),
        ("DTSTART:20260101T000000 FREQ=WEEKLY", "start_in_rule"),
        ("FREQ=WEEKLY\nFREQ=DAILY", "several_lines"),
        ("DTSTART:20260101\nRRULE:FREQ=WEEKLY", "several_lines"),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "matches_nothing"),
        ("FREQ=DAILY;BYMONTH=4,6,9,11;BYMONTHDAY=31", "matches_nothing"),
        ("FREQ=MONTHLY;BYDAY=6MO", "unparsable"),
        ("FREQ=WEEKLY;BYDAY=MO,TU;BYSETPOS=3", "matches_nothing"),
    ],
)
def test_validate_says_what_is_wrong(rrule: str, reason: str) -> None:
    with pytest.raises(BadRule) as caught:
        validate(rrule)
    assert caught.value.reason == reason


@pytest.mark.parametrize(
    ("rrule", "starts_on"),
    [
        ("FREQ=DAILY;INTERVAL=7;BYDAY=MO", "2026-07-07"),  # every seventh day from a Tuesday
        ("FREQ=YEARLY;INTERVAL=2;BYMONTH=2;BYMONTHDAY=29", "2027-01-01"),
        ("FREQ=WEEKLY;UNTIL=20260630", "2026-07-01"),
    ],
)
def test_validate_with_a_start_refuses_what_matches_nothing_from_there(rrule: str, starts_on: str) -> None:
    validate(rrule)
    with pytest.raises(BadRule) as caught:
        validate(rrule, day(starts_on))
    assert caught.value.reason == "matches_nothing"


NUMBER = st.integers(-3, 40).map(str)
PARTS = st.lists(
    st.one_of(
        st.sampled_from(
            ["FREQ=DAILY", "FREQ=WEEKLY", "FREQ=MONTHLY", "FREQ=YEARLY", "", "WKST=SU", "BYDAY="]
        ),
        st.sampled_from(["INTERVAL", "COUNT", "BYMONTH", "BYMONTHDAY", "BYSETPOS", "UNTIL"]).flatmap(
            lambda name: st.lists(NUMBER, max_size=3).map(lambda numbers: f"{name}={','.join(numbers)}")
        ),
        st.builds("BYDAY={}{}".format, st.one_of(NUMBER, st.just("")), WEEKDAY),
    ),
    max_size=4,
)


@given(st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]), PARTS)
@example("YEARLY", ["INTERVAL=999", "BYMONTH=2", "BYMONTHDAY=29"])
def test_rule_dates_reads_every_rule_that_passes_and_ends(frequency: str, parts: list[str]) -> None:
    rrule = ";".join([f"FREQ={frequency}", *parts])
    starts_on = date(2026, 7, 1)
    before, until = starts_on - timedelta(days=1), starts_on + timedelta(days=400)
    try:
        validate(rrule, starts_on)
    except BadRule as error:
        if error.reason == "matches_nothing":
            assert rule_dates(rrule, starts_on, after=before, until=until) == []
        return
    found = rule_dates(rrule, starts_on, after=before, until=until)
    assert found == sorted(set(found))
    assert all(before < on <= until for on in found)


@pytest.mark.parametrize(
    ("rule_date", "policy", "moved_to", "reason"),
    [
        ("2026-07-14", "before", "2026-07-14", ("", "")),
        ("2026-07-14", "skip", "2026-07-14", ("", "")),
        # Seollal: Monday 16th to Wednesday 18th
        ("2026-02-17", "before", "2026-02-13", ("moved_before", "설날")),
        ("2026-02-17", "after", "2026-02-19", ("moved_after", "설날")),
        ("2026-02-17", "skip", None, ("skipped_holiday", "설날")),
        ("2027-02-09", "after", "2027-02-10", ("moved_after", "설날 대체 휴일")),
        # Chuseok: Thursday 24th to Saturday 26th
        ("2026-09-25", "before", "2026-09-23", ("moved_before", "추석")),
        ("2026-09-24", "after", "2026-09-28", ("moved_after", "추석 전날")),
        # over New Year
        ("2027-01-01", "before", "2026-12-31", ("moved_before", "신정연휴")),
        ("2026-06-03", "after", "2026-06-04", ("moved_after", "지방선거일")),
        # a Saturday has no name
        ("2026-07-11", "after", "2026-07-13", ("moved_after", "")),
        ("2026-07-11", "skip", None, ("skipped_holiday", "")),
    ],
)
def test_delivery_date_table(
    rule_date: str, policy: str, moved_to: str | None, reason: tuple[str, str]
) -> None:
    expected = day(moved_to) if moved_to else None, Reason(*reason)
    assert delivery_date(day(rule_date), policy, WorkingDays()) == expected


def test_delivery_date_follows_an_operator() -> None:
    closed = WorkingDays({day("2026-07-14"): False, day("2026-02-18"): True})
    assert delivery_date(day("2026-07-14"), "after", closed) == (day("2026-07-15"), Reason("moved_after", ""))
    assert delivery_date(day("2026-02-18"), "skip", closed) == (day("2026-02-18"), Reason("", ""))


def test_delivery_date_refuses_an_unknown_policy() -> None:
    with pytest.raises(ValueError, match="no holiday policy 'never'"):
        delivery_date(day("2026-02-17"), "never", WorkingDays())


@pytest.mark.parametrize(
    ("delivery", "lead_days", "minimum", "cutoff"),
    [
        ("2026-07-16", 1, 3, "2026-07-13"),
        ("2026-07-14", 1, 3, "2026-07-09"),  # over a weekend
        ("2026-07-14", 5, 3, "2026-07-07"),  # the slowest producer
        ("2026-07-14", 0, 0, "2026-07-14"),
        ("2026-02-19", 1, 3, "2026-02-11"),  # over Seollal
        ("2026-09-28", 2, 3, "2026-09-21"),  # over Chuseok
        ("2027-01-05", 3, 3, "2026-12-30"),  # over New Year
    ],
)
def test_cutoff_date_table(delivery: str, lead_days: int, minimum: int, cutoff: str) -> None:
    assert cutoff_date(day(delivery), lead_days, minimum, WorkingDays()) == day(cutoff)
