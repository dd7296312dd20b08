"""Which products may stand in: same category, no new allergen, price and certification kept, in time."""

from datetime import date
from typing import Any

import pytest

from bundles.models import Product
from membership.allergens import mask
from membership.exclusions import mask as excluded
from orders.supply import read_supply
from orders.working_days import WorkingDays
from tests.factories import DELIVERY_DATE, CategoryFactory, CertificationFactory, ProductFactory

pytestmark = pytest.mark.django_db


def found(product: Product, exclusions: int = 0) -> list[Product]:
    supply = read_supply([product], DELIVERY_DATE, WorkingDays(), categories=[product.category_id])
    return supply.stand_ins(product, exclusions)


def test_only_the_same_category_and_what_is_on_offer() -> None:
    product = ProductFactory()
    other = ProductFactory()
    ProductFactory(category=CategoryFactory(code="coffee"))
    ProductFactory(is_active=False)
    ProductFactory(producer__is_active=False)

    assert found(product) == [other]


@pytest.mark.parametrize(
    ("allergens", "is_allowed"), [([], True), ([1], True), ([1, 6], True), ([2], False), ([1, 2], False)]
)
def test_no_allergen_is_added(allergens: list[int], is_allowed: bool) -> None:
    product = ProductFactory(allergens=mask([1, 6]))
    other = ProductFactory(allergens=mask(allergens))

    assert found(product) == ([other] if is_allowed else [])


@pytest.mark.parametrize(
    ("fields", "exclusions"),
    [
        ({"allergens": mask([4])}, "4"),
        ({"is_vegan": False}, "vegan"),
        ({"is_halal": False}, "halal"),
        ({"storage": "chilled"}, "no_chilled"),
    ],
)
def test_what_an_order_excludes_never_stands_in_though_the_first_had_it(
    fields: dict[str, Any], exclusions: str
) -> None:
    usual = {"is_vegan": True, "is_halal": True}
    product = ProductFactory(**usual | fields)
    other = ProductFactory(**usual | fields)

    assert found(product) == [other]
    assert found(product, exclusions=excluded([exclusions])) == []


@pytest.mark.parametrize(
    ("list_price", "servings", "is_allowed"),
    [(1_500, 1, True), (2_500, 1, True), (1_499, 1, False), (2_501, 1, False), (20_000, 10, True)],
)
def test_the_price_of_a_serving_stays_within_a_quarter(
    list_price: int, servings: int, is_allowed: bool
) -> None:
    product = ProductFactory()
    other = ProductFactory(list_price=list_price, supply_price=1_000, servings=servings)

    assert found(product) == ([other] if is_allowed else [])


def test_the_nearest_in_price_comes_first() -> None:
    product = ProductFactory()
    prices = [2_300, 2_000, 1_900]
    others = [ProductFactory(list_price=price, supply_price=1_000) for price in prices]

    assert found(product) == [others[1], others[2], others[0]]


@pytest.mark.parametrize(("lead_days", "is_allowed"), [(3, True), (4, False)])
def test_the_lead_time_must_fit(lead_days: int, is_allowed: bool) -> None:
    product = ProductFactory(lead_days=3)
    other = ProductFactory(lead_days=lead_days)

    assert found(product) == ([other] if is_allowed else [])


def test_one_certification_that_counts_on_the_day_is_kept() -> None:
    product = ProductFactory()
    CertificationFactory(organization=product.producer, kind="women_owned")
    CertificationFactory(organization=product.producer, kind="social_enterprise")
    same, different, expired, none = (ProductFactory() for _ in range(4))
    CertificationFactory(organization=same.producer, kind="women_owned")
    CertificationFactory(organization=different.producer, kind="disabled_owned")
    CertificationFactory(organization=expired.producer, kind="women_owned", valid_until=date(2026, 11, 30))

    assert found(product) == [same]
    assert found(none) == [product, same, different, expired]
