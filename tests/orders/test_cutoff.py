"""Cut-off, last call and deadlines over weekends and holidays; how much lead time is left."""

from datetime import date, time, timedelta

import pytest

from orders.cutoff import acknowledge_by, cutoff_at, last_call_at, lead_days_left, seoul
from orders.working_days import WorkingDays

DAYS = WorkingDays()
TUESDAY = date(2026, 12, 1)
AFTER_CHRISTMAS = date(2026, 12, 28)


@pytest.mark.parametrize(
    ("delivery_date", "lead_days", "day"),
    [
        (TUESDAY, 0, date(2026, 11, 26)),
        (TUESDAY, 3, date(2026, 11, 26)),
        (TUESDAY, 4, date(2026, 11, 25)),
        (AFTER_CHRISTMAS, 0, date(2026, 12, 22)),
    ],
)
def test_the_cutoff_is_three_business_days_before_or_what_the_slowest_needs(
    delivery_date: date, lead_days: int, day: date
) -> None:
    assert cutoff_at(delivery_date, lead_days, DAYS) == seoul(day, time(15))


def test_last_call_is_the_afternoon_of_the_business_day_before() -> None:
    assert last_call_at(TUESDAY, DAYS) == seoul(date(2026, 11, 30), time(16))
    assert last_call_at(AFTER_CHRISTMAS, DAYS) == seoul(date(2026, 12, 24), time(16))


def test_producers_answer_by_the_next_business_day() -> None:
    assert acknowledge_by(seoul(date(2026, 12, 24), time(15)), DAYS) == seoul(AFTER_CHRISTMAS, time(15))


@pytest.mark.parametrize(
    ("day", "hour", "left"),
    [(24, 9, 5), (24, 15, 4), (26, 14, 3), (26, 15, 2), (27, 15, 1), (30, 14, 1), (30, 15, 0)],
)
def test_lead_time_left_is_counted_in_business_days_up_to_three_oclock(
    day: int, hour: int, left: int
) -> None:
    now = seoul(date(2026, 11, day), time(hour))

    assert lead_days_left(now, TUESDAY, DAYS) == left


def test_lead_time_left_ends_at_thirty_days() -> None:
    assert lead_days_left(seoul(TUESDAY - timedelta(days=365), time(9)), TUESDAY, DAYS) == 30
