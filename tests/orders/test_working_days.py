"""The Korean calendar, written out for 2026 and 2027."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders.working_days import WorkingDays

HOLIDAYS = {
    "2026-01-01": "신정연휴",
    "2026-02-16": "설날 전날",
    "2026-02-17": "설날",
    "2026-02-18": "설날 다음날",
    "2026-03-01": "삼일절",
    "2026-03-02": "삼일절 대체 휴일",
    "2026-05-01": "노동절",
    "2026-05-05": "어린이날",
    "2026-05-24": "부처님오신날",
    "2026-05-25": "부처님오신날 대체 휴일",
    "2026-06-03": "지방선거일",
    "2026-06-06": "현충일",
    "2026-07-17": "제헌절",
    "2026-08-15": "광복절",
    "2026-08-17": "광복절 대체 휴일",
    "2026-09-24": "추석 전날",
    "2026-09-25": "추석",
    "2026-09-26": "추석 다음날",
    "2026-10-03": "개천절",
    "2026-10-05": "개천절 대체 휴일",
    "2026-10-09": "한글날",
    "2026-12-25": "기독탄신일",
    "2027-01-01": "신정연휴",
    "2027-02-06": "설날 전날",
    "2027-02-07": "설날",
    "2027-02-08": "설날 다음날",
    "2027-02-09": "설날 대체 휴일",
    "2027-03-01": "삼일절",
    "2027-05-01": "노동절",
    "2027-05-03": "노동절 대체 휴일",
    "2027-05-05": "어린이날",
    "2027-05-13": "부처님오신날",
    "2027-06-06": "현충일",
    "2027-07-17": "제헌절",
    "2027-07-19": "제헌절 대체 휴일",
    "2027-08-15": "광복절",
    "2027-08-16": "광복절 대체 휴일",
    "2027-09-14": "추석 전날",
    "2027-09-15": "추석",
    "2027-09-16": "추석 다음날",
    "2027-10-03": "개천절",
    "2027-10-04": "개천절 대체 휴일",
    "2027-10-09": "한글날",
    "2027-10-11": "한글날 대체 휴일",
    "2027-12-25": "기독탄신일",
    "2027-12-27": "기독탄신일 대체 휴일",
}
DAYS_OF_2026_AND_2027 = [date(2026, 1, 1) + timedelta(days=n) for n in range(730)]
DAY = st.dates(date(2024, 1, 1), date(2030, 12, 31))
COUNT = st.integers(-40, 40)


def day(text: str) -> date:
    return date.fromisoformat(text)


def test_name_of_every_public_holiday_of_two_years() -> None:
    calendar = WorkingDays()
    assert {str(on): calendar.name(on) for on in DAYS_OF_2026_AND_2027 if calendar.name(on)} == HOLIDAYS


def test_name_in_english() -> None:
    assert WorkingDays().name(day("2026-02-17"), "en") == "Korean New Year"
    assert WorkingDays().name(day("2026-02-19"), "en") == ""


def test_is_working_on_weekdays_that_are_no_holiday() -> None:
    calendar = WorkingDays()
    for on in DAYS_OF_2026_AND_2027:
        assert calendar.is_working(on) is (
            on.strftime("%a") not in ("Sat", "Sun") and str(on) not in HOLIDAYS
        )


def test_is_working_follows_overrides_both_ways() -> None:
    calendar = WorkingDays({day("2026-07-11"): True, day("2026-07-17"): True, day("2026-07-15"): False})
    assert [calendar.is_working(date(2026, 7, number)) for number in (10, 11, 12, 15, 16, 17)] == [
        True,
        True,
        False,
        False,
        True,
        True,
    ]
    assert calendar.name(day("2026-07-17")) == "제헌절"


@pytest.mark.parametrize(
    ("start", "count", "end"),
    [
        ("2026-07-06", 1, "2026-07-07"),
        ("2026-07-10", 1, "2026-07-13"),  # over a weekend
        ("2026-07-11", 1, "2026-07-13"),  # from a Saturday
        ("2026-07-11", -1, "2026-07-10"),
        ("2026-07-11", 0, "2026-07-11"),
        ("2026-02-13", 1, "2026-02-19"),  # over Seollal, Monday to Wednesday
        ("2026-02-23", -3, "2026-02-13"),
        ("2027-02-05", 1, "2027-02-10"),  # Seollal on a Sunday, with its substitute
        ("2026-09-23", 1, "2026-09-28"),  # over Chuseok, Thursday to Saturday
        ("2026-09-29", -3, "2026-09-22"),
        ("2026-06-04", -1, "2026-06-02"),  # over the local elections
        ("2026-10-02", 1, "2026-10-06"),  # over the substitute for a Saturday
        ("2026-12-31", 1, "2027-01-04"),  # New Year on a Friday
        ("2027-12-24", 1, "2027-12-28"),
    ],
)
def test_add_counts_business_days(start: str, count: int, end: str) -> None:
    assert WorkingDays().add(day(start), count) == day(end)


def test_add_counts_overridden_days() -> None:
    calendar = WorkingDays({day("2026-07-11"): True, day("2026-07-13"): False})
    assert calendar.add(day("2026-07-10"), 1) == day("2026-07-11")
    assert calendar.add(day("2026-07-10"), 2) == day("2026-07-14")


@pytest.mark.parametrize(
    ("start", "following", "preceding"),
    [
        ("2026-07-10", "2026-07-10", "2026-07-10"),
        ("2026-07-12", "2026-07-13", "2026-07-10"),
        ("2026-02-17", "2026-02-19", "2026-02-13"),
        ("2026-09-25", "2026-09-28", "2026-09-23"),
        ("2027-01-01", "2027-01-04", "2026-12-31"),
    ],
)
def test_next_and_previous_working_day(start: str, following: str, preceding: str) -> None:
    assert WorkingDays().next_on_or_after(day(start)) == day(following)
    assert WorkingDays().previous_on_or_before(day(start)) == day(preceding)


@given(DAY, COUNT)
def test_add_passes_exactly_that_many_working_days(start: date, count: int) -> None:
    calendar = WorkingDays()
    end = calendar.add(start, count)
    span = [start + timedelta(days=n) for n in range(1, (end - start).days + 1)]
    if count < 0:
        span = [end + timedelta(days=n) for n in range((start - end).days)]
    assert sum(calendar.is_working(on) for on in span) == abs(count)
    assert count == 0 or calendar.is_working(end)


@given(DAY, COUNT)
def test_add_undoes_itself_from_a_working_day(start: date, count: int) -> None:
    calendar = WorkingDays()
    start = calendar.next_on_or_after(start)
    assert calendar.add(calendar.add(start, count), -count) == start
