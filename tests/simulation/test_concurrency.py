"""Several workers at once, each a thread with a connection of its own, on the database of the suite."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import TypeVar

import pytest
from django.core import mail
from django.db import connection

from bundles.actions.capacity import reserve_capacity
from bundles.exceptions import CapacityShort
from bundles.models import Capacity, Edition
from delivery import cycle as delivery_cycle
from delivery.actions.driving import deliver_stop, start_route
from delivery.models import Proof, RoutePlan, Stop
from orders import cycle
from orders.actions.notify import notify
from orders.actions.purchase import accept_purchase_order
from orders.emails import send_pending
from orders.exceptions import NotPossible
from orders.models import CycleItem, Notification, Occurrence, Order, PurchaseOrder, Statement
from tests.factories import (
    CUTOFF,
    DELIVERY_DATE,
    DELIVERY_MORNING,
    PLANNING_TIME,
    TUESDAY,
    OccurrenceFactory,
    ProductFactory,
    ShiftFactory,
    StandingOrderFactory,
    UserFactory,
    bundle_with,
    fixed_order,
    issued_purchase_order,
    producer_user,
    published_plan,
)
from tests.simulation.busy_day import busy_day, check_promises, made_count, open_count

pytestmark = pytest.mark.django_db(transaction=True)
WORKERS = 4
Answer = TypeVar("Answer")


def at_once(*works: Callable[[], Answer]) -> list[Answer]:
    """Do all works at the same time, each in a thread of its own; raise what one of them raises."""
    start = Barrier(len(works))

    def run(work: Callable[[], Answer]) -> Answer:
        try:
            connection.ensure_connection()
            start.wait()
            return work()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(works)) as pool:
        return [future.result() for future in [pool.submit(run, work) for work in works]]


def test_workers_at_once_make_each_order_once_and_oversell_nothing() -> None:
    busy_day(40)

    at_once(*[lambda: cycle.fix_due(now=CUTOFF)] * WORKERS)
    # What a deadlock postponed is done by the next sweep, as in the service.
    cycle.fix_due(now=CUTOFF)

    check_promises()
    assert (open_count(), made_count()) == (0, 20)
    items = CycleItem.objects.filter(run__step="fix")
    assert set(items.values_list("outcome", "reason")) == {("done", ""), ("failed", "capacity_short")}
    assert items.count() == 40
    # One message for each order, made or not.
    assert Notification.objects.filter(kind__in=["order_confirmed", "order_not_made"]).count() == 40
    assert cycle.fix_due(now=CUTOFF) == []


def test_the_last_units_go_to_one_of_many() -> None:
    product = ProductFactory(daily_capacity=25)

    def reserve() -> bool:
        try:
            reserve_capacity(product, DELIVERY_DATE, 10)
        except CapacityShort:
            return False
        return True

    assert sorted(at_once(*[reserve] * 6)) == [False] * 4 + [True] * 2
    assert list(Capacity.objects.values_list("limit", "reserved")) == [(25, 20)]


def test_dates_shown_by_several_workers_stand_there_once() -> None:
    bundle = bundle_with("bread", "coffee")
    StandingOrderFactory.create_batch(3, bundle=bundle)

    at_once(*[lambda: cycle.preview(now=TUESDAY)] * WORKERS)

    assert Occurrence.objects.filter(status="planned").count() == 15
    assert [edition.items.count() for edition in Edition.objects.all()] == [2] * 5
    assert not CycleItem.objects.filter(outcome="failed").exists()
    assert CycleItem.objects.filter(run__step="preview").count() == 3


def test_a_producers_answer_holds_against_what_is_ordered_meanwhile() -> None:
    purchase_order = issued_purchase_order()
    person = producer_user(purchase_order.producer)
    bundle = Order.objects.get().bundle
    for _ in range(5):
        OccurrenceFactory(standing_order__bundle=bundle)

    def accept() -> None:
        accept_purchase_order(purchase_order, actor=person, now=CUTOFF)

    at_once(lambda: cycle.fix_due(now=CUTOFF), accept)

    purchase_order.refresh_from_db()
    line = purchase_order.lines.get()
    assert line.ordered == 60
    steps = list(purchase_order.events.order_by("pk").values_list("to", flat=True))
    # Accepted at the end; or asked anew because more came after the answer.
    assert steps in (["issued", "accepted"], ["issued", "accepted", "issued"])
    assert (purchase_order.status == "accepted") == (line.confirmed == 60 and len(steps) == 2)


def test_deadlines_statements_and_mails_are_dealt_with_once() -> None:
    for _ in range(3):
        issued_purchase_order()
    Order.objects.update(status="delivered")
    Notification.objects.all().delete()
    for number in range(20):
        notify([UserFactory(email=f"reader{number}@example.com")], "order_not_made", now=TUESDAY)
    later = CUTOFF + timedelta(days=5)

    at_once(*[lambda: cycle.close_deadlines(now=later)] * WORKERS)
    at_once(*[lambda: cycle.issue_statements(now=later)] * WORKERS)
    at_once(*[lambda: send_pending(now=later)] * WORKERS)

    assert list(PurchaseOrder.objects.values_list("status", flat=True)) == ["overdue"] * 3
    assert CycleItem.objects.filter(run__step="acknowledge").count() == 3
    assert Statement.objects.count() == CycleItem.objects.filter(run__step="statement").count() == 3
    assert sorted(message.to[0] for message in mail.outbox) == sorted(
        f"reader{number}@example.com" for number in range(20)
    )


def test_a_day_planned_by_several_workers_has_one_plan(settings) -> None:  # type: ignore[no-untyped-def]
    settings.ROUTE_SECONDS = 0.1
    ShiftFactory()
    for _ in range(3):
        fixed_order()

    at_once(*[lambda: delivery_cycle.plan_due_routes(now=PLANNING_TIME)] * WORKERS)

    assert list(RoutePlan.objects.values_list("version", "status")) == [(1, "published")]
    assert RoutePlan.objects.get().stops.count() == 3
    assert CycleItem.objects.filter(run__step="route").count() == 1


def test_the_last_two_stops_handed_over_at_once_end_the_route() -> None:
    for _ in range(2):
        fixed_order()
    route = published_plan().routes.get()
    driver = route.shift.courier
    start_route(route, actor=driver, now=DELIVERY_MORNING)

    def hand_over(stop: Stop) -> Callable[[], Proof]:
        return lambda: deliver_stop(stop, receiver_name="박수령", note="", actor=driver, now=DELIVERY_MORNING)

    # Each is tapped twice, too.
    at_once(*[hand_over(stop) for stop in route.stops.all() for _ in range(2)])

    route.refresh_from_db()
    assert route.status == "finished"
    assert list(Order.objects.values_list("status", flat=True)) == ["delivered"] * 2


def test_a_route_is_either_started_or_replaced() -> None:
    fixed_order()
    route = published_plan().routes.get()
    ShiftFactory()

    def start() -> bool:
        try:
            start_route(route, actor=route.shift.courier, now=DELIVERY_MORNING)
        except NotPossible:
            return False
        return True

    def replan() -> bool:
        return bool(delivery_cycle.plan_routes_of(DELIVERY_DATE, now=DELIVERY_MORNING, seconds=0.01))

    assert sorted(at_once(start, replan)) == [False, True]
    route.refresh_from_db()
    assert (route.status, route.plan.status) in [("started", "published"), ("planned", "superseded")]
