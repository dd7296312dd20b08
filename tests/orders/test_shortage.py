"""A producer can't bring all: substitutes and credits, to the won."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bundles.models import Capacity, Product
from orders.actions.fulfil import dispatch_order
from orders.actions.purchase import accept_purchase_order
from orders.actions.receive import receive_purchase_order
from orders.actions.shortage import report_shortage
from orders.exceptions import NotPossible
from orders.models import (
    Notification,
    Order,
    OrderLine,
    PurchaseOrder,
    PurchaseOrderLine,
    Shortage,
)
from tests.factories import (
    CUTOFF,
    BundleFactory,
    CategoryFactory,
    EditionFactory,
    InstitutionFactory,
    ProductFactory,
    SlotFactory,
    fixed_order,
    issued_purchase_order,
    operator,
    orderer,
    producer_user,
)
from tests.snapshot import everything

pytestmark = pytest.mark.django_db
LATER = CUTOFF + timedelta(hours=1)


def asked(**order: Any) -> PurchaseOrderLine:
    """The only line of a purchase order for 10 units."""
    line: PurchaseOrderLine = issued_purchase_order(**order).lines.get()
    return line


def report(line: PurchaseOrderLine, confirmed: int) -> list[Shortage]:
    actor = producer_user(line.purchase_order.producer)
    return report_shortage(line, confirmed, actor=actor, now=LATER)


def capacities() -> dict[int, tuple[int, int]]:
    rows = Capacity.objects.values_list("product", "limit", "reserved")
    return {product: (limit, reserved) for product, limit, reserved in rows}


def test_a_shortage_without_substitute_is_credited() -> None:
    person = orderer()
    hub = operator()
    line = asked(organization=person.seats.get().organization)
    Notification.objects.all().delete()

    (shortage,) = report(line, 7)

    order = Order.objects.get()
    (order_line,) = order.lines.all()
    assert (shortage.quantity, shortage.substitute, shortage.credited) == (3, None, 6_000)
    assert (order_line.quantity, order_line.short_quantity, order_line.coming) == (10, 3, 7)
    assert (order_line.gross, order_line.supply, order_line.vat) == (14_000, 12_727, 1_273)
    assert (order.gross, order.supply, order.vat) == (14_000, 12_727, 1_273)
    assert capacities() == {line.product_id: (7, 7)}
    purchase_order = PurchaseOrder.objects.get()
    assert purchase_order.status == "short"
    assert list(purchase_order.lines.values_list("ordered", "confirmed")) == [(10, 7)]
    assert set(Notification.objects.values_list("recipient__email", "kind")) == {
        (person.email, "order_changed"),
        (hub.email, "order_changed"),
    }


def test_a_substitute_takes_over_price_and_capacity() -> None:
    line = asked()
    other = ProductFactory(category=line.product.category, servings=2, list_price=4_000, supply_price=3_000)

    (shortage,) = report(line, 5)

    order = Order.objects.get()
    short, substitute = order.lines.order_by("pk")
    assert (short.coming, short.gross) == (5, 10_000)
    assert (substitute.product, substitute.substitutes) == (other, short)
    assert (substitute.quantity, substitute.gross, substitute.supply, substitute.vat) == (
        3,
        10_000,
        9_091,
        909,
    )
    assert (shortage.substitute, shortage.credited) == (substitute, 0)
    assert (order.gross, order.supply, order.vat) == (20_000, 18_182, 1_818)
    assert capacities() == {line.product_id: (5, 5), other.pk: (200, 3)}
    issued = PurchaseOrder.objects.get(producer=other.producer)
    assert (issued.status, issued.lines.get().ordered) == ("issued", 3)


def test_the_last_fixed_order_loses_first_and_won_are_kept() -> None:
    line = asked(headcount=7)
    bundle = Order.objects.get().bundle
    second = fixed_order(bundle=bundle, headcount=3)
    line.refresh_from_db()
    assert line.ordered == 10

    shortages = report(line, 5)

    assert [(row.order_line.order, row.quantity) for row in shortages] == [
        (second, 3),
        (Order.objects.order_by("pk")[0], 2),
    ]
    first, second = Order.objects.order_by("pk")
    assert (first.gross, second.gross) == (10_000, 0)
    assert sum(row.credited for row in shortages) == 10_000


def test_shares_of_odd_prices_lose_no_won() -> None:
    line = asked(headcount=7)
    order_line = OrderLine.objects.get()
    OrderLine.objects.filter(pk=order_line.pk).update(gross=9_999, supply=9_090, vat=909)
    Order.objects.update(gross=9_999, supply=9_090, vat=909)

    credited = [report(line, confirmed)[0].credited for confirmed in (6, 4, 3, 1, 0)]
    order = Order.objects.get()

    assert sum(credited) == 9_999
    assert (order.gross, order.supply, order.vat) == (0, 0, 0)


def test_the_same_figure_again_changes_nothing() -> None:
    line = asked()
    report(line, 7)
    actor = operator()
    after = everything()

    assert report_shortage(line, 7, actor=actor, now=LATER) == []
    assert everything() == after


def test_a_second_shortage_takes_more() -> None:
    line = asked()
    report(line, 7)

    report(line, 2)

    order = Order.objects.get()
    assert (order.lines.get().coming, order.gross) == (2, 4_000)
    assert capacities() == {line.product_id: (2, 2)}


@pytest.mark.parametrize("confirmed", [-1, 11])
def test_impossible_figures_are_refused(confirmed: int) -> None:
    line = asked()
    actor = operator()
    before = everything()

    with pytest.raises(NotPossible, match="wrong_quantity"):
        report_shortage(line, confirmed, actor=actor, now=LATER)
    assert everything() == before


def test_more_than_was_promised_before_is_refused() -> None:
    line = asked()
    report(line, 4)

    with pytest.raises(NotPossible, match="wrong_quantity"):
        report(line, 5)


def test_goods_that_were_received_are_not_short() -> None:
    line = asked()
    receive_purchase_order(line.purchase_order, actor=operator(), now=LATER)

    with pytest.raises(NotPossible, match="wrong_state"):
        report(line, 5)


def test_what_is_on_the_road_can_no_longer_be_short() -> None:
    line = asked()
    order = Order.objects.get()
    actor = operator()
    dispatch_order(order, actor=actor, now=LATER)
    before = everything()

    with pytest.raises(NotPossible, match="too_late"):
        report_shortage(line, 7, actor=actor, now=LATER)

    assert everything() == before


def test_what_was_accepted_can_become_short_and_its_producer_may_help_out_itself() -> None:
    line = asked()
    purchase_order = line.purchase_order
    actor = producer_user(purchase_order.producer)
    accept_purchase_order(purchase_order, actor=actor, now=CUTOFF)
    own = ProductFactory(producer=purchase_order.producer, category=line.product.category)

    report_shortage(line, 6, actor=actor, now=LATER)

    purchase_order.refresh_from_db()
    rows = purchase_order.lines.order_by("product").values_list("product", "ordered", "confirmed")
    assert list(rows) == [(line.product_id, 10, 6), (own.pk, 4, None)]
    assert purchase_order.status == "issued"
    accept_purchase_order(purchase_order, actor=actor, now=LATER)
    steps = purchase_order.events.order_by("pk").values_list("to", flat=True)
    assert list(steps) == ["issued", "accepted", "short", "issued", "short"]


def test_a_producer_whose_goods_are_at_the_hub_is_not_asked_for_more() -> None:
    line = asked()
    other = ProductFactory(category=line.product.category)
    done = issued_purchase_order(other.producer)
    receive_purchase_order(done, actor=operator(), now=LATER)

    (shortage,) = report(line, 5)

    assert shortage.substitute is None
    assert done.lines.count() == 1


def test_a_substitute_must_still_be_possible_in_time() -> None:
    line = asked()
    Product.objects.filter(pk=line.product_id).update(lead_days=5)
    ProductFactory(category=line.product.category, lead_days=4)
    in_time = ProductFactory(category=line.product.category, lead_days=2)

    (shortage,) = report(line, 5)

    assert shortage.substitute is not None
    assert shortage.substitute.product == in_time


def test_a_full_substitute_makes_room_for_the_next() -> None:
    line = asked()
    ProductFactory(category=line.product.category, daily_capacity=4)
    ample = ProductFactory(category=line.product.category)

    (shortage,) = report(line, 5)

    assert shortage.substitute is not None
    assert shortage.substitute.product == ample


def test_orders_of_different_institutions_are_told_apart() -> None:
    people = [orderer(), orderer()]
    line = asked(organization=people[0].seats.get().organization)
    fixed_order(bundle=Order.objects.get().bundle, organization=people[1].seats.get().organization)
    line.refresh_from_db()
    Notification.objects.all().delete()

    report(line, 15)

    assert list(Notification.objects.values_list("recipient__email", "detail")) == [
        (people[1].email, f"{line.product_name} −5")
    ]


@pytest.mark.parametrize("on_shortage", ["substitute", "ask_credit"])
def test_thirty_orders_take_as_many_queries_as_three(on_shortage: str) -> None:
    counts = [queries_for(3, on_shortage), queries_for(30, on_shortage)]

    assert counts[0] == counts[1]


def queries_for(count: int, on_shortage: str) -> int:
    """Mend so many orders of which all units are short, each with what is left for it."""
    person = orderer(InstitutionFactory(on_shortage=on_shortage))
    product = ProductFactory(category=CategoryFactory(code=f"{on_shortage}-{count}"), daily_capacity=1_000)
    for _ in range(2):
        ProductFactory(category=product.category, daily_capacity=1_000, lead_days=0)
    bundle = SlotFactory(bundle=BundleFactory(), category=product.category).bundle
    EditionFactory(bundle=bundle, products=[product])
    for _ in range(count):
        fixed_order(bundle=bundle, organization=person.seats.get().organization)
    hub = operator()
    with CaptureQueriesContext(connection) as captured:
        shortages = report_shortage(product.purchase_order_lines.get(), 0, actor=hub, now=LATER)
    assert len(shortages) == count
    return len(captured)
