"""Exclusions that leave a slot empty are named, as few of them as do it."""

from datetime import timedelta

import pytest
from django.utils import translation

from bundles.gaps import find_gaps
from bundles.models import Bundle, Product
from membership.exclusions import NO_CHILLED, VEGAN, mask
from tests.factories import DELIVERY_DATE, CategoryFactory, bundle_with

pytestmark = pytest.mark.django_db
PEANUTS, NUTS = mask(["4"]), mask(["4", "14"])


def breads(**fields: object) -> list[Product]:
    rows = CategoryFactory(code="bread").products
    rows.update(**fields)
    return list(rows.order_by("pk"))


def found(bundle: Bundle, exclusions: int, **when: object) -> list[tuple[str, int]]:
    return [(gap.slot.category.code, gap.exclusions) for gap in find_gaps(bundle, exclusions, **when)]


def test_the_exclusion_that_nothing_fits_is_named_with_its_category() -> None:
    bundle = bundle_with("bread", "coffee")
    breads(is_vegan=False)
    CategoryFactory(code="coffee").products.update(is_vegan=True)

    gaps = find_gaps(bundle, VEGAN | PEANUTS)

    assert [(gap.slot.category.code, gap.exclusions) for gap in gaps] == [("bread", VEGAN)]
    with translation.override("en"):
        assert str(gaps[0]) == "bread: no product fits “vegan only”."
    with translation.override("ko"):
        assert str(gaps[0]) == "bread: ‘비건’ 조건에 맞는 상품이 없습니다."


def test_exclusions_that_only_together_leave_nothing_are_named_together() -> None:
    bundle = bundle_with("bread")
    first, second, third = breads(is_vegan=True)
    Product.objects.filter(pk__in=[first.pk, second.pk]).update(is_vegan=False)
    Product.objects.filter(pk=third.pk).update(allergens=PEANUTS)

    assert found(bundle, VEGAN | NUTS) == [("bread", VEGAN | PEANUTS)]
    assert found(bundle, VEGAN) == []
    assert found(bundle, NUTS) == []


def test_without_exclusions_nothing_is_asked(django_assert_num_queries) -> None:
    bundle = bundle_with("bread")
    breads(is_active=False)

    with django_assert_num_queries(0):
        assert find_gaps(bundle, 0) == []


def test_what_lacks_anyway_is_not_for_the_exclusions() -> None:
    bundle = bundle_with("bread")
    breads(is_active=False)

    assert found(bundle, VEGAN) == []


def test_as_many_products_as_the_slot_shows_must_fit() -> None:
    bundle = bundle_with("bread")
    first, *_others = breads()
    Product.objects.filter(pk=first.pk).update(is_vegan=True)
    bundle.slots.update(variety=2)

    assert found(bundle, VEGAN) == [("bread", VEGAN)]


def test_a_slot_that_takes_nothing_chilled_counts_what_it_takes() -> None:
    bundle = bundle_with("bread")
    first, *_others = breads()
    Product.objects.filter(pk=first.pk).update(is_vegan=True, storage="chilled")

    assert found(bundle, VEGAN) == []
    assert found(bundle, VEGAN | NO_CHILLED) == [("bread", VEGAN | NO_CHILLED)]
    bundle.slots.update(is_ambient_only=True)
    assert found(bundle, VEGAN) == [("bread", VEGAN)]


def test_only_the_season_of_the_day_counts() -> None:
    bundle = bundle_with("bread")
    first, *_others = breads()
    Product.objects.filter(pk=first.pk).update(is_vegan=True, offered_from=DELIVERY_DATE)

    assert found(bundle, VEGAN, day=DELIVERY_DATE) == []
    assert found(bundle, VEGAN, day=DELIVERY_DATE - timedelta(days=1)) == [("bread", VEGAN)]
