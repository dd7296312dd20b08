"""How a producer's sales develop against its fair share, week by week."""

from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from bundles.models import Closure
from bundles.share import Week, chart_of, share_by_category, share_by_week
from membership.models import User
from tests.factories import (
    TUESDAY,
    CapacityFactory,
    CategoryFactory,
    CertificationFactory,
    ProducerFactory,
    ProductFactory,
    operator,
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


def client_of(user: User) -> Client:
    User.objects.filter(pk=user.pk).update(language="en")
    client = Client()
    client.force_login(User.objects.get(pk=user.pk))
    return client


def test_fair_share_is_explained_by_category() -> None:
    """A quarter of the bread on offer is ours, and all of the tea."""
    bread, tea = CategoryFactory(code="bread", position=1), CategoryFactory(code="tea", position=2)
    own, other = ProductFactory(category=bread), ProductFactory(category=bread, daily_capacity=600)
    leaf = ProductFactory(producer=own.producer, category=tea)
    for product, units, weeks in ((own, 10, 0), (other, 30, 3), (leaf, 2, 0), (other, 99, 4)):
        CapacityFactory(product=product, made_on=TODAY - timedelta(weeks=weeks), reserved=units)

    rows = share_by_category(own.producer, TODAY)

    assert [(row.category, row.part_percent, row.everybody, row.fair, row.won) for row in rows] == [
        (bread, 25, 60_000, 15_000, 15_000),
        (tea, 100, 3_000, 3_000, 3_000),
    ]


@pytest.mark.parametrize(
    ("ours", "standing", "words"),
    [
        (0, "less", "You sold less than your fair share"),
        (8, "even", "You sold about your fair share"),
        (13, "more", "You sold more than your fair share"),
    ],
)
def test_page_says_how_the_producer_stands(
    monkeypatch: pytest.MonkeyPatch, ours: int, standing: str, words: str
) -> None:
    monkeypatch.setattr("membership.clock.now", lambda: TUESDAY)
    own, other = ProductFactory(), ProductFactory()
    CapacityFactory(product=own, made_on=TODAY, reserved=ours)
    CapacityFactory(product=other, made_on=TODAY, reserved=20 - ours)

    page = client_of(producer_user(own.producer)).get(
        reverse("bundles:producer_share", args=[own.producer_id])
    )

    assert (page.context["standing"], page.context["percent"]) == (standing, ours * 10)
    assert words in page.content.decode()


def test_page_names_what_keeps_the_producer_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("membership.clock.now", lambda: TUESDAY)
    producer = ProductFactory(is_active=False).producer
    CertificationFactory(organization=producer, valid_until=date(2026, 10, 31))
    Closure.objects.create(
        producer=producer, first_day=TODAY - timedelta(days=2), last_day=TODAY + timedelta(days=5)
    )
    client = client_of(producer_user(producer))

    context = client.get(reverse("bundles:producer_share", args=[producer.pk])).context

    assert (context["standing"], context["percent"]) == ("none", None)
    assert context["hindrances"] == [
        "No certificate is valid any more; the last one ended on Oct. 31, 2026.",
        "3 closed days in these weeks.",
        "1 product is not on offer.",
        "No product is on offer.",
    ]


def test_share_is_told_to_the_producer_and_operators_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("membership.clock.now", lambda: TUESDAY)
    producer = CapacityFactory(made_on=TODAY, reserved=10).product.producer
    url = reverse("bundles:producer_share", args=[producer.pk])
    people = (producer_user(producer), operator(), orderer(), producer_user())
    assert [client_of(user).get(url).status_code for user in people] == [200, 200, 404, 404]
