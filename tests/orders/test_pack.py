"""An order is packed line by line, chilled goods last; what is missing is a shortage of that order."""

from datetime import timedelta
from typing import Any

import pytest

from orders.actions.fulfil import dispatch_order
from orders.actions.pack import pack_line, pack_order, unpack_line
from orders.actions.receive import receive_purchase_order
from orders.actions.shortage import report_missing, report_shortage
from orders.exceptions import NotPossible
from orders.models import (
    Notification,
    Order,
    OrderLine,
    PackedLine,
    PurchaseOrder,
    PurchaseOrderLine,
    Shortage,
)
from tests.factories import (
    CUTOFF,
    BundleFactory,
    EditionFactory,
    ProductFactory,
    SlotFactory,
    fixed_order,
    operator,
    producer_user,
)
from tests.snapshot import everything

pytestmark = pytest.mark.django_db
NOW = CUTOFF + timedelta(days=3)


def bread_and_milk(*people: int) -> list[Order]:
    """An order for each number of people, of bread and of milk that must stay cold."""
    bread = ProductFactory(category__code="bread", name="빵")
    milk = ProductFactory(category__code="milk", storage="chilled", name="우유")
    bundle = BundleFactory()
    for product in (bread, milk):
        SlotFactory(bundle=bundle, category=product.category)
    EditionFactory(bundle=bundle, products=[bread, milk])
    return [fixed_order(bundle=bundle, headcount=each) for each in people]


def line_of(order: Order, name: str) -> OrderLine:
    line: OrderLine = order.lines.get(product_name=name)
    return line


def status_of(order: Order) -> str:
    order.refresh_from_db()
    return str(order.status)


def refused(reason: str, act: Any, *args: Any) -> None:
    actor = operator()
    before = everything()
    with pytest.raises(NotPossible, match=reason):
        act(*args, actor=actor, now=NOW)
    assert everything() == before


def test_an_order_is_packed_with_its_last_line() -> None:
    (order,) = bread_and_milk(4)
    first, second = operator(), operator()

    pack_line(line_of(order, "빵"), actor=first, now=NOW)
    after = everything()
    pack_line(line_of(order, "빵"), actor=second, now=NOW)
    assert (status_of(order), everything()) == ("confirmed", after)
    pack_line(line_of(order, "우유"), actor=second, now=NOW)

    assert status_of(order) == "packed"
    ticks = PackedLine.objects.order_by("pk").values_list(
        "order_line__product_name", "packed_by", "packed_at"
    )
    assert list(ticks) == [("빵", first.pk, NOW), ("우유", second.pk, NOW)]
    event = order.events.last()
    assert (event.was, event.to, event.actor) == ("confirmed", "packed", second)


def test_chilled_goods_are_packed_last() -> None:
    (order,) = bread_and_milk(4)
    refused("chilled_last", pack_line, line_of(order, "우유"))

    report_shortage(PurchaseOrderLine.objects.get(product_name="빵"), 0, actor=operator(), now=NOW)
    pack_line(line_of(order, "우유"), actor=operator(), now=NOW)

    assert status_of(order) == "packed"


def test_the_whole_order_keeps_the_ticks_that_are_there() -> None:
    (order,) = bread_and_milk(4)
    first, second = operator(), operator()
    pack_line(line_of(order, "빵"), actor=first, now=NOW)

    pack_order(order, actor=second, now=NOW)
    after = everything()
    pack_order(order, actor=first, now=NOW)

    assert (status_of(order), everything()) == ("packed", after)
    assert list(PackedLine.objects.order_by("pk").values_list("packed_by", flat=True)) == [
        first.pk,
        second.pk,
    ]


def test_a_line_taken_out_is_to_be_packed_again() -> None:
    (order,) = bread_and_milk(4)
    hub = operator()
    pack_order(order, actor=hub, now=NOW)

    unpack_line(line_of(order, "빵"), actor=hub, now=NOW)
    after = everything()
    unpack_line(line_of(order, "빵"), actor=hub, now=NOW)

    assert (status_of(order), everything()) == ("confirmed", after)
    event = order.events.last()
    assert (event.was, event.to, event.note) == ("packed", "confirmed", "빵")
    assert list(PackedLine.objects.values_list("order_line__product_name", flat=True)) == ["우유"]
    pack_line(line_of(order, "빵"), actor=hub, now=NOW)
    assert status_of(order) == "packed"


def test_what_is_on_its_way_stays_as_it_was_packed() -> None:
    (order,) = bread_and_milk(4)
    pack_order(order, actor=operator(), now=NOW)
    dispatch_order(order, actor=operator(), now=NOW)

    refused("wrong_state", unpack_line, line_of(order, "빵"))
    refused("wrong_state", pack_order, order)
    refused("wrong_state", report_missing, line_of(order, "빵"), 1)


def test_a_line_that_will_not_come_is_not_packed() -> None:
    (order,) = bread_and_milk(4)
    report_shortage(PurchaseOrderLine.objects.get(product_name="빵"), 0, actor=operator(), now=NOW)

    refused("wrong_quantity", pack_line, line_of(order, "빵"))


# -- Missing ----------------------------------------------------------------------------------------


def promised() -> dict[str, tuple[int, int]]:
    """By product: what the purchase orders count on, and what the orders do."""
    found = {}
    for line in PurchaseOrderLine.objects.all():
        orders = OrderLine.objects.filter(product=line.product)
        found[line.product_name] = (line.coming, sum(each.coming for each in orders))
    return found


def test_what_is_missing_at_the_table_is_a_shortage_of_that_order() -> None:
    first, last = bread_and_milk(4, 6)
    line = PurchaseOrderLine.objects.get(product_name="빵")
    baker, hub = producer_user(line.purchase_order.producer), operator()
    for purchase_order in PurchaseOrder.objects.all():
        receive_purchase_order(purchase_order, actor=hub, now=NOW)
    Notification.objects.all().delete()

    shortage = report_missing(line_of(first, "빵"), 3, actor=hub, now=NOW)
    after = everything()

    assert shortage
    assert (shortage.order_line.order, shortage.quantity, shortage.purchase_order_line) == (first, 1, line)
    assert (shortage.credited, shortage.substitute) == (
        first.gross - Order.objects.get(pk=first.pk).gross,
        None,
    )
    assert promised() == {"빵": (9, 9), "우유": (10, 10)}
    line.refresh_from_db()
    assert (line.ordered, line.confirmed, line.received) == (10, 9, 9)
    assert line.purchase_order.status == "received"
    assert set(Notification.objects.filter(recipient__in=[baker, hub]).values_list("recipient", "kind")) == {
        (baker.pk, "po_short"),
        (hub.pk, "order_changed"),
    }
    report_missing(line_of(first, "빵"), 3, actor=hub, now=NOW)
    assert everything() == after
    assert line_of(last, "빵").coming == 6


def test_missing_before_it_was_received_makes_the_purchase_order_short() -> None:
    (order,) = bread_and_milk(4)
    report_missing(line_of(order, "빵"), 0, actor=operator(), now=NOW)

    line = PurchaseOrderLine.objects.get(product_name="빵")
    assert (line.confirmed, line.received, line.purchase_order.status) == (0, None, "short")
    assert status_of(order) == "confirmed"


def test_an_order_is_packed_when_its_last_line_is_missing_altogether() -> None:
    (order,) = bread_and_milk(4)
    hub = operator()
    pack_line(line_of(order, "빵"), actor=hub, now=NOW)

    report_missing(line_of(order, "우유"), 0, actor=hub, now=NOW)

    assert status_of(order) == "packed"


def test_a_stand_in_for_what_is_missing_is_to_be_packed() -> None:
    (order,) = bread_and_milk(4)
    hub = operator()
    ProductFactory(category__code="milk", storage="chilled", lead_days=0)
    pack_line(line_of(order, "빵"), actor=hub, now=NOW)

    shortage = report_missing(line_of(order, "우유"), 0, actor=hub, now=NOW)

    assert shortage
    assert shortage.substitute in order.lines.to_pack()
    assert status_of(order) == "confirmed"


@pytest.mark.parametrize("there", [-1, 5])
def test_missing_can_not_be_more_than_all_or_less_than_nothing(there: int) -> None:
    (order,) = bread_and_milk(4)
    refused("wrong_quantity", report_missing, line_of(order, "빵"), there)


def test_what_lies_in_the_boxes_is_not_missing() -> None:
    (order,) = bread_and_milk(4)
    pack_line(line_of(order, "빵"), actor=operator(), now=NOW)

    refused("wrong_state", report_missing, line_of(order, "빵"), 3)


# -- A shortage while others pack ---------------------------------------------------------------------


def test_a_producers_shortage_spares_what_is_packed() -> None:
    packed, begun, untouched = bread_and_milk(4, 4, 4)
    hub = operator()
    pack_order(packed, actor=hub, now=NOW)
    pack_line(line_of(begun, "빵"), actor=hub, now=NOW)

    line = PurchaseOrderLine.objects.get(product_name="빵")
    report_shortage(line, 3, actor=hub, now=NOW)

    lost = {shortage.order_line.order: shortage.quantity for shortage in Shortage.objects.all()}
    assert lost == {untouched: 4, begun: 4, packed: 1}
    # What changes must be packed anew; the packed order misses one bread, the others' milk stays as it was.
    assert [status_of(order) for order in (packed, begun, untouched)] == ["confirmed"] * 3
    ticked = PackedLine.objects.values_list("order_line__order", "order_line__product_name")
    assert set(ticked) == {(packed.pk, "우유")}
    assert promised()["빵"] == (3, 3)
