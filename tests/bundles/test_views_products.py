"""The catalogue's products: each role sees its part, and prices and capacity only whom they concern."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from bundles.models import Product
from membership.allergens import mask
from membership.models import User
from tests.factories import (
    DELIVERY_DATE,
    TUESDAY,
    CapacityFactory,
    CategoryFactory,
    ProductFactory,
    courier,
    operator,
    orderer,
    producer_user,
    viewer,
)

pytestmark = pytest.mark.django_db
LIST = reverse("bundles:product_list")


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("membership.clock.now", lambda: TUESDAY)


def client_of(user: User, language: str = "en") -> Client:
    User.objects.filter(pk=user.pk).update(language=language)
    client = Client()
    client.force_login(User.objects.get(pk=user.pk))
    return client


def url(product: Product) -> str:
    return reverse("bundles:product_detail", args=[product.code])


def listed(user: User, query: str = "") -> list[Product]:
    return [row["product"] for row in client_of(user).get(LIST + query).context["rows"]]


def test_each_role_lists_its_part_of_the_products() -> None:
    own, withdrawn, other = (
        ProductFactory(name="가"),
        ProductFactory(name="나", is_active=False),
        ProductFactory(name="다"),
    )
    assert listed(producer_user(own.producer)) == [own]
    assert listed(producer_user(withdrawn.producer)) == [withdrawn]
    assert listed(operator()) == [own, withdrawn, other]
    assert listed(orderer()) == listed(viewer()) == [own, other]


def test_a_product_outside_of_ones_part_does_not_exist() -> None:
    own, withdrawn = ProductFactory(), ProductFactory(is_active=False)

    def answer(user: User, product: Product) -> int:
        return client_of(user).get(url(product)).status_code

    assert answer(producer_user(), own) == 404
    assert answer(orderer(), withdrawn) == 404
    assert [answer(courier(), own), client_of(courier()).get(LIST).status_code] == [404, 404]
    assert [answer(orderer(), own), answer(operator(), withdrawn)] == [200, 200]
    assert answer(producer_user(withdrawn.producer), withdrawn) == 200


def test_supply_price_and_capacity_are_for_the_producer_and_the_hub() -> None:
    product = ProductFactory(list_price=2_345, supply_price=1_678, daily_capacity=987)
    CapacityFactory(product=product, limit=987, reserved=654)
    secrets = ("₩1,678", "987", "654")

    def told(user: User, page: str) -> set[str]:
        html = client_of(user).get(page).content.decode()
        assert "₩2,345" in html
        return {secret for secret in secrets if secret in html}

    for page in (LIST, url(product)):
        assert told(producer_user(product.producer), page) == set(secrets)
        assert told(operator(), page) == set(secrets)
        assert told(orderer(), page) == set()


def test_product_detail_names_allergens_in_the_readers_language() -> None:
    product = ProductFactory(allergens=mask([2, 6]))
    user = orderer()

    assert client_of(user).get(url(product)).context["allergens"] == ["2 Milk", "6 Wheat"]
    assert client_of(user, "ko").get(url(product)).context["allergens"] == ["2 우유", "6 밀"]


def test_capacity_is_shown_for_coming_days_and_the_fullest_of_them() -> None:
    product = ProductFactory()
    yesterday, today, busy, last, too_far = (
        TUESDAY.date() + timedelta(days=days) for days in (-1, 0, 7, 27, 28)
    )
    for day, reserved in ((yesterday, 200), (today, 10), (busy, 150), (last, 20), (too_far, 200)):
        CapacityFactory(product=product, made_on=day, reserved=reserved)
    client = client_of(producer_user(product.producer))

    (row,) = client.get(LIST).context["rows"]
    assert (row["fullest"].made_on, row["fullest"].reserved) == (busy, 150)
    assert busy == DELIVERY_DATE
    capacities = client.get(url(product)).context["capacities"]
    assert [capacity.made_on for capacity in capacities] == [today, busy, last]


def test_product_list_filters_by_name_in_both_languages_and_category() -> None:
    cake = ProductFactory(name="당근케이크", name_en="Carrot cake", category__code="bread")
    tea = ProductFactory(name="보리차", name_en="Barley tea", category__code="tea")
    CategoryFactory(code="gift")
    user = operator()

    assert listed(user, "?q=케이크") == [cake]
    assert listed(user, "?q=barley") == [tea]
    assert listed(user, "?category=tea") == [tea]
    assert listed(user, "?category=gift") == []
    assert listed(user, "?q=tea&category=bread") == []
    assert sorted(listed(user, "?category=lost"), key=lambda product: product.pk) == [cake, tea]


def test_product_list_asks_as_often_for_one_product_as_for_three() -> None:
    user = operator()
    counts = []
    for more in (1, 2):
        for _ in range(more):
            CapacityFactory(reserved=5)
        client = client_of(user)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(LIST).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_products_come_in_pages() -> None:
    producer = ProductFactory().producer
    ProductFactory.create_batch(25, producer=producer)
    client = client_of(producer_user(producer))

    assert [len(client.get(f"{LIST}?page={page}").context["rows"]) for page in (1, 2)] == [25, 1]
