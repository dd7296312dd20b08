"""Counting back from an event: window, packing, routes, production, cut-off; days written out."""

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders.cutoff import seoul
from orders.event_plan import (
    Delivery,
    HeldUp,
    Hours,
    HubTimes,
    Maker,
    find_delivery,
    first_event_time,
    plan_event,
)
from orders.working_days import WorkingDays

DAYS = WorkingDays()
TIMES = HubTimes(
    set_up=timedelta(minutes=30),
    shortest=timedelta(minutes=30),
    longest=timedelta(hours=3),
    first_arrival=time(9),
    on_the_road=timedelta(minutes=30),
    routes_planned=time(16),
    cutoff=time(15),
    cutoff_days=3,
    change_before=timedelta(hours=24),
)
OFFICE: Hours = {weekday: [(time(9), time(18))] for weekday in range(5)}
LUNCH: Hours = {weekday: [(time(9), time(12)), (time(13), time(18))] for weekday in range(5)}
BAKER, JAM = Maker("빵굼터", 0, 1), Maker("잼공방", 5, 7)


def at(month: int, day: int, hour: int, minute: int = 0, year: int = 2026) -> datetime:
    return seoul(date(year, month, day), time(hour, minute))


@pytest.mark.parametrize(
    ("event_at", "hours", "delivery"),
    [
        # In the afternoon: three hours, ending when setting up begins.
        (at(12, 10, 14), OFFICE, (date(2026, 12, 10), time(10, 30), time(13, 30))),
        # In the morning the window begins with the receiving hours.
        (at(12, 10, 10), OFFICE, (date(2026, 12, 10), time(9), time(9, 30))),
        # Too early for a van: the working day before, at the end of its receiving hours.
        (at(12, 10, 9, 45), OFFICE, (date(2026, 12, 9), time(15), time(18))),
        # On Saturday: the Friday before. On Christmas (a Friday): the Thursday. On New Year's Day: the 31st.
        (at(12, 12, 11), OFFICE, (date(2026, 12, 11), time(15), time(18))),
        (at(12, 26, 11), OFFICE, (date(2026, 12, 24), time(15), time(18))),
        (at(1, 1, 11, year=2027), OFFICE, (date(2026, 12, 31), time(15), time(18))),
        # Seollal 2027 (6 to 8 February, substitute 9 February): the Friday before.
        (at(2, 9, 15, year=2027), OFFICE, (date(2027, 2, 5), time(15), time(18))),
        # In the lunch break nobody receives; the planner keeps to the hours within the window.
        (at(12, 10, 13), LUNCH, (date(2026, 12, 10), time(9), time(12))),
        (at(12, 10, 14), LUNCH, (date(2026, 12, 10), time(10, 30), time(13, 30))),
        (at(12, 10, 13, 45), LUNCH, (date(2026, 12, 10), time(9), time(12))),
        # Late in the evening: when the site still receives.
        (at(12, 10, 22), OFFICE, (date(2026, 12, 10), time(15), time(18))),
        # Shortly after midnight.
        (at(12, 10, 0, 15), OFFICE, (date(2026, 12, 9), time(15), time(18))),
        # Only on Mondays: 7 December.
        (at(12, 10, 14), {0: [(time(13), time(15))]}, (date(2026, 12, 7), time(13), time(15))),
        # Too short, too early for a van, on Sundays, never.
        (at(12, 10, 14), {3: [(time(13), time(13, 20))]}, None),
        (at(12, 10, 14), {day: [(time(6), time(9, 10))] for day in range(5)}, None),
        (at(12, 10, 14), {6: [(time(9), time(18))]}, None),
        (at(12, 10, 14), {}, None),
    ],
)
def test_the_goods_come_in_the_last_window_before_the_event(
    event_at: datetime, hours: Hours, delivery: tuple[date, time, time] | None
) -> None:
    assert find_delivery(event_at, hours, DAYS, TIMES) == delivery


def test_an_operators_closed_day_moves_the_delivery_and_an_opened_one_takes_it() -> None:
    closed, opened = date(2026, 12, 10), date(2026, 12, 12)
    days = WorkingDays({closed: False, opened: True})
    saturdays: Hours = {**OFFICE, 5: [(time(9), time(12))]}

    assert find_delivery(at(12, 10, 14), OFFICE, days, TIMES) == (date(2026, 12, 9), time(15), time(18))
    assert find_delivery(at(12, 12, 14), saturdays, days, TIMES) == (opened, time(9), time(12))


def test_every_time_is_counted_back_from_the_one_before() -> None:
    event_at = at(12, 10, 14)
    delivery = Delivery(date(2026, 12, 10), time(10, 30), time(13, 30))

    plan = plan_event(event_at, delivery, [BAKER, JAM, BAKER], DAYS, TIMES)

    assert plan.arrives_by == plan.closes_at == at(12, 10, 13, 30)
    assert plan.packed_by == at(12, 10, 10)
    assert plan.routes_at == at(12, 9, 16)
    assert plan.productions == ((date(2026, 12, 10), ("빵굼터",)), (date(2026, 12, 3), ("잼공방",)))
    assert plan.slowest == JAM
    assert plan.cutoff_at == at(12, 1, 15)
    assert plan.change_until == at(11, 30, 15)
    assert plan.held_up == ()


def test_without_a_slow_producer_the_hubs_own_notice_counts() -> None:
    delivery = Delivery(date(2026, 12, 10), time(9), time(12))

    for makers in ([BAKER], []):
        plan = plan_event(at(12, 10, 14), delivery, makers, DAYS, TIMES)
        assert (plan.slowest, plan.cutoff_at) == (None, at(12, 7, 15))


def test_days_that_were_passed_over_are_named() -> None:
    delivery = Delivery(date(2026, 12, 24), time(15), time(18))

    plan = plan_event(at(12, 28, 9), delivery, [], DAYS, TIMES)

    assert plan.held_up == (
        HeldUp(date(2026, 12, 28), False),
        HeldUp(date(2026, 12, 27), True),
        HeldUp(date(2026, 12, 26), True),
        HeldUp(date(2026, 12, 25), True),
    )


@pytest.mark.parametrize(
    ("day", "hours", "first"),
    [
        (date(2026, 12, 10), OFFICE, at(12, 10, 10)),
        (date(2026, 12, 10), {3: [(time(13), time(14))]}, at(12, 10, 14)),
        (date(2026, 12, 12), OFFICE, None),
        (date(2026, 12, 10), {}, None),
    ],
)
def test_the_first_event_that_a_day_can_serve(day: date, hours: Hours, first: datetime | None) -> None:
    assert first_event_time(day, hours, DAYS, TIMES) == first


MINUTES = st.integers(0, 24 * 60 - 1).map(lambda n: time(n // 60, n % 60))
HOURS = st.dictionaries(
    st.integers(0, 6),
    st.lists(st.tuples(MINUTES, MINUTES).filter(lambda pair: pair[0] < pair[1]), min_size=1, max_size=1),
)
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2028, 12, 31)).map(  # noqa: DTZ001
    lambda moment: seoul(moment.date(), moment.time().replace(second=0, microsecond=0))
)


@given(MOMENTS, HOURS, st.lists(st.builds(Maker, st.just("a"), st.integers(0, 5), st.integers(5, 30))))
def test_whatever_is_asked_the_chain_runs_backwards_within_the_hours(
    event_at: datetime, hours: Hours, makers: list[Maker]
) -> None:
    delivery = find_delivery(event_at, hours, DAYS, TIMES)
    if delivery is None:
        return
    plan = plan_event(event_at, delivery, makers, DAYS, TIMES)

    assert DAYS.is_working(delivery.day)
    assert event_at >= plan.arrives_by >= plan.closes_at > plan.opens_at > plan.packed_by > plan.routes_at
    assert plan.routes_at > plan.cutoff_at > plan.change_until
    assert all(plan.cutoff_at.date() <= made.day <= delivery.day for made in plan.productions)
    [(opens, closes)] = hours[delivery.day.weekday()]
    assert opens <= delivery.opens < delivery.closes <= closes
    window = plan.closes_at - plan.opens_at
    assert TIMES.shortest <= window <= TIMES.longest
