"""Goods come to the hub: counted in line by line, short at once, taken back after a mistake."""

from datetime import timedelta
from typing import Any

import pytest

from orders.actions.pack import pack_line
from orders.actions.purchase import accept_purchase_order
from orders.actions.receive import receive_line, receive_purchase_order, take_back_line
from orders.actions.shortage import report_shortage
from orders.exceptions import NotPossible
from orders.models import Notification, Order, PurchaseOrder, PurchaseOrderLine
from tests.factories import (
    CUTOFF,
    BundleFactory,
    CategoryFactory,
    EditionFactory,
    ProducerFactory,
    ProductFactory,
    SlotFactory,
    fixed_order,
    issued_purchase_order,
    operator,
    producer_user,
)
from tests.snapshot import everything

pytestmark = pytest.mark.django_db
NOW = CUTOFF + timedelta(days=3)


def two_lines() -> list[PurchaseOrderLine]:
    """Ten breads and ten coffees of one producer."""
    producer = ProducerFactory()
    products = [
        ProductFactory(producer=producer, category=CategoryFactory(code=code)) for code in ("bread", "coffee")
    ]
    bundle = BundleFactory()
    for product in products:
        SlotFactory(bundle=bundle, category=product.category)
    EditionFactory(bundle=bundle, products=products)
    fixed_order(bundle=bundle)
    return list(PurchaseOrderLine.objects.order_by("product"))


def counts() -> list[tuple[int, int | None, int | None]]:
    rows = PurchaseOrderLine.objects.order_by("product")
    return list(rows.values_list("ordered", "confirmed", "received"))


def refused(reason: str, act: Any, *args: Any) -> None:
    """The deed is refused for that reason, and changes nothing."""
    actor = operator()
    before = everything()
    with pytest.raises(NotPossible, match=reason):
        act(*args, actor=actor, now=NOW)
    assert everything() == before


def test_a_purchase_order_is_received_with_its_last_line() -> None:
    bread, coffee = two_lines()
    hub = operator()

    assert receive_line(bread, 10, actor=hub, now=NOW) == []
    assert PurchaseOrder.objects.get().status == "issued"
    receive_line(coffee, 10, actor=hub, now=NOW + timedelta(minutes=5))

    purchase_order = PurchaseOrder.objects.get()
    assert counts() == [(10, None, 10), (10, None, 10)]
    rows = PurchaseOrderLine.objects.order_by("product").values_list("received_by", "received_at")
    assert list(rows) == [(hub.pk, NOW), (hub.pk, NOW + timedelta(minutes=5))]
    event = purchase_order.events.last()
    assert (event.was, event.to, event.actor) == ("issued", "received", hub)


def test_counting_the_same_again_changes_nothing_and_otherwise_is_refused() -> None:
    bread, _ = two_lines()
    hub = operator()
    receive_line(bread, 10, actor=hub, now=NOW)
    after = everything()

    receive_line(bread, 10, actor=hub, now=NOW + timedelta(hours=1))

    assert everything() == after
    refused("already_received", receive_line, bread, 9)


def test_fewer_units_are_a_shortage_at_once_and_the_producer_is_told() -> None:
    bread, _ = two_lines()
    baker, hub = producer_user(bread.purchase_order.producer), operator()
    stand_in = ProductFactory(category=bread.product.category, lead_days=0)
    Notification.objects.all().delete()

    (shortage,) = receive_line(bread, 7, actor=hub, now=NOW)

    assert (shortage.quantity, shortage.substitute.product, shortage.reported_by) == (3, stand_in, hub)
    assert counts()[0] == (10, 7, 7)
    line = Order.objects.get().lines.get(product=bread.product)
    assert line.coming == 7
    told = Notification.objects.filter(recipient__in=[baker, hub]).order_by("kind")
    assert list(told.values_list("recipient", "kind", "detail")) == [
        (hub.pk, "order_changed", f"{bread.product_name} −3"),
        (baker.pk, "po_short", f"{bread.product_name} −3"),
    ]
    assert PurchaseOrder.objects.get(pk=bread.purchase_order_id).status == "short"


def test_the_producers_own_shortage_is_not_told_to_itself() -> None:
    bread, _ = two_lines()
    report_shortage(bread, 7, actor=producer_user(bread.purchase_order.producer), now=NOW)

    assert not Notification.objects.filter(kind="po_short").exists()


@pytest.mark.parametrize("units", [-1, 11])
def test_other_units_than_can_be_are_refused(units: int) -> None:
    bread, _ = two_lines()
    refused("wrong_quantity", receive_line, bread, units)


def test_what_was_counted_in_is_no_shortage_of_the_producer_any_more() -> None:
    bread, _ = two_lines()
    receive_line(bread, 10, actor=operator(), now=NOW)

    refused("already_received", report_shortage, bread, 9)


def test_a_line_of_which_nothing_comes_holds_nothing_up() -> None:
    bread, coffee = two_lines()
    hub = operator()
    report_shortage(bread, 0, actor=hub, now=NOW)

    receive_line(coffee, 10, actor=hub, now=NOW)

    assert PurchaseOrder.objects.get().status == "received"
    assert counts() == [(10, 0, 0), (10, None, 10)]


def test_everything_at_once_counts_in_what_is_left() -> None:
    bread, coffee = two_lines()
    first, second = operator(), operator()
    receive_line(bread, 10, actor=first, now=NOW)

    receive_purchase_order(bread.purchase_order, actor=second, now=NOW)
    after = everything()
    receive_purchase_order(bread.purchase_order, actor=first, now=NOW)

    assert counts() == [(10, None, 10), (10, None, 10)]
    by = PurchaseOrderLine.objects.order_by("product").values_list("received_by", flat=True)
    assert list(by) == [first.pk, second.pk]
    assert PurchaseOrder.objects.get().status == "received"
    assert everything() == after
    refused("wrong_state", accept_purchase_order, bread.purchase_order)


@pytest.mark.parametrize("answered", [True, False])
def test_a_line_counted_in_by_mistake_is_still_to_come(answered: bool) -> None:
    bread, _ = two_lines()
    hub = operator()
    if answered:
        accept_purchase_order(bread.purchase_order, actor=hub, now=CUTOFF)
    receive_purchase_order(bread.purchase_order, actor=hub, now=NOW)

    take_back_line(bread, actor=hub, now=NOW)
    after = everything()
    take_back_line(bread, actor=hub, now=NOW)

    confirmed = 10 if answered else None
    assert counts() == [(10, confirmed, None), (10, confirmed, 10)]
    assert PurchaseOrder.objects.get().status == ("accepted" if answered else "issued")
    assert everything() == after
    receive_line(bread, 10, actor=hub, now=NOW)
    assert PurchaseOrder.objects.get().status == "received"


def test_what_lies_in_boxes_was_received() -> None:
    bread, _ = two_lines()
    hub = operator()
    receive_line(bread, 10, actor=hub, now=NOW)
    pack_line(Order.objects.get().lines.get(product=bread.product), actor=hub, now=NOW)

    refused("already_packed", take_back_line, bread)


def test_more_ordered_after_a_line_was_counted_in_is_counted_again() -> None:
    bread, _ = two_lines()
    receive_line(bread, 10, actor=operator(), now=NOW)

    fixed_order(bundle=Order.objects.get().bundle, headcount=5, now=NOW)

    assert counts() == [(15, None, None), (15, None, None)]


def test_goods_of_an_overdue_answer_are_received() -> None:
    purchase_order = issued_purchase_order()
    PurchaseOrder.objects.update(status="overdue")

    receive_line(purchase_order.lines.get(), 10, actor=operator(), now=NOW)

    assert PurchaseOrder.objects.get().status == "received"
