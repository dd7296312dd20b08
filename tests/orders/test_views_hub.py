"""The hub's floor: receiving, packing and the run ledger, for operators only."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from membership.models import User
from orders.actions.shortage import report_shortage
from orders.models import CycleRun, Order, PurchaseOrder
from tests.factories import (
    CUTOFF,
    DELIVERY_DATE,
    BundleFactory,
    EditionFactory,
    OrderFactory,
    ProductFactory,
    SlotFactory,
    bundle_with,
    courier,
    fixed_order,
    issued_purchase_order,
    operator,
    orderer,
    producer_user,
    viewer,
)

pytestmark = pytest.mark.django_db
NOW = CUTOFF + timedelta(hours=1)
PACKING, RUNS = reverse("orders:packing"), reverse("orders:cycle_run_list")


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("membership.clock.now", lambda: NOW)


def client_of(user: User) -> Client:
    User.objects.filter(pk=user.pk).update(language="en")
    client = Client()
    client.force_login(User.objects.get(pk=user.pk))
    return client


def bundle_of(*products: Any) -> Any:
    """A bundle of one serving a person of each of the products, filled with them for the delivery date."""
    bundle = BundleFactory()
    for product in products:
        SlotFactory(bundle=bundle, category=product.category)
    EditionFactory(bundle=bundle, products=list(products))
    return bundle


# -- Packing --------------------------------------------------------------------------------------


def test_packing_adds_up_goods_boxes_and_weight_of_each_order() -> None:
    # 10 l of bread and 18 l of milk for four people: a crate each, since milk is chilled.
    bread = ProductFactory(category__code="bread", volume_ml=2_500, weight_g=300)
    milk = ProductFactory(category__code="milk", volume_ml=4_500, weight_g=1_050, storage="chilled")
    bundle = bundle_of(bread, milk)
    small, large = (fixed_order(bundle=bundle, headcount=people) for people in (4, 30))

    context = client_of(operator()).get(f"{PACKING}?view=products").context

    rows = {row.order: row for row in context["orders"]}
    assert {order: (row.units, row.boxes, row.weight_kg, row.is_chilled) for order, row in rows.items()} == {
        small: (8, 2, 5.4, True),
        large: (60, 6, 40.5, True),  # 75 l are two crates, 135 l four
    }
    assert context["boxes"] == 8
    assert {share.line.product: share.units for share in context["products"]} == {bread: 34, milk: 34}
    (bread_share,) = (share for share in context["products"] if share.line.product == bread)
    assert {row.order: units for row, units in bread_share.orders} == {small: 4, large: 30}


def test_packing_leaves_out_what_will_not_come() -> None:
    bread, milk = ProductFactory(category__code="bread"), ProductFactory(category__code="milk")
    order = fixed_order(bundle=bundle_of(bread, milk), headcount=4)
    user = operator()
    report_shortage(bread.purchase_order_lines.get(), 0, actor=user, now=NOW)
    report_shortage(milk.purchase_order_lines.get(), 3, actor=user, now=NOW)

    context = client_of(user).get(f"{PACKING}?view=products").context

    (row,) = context["orders"]
    assert (row.order, [(line.product, line.coming) for line in row.lines]) == (order, [(milk, 3)])
    assert [(share.line.product, share.units) for share in context["products"]] == [(milk, 3)]


def test_packing_opens_the_next_day_that_has_not_left() -> None:
    packed = fixed_order(bundle=bundle_with("bread"))
    later = fixed_order(bundle=bundle_with("milk"), delivery_date=DELIVERY_DATE + timedelta(days=1))
    OrderFactory(delivery_date=date(2026, 11, 27))  # not fixed
    user = operator()
    client = client_of(user)

    def shown(query: str = "") -> tuple[Any, ...]:
        context = client.get(PACKING + query).context
        return context["day"], [row.order for row in context["orders"]]

    assert shown() == (DELIVERY_DATE, [packed])
    assert shown("?date=2026-12-02") == (date(2026, 12, 2), [later])
    assert shown("?date=2026-12-03") == (date(2026, 12, 3), [])
    assert shown("?date=soon") == (DELIVERY_DATE, [packed])
    Order.objects.filter(pk=packed.pk).update(status=Order.Status.DISPATCHED)
    assert shown() == (date(2026, 12, 2), [later])


def test_packing_receives_first_and_packs_when_all_is_there() -> None:
    purchase_order = issued_purchase_order()
    client = client_of(operator())

    def shown() -> tuple[Any, ...]:
        context = client.get(PACKING).context
        return context["view"], context["received"], context["packed"]

    assert shown() == ("receiving", 0, 0)
    client.post(reverse("orders:purchase_order_receive", args=[purchase_order.number]))
    assert shown() == ("orders", 1, 0)
    client.post(reverse("orders:order_pack", args=[Order.objects.get().number]))
    assert shown() == ("orders", 1, 1)


def test_receiving_twice_keeps_what_was_promised() -> None:
    purchase_order = issued_purchase_order(headcount=7)
    report_shortage(purchase_order.lines.get(), 5, actor=operator(), now=NOW)
    client = client_of(operator())

    for _ in range(2):
        answer = client.post(reverse("orders:purchase_order_receive", args=[purchase_order.number]))
        assert answer.headers["Location"] == f"{PACKING}?date=2026-12-01&view=receiving"
        purchase_order.refresh_from_db()
        assert (purchase_order.status, purchase_order.lines.get().received) == ("received", 5)
        assert purchase_order.events.count() == 3  # issued, short, received


def test_packing_an_order_twice_changes_nothing_more() -> None:
    order = fixed_order()
    user = operator()
    client = client_of(user)

    for _ in range(2):
        answer = client.post(reverse("orders:order_pack", args=[order.number]))
        assert answer.headers["Location"] == f"{PACKING}?date=2026-12-01&view=orders"
        order.refresh_from_db()
        assert order.status == "packed"
        assert [(event.to, event.actor) for event in order.events.filter(to="packed")] == [("packed", user)]


def test_an_order_that_is_not_fixed_cannot_be_packed() -> None:
    order = OrderFactory()
    page = client_of(operator()).post(reverse("orders:order_pack", args=[order.number]), follow=True)

    assert [str(message) for message in page.context["messages"]] == [
        f"{order.number}: Its state does not allow this any more"
    ]
    order.refresh_from_db()
    assert order.status == "placed"


@pytest.mark.parametrize("view", ["receiving", "orders", "products"])
def test_packing_asks_as_often_for_one_order_as_for_three(view: str) -> None:
    user = operator()
    counts = []
    for more in (1, 2):
        for _ in range(more):
            issued_purchase_order()
        client = client_of(user)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(f"{PACKING}?view={view}").status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]


# -- Who may --------------------------------------------------------------------------------------


def state() -> tuple[list[str], list[str]]:
    return (
        list(Order.objects.values_list("status", flat=True)),
        list(PurchaseOrder.objects.values_list("status", flat=True)),
    )


def test_who_may_read_may_not_pack_or_receive() -> None:
    purchase_order = issued_purchase_order()
    order = Order.objects.get()
    pack = reverse("orders:order_pack", args=[order.number])
    receive = reverse("orders:purchase_order_receive", args=[purchase_order.number])
    before = state()

    assert client_of(producer_user(purchase_order.producer)).post(receive).status_code == 403
    for user in (orderer(order.organization), viewer(order.organization)):
        assert client_of(user).post(pack).status_code == 403
    for user in (orderer(), producer_user(), courier()):
        assert client_of(user).post(pack).status_code == 404
        assert client_of(user).post(receive).status_code == 404
    for url in (pack, receive):
        assert client_of(operator()).get(url).status_code == 405
    assert state() == before


def test_hub_pages_exist_for_operators_only() -> None:
    run = CycleRun.objects.create(step=CycleRun.Step.FIX, started_at=NOW)
    pages = (PACKING, RUNS, reverse("orders:cycle_run_detail", args=[run.pk]))

    for user in (orderer(), producer_user(), courier()):
        assert [client_of(user).get(page).status_code for page in pages] == [404, 404, 404]
    assert [client_of(operator()).get(page).status_code for page in pages] == [200, 200, 200]
