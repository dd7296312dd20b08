from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from delivery.itinerary import (
    Job,
    PlannedReload,
    PlannedRest,
    PlannedRoute,
    PlannedStop,
    Rest,
    Van,
)
from delivery.scheduler import is_in_time, overload_percent, peaks, schedule
from delivery.travel import Place, TravelMatrix
from tests.delivery.small_days import best_times, day_jobs, day_van, matrices, trips_of

HOUR, MINUTE = 3600, 60
DEPOT, NEAR, FAR = Place(37.60, 126.93), Place(37.57, 126.98), Place(37.50, 127.05)
MINUTES = np.array([[0, 20, 40], [20, 0, 30], [40, 30, 0]], dtype=np.int64)
MATRIX = TravelMatrix((DEPOT, NEAR, FAR), MINUTES * 400, MINUTES * 60)
VAN = Van(1, DEPOT, DEPOT, 500_000, 2_000_000, False, 9 * HOUR, 18 * HOUR)
NEAR_JOB = Job(7, NEAR, 200_000, 900_000, 0, 600, ((9 * HOUR, 12 * HOUR),))
FAR_JOB = Job(8, FAR, 300_000, 1_000_000, 0, 900, ((14 * HOUR, 15 * HOUR),))


def test_schedule_leaves_late_enough_to_wait_as_little_as_possible() -> None:
    # The second site opens at 14:00, the first one closes at 12:00: two hours wait cannot be avoided.
    assert PlannedRoute(
        van_key=1,
        departs_s=12 * HOUR - 20 * 60,
        returns_s=14 * HOUR + 55 * 60,
        distance_m=(20 + 30 + 40) * 400,
        duration_s=3 * HOUR + 15 * 60,
        stops=(
            PlannedStop(7, 12 * HOUR, 12 * HOUR, 12 * HOUR + 600),
            PlannedStop(8, 12 * HOUR + 40 * 60, 14 * HOUR, 14 * HOUR + 900),
        ),
    ) == schedule([[NEAR_JOB, FAR_JOB]], VAN, MATRIX)


def test_schedule_takes_the_next_open_window() -> None:
    job = replace(NEAR_JOB, windows=((16 * HOUR, 17 * HOUR), (8 * HOUR, 9 * HOUR), (11 * HOUR, 12 * HOUR)))
    route = schedule([[job]], VAN, MATRIX)
    assert (route.departs_s, route.stops[0].starts_s) == (11 * HOUR - 20 * 60, 11 * HOUR)


def test_schedule_of_a_late_route_starts_on_arrival_and_says_how_late() -> None:
    job = replace(NEAR_JOB, windows=((8 * HOUR, 9 * HOUR),))
    route = schedule([[job]], VAN, MATRIX)
    assert route.stops == (PlannedStop(7, 9 * HOUR + 1200, 9 * HOUR + 1200, 9 * HOUR + 1800, late_s=1200),)
    assert not is_in_time([[job]], VAN, MATRIX)


def test_break_is_taken_where_the_van_would_wait_anyway() -> None:
    van = replace(VAN, rest=Rest(HOUR, 11 * HOUR, 14 * HOUR, after_s=3 * HOUR))
    without, route = (
        schedule([[NEAR_JOB, FAR_JOB]], VAN, MATRIX),
        schedule([[NEAR_JOB, FAR_JOB]], van, MATRIX),
    )
    assert route.rest == PlannedRest(0, 12 * HOUR + 600, 13 * HOUR + 600)
    assert (route.departs_s, route.returns_s) == (without.departs_s, without.returns_s)
    assert route.stops[1].arrives_s == 13 * HOUR + 40 * 60


def test_short_route_owes_no_break() -> None:
    van = replace(VAN, rest=Rest(HOUR, 11 * HOUR, 14 * HOUR))
    assert schedule([[NEAR_JOB]], van, MATRIX).rest is None


def test_hours_are_kept_by_starting_after_the_first_window() -> None:
    # In the morning the van would be back earlier, but wait four hours in between.
    twice = replace(NEAR_JOB, windows=((9 * HOUR, 10 * HOUR), (13 * HOUR, 15 * HOUR)))
    van = replace(VAN, max_work_s=2 * HOUR)
    jobs = [twice, replace(FAR_JOB, windows=((13 * HOUR, 13 * HOUR + 900), (14 * HOUR, 16 * HOUR)))]
    assert schedule([jobs], VAN, MATRIX).duration_s > 2 * HOUR
    route = schedule([jobs], van, MATRIX)
    assert route.stops[0].starts_s >= 13 * HOUR
    assert route.duration_s <= 2 * HOUR


def test_reload_is_a_halt_at_the_depot_between_two_trips() -> None:
    van = replace(VAN, max_reloads=1, reloads_at=DEPOT, reload_s=1800)
    route = schedule([[NEAR_JOB], [FAR_JOB]], van, MATRIX)
    assert route.reloads == (PlannedReload(12 * HOUR + 30 * MINUTE, 13 * HOUR),)
    assert [stop.trip for stop in route.stops] == [0, 1]
    assert route.distance_m == (20 + 20 + 40 + 40) * 400


def test_load_of_a_trip_counts_pickups_from_where_they_are_collected() -> None:
    pickup = replace(FAR_JOB, key=9, is_pickup=True, crates=3)
    delivery = replace(NEAR_JOB, crates=4)
    assert peaks([delivery, pickup]) == (300_000, 1_000_000, 4)
    assert peaks([pickup, delivery]) == (500_000, 1_900_000, 7)
    assert overload_percent([[pickup, delivery]], replace(VAN, max_crates=6)) == 17


@given(matrices(), day_jobs(wide=True), day_van(wide=True), st.data())
def test_schedule_is_what_trying_every_departure_finds(
    matrix: TravelMatrix, jobs: list[Job], van: Van, data: st.DataObject
) -> None:
    trips = data.draw(trips_of(jobs, van))
    times = best_times(trips, van, matrix)
    route = schedule(trips, van, matrix)
    assert is_in_time(trips, van, matrix) == (times is not None)
    assert route.departs_s >= van.starts_s
    if times is not None:
        assert (route.departs_s, route.returns_s) == times
