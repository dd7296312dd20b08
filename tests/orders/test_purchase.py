"""Purchase orders: one for each producer and date, answered, overdue, received."""

from datetime import date, time, timedelta

import pytest

from orders import cycle
from orders.actions.purchase import accept_purchase_order
from orders.actions.receive import receive_purchase_order
from orders.cutoff import seoul
from orders.models import CycleItem, Notification, Order, OrderLine, PurchaseOrder, PurchaseOrderLine
from tests.factories import (
    CUTOFF,
    DELIVERY_DATE,
    BundleFactory,
    CategoryFactory,
    EditionFactory,
    OccurrenceFactory,
    ProducerFactory,
    ProductFactory,
    SlotFactory,
    bundle_with,
    fixed_order,
    issued_purchase_order,
    operator,
    producer_user,
)
from tests.snapshot import everything

pytestmark = pytest.mark.django_db
# The next business day after the cut-off on Thursday, at three o'clock.
DEADLINE = seoul(date(2026, 11, 27), time(15))


def lines() -> list[tuple[int, int | None, int | None]]:
    rows = PurchaseOrderLine.objects.order_by("product")
    return list(rows.values_list("ordered", "confirmed", "received"))


def told(kind: str) -> list[str]:
    rows = Notification.objects.filter(kind=kind).order_by("pk")
    return list(rows.values_list("recipient__email", flat=True))


def test_each_producer_gets_one_purchase_order_for_a_date() -> None:
    person = producer_user()
    bread, coffee = (
        ProductFactory(producer=person.seats.get().organization, category=CategoryFactory(code=code))
        for code in ("bread", "coffee")
    )
    fruit = ProductFactory(category=CategoryFactory(code="fruit"))
    bundle = BundleFactory(price=60_000)
    for product in (bread, coffee, fruit):
        SlotFactory(bundle=bundle, category=product.category)
    EditionFactory(bundle=bundle, products=[bread, coffee, fruit])
    for headcount in (10, 25):
        OccurrenceFactory(standing_order__bundle=bundle, standing_order__headcount=headcount)

    cycle.fix_due(now=CUTOFF)

    found = {order.producer: order for order in PurchaseOrder.objects.all()}
    assert set(found) == {person.seats.get().organization, fruit.producer}
    assert lines() == [(35, None, None)] * 3
    one = found[fruit.producer]
    assert one.number == f"P261201-{fruit.producer_id:04d}"
    assert (one.status, one.issued_at, one.acknowledge_by) == ("issued", CUTOFF, DEADLINE)
    assert [(event.was, event.to) for event in one.events.all()] == [("", "issued")]
    assert told("po_issued") == [person.email]


def test_another_date_is_another_purchase_order() -> None:
    first = issued_purchase_order()
    issued_purchase_order(first.producer, day=date(2026, 12, 2))

    assert list(first.producer.purchase_orders.order_by("delivery_date").values_list("delivery_date")) == [
        (DELIVERY_DATE,),
        (date(2026, 12, 2),),
    ]


def test_the_purchase_orders_ask_for_what_the_orders_hold() -> None:
    bundle = bundle_with("bread", "coffee")
    for headcount in (3, 17, 40):
        fixed_order(bundle=bundle, headcount=headcount)

    asked = {line.product_id: line.ordered for line in PurchaseOrderLine.objects.all()}
    promised: dict[int, int] = {}
    for line in OrderLine.objects.all():
        promised[line.product_id] = promised.get(line.product_id, 0) + line.quantity
    assert asked == promised


def test_accepting_confirms_every_line_and_twice_changes_nothing() -> None:
    purchase_order = issued_purchase_order()
    person = producer_user(purchase_order.producer)

    accept_purchase_order(purchase_order, actor=person, now=CUTOFF)
    after = everything()
    accepted = accept_purchase_order(purchase_order, actor=person, now=DEADLINE)

    assert accepted.status == "accepted"
    assert lines() == [(10, 10, None)]
    event = accepted.events.last()
    assert (event.was, event.to, event.actor, event.at) == ("issued", "accepted", person, CUTOFF)
    assert everything() == after


def test_more_ordered_later_is_asked_anew() -> None:
    purchase_order = issued_purchase_order()
    person = producer_user(purchase_order.producer)
    accept_purchase_order(purchase_order, actor=person, now=CUTOFF)
    later = CUTOFF + timedelta(days=1)

    fixed_order(bundle=Order.objects.get().bundle, headcount=5, now=later)

    purchase_order.refresh_from_db()
    assert lines() == [(15, 15, None)]
    assert (purchase_order.status, purchase_order.acknowledge_by) == (
        "issued",
        seoul(date(2026, 11, 30), time(15)),
    )
    assert told("po_issued") == [person.email]
    accept_purchase_order(purchase_order, actor=person, now=later)
    assert PurchaseOrder.objects.get().status == "accepted"


def test_a_deadline_is_closed_once() -> None:
    hub = operator()
    purchase_order = issued_purchase_order()
    person = producer_user(purchase_order.producer)
    answered = issued_purchase_order()
    accept_purchase_order(answered, actor=producer_user(answered.producer), now=CUTOFF)
    before = everything()

    assert cycle.close_deadlines(now=DEADLINE - timedelta(seconds=1)) == []
    assert everything() == before
    (run,) = cycle.close_deadlines(now=DEADLINE)
    after = everything()

    assert (run.step, run.done, run.failed) == ("acknowledge", 1, 0)
    assert CycleItem.objects.get(run=run).subject == purchase_order.number
    assert dict(PurchaseOrder.objects.values_list("pk", "status")) == {
        purchase_order.pk: "overdue",
        answered.pk: "accepted",
    }
    assert told("po_overdue") == [person.email, hub.email]
    assert cycle.close_deadlines(now=DEADLINE) == []
    assert everything() == after


def test_an_overdue_answer_counts() -> None:
    purchase_order = issued_purchase_order()
    cycle.close_deadlines(now=DEADLINE)

    accept_purchase_order(purchase_order, actor=producer_user(purchase_order.producer), now=DEADLINE)

    assert PurchaseOrder.objects.get().status == "accepted"


def test_an_order_that_comes_after_the_goods_fails_alone() -> None:
    purchase_order = issued_purchase_order(ProducerFactory(name="빵집"))
    receive_purchase_order(purchase_order, actor=operator(), now=DEADLINE)
    late = OccurrenceFactory(standing_order__bundle=Order.objects.get().bundle)
    before = lines()

    cycle.fix_due(now=DEADLINE)

    late.refresh_from_db()
    assert (late.status, late.reason, late.detail) == ("failed", "too_late", "빵집")
    assert lines() == before
