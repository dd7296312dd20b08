"""How a producer's sales develop against its fair share, week by week."""

from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from bundles.share import Week, chart_of, share_by_week
from tests.factories import (
    TUESDAY,
    CapacityFactory,
    CategoryFactory,
    ProducerFactory,
    ProductFactory,
    orderer,
    producer_user,
)

pytestmark = pytest.mark.django_db
TODAY = TUESDAY.date()
MONDAY = TODAY - timedelta(days=1)


def test_the_fair_share_is_the_part_of_the_capacity_in_what_the_category_sold() -> None:
    """A quarter of the bread on offer is ours, and all of the tea."""
    bread, tea = CategoryFactory(code="bread"), CategoryFactory(code="tea")
    own = ProductFactory(category=bread, supply_price=1000, daily_capacity=100)
    other = ProductFactory(category=bread, supply_price=2000, daily_capacity=150)
    ours_alone = ProductFactory(producer=own.producer, category=tea, supply_price=500, daily_capacity=10)
    ProductFactory(category=bread, is_active=False, daily_capacity=9_999)
    stranger = ProductFactory(category=CategoryFactory(code="fruit"))
    for product, day, units in (
        (own, MONDAY, 10),
        (other, MONDAY + timedelta(days=6), 15),
        (ours_alone, MONDAY - timedelta(days=1), 4),
        (stranger, MONDAY, 50),
        (own, MONDAY + timedelta(weeks=1), 99),
        (own, MONDAY - timedelta(weeks=11, days=1), 99),
    ):
        CapacityFactory(product=product, made_on=day, reserved=units)

    weeks = share_by_week(own.producer, TODAY)

    mondays = [MONDAY - timedelta(weeks=nth) for nth in reversed(range(12))]
    assert [week.monday for week in weeks] == mondays
    assert [(week.won, week.fair, week.percent) for week in weeks[-2:]] == [
        (2_000, 2_000, 100),
        (10_000, 10_000, 100),
    ]
    assert {(week.won, week.fair, week.percent) for week in weeks[:-2]} == {(0, 0, None)}
    theirs = share_by_week(other.producer, TODAY)[-1]
    assert (theirs.won, theirs.fair) == (30_000, 30_000)


def test_whoever_sells_less_than_its_part_sees_by_how_much() -> None:
    own, other = ProductFactory(), ProductFactory()
    CapacityFactory(product=own, made_on=TODAY, reserved=10)
    CapacityFactory(product=other, made_on=TODAY, reserved=30)

    assert share_by_week(own.producer, TODAY)[-1] == Week(MONDAY, won=15_000, fair=30_000)
    assert share_by_week(own.producer, TODAY)[-1].percent == 50
    assert [week.won for week in share_by_week(ProducerFactory(), TODAY)] == [0] * 12


def test_the_chart_reaches_from_edge_to_edge() -> None:
    first = date(2026, 11, 2)
    weeks = [Week(first, 0, 50), Week(first, 50, 100), Week(first, 200, 0)]

    chart = chart_of(weeks)

    assert chart.won == "0,140.0 300,105.0 600,0.0"
    assert chart.fair == "0,105.0 300,70.0 600,140.0"
    assert chart.highest == 200
    assert chart_of([Week(first, 0, 0)] * 2).won == "0,140.0 600,140.0"


def test_the_share_is_shown_to_the_producer_and_not_to_institutions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("membership.clock.now", lambda: TUESDAY)
    product = CapacityFactory(made_on=TODAY, reserved=10).product
    url = reverse("bundles:product_detail", args=[product.code])

    def weeks_told(user: object) -> int:
        client = Client()
        client.force_login(user)
        return len(client.get(url).context.get("weeks") or [])

    assert [weeks_told(producer_user(product.producer)), weeks_told(orderer())] == [12, 0]
