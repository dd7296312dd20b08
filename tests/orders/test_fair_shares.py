"""The picture and the list of the producers' fair shares."""

from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from bundles.models import Product
from membership.models import Organization, User
from orders.fair_chart import HEIGHT, TOP, WIDTH, chart_of
from orders.fair_shares import Share
from tests.factories import (
    DELIVERY_DATE,
    TUESDAY,
    EditionFactory,
    OrderFactory,
    bundle_with,
    fixed_order,
    operator,
)

pytestmark = pytest.mark.django_db
FAIRNESS = reverse("orders:compose_fairness")


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("membership.clock.now", lambda: TUESDAY)


@pytest.fixture
def producers() -> list[Organization]:
    """Three who offer alike: the first has sold, the second will, the third has nothing."""
    bundle = bundle_with("bread")
    products = list(Product.objects.order_by("pk"))
    for product, name in zip(products, ("나무", "가람", "다솜"), strict=True):
        Organization.objects.filter(pk=product.producer_id).update(name=name, name_en=f"{name} Bakery")
    EditionFactory(bundle=bundle, products=products[:1])
    fixed_order(bundle=bundle, headcount=20)
    next_day = date(2026, 12, 2)
    assert next_day > DELIVERY_DATE
    EditionFactory(bundle=bundle, delivery_date=next_day, products=products[1:2])
    OrderFactory(bundle=bundle, delivery_date=next_day, headcount=10)
    return list(Organization.objects.filter(products__in=products).order_by("pk"))


def listed(**query: Any) -> list[str]:
    user = operator()
    User.objects.filter(pk=user.pk).update(language="ko")
    client = Client()
    client.force_login(User.objects.get(pk=user.pk))
    return [share.producer.name for share in client.get(FAIRNESS, query).context["page_obj"]]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({}, ["다솜", "가람", "나무"]),
        ({"sort": "above"}, ["나무", "가람", "다솜"]),
        ({"sort": "sales"}, ["나무", "가람", "다솜"]),
        ({"sort": "name"}, ["가람", "나무", "다솜"]),
        ({"sort": "nonsense"}, ["다솜", "가람", "나무"]),
        ({"q": " 람"}, ["가람"]),
        ({"q": "나무 BAKERY"}, ["나무"]),
        ({"q": "nobody"}, []),
        ({"newcomers": "on"}, ["다솜", "가람"]),
        ({"page": "99"}, ["다솜", "가람", "나무"]),
    ],
)
def test_producers_are_found_and_put_in_order(
    producers: list[Organization], query: dict[str, str], names: list[str]
) -> None:
    assert listed(**query) == names


def test_each_producer_is_a_bar_in_order_of_what_it_reaches() -> None:
    def share(sold: int, fair_share: int, *, is_newcomer: bool = False) -> Share:
        return Share(Organization(), sold, 0, fair_share, is_newcomer)

    chart = chart_of([share(300, 100), share(0, 100, is_newcomer=True), share(50, 100), share(5, 0)])

    step = WIDTH / 3
    half = 50 / TOP * HEIGHT
    assert chart.newcomers == f"M0.0 {HEIGHT}v-1.0h{step * 0.8:.2f}v1.0z"
    assert chart.known == (
        f"M{step:.1f} {HEIGHT}v-{half:.1f}h{step * 0.8:.2f}v{half:.1f}z"
        f"M{2 * step:.1f} {HEIGHT}v-{HEIGHT}.0h{step * 0.8:.2f}v{HEIGHT}.0z"
    )
    assert chart.fair == HEIGHT * 0.6


def test_a_town_without_producers_is_said_in_words() -> None:
    assert listed() == []
