"""Several workers at once, each a thread with a connection of its own, on the database of the suite."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import suppress
from datetime import timedelta
from functools import partial
from threading import Barrier
from typing import TypeVar

import pytest
from django.core import mail
from django.db import connection, transaction

from bundles.actions.capacity import reserve_capacity
from bundles.exceptions import CapacityShort
from bundles.models import Capacity, Edition
from delivery import cycle as delivery_cycle
from delivery.actions.driving import deliver_stop, start_route
from delivery.actions.planning import publish
from delivery.day import read_day
from delivery.models import Proof, RoutePlan, Stop
from delivery.planner import plan_routes
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
    depot,
    fix,
    fixed_order,
    issued_purchase_order,
    need,
    producer_user,
    published_plan,
    started_route,
)
from tests.simulation.busy_day import busy_day, check_promises, made_count, open_count

pytestmark = pytest.mark.django_db(transaction=True)
WORKERS = 4
# How long the second of two waits for the first, if it must wait: it is let go on then.
PATIENCE_S = 0.5
Answer = TypeVar("Answer")


def at_once(*works: Callable[[], Answer]) -> list[Answer]:
    """Do all works at the same time, each in a thread of its own; raise what one of them raises."""
    start = Barrier(len(works))

    def run(work: Callable[[], Answer]) -> Answer:
        connection.ensure_connection()
        start.wait()
        return work()

    with ThreadPoolExecutor(len(works)) as pool:
        futures = [pool.submit(alone, partial(run, work)) for work in works]
        return [future.result() for future in futures]


def meanwhile(first: Callable[[], object], second: Callable[[], object]) -> None:
    """Do `first`, and `second` before it is committed: as far as it comes by then, and the rest after."""
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            first()
            other = pool.submit(alone, second)
            wait([other], timeout=PATIENCE_S)
        other.result()


def alone(work: Callable[[], Answer]) -> Answer:
    """Do the work on a connection of its own."""
    try:
        return work()
    finally:
        connection.close()


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
            reserve_capacity([need(product, 10)])
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


def test_what_is_ordered_while_the_producer_answers_is_asked_anew() -> None:
    purchase_order = issued_purchase_order()
    person = producer_user(purchase_order.producer)
    more = OccurrenceFactory(standing_order__bundle=Order.objects.get().bundle)

    meanwhile(
        lambda: accept_purchase_order(purchase_order, actor=person, now=CUTOFF),
        lambda: fix(more, now=CUTOFF),
    )

    purchase_order.refresh_from_db()
    assert list(purchase_order.lines.values_list("ordered", "confirmed")) == [(20, 20)]
    assert purchase_order.status == "issued"


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


def hand_over(stop: Stop) -> Proof:
    actor = stop.route.shift.courier
    return deliver_stop(stop, receiver_name="박수령", note="", actor=actor, now=DELIVERY_MORNING)


def test_the_last_two_stops_handed_over_at_once_end_the_route() -> None:
    for _ in range(2):
        fixed_order()
    route = published_plan().routes.get()
    start_route(route, actor=route.shift.courier, now=DELIVERY_MORNING)
    first, last = route.stops.all()

    meanwhile(lambda: hand_over(first), lambda: hand_over(last))

    route.refresh_from_db()
    assert route.status == "finished"
    assert list(Order.objects.values_list("status", flat=True)) == ["delivered"] * 2


def test_a_stop_tapped_twice_at_once_has_one_proof() -> None:
    route = started_route(fixed_order())
    stop = route.stops.get()

    first, second = at_once(lambda: hand_over(stop), lambda: hand_over(stop))

    assert first == second == Proof.objects.get()


@pytest.mark.parametrize("starts_first", [True, False])
def test_a_route_is_either_started_or_replaced(starts_first: bool) -> None:
    fixed_order()
    route = published_plan().routes.get()
    ShiftFactory()
    problem = read_day(depot(), DELIVERY_DATE)
    plan = plan_routes(problem.jobs, problem.vans, seconds=0.1)

    def start() -> None:
        with suppress(NotPossible):
            start_route(route, actor=route.shift.courier, now=DELIVERY_MORNING)

    def replace() -> None:
        publish(depot(), problem, plan, now=DELIVERY_MORNING)

    if starts_first:
        meanwhile(start, replace)
    else:
        meanwhile(replace, start)

    route.refresh_from_db()
    found = (route.status, route.plan.status, RoutePlan.objects.count())
    assert found == (("started", "published", 1) if starts_first else ("planned", "superseded", 2))
