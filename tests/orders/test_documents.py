"""The statement of delivery: Korean text, sums that add up, the same bytes every time."""

from datetime import timedelta
from io import BytesIO

import pytest
from pypdf import PdfReader

from bundles.models import Product
from orders.actions.fulfil import issue_statement
from orders.documents import statement_pdf, unit_price
from orders.models import Order, OrderLine, Statement
from tests.factories import (
    DELIVERY_MORNING,
    BundleFactory,
    EditionFactory,
    HubFactory,
    InstitutionFactory,
    ProductFactory,
    SlotFactory,
    delivered_order,
)

pytestmark = pytest.mark.django_db


def delivered(**fields: object) -> Order:
    """A delivered order of taxable cookies and exempt apples at the same price, with its statement."""
    cookies = ProductFactory(category__code="cookie", name="우리밀 쿠키", producer__name="해오름베이커리")
    apples = ProductFactory(
        category__code="fruit", name="사과 <한 상자>", tax_type=Product.TaxType.EXEMPT, list_price=2000
    )
    bundle = BundleFactory(price=40_000)
    for product in (cookies, apples):
        SlotFactory(bundle=bundle, category=product.category)
    EditionFactory(bundle=bundle, products=[cookies, apples])
    order = delivered_order(bundle=bundle, **fields)
    issue_statement(order.pk, now=DELIVERY_MORNING + timedelta(hours=8))
    return order


def pdf_of(order: Order) -> bytes:
    statement = Statement.objects.get(order=order)
    supplier = HubFactory.build(name="꾸러미 허브", business_number="1168200276", representative="이허브")
    receipt = order.stops.get().proof
    return statement_pdf(statement, supplier=supplier, receipt=receipt)


def text_of(pdf: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages)


def test_statement_has_parties_lines_and_sums() -> None:
    buyer = InstitutionFactory(name="은평구청", business_number="1348672683")
    text = text_of(pdf_of(delivered(organization=buyer, note="3층 대회의실")))

    for words in (
        "거래명세서",
        "116-82-00276",
        "꾸러미 허브",
        "134-86-72683",
        "은평구청",
        "우리밀 쿠키",
        "해오름베이커리",
        "사과 <한 상자>",
        "비고: 3층 대회의실",
        "박수령",
        "2026-12-01 09:00",
    ):
        assert words in text
    # ₩20,000 of taxable goods are 18,182 + 1,818; ₩20,000 of exempt goods are all supply value.
    lines = [line.strip() for line in text.splitlines()]
    start = lines.index("과세")
    assert lines[start : start + 12] == [
        *("과세", "18,182", "1,818", "20,000"),
        *("면세", "20,000", "0", "20,000"),
        *("합계", "38,182", "1,818", "40,000"),
    ]


def test_statement_is_the_same_bytes_again() -> None:
    order = delivered()
    assert pdf_of(order) == pdf_of(order)


def test_statement_of_many_lines_goes_on_to_further_pages() -> None:
    order = delivered()
    first = order.lines.get(product_name="우리밀 쿠키")
    for number in range(60):
        product = ProductFactory(name=f"쿠키 {number}번")
        fields = {f.name: getattr(first, f.name) for f in OrderLine._meta.fields if f.name != "id"}
        OrderLine.objects.create(**{**fields, "product": product, "product_name": product.name})
    pdf = pdf_of(order)
    pages = [page.extract_text() for page in PdfReader(BytesIO(pdf)).pages]
    assert ["공급가액" in page for page in pages] == [True] * 4
    assert "쿠키 59번" in pages[-1]


def test_unit_price_is_rounded_half_up() -> None:
    line = OrderLine(quantity=5, short_quantity=3, supply=25)
    assert unit_price(line) == 13
