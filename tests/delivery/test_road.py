"""What phones send: stored once, carried out once, and kept with its problem where that isn't possible."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.files.storage import default_storage

from delivery.actions.driving import deliver_stop, start_route
from delivery.actions.planning import plan_day
from delivery.actions.road import settle_record
from delivery.models import FailedTry, Proof, RoadRecord, Route, RoutePlan, Stop
from membership.photos import whole_jpeg
from orders.actions.call_off import call_off_order
from orders.exceptions import NotPossible
from orders.models import InspectedLine, Notification, Order
from tests.pictures import png
from tests.snapshot import everything

from .. import factories as f
from .driving import a_route, on_the_way

pytestmark = pytest.mark.django_db
LATER = f.DELIVERY_MORNING + timedelta(hours=3)
KEY = str(uuid4())


def test_a_whole_day_comes_in_from_one_phone() -> None:
    route = a_route(3)
    driver, (first, second, third) = route.shift.courier, route.stops.order_by("sequence")

    records = [
        f.road_record(route, "accept", driver),
        f.road_record(first, "load", driver, boxes_missing=1),
        f.road_record(route, "start", driver),
        f.road_record(first, "arrive", driver),
        f.road_record(first, "deliver", driver),
        f.road_record(second, "fail", driver, reason="closed", next_step="retry"),
        f.road_record(third, "fail", driver, reason="refused"),
        f.road_record(second, "deliver", driver, neighbour="3층 안내데스크", now=LATER),
    ]

    assert [record.problem for record in records] == [""] * 8
    route.refresh_from_db()
    assert (route.status, route.accepted_at, route.finished_at) == ("finished", f.DELIVERY_MORNING, LATER)
    assert list(Stop.objects.order_by("pk").values_list("status", "boxes_missing", "arrived_at")) == [
        ("delivered", 1, f.DELIVERY_MORNING),
        ("delivered", None, None),
        ("failed", None, None),
    ]
    assert list(FailedTry.objects.order_by("pk").values_list("stop", "reason", "next_step")) == [
        (second.pk, "closed", "retry"),
        (third.pk, "refused", "return"),
    ]
    assert list(Proof.objects.order_by("pk").values_list("receiver_name", "neighbour")) == [
        ("박수령", ""),
        ("박수령", "3층 안내데스크"),
    ]


def test_a_record_that_comes_again_changes_nothing() -> None:
    route, (stop, _), _client = on_the_way(2)
    driver, line = route.shift.courier, stop.order.lines.get()
    told = {
        "lines": [{"line": line.pk, "quantity": 8, "reason": "damaged"}],
        "latitude": 37.61,
        "longitude": 126.93,
        "accuracy_m": 12,
    }
    sent_at = f.DELIVERY_MORNING + timedelta(minutes=20)

    first = f.road_record(
        stop, "deliver", driver, key=KEY, photo=whole_jpeg(png()), phone_at=sent_at, now=LATER, **told
    )
    files = default_storage.listdir("proofs")
    after = everything()
    again = f.road_record(
        stop, "deliver", driver, key=KEY, photo=whole_jpeg(png()), now=LATER + timedelta(hours=1), **told
    )

    assert again == first
    assert everything() == after
    assert default_storage.listdir("proofs") == files
    proof = Proof.objects.get()
    assert (proof.phone_at, proof.delivered_at, proof.handed_over_at) == (sent_at, LATER, sent_at)
    assert (proof.latitude, proof.longitude, proof.accuracy_m) == (37.61, 126.93, 12)
    assert (proof.signature, proof.photo.name) == ([[[10, 20], [300, 200]]], first.photo.name)
    assert default_storage.open(proof.photo.name).read(2) == b"\xff\xd8"
    assert InspectedLine.objects.values_list("quantity", "missing").get() == (8, 2)


@pytest.mark.parametrize("hours", [-30, 2])
def test_a_phone_with_a_wrong_clock_is_not_believed(hours: int) -> None:
    route, (stop,), _client = on_the_way()
    wrong = LATER + timedelta(hours=hours)

    f.road_record(stop, "deliver", route.shift.courier, phone_at=wrong, now=LATER)

    proof = Proof.objects.get()
    assert (proof.phone_at, proof.handed_over_at) == (wrong, LATER)


def test_what_was_recorded_otherwise_meanwhile_stands_and_the_record_is_kept() -> None:
    hub = f.operator()
    route, (stop, _), _client = on_the_way(2)
    deliver_stop(stop, receiver_name="먼저", note="", actor=hub, now=f.DELIVERY_MORNING)

    record = f.road_record(stop, "deliver", route.shift.courier, photo=whole_jpeg(png()), now=LATER)

    assert (record.problem, record.sent["receiver_name"]) == ("already_done", "박수령")
    assert default_storage.exists(record.photo.name)
    assert Proof.objects.get().receiver_name == "먼저"
    told = Notification.objects.get(kind="road_problem")
    assert (told.recipient, told.order) == (hub, stop.order)


def test_an_order_that_was_called_off_is_not_delivered_by_a_record() -> None:
    route = a_route(2)
    driver, stop = route.shift.courier, route.stops.first()
    call_off_order(stop.order, reason="취소", actor=f.operator(), now=f.DELIVERY_MORNING)
    f.road_record(route, "start", driver)

    record = f.road_record(stop, "deliver", driver)

    assert record.problem == "already_done"
    assert Order.objects.get(pk=stop.order_id).status == "cancelled"
    assert not Proof.objects.exists()


def replanned(route: Route) -> RoutePlan:
    """The route's day planned anew with one order more."""
    f.fixed_order()
    plan_day(f.depot(), f.DELIVERY_DATE, now=f.PLANNING_TIME, seconds=0.1)
    newer: RoutePlan = RoutePlan.objects.published().get(date=f.DELIVERY_DATE)
    assert newer != route.plan
    return newer


def test_a_record_of_a_replaced_plan_counts_where_the_same_courier_still_brings_it() -> None:
    route = a_route()
    driver, old = route.shift.courier, route.stops.get()
    newer = replanned(route)
    start_route(newer.routes.get(), actor=driver, now=f.DELIVERY_MORNING)

    record = f.road_record(old, "deliver", driver)

    assert (record.problem, record.stop) == ("", old)
    assert Proof.objects.get().stop == newer.stops.get(order=old.order)


def test_a_start_of_a_replaced_route_is_kept_as_a_problem() -> None:
    route = a_route()
    newer = replanned(route)

    record = f.road_record(route, "start", route.shift.courier)

    assert record.problem == "wrong_state"
    assert newer.routes.get().status == "planned"


def moved() -> tuple[RoadRecord, Route]:
    """A hand-over of an order that a newer plan has given to another courier, and that one's route."""
    route = a_route()
    old, driver = route.stops.get(), route.shift.courier
    newer = replanned(route)
    taken_over = newer.routes.get()
    shift = f.ShiftFactory(courier=f.courier())
    Route.objects.filter(pk=taken_over.pk).update(shift=shift)
    start_route(taken_over, actor=shift.courier, now=f.DELIVERY_MORNING)
    return f.road_record(old, "deliver", driver), taken_over


def test_a_record_of_an_order_that_went_to_another_courier_waits_for_the_hub() -> None:
    record, taken_over = moved()

    assert record.problem == "moved_to_other_route"
    assert not Proof.objects.exists()
    assert list(RoadRecord.objects.unsettled()) == [record]

    hub = f.operator()
    settle_record(record, decision="taken", actor=hub, now=LATER)
    after = everything()
    settle_record(record, decision="taken", actor=hub, now=LATER + timedelta(hours=1))

    assert Proof.objects.get().stop.route == taken_over
    record.refresh_from_db()
    assert (record.settled_at, record.settled_by) == (LATER, hub)
    assert list(RoadRecord.objects.unsettled()) == []
    assert everything() == after


def test_a_record_that_is_set_aside_changes_nothing_else() -> None:
    record, _taken_over = moved()
    before = everything()

    settle_record(record, decision="kept", actor=f.operator(), now=LATER)

    after = everything()
    changed = {name for name in after if after[name] != before[name]}
    assert changed - {"membership.User", "membership.Seat", "membership.Organization"} == {
        "delivery.RoadRecord"
    }


def test_only_problems_are_settled() -> None:
    route, (stop,), _client = on_the_way()
    record = f.road_record(stop, "arrive", route.shift.courier)
    hub = f.operator()
    before = everything()

    with pytest.raises(NotPossible, match="wrong_state"):
        settle_record(record, decision="taken", actor=hub, now=LATER)
    assert everything() == before


def test_a_stop_that_is_tried_again_comes_last_with_a_new_time() -> None:
    hub = f.operator()
    route, (first, second, third), _client = on_the_way(3)

    f.road_record(first, "fail", route.shift.courier, next_step="retry", note="10분 뒤", now=LATER)

    order = list(route.stops.order_by("sequence"))
    assert order == [second, third, first]
    assert order[2].eta > max(LATER, third.leaves_at) - timedelta(seconds=1)
    assert order[2].leaves_at - order[2].eta == first.leaves_at - first.eta
    assert order[2].status == "pending"
    assert Order.objects.get(pk=first.order_id).status == "dispatched"
    assert Notification.objects.filter(kind="order_retry", recipient=hub).count() == 1


def test_the_only_stop_that_is_left_may_be_tried_again_too() -> None:
    route, (stop,), _client = on_the_way()

    f.road_record(stop, "fail", route.shift.courier, next_step="retry")
    f.road_record(stop, "fail", route.shift.courier, next_step="retry")

    assert route.stops.get().sequence == 1
    assert FailedTry.objects.count() == 2
