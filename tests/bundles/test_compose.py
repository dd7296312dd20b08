"""An edition is composed once for a bundle and a date, from what the day still has."""

from datetime import date, timedelta
from typing import Any

import pytest

from bundles.actions.compose import compose_edition
from bundles.composer import CannotCompose
from bundles.models import Bundle, Edition
from tests.factories import (
    DELIVERY_DATE,
    TUESDAY,
    BundleFactory,
    CapacityFactory,
    CategoryFactory,
    ProductFactory,
    bundle_with,
)
from tests.snapshot import everything

pytestmark = pytest.mark.django_db


def composed(bundle: Bundle, day: date = DELIVERY_DATE, **changes: Any) -> Edition:
    details = {"headcount": 10, "max_lead_days": 3, "planned_units": {}, "now": TUESDAY}
    return compose_edition(bundle, day, **details | changes)


def products(edition: Edition) -> list[Any]:
    return [item.product for item in edition.items.select_related("product")]


def test_composing_twice_gives_the_same_edition() -> None:
    bundle = bundle_with("bread", "coffee")

    first = composed(bundle)
    after = everything()

    assert composed(bundle, headcount=500, now=TUESDAY + timedelta(days=1)) == first
    assert everything() == after
    assert (first.composed_at, len(products(first))) == (TUESDAY, 2)


def test_products_change_from_date_to_date() -> None:
    bundle = bundle_with("bread")

    editions = [composed(bundle, DELIVERY_DATE + timedelta(days=7 * week)) for week in range(4)]
    taken = [products(edition)[0] for edition in editions]

    assert len(set(taken[:3])) == 3
    assert taken[3] == taken[0]


def test_capacity_must_do_for_everybody_expected() -> None:
    category = CategoryFactory(code="bread")
    small = ProductFactory(category=category, daily_capacity=29)
    large = ProductFactory(category=category, daily_capacity=30)
    bundle = bundle_with("bread")
    category.products.exclude(pk__in=[small.pk, large.pk]).delete()

    assert products(composed(bundle, headcount=30)) == [large]


def test_what_is_reserved_or_planned_for_others_is_not_free() -> None:
    bundle = bundle_with("bread")
    first, second, third = CategoryFactory(code="bread").products.order_by("pk")
    CapacityFactory(product=first, limit=200, reserved=195)

    assert products(composed(bundle, planned_units={second.pk: 195})) == [third]


def test_only_producers_who_have_time_and_are_on_offer() -> None:
    bundle = bundle_with("bread")
    slow, gone, left = CategoryFactory(code="bread").products.order_by("pk")
    slow.lead_days = 4
    slow.save()
    gone.producer.is_active = False
    gone.producer.save()

    assert products(composed(bundle)) == [left]


@pytest.mark.parametrize(
    ("bundle", "reason"),
    [
        (lambda: BundleFactory(), "no_slots"),
        (lambda: bundle_with("bread", price=10_000), "too_expensive"),
    ],
)
def test_what_cannot_be_composed_leaves_no_edition(bundle: Any, reason: str) -> None:
    with pytest.raises(CannotCompose, match=reason):
        composed(bundle())
    assert not Edition.objects.exists()
