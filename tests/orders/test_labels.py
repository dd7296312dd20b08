"""What is written on the boxes of an order and of a purchase order, and who may print it."""

from datetime import timedelta
from io import BytesIO

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.translation import override
from pypdf import PdfReader

from membership.exclusions import mask
from membership.models import User
from orders.actions.shortage import report_shortage
from orders.codes import Code, read_code
from orders.labels import box_labels, order_labels, portion_labels, units_by_box
from orders.models import Order, PurchaseOrder
from orders.packing import by_route, packing_list
from tests.factories import (
    CUTOFF,
    DELIVERY_DATE,
    BundleFactory,
    EditionFactory,
    InstitutionFactory,
    ProductFactory,
    SiteFactory,
    SlotFactory,
    fixed_order,
    operator,
    producer_user,
    published_plan,
)

pytestmark = pytest.mark.django_db
NOW = CUTOFF + timedelta(hours=1)


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("membership.clock.now", lambda: NOW)


def two_orders() -> list[Order]:
    """10 l of bread for four people and 30 for twelve, with milk for each that goes into a chilled crate."""
    bread = ProductFactory(category__code="bread", volume_ml=2_500)
    milk = ProductFactory(category__code="milk", volume_ml=4_500, storage="chilled")
    bundle = BundleFactory()
    for product in (bread, milk):
        SlotFactory(bundle=bundle, category=product.category)
    EditionFactory(bundle=bundle, products=[bread, milk])
    institution = InstitutionFactory(name="은평구청")
    sites = [SiteFactory(organization=institution, name=name) for name in ("본관", "별관")]
    return [
        fixed_order(bundle=bundle, organization=institution, site=site, headcount=people)
        for site, people in zip(sites, (4, 12), strict=True)
    ]


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_each_box_of_an_order_says_whose_it_is_and_which_of_how_many() -> None:
    small, large = two_orders()
    with override("ko"):
        labels = order_labels(packing_list(DELIVERY_DATE))

    found = {
        order: [(label.headline, label.mark, label.warning) for label in labels if order.number in label.foot]
        for order in (small, large)
    }
    assert found == {
        small: [("본관", "1/2", ""), ("본관", "2/2", "냉장")],  # 10 l and 18 l
        large: [("별관", "1/3", ""), ("별관", "2/3", "냉장"), ("별관", "3/3", "냉장")],  # 30 l and 54 l
    }
    assert labels[0].lines == ("", "은평구청", "", "후문 하역장")
    assert labels[0].foot.endswith("· 12월 1일 (화요일)")


def test_a_box_says_its_stop_once_routes_are_planned() -> None:
    two_orders()
    plan = published_plan()

    with override("en"):
        [route] = by_route(packing_list(DELIVERY_DATE))
        labels = order_labels(route.rows)

    stops = list(plan.stops.order_by("-sequence"))
    assert [row.order for row in route.rows] == [stop.order for stop in stops]
    courier = stops[0].route.shift.courier.name_en
    assert {label.lines[2] for label in labels} == {f"{courier} · stop {stop.sequence}" for stop in stops}


def test_a_box_says_first_what_must_not_be_in_it() -> None:
    order, _ = two_orders()
    Order.objects.filter(pk=order.pk).update(exclusions=mask(["4", "vegan"]))

    with override("en"):
        labels = order_labels(packing_list(DELIVERY_DATE))

    words = {label.lines[0] for label in labels if order.number in label.foot}
    assert words == {"no peanuts, vegan only"}
    assert {label.lines[0] for label in labels if order.number not in label.foot} == {""}


def test_the_code_on_a_box_leads_to_its_order_and_holds_nothing_else() -> None:
    order, _ = two_orders()
    links = {label.link for label in order_labels(packing_list(DELIVERY_DATE)) if order.number in label.foot}

    assert links == {f"http://127.0.0.1:8000{reverse('orders:order_detail', args=[order.number])}"}
    assert read_code(links.pop()) == Code(order=order.number)


def test_a_producers_boxes_share_out_what_comes() -> None:
    two_orders()
    line = PurchaseOrder.objects.get(lines__product__category__code="bread").lines.get()
    report_shortage(line, 15, actor=operator(), now=NOW)
    line.refresh_from_db()
    line.product.volume_ml = 5_000

    assert units_by_box(line) == [8, 7]
    line.product.volume_ml = 90_000  # larger than a crate
    assert units_by_box(line) == [1] * 15


def test_a_producers_labels_name_the_product_and_no_institution() -> None:
    two_orders()
    purchase_order = PurchaseOrder.objects.get(lines__product__category__code="milk")
    line = purchase_order.lines.get()
    portions = line.product.order_lines.order_by("order__number")

    with override("ko"):
        boxes, shares = box_labels(purchase_order), portion_labels(purchase_order)

    name = line.product_name
    assert [(label.headline, label.mark, label.warning) for label in boxes] == [
        (f"{name} × 8", "1/2", "냉장"),
        (f"{name} × 8", "2/2", "냉장"),
    ]
    assert [(label.headline, label.mark) for label in shares] == [
        (f"{name} × {portion.quantity}", f"{nth}/2") for nth, portion in enumerate(portions, start=1)
    ]
    assert [read_code(label.link) for label in (*boxes[:1], *shares)] == [
        Code(purchase_order=purchase_order.number, part="line", part_id=line.pk),
        *(Code(purchase_order=purchase_order.number, part="portion", part_id=row.pk) for row in portions),
    ]
    words = " ".join(" ".join([label.headline, *label.lines, label.foot]) for label in (*boxes, *shares))
    assert [mark for mark in ("은평구청", "본관", "별관") if mark in words] == []


def pages_of(client: Client, url: str) -> list[str]:
    response = client.get(url)
    assert response["Content-Type"] == "application/pdf"
    return [page.extract_text() for page in PdfReader(BytesIO(response.content)).pages]


def test_labels_of_the_day_come_on_the_chosen_sheet_from_the_chosen_label_on() -> None:
    two_orders()
    client = client_of(operator())
    url = f"{reverse('orders:day_labels')}?date={DELIVERY_DATE}"

    assert len(pages_of(client, url)) == 1
    assert len(pages_of(client, url + "&sheet=roll-100x60")) == 5
    first, second = pages_of(client, url + "&sheet=a4-8&start=7")
    assert (first.count("/2") + first.count("/3"), second.count("/2") + second.count("/3")) == (2, 3)


@pytest.mark.parametrize(("sheet", "start"), [("a4-8", "9"), ("a4-8", "0"), ("a5", "1"), ("a4-8", "x")])
def test_a_place_that_the_sheet_does_not_have_is_pointed_out(sheet: str, start: str) -> None:
    two_orders()
    response = client_of(operator(language="ko")).get(
        f"{reverse('orders:day_labels')}?date={DELIVERY_DATE}&sheet={sheet}&start={start}", follow=True
    )

    assert response.redirect_chain[0][0].startswith(reverse("orders:packing"))
    assert len(response.context["messages"]) == 1


def test_there_are_no_labels_for_a_day_without_orders() -> None:
    assert client_of(operator()).get(f"{reverse('orders:day_labels')}?date=2026-12-02").status_code == 404


def test_a_producer_sees_how_many_portions_of_which_size_to_pack() -> None:
    two_orders()
    purchase_order = PurchaseOrder.objects.get(lines__product__category__code="milk")
    fixed_order(bundle=Order.objects.first().bundle, headcount=4)
    client = client_of(producer_user(purchase_order.producer))

    page = client.get(reverse("orders:purchase_order_detail", args=[purchase_order.number]))

    ((line, sizes),) = page.context["portions"]
    assert (line.product, sizes) == (purchase_order.lines.get().product, [(1, 12), (2, 4)])


def test_a_producer_prints_boxes_or_portions_from_its_purchase_order() -> None:
    two_orders()
    purchase_order = PurchaseOrder.objects.get(lines__product__category__code="milk")
    client = client_of(producer_user(purchase_order.producer))
    url = reverse("orders:purchase_order_labels", args=[purchase_order.number])

    page = client.get(reverse("orders:purchase_order_detail", args=[purchase_order.number]))
    assert f'action="{url}"' in page.content.decode()
    boxes, portions = (pages_of(client, f"{url}?by={by}&sheet=roll-100x60") for by in ("box", "portion"))
    assert ["× 8" in page for page in boxes] == [True, True]
    assert sorted("× 12" in page for page in portions) == [False, True]
