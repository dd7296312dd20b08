"""The catalogue for programs: who sees which products, and what fills a bundle."""

from datetime import date

import pytest

from membership.allergens import mask
from tests.api_client import api, listed, queries
from tests.factories import (
    DELIVERY_DATE,
    BundleFactory,
    CategoryFactory,
    EditionFactory,
    PlanFactory,
    ProducerFactory,
    ProductFactory,
    bundle_with,
    courier,
    operator,
    orderer,
    producer_user,
)

pytestmark = pytest.mark.django_db
PRODUCTS, BUNDLES, EDITIONS = "/api/v1/products/", "/api/v1/bundles/", "/api/v1/editions/"


def test_product_says_all_but_what_the_hub_pays_and_what_can_be_made() -> None:
    producer = ProducerFactory(name="빵집", name_en="Bakery")
    product = ProductFactory(
        producer=producer, code="rye", name="호밀빵", name_en="Rye", allergens=mask([1, 6])
    )
    assert api(orderer()).get(f"{PRODUCTS}{product.pk}/").json() == {
        "id": product.pk,
        "code": "rye",
        "name": "호밀빵",
        "name_en": "Rye",
        "producer": {"id": producer.pk, "name": "빵집", "name_en": "Bakery"},
        "category": "bread",
        "unit": "1개",
        "unit_en": "1 piece",
        "list_price": 2000,
        "tax_type": "taxable",
        "servings": 1,
        "weight_g": 200,
        "volume_ml": 500,
        "storage": "ambient",
        "allergens": [1, 6],
        "lead_days": 1,
        "is_active": True,
    }


def test_producers_see_their_own_products_and_others_what_is_on_offer() -> None:
    own, gone, other = (
        ProductFactory(name="가"),
        ProductFactory(name="나", is_active=False),
        ProductFactory(name="다", storage="chilled", category=CategoryFactory(code="fruit", position=9)),
    )
    assert listed(producer_user(own.producer), PRODUCTS) == [own.pk]
    assert api(producer_user(own.producer)).get(f"{PRODUCTS}{other.pk}/").status_code == 404
    assert listed(orderer(), PRODUCTS) == [own.pk, other.pk]
    assert api(orderer()).get(f"{PRODUCTS}{gone.pk}/").status_code == 404
    assert listed(operator(), PRODUCTS) == [own.pk, gone.pk, other.pk]
    assert listed(operator(), f"{PRODUCTS}?category=fruit") == [other.pk]
    assert listed(operator(), f"{PRODUCTS}?storage=ambient&producer={gone.producer_id}") == [gone.pk]


def test_bundles_on_offer_are_shown_with_their_slots_and_plan() -> None:
    event = bundle_with("bread", code="meeting", description="회의", base_headcount=10)
    plan = BundleFactory(kind="plan", plan=PlanFactory(code="plan-100"), price=100_000)
    withdrawn = BundleFactory(is_active=False)
    assert api(orderer()).get(f"{BUNDLES}{event.pk}/").json() == {
        "id": event.pk,
        "code": "meeting",
        "name": event.name,
        "name_en": event.name_en,
        "kind": "event",
        "plan": None,
        "description": "회의",
        "description_en": "",
        "base_headcount": 10,
        "price": 20_000,
        "slots": [{"position": 1, "category": "bread", "servings_per_person": "1.00", "fixed_quantity": 0}],
    }
    assert listed(courier(), BUNDLES) == [event.pk, plan.pk]
    assert listed(orderer(), f"{BUNDLES}?plan=plan-100") == [plan.pk]
    assert api(operator()).get(f"{BUNDLES}{withdrawn.pk}/").status_code == 404


def test_editions_are_found_by_bundle_date_and_contents() -> None:
    bread, tea = EditionFactory(), EditionFactory(bundle=bundle_with("tea"), delivery_date=date(2026, 12, 8))
    reader = orderer()
    product = bread.items.get().product
    assert api(reader).get(f"{EDITIONS}{bread.pk}/").json() == {
        "id": bread.pk,
        "bundle": {
            "id": bread.bundle_id,
            "code": bread.bundle.code,
            "name": bread.bundle.name,
            "name_en": bread.bundle.name_en,
        },
        "delivery_date": DELIVERY_DATE.isoformat(),
        "exclusions": [],
        "composed_at": "2026-11-24T09:00:00+09:00",
        "items": [
            {
                "position": 1,
                "category": "bread",
                "product": {
                    "id": product.pk,
                    "code": product.code,
                    "name": product.name,
                    "name_en": product.name_en,
                    "producer": {
                        "id": product.producer_id,
                        "name": product.producer.name,
                        "name_en": product.producer.name_en,
                    },
                },
            }
        ],
    }
    assert listed(reader, EDITIONS) == [tea.pk, bread.pk]
    assert listed(reader, f"{EDITIONS}?bundle={tea.bundle_id}") == [tea.pk]
    assert listed(reader, f"{EDITIONS}?delivery_date=2026-12-01") == [bread.pk]
    assert listed(reader, f"{EDITIONS}?delivery_date_from=2026-12-02") == [tea.pk]
    assert listed(reader, f"{EDITIONS}?delivery_date_until=2026-12-01") == [bread.pk]
    assert listed(reader, f"{EDITIONS}?product={product.pk}") == [bread.pk]
    assert listed(reader, f"{EDITIONS}?producer={product.producer_id}") == [bread.pk]
    assert listed(reader, f"{EDITIONS}?category=tea") == [tea.pk]


def test_an_edition_with_two_products_of_a_producer_is_listed_once() -> None:
    edition = EditionFactory(bundle=bundle_with("bread", "tea"))
    producer = ProducerFactory()
    for item in edition.items.all():
        item.product.producer = producer
        item.product.save()
    assert listed(orderer(), f"{EDITIONS}?producer={producer.pk}") == [edition.pk]


def test_a_date_that_is_none_is_named() -> None:
    answer = api(orderer()).get(f"{EDITIONS}?delivery_date_from=2026-13-01")
    assert (answer.status_code, list(answer.json())) == (400, ["delivery_date_from"])


def test_lists_take_as_many_queries_for_three_rows_as_for_one() -> None:
    user, lists = operator(), (PRODUCTS, BUNDLES, EDITIONS)
    EditionFactory(bundle=bundle_with("bread", "tea"))
    one = queries(user, *lists)
    for code in ("fruit", "lunch"):
        EditionFactory(bundle=bundle_with(code, "bread", "tea"))
    assert queries(user, *lists) == one
