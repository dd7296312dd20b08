"""The hub's tables on a phone: ticking, counting fewer, scanning."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from membership.models import User
from orders.actions.receive import receive_line, receive_purchase_order
from orders.labels import box_labels, order_labels, portion_labels
from orders.models import Order, OrderLine, PackedLine, PurchaseOrder, PurchaseOrderLine
from orders.packing import packing_list
from tests.factories import (
    CUTOFF,
    DELIVERY_DATE,
    BundleFactory,
    EditionFactory,
    ProductFactory,
    SlotFactory,
    fixed_order,
    operator,
    published_plan,
)
from tests.snapshot import everything

pytestmark = pytest.mark.django_db
NOW = CUTOFF + timedelta(days=3)


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("membership.clock.now", lambda: NOW)


@pytest.fixture
def client() -> Client:
    client = Client()
    client.force_login(operator(language="en"))
    return client


def bread_and_milk(*people: int) -> list[Order]:
    """An order for each number of people: bread fits into one box of its producer's, milk doesn't."""
    bread = ProductFactory(category__code="bread", name="빵", name_en="Bread")
    milk = ProductFactory(
        category__code="milk", storage="chilled", name="우유", name_en="Milk", volume_ml=30_000
    )
    bundle = BundleFactory()
    for product in (bread, milk):
        SlotFactory(bundle=bundle, category=product.category)
    EditionFactory(bundle=bundle, products=[bread, milk])
    return [fixed_order(bundle=bundle, headcount=each) for each in people]


def line_of(order: Order, name: str) -> OrderLine:
    line: OrderLine = order.lines.get(product_name=name)
    return line


def asked(name: str) -> PurchaseOrderLine:
    line: PurchaseOrderLine = PurchaseOrderLine.objects.select_related("purchase_order").get(
        product_name=name
    )
    return line


def said(response: Any) -> list[str]:
    return [str(message) for message in response.context["messages"]]


# -- Receiving --------------------------------------------------------------------------------------


def receive(client: Client, line: PurchaseOrderLine, units: object) -> Any:
    url = reverse("orders:purchase_order_line_receive", args=[line.purchase_order.number, line.pk])
    return client.post(url, {"units": units}, follow=True)


def test_a_line_is_ticked_and_taken_back(client: Client) -> None:
    bread_and_milk(4)
    line = asked("빵")

    page = receive(client, line, 4).content.decode()
    assert asked("빵").received == 4
    assert f'id="line-{line.pk}"' in page
    assert "tick--done" in page
    back = reverse("orders:purchase_order_line_take_back", args=[line.purchase_order.number, line.pk])
    assert back in page
    client.post(back)

    assert asked("빵").received is None


def test_fewer_units_say_what_became_of_the_rest(client: Client) -> None:
    bread_and_milk(4)

    response = receive(client, asked("빵"), 3)

    assert said(response) == ["The shortage is reported. It touches 1 order; 0 of them got a substitute."]
    assert (asked("빵").received, asked("빵").missing) == (3, 1)


@pytest.mark.parametrize("units", ["5", "-1", "", "many"])
def test_a_count_that_can_not_be_is_pointed_out(client: Client, units: str) -> None:
    bread_and_milk(4)
    before = everything()

    response = receive(client, asked("빵"), units)

    assert len(said(response)) == 1
    assert everything() == before


def test_a_count_against_somebody_elses_is_pointed_out(client: Client) -> None:
    bread_and_milk(4)
    receive_line(asked("빵"), 4, actor=operator(), now=NOW)

    response = receive(client, asked("빵"), 3)

    assert said(response) == ["빵: It was already counted in otherwise: take that back first"]


def test_what_never_came_in_the_days_before_is_shown(client: Client) -> None:
    bread_and_milk(4)
    url = f"{reverse('orders:packing')}?view=receiving&date="
    number = asked("빵").purchase_order.number

    def late(day: str) -> list[str]:
        return [row.number for row in client.get(url + day).context["late"]]

    assert number in late("2026-12-02")
    assert late("2026-12-01") == []
    assert late("2026-12-09") == []
    for purchase_order in PurchaseOrder.objects.all():
        receive_purchase_order(purchase_order, actor=operator(), now=NOW)
    assert late("2026-12-02") == []


# -- Packing ----------------------------------------------------------------------------------------


def do(client: Client, what: str, line: OrderLine, **data: Any) -> Any:
    url = reverse(f"orders:order_line_{what}", args=[line.order.number, line.pk])
    return client.post(url, data, follow=True)


def test_an_order_is_packed_line_by_line_chilled_goods_last(client: Client) -> None:
    (order,) = bread_and_milk(4)
    page = client.get(reverse("orders:order_packing", args=[order.number]))
    assert [tick["line"].product_name for tick in page.context["ambient"]] == ["빵"]
    assert [tick["line"].product_name for tick in page.context["chilled"]] == ["우유"]
    assert page.context["ambient_left"]

    assert said(do(client, "pack", line_of(order, "우유"))) == [
        "우유: Chilled goods come last: pack the others first"
    ]
    do(client, "pack", line_of(order, "빵"))
    page = do(client, "pack", line_of(order, "우유"))

    order.refresh_from_db()
    assert (order.status, page.context["row"].packed, page.context["ambient_left"]) == ("packed", 2, False)
    do(client, "unpack", line_of(order, "빵"))
    order.refresh_from_db()
    assert order.status == "confirmed"


def test_what_is_missing_at_the_table_is_told(client: Client) -> None:
    (order,) = bread_and_milk(4)

    response = do(client, "missing", line_of(order, "빵"), units=1)

    assert said(response) == ["The shortage is reported. It touches 1 order; 0 of them got a substitute."]
    assert line_of(order, "빵").coming == 1
    assert len(said(do(client, "missing", line_of(order, "빵"), units=9))) == 1


def test_the_page_leads_along_the_route_last_stop_first(client: Client) -> None:
    bread_and_milk(4, 4, 4)
    stops = published_plan().stops.order_by("-sequence").select_related("order")
    last, middle, first = (stop.order for stop in stops)

    around = {}
    for order in (last, middle, first):
        context = client.get(reverse("orders:order_packing", args=[order.number])).context
        around[order] = tuple(side and side.order for side in (context["before"], context["after"]))

    assert around == {last: (None, middle), middle: (last, first), first: (middle, None)}


def test_the_packing_list_goes_route_by_route(client: Client) -> None:
    planned = bread_and_milk(4)
    plan = published_plan()
    unplanned = bread_and_milk(6)
    do(client, "pack", line_of(planned[0], "빵"))

    context = client.get(f"{reverse('orders:packing')}?date={DELIVERY_DATE}&view=orders").context

    routes = [(group.route, [row.order for row in group.rows]) for group in context["routes"]]
    assert routes == [(plan.routes.get(), planned), (None, unplanned)]
    assert [row.packed for group in context["routes"] for row in group.rows] == [1, 0]


# -- Scanning ---------------------------------------------------------------------------------------


def scan(client: Client, code: str, **data: str) -> Any:
    return client.post(reverse("orders:scan"), {"code": code, **data}, follow=True)


def where(response: Any) -> str:
    return str(response.redirect_chain[-1][0])


def test_a_box_of_ours_leads_to_its_order(client: Client) -> None:
    (order,) = bread_and_milk(4)
    (label, *_) = order_labels(packing_list(DELIVERY_DATE))

    for code in (label.link, order.number, order.number.lower()):
        assert where(scan(client, code)) == reverse("orders:order_packing", args=[order.number])


def test_a_line_in_one_box_is_counted_in_by_its_scan_once(client: Client) -> None:
    bread_and_milk(4)
    (label,) = box_labels(asked("빵").purchase_order)

    response = scan(client, label.link)
    assert said(response) == ["Bread × 4: received at the hub"]
    after = everything()
    scan(client, label.link)

    assert (asked("빵").received, everything()) == (4, after)


def test_a_line_in_several_boxes_is_shown_to_be_counted(client: Client) -> None:
    bread_and_milk(4)
    line = asked("우유")
    labels = box_labels(line.purchase_order)
    before = everything()

    response = scan(client, labels[0].link)

    assert len(labels) == 4
    assert everything() == before
    assert where(response).endswith(f"&view=receiving&line={line.pk}#line-{line.pk}")
    assert response.context["purchase_orders"][0] == line.purchase_order
    assert response.content.decode().count("tick--focus") == 1


def test_a_purchase_orders_number_leads_to_where_it_is_received(client: Client) -> None:
    bread_and_milk(4)
    line = asked("우유")

    assert f"&line={line.pk}#" in where(scan(client, line.purchase_order.number))


def test_a_producers_box_goes_into_the_order_in_hand(client: Client) -> None:
    first, second = bread_and_milk(4, 4)
    (label,) = box_labels(asked("빵").purchase_order)

    response = scan(client, label.link, order=second.number)

    assert where(response) == reverse("orders:order_packing", args=[second.number])
    assert [tick.order_line for tick in PackedLine.objects.all()] == [line_of(second, "빵")]
    assert asked("빵").received is None
    assert said(scan(client, label.link, order=second.number)) == [
        "Bread: nothing of it is left to pack here."
    ]


def test_a_portion_goes_into_its_own_order_once_it_was_counted_in(client: Client) -> None:
    first, second = bread_and_milk(4, 6)
    purchase_order = asked("빵").purchase_order
    (code,) = (label.link for label in portion_labels(purchase_order) if label.headline.endswith("× 6"))

    assert said(scan(client, code)) == ["Count it in first, then it can be packed."]
    receive_purchase_order(purchase_order, actor=operator(), now=NOW)
    assert said(scan(client, code, order=first.number)) == [f"This portion belongs to order {second.number}."]
    assert not PackedLine.objects.exists()
    response = scan(client, code)

    assert where(response) == reverse("orders:order_packing", args=[second.number])
    assert [tick.order_line for tick in PackedLine.objects.all()] == [line_of(second, "빵")]


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("8801234567893", "This is no number or code of an order or a purchase order."),
        ("", "This is no number or code of an order or a purchase order."),
        ("261201-ZZZZZZ", "There is no order 261201-ZZZZZZ to pack."),
        ("P261201-9999", "There is no purchase order P261201-9999."),
    ],
)
def test_what_belongs_nowhere_says_so(client: Client, code: str, why: str) -> None:
    bread_and_milk(4)
    before = everything()

    assert said(scan(client, code)) == [why]
    assert everything() == before


def test_a_label_of_what_is_no_longer_asked_for_says_so(client: Client) -> None:
    bread_and_milk(4)
    number = asked("빵").purchase_order.number

    response = scan(client, f"https://hub.example/purchase-orders/{number}/#line-{asked('우유').pk}")

    assert said(response) == ["The label is out of date: this is no longer on the purchase order."]


def test_an_order_that_is_not_fixed_is_not_to_be_packed(client: Client) -> None:
    (order,) = bread_and_milk(4)
    Order.objects.filter(pk=order.pk).update(status="cancelled")

    assert client.get(reverse("orders:order_packing", args=[order.number])).status_code == 404
    assert said(scan(client, order.number)) == [f"There is no order {order.number} to pack."]


def test_a_visitor_finds_nothing_here() -> None:
    (order,) = bread_and_milk(4)
    client = Client()
    client.force_login(User.objects.create_user("nobody@example.com", "x"))

    assert client.get(reverse("orders:order_packing", args=[order.number])).status_code == 404
