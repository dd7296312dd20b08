import pytest
from hypothesis import given
from hypothesis import strategies as st

from delivery.speeds import HOUR, SEOUL_WEEKDAY, Drive, SpeedOfDay, calibrated

USUAL_DAY = SpeedOfDay((1000,) * 24)
HALF_FROM_TEN = SpeedOfDay((1000,) * 10 + (500,) * 14)
days = st.lists(st.integers(200, 2000), min_size=24, max_size=24).map(lambda each: SpeedOfDay(tuple(each)))
clocks = st.integers(0, 24 * HOUR)
ways = st.integers(0, 3 * HOUR)


def test_way_is_driven_at_the_speeds_of_its_hours() -> None:
    # Half an hour until ten, and what usually takes half an hour more takes an hour from then on.
    assert HALF_FROM_TEN.after(9 * HOUR + 1800, HOUR) == 11 * HOUR
    assert HALF_FROM_TEN.before(11 * HOUR, HOUR) == 9 * HOUR + 1800
    assert USUAL_DAY.after(5, 7) == 12


@given(days, clocks, clocks, ways)
def test_who_leaves_later_never_arrives_earlier(day: SpeedOfDay, one: int, other: int, way_s: int) -> None:
    first, second = sorted((one, other))
    assert day.after(first, way_s) <= day.after(second, way_s)


@given(days, clocks, ways)
def test_latest_departure_is_the_last_that_arrives_in_time(
    day: SpeedOfDay, arrives_s: int, way_s: int
) -> None:
    leaves_s = day.before(arrives_s, way_s)
    assert day.after(leaves_s, way_s) <= arrives_s < day.after(leaves_s + 1, way_s)


@given(days, clocks, st.integers(1, HOUR))
def test_way_takes_what_counting_second_by_second_says(day: SpeedOfDay, leaves_s: int, way_s: int) -> None:
    driven, clock = 0, leaves_s
    while driven < 1000 * way_s:
        driven += day.factors[clock // HOUR % 24]
        clock += 1
    assert day.after(leaves_s, way_s) == clock


def test_typical_speed_is_the_mean_over_the_hours() -> None:
    assert HALF_FROM_TEN.typical(9 * HOUR, 11 * HOUR) == 0.75
    assert HALF_FROM_TEN.typical(9 * HOUR, 9 * HOUR) == 1.0


@pytest.mark.parametrize("factors", [(1000,) * 23, (0, *(1000,) * 23)])
def test_day_without_speed_is_refused(factors: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="24 hours"):
        SpeedOfDay(factors)


def test_calibration_follows_what_was_driven() -> None:
    slow = [Drive(8 * HOUR + number, 8 * HOUR + number + 1200, 600) for number in range(500)]
    learned = calibrated(slow, USUAL_DAY)
    assert learned.factors[8] == round(1000 * (500 * 600 + 4 * HOUR) / (500 * 1200 + 4 * HOUR)) == 512
    assert learned.factors[:8] + learned.factors[9:] == (1000,) * 23


def test_calibration_needs_more_than_one_drive_and_skips_what_cannot_be() -> None:
    assert calibrated([]) == SEOUL_WEEKDAY
    assert calibrated([Drive(HOUR, HOUR, 600), Drive(HOUR, 5 * HOUR, 600)], USUAL_DAY) == USUAL_DAY
    assert calibrated([Drive(8 * HOUR, 8 * HOUR + 1200, 600)], USUAL_DAY).factors[8] == 962
