"""What was taken off a price is said with its reason wherever the price is; the sums agree."""

from datetime import timedelta
from io import BytesIO

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation
from pypdf import PdfReader

from membership.models import User
from orders.actions.fulfil import deliver_order, dispatch_order, issue_statement
from orders.actions.inspect import Counted
from orders.actions.shortage import report_shortage
from orders.credits import bill_of, yearly_bill
from orders.models import Order, PurchaseOrderLine
from tests.factories import (
    CUTOFF,
    DELIVERY_DATE,
    DELIVERY_MORNING,
    EditionFactory,
    HubFactory,
    InstitutionFactory,
    bundle_with,
    fixed_order,
    operator,
    producer_user,
    viewer,
)

pytestmark = pytest.mark.django_db
PRICE = 20_000


@pytest.fixture
def order() -> Order:
    """Delivered: of ten loaves two couldn't be made and one was broken at the door."""
    HubFactory()
    bundle = bundle_with("bread")
    EditionFactory(bundle=bundle)
    order = fixed_order(bundle=bundle, organization=InstitutionFactory(on_shortage="credit"))
    line = PurchaseOrderLine.objects.get()
    report_shortage(
        line, line.ordered - 2, actor=producer_user(line.product.producer), now=CUTOFF + timedelta(hours=1)
    )
    dispatch_order(order, actor=operator(), now=DELIVERY_MORNING)
    deliver_order(
        order, actor=operator(), now=DELIVERY_MORNING, counted=[Counted(order.lines.get().pk, 7, "damaged")]
    )
    issue_statement(order.pk, now=DELIVERY_MORNING)
    order.refresh_from_db()
    return order


def page(order: Order, url: str) -> str:
    user: User = viewer(order.organization)
    User.objects.filter(pk=user.pk).update(language="en")
    client = Client()
    client.force_login(User.objects.get(pk=user.pk))
    return " ".join(client.get(url).content.decode().split())


def test_credits_name_line_units_and_reason_and_add_up(order: Order) -> None:
    with translation.override("ko"):
        bill = bill_of(order)
        yearly = yearly_bill(order.organization, DELIVERY_DATE.year)

    assert [(credit.units, credit.amount, credit.why) for credit in bill.credits] == [
        (2, 4_000, "기관이 대체품을 받지 않음"),
        (1, 2_000, "파손"),
    ]
    assert (bill.ordered, bill.credited, bill.paid) == (PRICE, 6_000, order.gross)
    assert yearly == bill
    assert yearly_bill(order.organization, DELIVERY_DATE.year + 1).credits == []
    assert yearly_bill(InstitutionFactory(), DELIVERY_DATE.year).paid == 0


def test_the_orders_page_and_the_years_page_say_them(order: Order) -> None:
    sum_ = "Ordered ₩20,000 − taken off ₩6,000 = <strong>₩14,000</strong>"

    for url in (
        reverse("orders:order_detail", args=[order.number]),
        f"{reverse('orders:purchases')}?year={DELIVERY_DATE.year}",
    ):
        shown = page(order, url)
        assert sum_ in shown
        assert "The institution takes no substitutes" in shown


def test_the_statement_says_them(order: Order) -> None:
    client = Client()
    client.force_login(viewer(order.organization))

    pdf = client.get(reverse("orders:order_statement", args=[order.number])).content

    text = "\n".join(each.extract_text() for each in PdfReader(BytesIO(pdf)).pages)
    lines = [line.strip() for line in text.splitlines()]
    assert "주문 금액 20,000원 − 차감 6,000원 = 합계금액 14,000원 (부가가치세 포함)" in lines
    assert [line for line in lines if line in ("-4,000", "-2,000", "파손")] == ["-4,000", "파손", "-2,000"]


def test_an_order_that_came_in_full_says_nothing() -> None:
    bundle = bundle_with("bread")
    EditionFactory(bundle=bundle)
    order = fixed_order(bundle=bundle)

    assert bill_of(order).credits == []
    assert "taken off" not in page(order, reverse("orders:order_detail", args=[order.number]))
