"""An edition is composed once for a bundle and a date, from what the day still has."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from bundles.actions.compose import compose_wanted, keep_edition
from bundles.composition.rules import made_on_the_day
from bundles.edition_key import EditionKey
from bundles.edition_requests import Wanted
from bundles.exceptions import CannotCompose
from bundles.models import Bundle, Edition, Product, Room
from tests.factories import (
    DELIVERY_DATE,
    TUESDAY,
    BundleFactory,
    CapacityFactory,
    CategoryFactory,
    CertificationFactory,
    ProductFactory,
    bundle_with,
)
from tests.snapshot import everything

pytestmark = pytest.mark.django_db


def composed(
    bundle: Bundle,
    day: date = DELIVERY_DATE,
    *,
    headcount: int = 10,
    exclusions: int = 0,
    standard_worth: int = 0,
    lead_days_left: int = 3,
    received: dict[int, list[EditionKey]] | None = None,
    planned: dict[tuple[Room, date], int] | None = None,
    now: datetime = TUESDAY,
) -> Edition:
    wanted = Wanted(bundle, day, exclusions, (headcount,), lead_days_left, standard_worth=standard_worth)
    result = compose_wanted(
        [wanted],
        received=received or {},
        planned=planned or {},
        made_on=made_on_the_day,
        ratings={},
        seconds=10,
    )
    return keep_edition(wanted, result, now=now)


def products(edition: Edition) -> list[Any]:
    return [item.product for item in edition.items.select_related("product")]


def test_composing_twice_gives_the_same_edition() -> None:
    bundle = bundle_with("bread", "coffee")

    first = composed(bundle)
    after = everything()

    assert composed(bundle, headcount=500, now=TUESDAY + timedelta(days=1)) == first
    assert everything() == after
    assert (first.composed_at, len(products(first))) == (TUESDAY, 2)


def test_nothing_repeats_for_the_same_members() -> None:
    bundle = bundle_with("bread", repeat_editions=2)
    days = [DELIVERY_DATE + timedelta(days=7 * week) for week in range(4)]
    received = {1: [EditionKey(bundle.pk, day, 0) for day in days]}

    editions = [composed(bundle, day, received=received) for day in days]
    taken = [products(edition)[0] for edition in editions]

    assert len(set(taken[:3])) == 3
    assert taken[3] == taken[0]
    assert [edition.relaxed for edition in editions] == ["", "", "", ""]


def test_rotation_gives_way_last_and_says_so() -> None:
    bundle = bundle_with("bread", repeat_editions=4)
    days = [DELIVERY_DATE + timedelta(days=7 * week) for week in range(4)]
    received = {1: [EditionKey(bundle.pk, day, 0) for day in days]}

    editions = [composed(bundle, day, received=received) for day in days]

    assert editions[3].relaxed == "rotation_of_producers rotation_of_products"


def test_expired_certificates_keep_a_producer_out() -> None:
    bundle = bundle_with("bread")
    first, second, third = CategoryFactory(code="bread").products.order_by("pk")
    for product, until in ((first, -1), (second, -1), (third, 0)):
        CertificationFactory(organization=product.producer, valid_until=DELIVERY_DATE + timedelta(days=until))

    assert products(composed(bundle)) == [third]


def test_an_edition_costs_and_is_worth_what_its_bundle_promises() -> None:
    bundle = bundle_with("bread", price=19_000, saving_percent=5)
    cheap, dear, right = CategoryFactory(code="bread").products.order_by("pk")
    Product.objects.filter(pk=cheap.pk).update(list_price=1_900, supply_price=1_400)
    Product.objects.filter(pk=dear.pk).update(supply_price=1_700)

    edition = composed(bundle)

    assert products(edition) == [right]
    assert (edition.cost, edition.worth, edition.relaxed) == (15_000, 20_000, "")


def test_a_price_that_nothing_fits_is_served_by_the_best_and_says_so() -> None:
    edition = composed(bundle_with("bread", price=10_000))

    assert (edition.cost, edition.relaxed) == (15_000, "max_cost")


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

    assert products(composed(bundle, planned={(second.room, DELIVERY_DATE): 195})) == [third]


def test_only_producers_who_have_time_and_are_on_offer() -> None:
    bundle = bundle_with("bread")
    slow, gone, left = CategoryFactory(code="bread").products.order_by("pk")
    slow.lead_days = 4
    slow.save()
    gone.producer.is_active = False
    gone.producer.save()

    assert products(composed(bundle)) == [left]


def test_a_bundle_without_slots_has_no_edition() -> None:
    with pytest.raises(CannotCompose, match="no_slots"):
        composed(BundleFactory())
    assert not Edition.objects.exists()


def test_what_nobody_can_make_in_time_leaves_no_edition() -> None:
    with pytest.raises(CannotCompose, match="lead_time") as caught:
        composed(bundle_with("bread"), lead_days_left=0)
    assert caught.value.reason == "too_late"
    assert not Edition.objects.exists()
