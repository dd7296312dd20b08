"""The spreadsheet of what to make, and that what was expected is what is then ordered."""

from datetime import date, datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from orders import cycle
from orders.production import what_to_make
from tests.factories import (
    CUTOFF,
    DELIVERY_DATE,
    BundleFactory,
    EditionFactory,
    OccurrenceFactory,
    ProducerFactory,
    ProductFactory,
    SlotFactory,
    fixed_order,
    operator,
    producer_user,
)

pytestmark = pytest.mark.django_db
WEEK_LATER = DELIVERY_DATE + timedelta(days=7)


def weeks() -> Any:
    """Ten breads are ordered for the delivery date, ten more are expected, and ten a week later."""
    bread = ProductFactory(
        producer=ProducerFactory(name="빵집", name_en="Bakery"), name="=1+1 식빵", name_en="Bread"
    )
    bundle = BundleFactory()
    SlotFactory(bundle=bundle, category=bread.category)
    for day in (DELIVERY_DATE, WEEK_LATER):
        EditionFactory(bundle=bundle, delivery_date=day, products=[bread])
    fixed_order(bundle=bundle)
    occurrence = OccurrenceFactory(standing_order__bundle=bundle)
    OccurrenceFactory(
        standing_order=occurrence.standing_order, rule_date=WEEK_LATER, cutoff_at=CUTOFF + timedelta(days=7)
    )
    return bread


def rows_for(user: Any, monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    monkeypatch.setattr("membership.clock.now", lambda: CUTOFF - timedelta(hours=1))
    client = Client()
    client.force_login(user)
    response = client.get(reverse("orders:production_file"))
    assert response["Content-Disposition"] == 'attachment; filename="production-2026-11-26.xlsx"'
    return list(load_workbook(BytesIO(response.content)).active.iter_rows(values_only=True))


def test_the_sheet_says_by_day_what_is_ordered_and_what_is_expected(monkeypatch: pytest.MonkeyPatch) -> None:
    bread = weeks()
    number = bread.purchase_order_lines.get().purchase_order.number

    title, *rows = rows_for(producer_user(bread.producer), monkeypatch)

    assert title == ("생산일", "배송일", "상품", "단위", "생산자", "발주서", "발주", "예상", "만들 수량")
    # A name that looks like a formula stays a name.
    assert rows == [
        (datetime(2026, 12, 1), datetime(2026, 12, 1), "=1+1 식빵", "1개", "빵집", number, 10, 10, 20),  # noqa: DTZ001
        (datetime(2026, 12, 8), datetime(2026, 12, 8), "=1+1 식빵", "1개", "빵집", "", 0, 10, 10),  # noqa: DTZ001
    ]


def test_the_sheet_speaks_the_readers_language(monkeypatch: pytest.MonkeyPatch) -> None:
    weeks()

    title, first, _ = rows_for(operator(language="en"), monkeypatch)

    assert (title[2], title[7], first[2:5]) == ("Product", "Expected", ("Bread", "1 piece", "Bakery"))


def test_a_producer_gets_its_own_rows_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    weeks()

    assert len(rows_for(producer_user(), monkeypatch)) == 1


def test_what_was_expected_is_what_is_ordered_at_the_cut_off() -> None:
    bread = weeks()

    def of(day: date) -> tuple[int, int]:
        ((making,),) = (found.makings for found in what_to_make(type(bread).objects.all(), day, day))
        return making.firm, making.forecast

    assert (of(DELIVERY_DATE), of(WEEK_LATER)) == ((10, 10), (0, 10))
    cycle.fix_due(now=CUTOFF)
    assert (of(DELIVERY_DATE), of(WEEK_LATER)) == ((20, 0), (0, 10))
    cycle.fix_due(now=CUTOFF + timedelta(days=7))
    assert (of(DELIVERY_DATE), of(WEEK_LATER)) == ((20, 0), (10, 0))
