"""The board's thinking: letters, delays, lanes in percent, and a map of what there is."""

from datetime import timedelta

import pytest

from delivery.actions.driving import deliver_stop, start_route
from delivery.board import letter, read_board
from delivery.board_map import drawing, map_of_board
from delivery.seoul import DISTRICTS, river
from delivery.timeline import timeline

from .. import factories as f
from .driving import on_the_way


def test_letters_go_on_after_z() -> None:
    assert [letter(nth) for nth in (0, 25, 26, 51, 52, 701, 702)] == ["A", "Z", "AA", "AZ", "BA", "ZZ", "AAA"]


def test_the_river_runs_round_between_the_districts_of_both_banks() -> None:
    outline = river()
    at = {name: point for _, name, point in DISTRICTS}

    def crossings(point: tuple[float, float]) -> int:
        """How often the outline is crossed on the way south."""
        pairs = zip(outline, [*outline[1:], outline[0]], strict=True)
        found = 0
        for (lat, lng), (other_lat, other_lng) in pairs:
            if (lng > point[1]) != (other_lng > point[1]):
                share = (point[1] - lng) / (other_lng - lng)
                found += lat + share * (other_lat - lat) < point[0]
        return found

    north, south = (
        ("Mapo", "Yongsan", "Seongdong", "Gwangjin"),
        ("Gangnam", "Dongjak", "Yeongdeungpo", "Songpa"),
    )
    assert {name: crossings(at[name]) for name in north} == dict.fromkeys(north, 2)
    assert {name: crossings(at[name]) for name in south} == dict.fromkeys(south, 0)


@pytest.mark.django_db
def test_a_courier_is_as_late_as_the_last_door_or_the_next_stop() -> None:
    route, stops, _ = on_the_way(2)

    def delay(now) -> int:  # type: ignore[no-untyped-def]
        return read_board(route.plan, to_deliver=[], now=now).routes[0].delay_minutes

    left = max(0, int((f.DELIVERY_MORNING - route.departs_at).total_seconds() // 60))
    assert delay(f.DELIVERY_MORNING) == left
    assert delay(stops[0].eta + timedelta(minutes=left + 7)) == left + 7
    done = stops[0].leaves_at + timedelta(minutes=30)
    deliver_stop(stops[0], receiver_name="박수령", note="", actor=route.shift.courier, now=done)
    assert delay(done) == 30


@pytest.mark.django_db
def test_who_has_not_left_is_not_behind() -> None:
    f.fixed_order()
    plan = f.published_plan()

    board = read_board(plan, to_deliver=[], now=f.DELIVERY_MORNING + timedelta(hours=5))

    assert board.routes[0].delay == timedelta()


@pytest.mark.django_db
def test_lanes_span_the_shift_in_full_hours() -> None:
    f.ShiftFactory(starts="08:30", ends="18:00")
    f.fixed_order()
    board = read_board(f.published_plan(), to_deliver=[], now=f.PLANNING_TIME)

    drawn = timeline(board, f.DELIVERY_MORNING)

    assert [hour for _, hour in drawn.hours] == [f"{hour:02}" for hour in range(8, 19)]
    (lane,) = drawn.lanes
    assert (lane.shift.x, lane.shift.width) == ("5.00%", "95.00%")
    assert drawn.now == "10.00%"
    assert timeline(board, f.PLANNING_TIME).now == ""


@pytest.mark.django_db
def test_map_and_drawing_hold_every_stop() -> None:
    f.ShiftFactory()
    for _ in range(2):
        f.fixed_order()
    board = read_board(f.published_plan(), to_deliver=[], now=f.PLANNING_TIME, words="A2")

    marks = map_of_board(board)["routes"][0]["stops"]
    drawn = drawing(board)

    assert [(mark["number"], mark["faint"]) for mark in marks] == [("A1", True), ("A2", False)]
    (_, _, stops) = drawn.routes[0]
    assert all(0 <= x <= drawn.width and 0 <= y <= drawn.height for _, x, y in stops)


@pytest.mark.django_db
def test_an_order_called_off_is_on_no_lane() -> None:
    route, stops, _ = on_the_way(2)
    route.stops.filter(pk=stops[0].pk).update(status="cancelled")

    board = read_board(route.plan, to_deliver=[], now=f.DELIVERY_MORNING)

    assert (board.stop_count, len(timeline(board, f.DELIVERY_MORNING).lanes[0].stops)) == (1, 1)


@pytest.mark.django_db
def test_an_order_of_the_day_that_no_plan_knows_is_missing() -> None:
    f.fixed_order()
    plan = f.published_plan()
    late = f.fixed_order()

    board = read_board(plan, to_deliver=[late], now=f.PLANNING_TIME)

    assert (board.missing, board.left) == ([late], 1)


@pytest.mark.django_db
def test_started_routes_are_counted() -> None:
    f.fixed_order()
    route = f.published_plan().routes.get()
    start_route(route, actor=route.shift.courier, now=f.DELIVERY_MORNING)

    assert read_board(route.plan, to_deliver=[], now=f.DELIVERY_MORNING).on_the_way == 1
