"""On the road: start, hand over, fail; a second tap changes nothing, the last stop ends the route."""

from datetime import time, timedelta

import pytest
from django.utils import translation

from delivery.actions.driving import deliver_stop, fail_stop, start_route
from delivery.models import Proof, Route, Stop
from orders.cutoff import seoul
from orders.exceptions import NotPossible
from orders.models import Notification, Order
from tests.factories import (
    DELIVERY_DATE,
    DELIVERY_MORNING,
    delivered_order,
    fixed_order,
    operator,
    orderer,
    published_plan,
)
from tests.snapshot import everything

pytestmark = pytest.mark.django_db
LATER = DELIVERY_MORNING + timedelta(hours=2)


def route_of(count: int) -> Route:
    for _ in range(count):
        fixed_order(organization=orderer().seats.get().organization)
    route: Route = published_plan().routes.get()
    return route


def started(count: int) -> tuple[Route, list[Stop]]:
    route = route_of(count)
    route = start_route(route, actor=route.shift.courier, now=DELIVERY_MORNING)
    return route, list(route.stops.order_by("sequence"))


def hand_over(stop: Stop, name: str = "박수령") -> Proof:
    return deliver_stop(stop, receiver_name=name, note="1층", actor=stop.route.shift.courier, now=LATER)


def fail(stop: Stop, reason: str = "closed") -> Stop:
    return fail_stop(stop, reason=reason, note="휴관", actor=stop.route.shift.courier, now=LATER)


def orders() -> list[str]:
    return list(Order.objects.order_by("pk").values_list("status", flat=True))


def test_starting_sends_every_order_on_its_way_once() -> None:
    route = route_of(2)

    start_route(route, actor=route.shift.courier, now=DELIVERY_MORNING)
    after = everything()
    again = start_route(route, actor=route.shift.courier, now=LATER)

    assert (again.status, again.started_at) == ("started", DELIVERY_MORNING)
    assert orders() == ["dispatched", "dispatched"]
    assert everything() == after


def test_a_route_is_not_started_before_its_day() -> None:
    route = route_of(1)
    before = everything()

    with pytest.raises(NotPossible, match="not_yet"):
        start_route(
            route, actor=route.shift.courier, now=seoul(DELIVERY_DATE, time(0)) - timedelta(seconds=1)
        )
    assert everything() == before


def test_handing_over_is_recorded_once() -> None:
    route, (stop, _) = started(2)

    proof = hand_over(stop)
    after = everything()
    again = hand_over(stop, "다른 사람")

    assert again == proof
    assert (proof.receiver_name, proof.note, proof.delivered_at) == ("박수령", "1층", LATER)
    assert proof.recorded_by == route.shift.courier
    order = Order.objects.get(pk=stop.order_id)
    assert order.status == "delivered"
    last = order.events.last()
    assert (last.was, last.to, last.actor, last.at) == ("dispatched", "delivered", route.shift.courier, LATER)
    assert Notification.objects.filter(kind="order_delivered", order=order).count() == 1
    assert everything() == after


def test_a_failure_is_recorded_once_with_its_reason() -> None:
    hub = operator()
    _, (stop, _) = started(2)

    with translation.override("en"):
        fail(stop)
    after = everything()
    fail(stop, "refused")

    stop.refresh_from_db()
    order = stop.order
    assert (stop.status, stop.failure_reason) == ("failed", "closed")
    assert (order.status, order.reason, order.detail) == (
        "failed",
        "delivery_failed",
        "nobody there or closed · 휴관",
    )
    told = Notification.objects.filter(kind="order_failed").values_list("recipient", flat=True)
    assert set(told) == {order.organization.seats.get().user_id, hub.pk}
    assert everything() == after


def test_what_was_delivered_did_not_fail_and_the_other_way_round() -> None:
    _, (first, second) = started(2)
    hand_over(first)
    fail(second)
    after = everything()

    with pytest.raises(NotPossible, match="wrong_state"):
        fail(first)
    with pytest.raises(NotPossible, match="wrong_state"):
        hand_over(second)
    assert everything() == after


def test_a_stop_of_a_route_that_has_not_started_is_refused() -> None:
    stop = route_of(1).stops.get()
    before = everything()

    with pytest.raises(NotPossible, match="wrong_state"):
        hand_over(stop)
    with pytest.raises(NotPossible, match="wrong_state"):
        fail(stop)
    assert everything() == before


def test_the_last_stop_ends_the_route() -> None:
    route, (first, second) = started(2)

    fail(first)
    route.refresh_from_db()
    assert (route.status, route.finished_at) == ("started", None)

    hand_over(second)
    route.refresh_from_db()
    assert (route.status, route.finished_at) == ("finished", LATER)
    with pytest.raises(NotPossible, match="wrong_state"):
        start_route(route, actor=route.shift.courier, now=LATER)


def test_an_order_goes_all_the_way() -> None:
    order = delivered_order()

    assert list(order.events.values_list("to", flat=True)) == ["confirmed", "dispatched", "delivered"]
    assert order.stops.get().proof.receiver_name == "박수령"
