"""An institution with exclusions receives a variant of equal worth, and never what it excludes."""

from datetime import timedelta
from typing import Any

import pytest

from bundles.edition_key import EditionKey
from bundles.exceptions import CannotCompose
from bundles.models import Bundle, Edition, Product
from membership.exclusions import FULL_MASK, HALAL, NO_CHILLED, VEGAN, mask
from orders import cycle
from orders.actions.editions import ensure_edition, planned_rooms, recompose_edition, slowest_lead
from orders.actions.shortage import report_shortage
from orders.coming import coming_deliveries
from orders.models import CycleItem, Order, PurchaseOrderLine
from orders.production import what_to_make
from orders.working_days import WorkingDays
from tests.factories import (
    CUTOFF,
    DELIVERY_DATE,
    TUESDAY,
    CapacityFactory,
    CategoryFactory,
    EditionFactory,
    OccurrenceFactory,
    OrderFactory,
    ProductFactory,
    StandingOrderFactory,
    bundle_with,
    fixed_order,
    orderer,
    producer_user,
)

pytestmark = pytest.mark.django_db
PEANUTS = mask(["4"])
# Of the three breads only the last has no peanuts, is vegan and halal, and isn't chilled.
KINDS = {"peanuts": PEANUTS, "vegan": VEGAN, "halal": HALAL, "chilled": NO_CHILLED, "all": FULL_MASK}


def bundle_of_breads(**fields: Any) -> tuple[Bundle, Product, Product, Product]:
    """A bundle of bread: two with peanuts, chilled, neither vegan nor halal; and a third without all that."""
    bundle = bundle_with("bread", **fields)
    first, second, plain = CategoryFactory(code="bread").products.order_by("pk")
    Product.objects.filter(pk__in=[first.pk, second.pk]).update(allergens=PEANUTS, storage="chilled")
    Product.objects.filter(pk=plain.pk).update(is_vegan=True, is_halal=True)
    return bundle, *Product.objects.filter(pk__in=[first.pk, second.pk, plain.pk]).order_by("pk")


def composed(bundle: Bundle, exclusions: int) -> Edition:
    return ensure_edition(EditionKey(bundle.pk, DELIVERY_DATE, exclusions), now=TUESDAY)


def products(edition: Edition) -> list[Product]:
    return [item.product for item in edition.items.order_by("slot__position", "pk")]


# -- Composing ------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_a_variant_holds_only_what_isn_t_excluded(kind: str) -> None:
    bundle, *_others, plain = bundle_of_breads()

    assert products(composed(bundle, KINDS[kind])) == [plain]


def test_one_edition_for_each_set_of_exclusions_and_one_for_all_who_share_it() -> None:
    bundle, *_others, plain = bundle_of_breads()
    for exclusions in (0, PEANUTS, PEANUTS, VEGAN):
        StandingOrderFactory(bundle=bundle, exclusions=exclusions, ends_on=DELIVERY_DATE)

    cycle.preview(now=TUESDAY)

    editions = Edition.objects.on(DELIVERY_DATE).order_by("exclusions")
    assert [edition.key for edition in editions] == [
        EditionKey(bundle.pk, DELIVERY_DATE, exclusions) for exclusions in (0, PEANUTS, VEGAN)
    ]
    assert [products(edition) for edition in editions[1:]] == [[plain], [plain]]
    assert not CycleItem.objects.filter(outcome="failed").exists()


def test_a_variant_is_worth_as_much_as_the_standard_edition_where_that_can_be() -> None:
    bundle, first, _second, plain = bundle_of_breads()
    richer = ProductFactory(category=plain.category, list_price=2_600, is_vegan=True)
    EditionFactory(bundle=bundle, products=[first])
    Edition.objects.update(worth=25_000)

    variant = composed(bundle, VEGAN)

    assert (products(variant), variant.worth, variant.relaxed) == ([richer], 26_000, "")


def test_a_variant_that_cannot_be_worth_as_much_keeps_what_the_bundle_promises_and_says_so() -> None:
    bundle, first, _second, plain = bundle_of_breads(saving_percent=0)
    ProductFactory(category=plain.category, list_price=1_900, supply_price=1_000, is_vegan=True)
    EditionFactory(bundle=bundle, products=[first])
    Edition.objects.update(worth=25_000)

    variant = composed(bundle, VEGAN)

    assert (products(variant), variant.worth, variant.relaxed) == ([plain], 20_000, "standard_worth")


def test_the_sweep_composes_the_standard_edition_before_its_variants() -> None:
    bundle, first, second, plain = bundle_of_breads()
    Product.objects.filter(pk__in=[first.pk, second.pk]).update(list_price=2_500)
    ProductFactory(category=plain.category, list_price=2_700, supply_price=1_650, is_vegan=True, lead_days=3)
    for exclusions in (VEGAN, 0):
        OccurrenceFactory(standing_order=StandingOrderFactory(bundle=bundle, exclusions=exclusions))

    cycle.preview(now=TUESDAY)

    standard, variant = Edition.objects.on(DELIVERY_DATE).order_by("exclusions")
    assert standard.worth in (25_000, 27_000)
    assert (variant.worth, variant.relaxed) == (27_000, "")


def test_what_the_exclusions_make_impossible_is_named() -> None:
    bundle, *_others, plain = bundle_of_breads()
    Product.objects.filter(pk=plain.pk).update(is_vegan=False)

    with pytest.raises(CannotCompose) as error:
        composed(bundle, VEGAN | PEANUTS)

    assert (error.value.reason, error.value.detail) == ("no_edition", "vegan")


def test_a_variant_that_fails_is_kept_in_the_ledger_and_the_standard_edition_comes() -> None:
    bundle, *_others = bundle_of_breads()
    Product.objects.update(is_vegan=False)
    for exclusions in (0, VEGAN):
        OccurrenceFactory(standing_order=StandingOrderFactory(bundle=bundle, exclusions=exclusions))

    cycle.preview(now=TUESDAY)
    cycle.preview(now=TUESDAY)

    rows = CycleItem.objects.filter(run__step="compose", delivery_date=DELIVERY_DATE).order_by("pk")
    assert list(rows.values_list("outcome", "exclusions", "detail")) == [
        ("done", 0, ""),
        ("failed", VEGAN, "vegan"),
    ]


def test_the_cutoff_follows_the_edition_of_the_order_alone() -> None:
    bundle, first, _second, plain = bundle_of_breads()
    Product.objects.filter(pk=plain.pk).update(lead_days=4)
    EditionFactory(bundle=bundle, products=[first])
    standing = [StandingOrderFactory(bundle=bundle, exclusions=exclusions) for exclusions in (0, VEGAN)]
    usual, vegan = [OccurrenceFactory(standing_order=each) for each in standing]

    composed(bundle, VEGAN)

    usual.refresh_from_db()
    vegan.refresh_from_db()
    assert (usual.cutoff_at, vegan.cutoff_at) == (CUTOFF, CUTOFF - timedelta(days=1))
    assert [slowest_lead(each.edition_key(DELIVERY_DATE)) for each in standing] == [1, 4]


def test_composing_a_variant_again_keeps_its_exclusions() -> None:
    bundle, *_others, plain = bundle_of_breads()
    other = ProductFactory(category=plain.category, is_vegan=True)
    variant = composed(bundle, VEGAN)
    [before] = products(variant)

    recompose_edition(variant, locked=(), banned={before.pk}, now=TUESDAY + timedelta(hours=1))

    assert products(variant) == [{plain: other, other: plain}[before]]


# -- Orders ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_an_order_is_made_from_its_variant(kind: str) -> None:
    bundle, first, _second, plain = bundle_of_breads()
    EditionFactory(bundle=bundle, products=[first])

    excluding = fixed_order(bundle=bundle, exclusions=KINDS[kind])
    usual = fixed_order(bundle=bundle)

    assert excluding.lines.get().product == plain
    assert usual.lines.get().product == first


def test_an_order_of_a_standing_order_keeps_its_exclusions() -> None:
    bundle, *_others, plain = bundle_of_breads()
    standing = StandingOrderFactory(bundle=bundle, exclusions=VEGAN)

    order = fixed_order(occurrence=OccurrenceFactory(standing_order=standing))

    assert (order.exclusions, order.lines.get().product) == (VEGAN, plain)


def test_a_stand_in_at_the_cutoff_respects_what_is_excluded() -> None:
    bundle, first, second, plain = bundle_of_breads()
    Product.objects.filter(pk=first.pk).update(allergens=0, storage="ambient", is_vegan=True)
    EditionFactory(bundle=bundle, products=[first], exclusions=VEGAN)
    CapacityFactory(product=first, limit=5)
    # Nearer in price, but not vegan.
    Product.objects.filter(pk=second.pk).update(allergens=0, storage="ambient")
    Product.objects.filter(pk=plain.pk).update(list_price=2_200)

    order = fixed_order(bundle=bundle, exclusions=VEGAN)

    assert order.lines.get().product == plain


def test_a_product_that_came_to_hold_what_is_excluded_is_replaced() -> None:
    bundle, first, _second, plain = bundle_of_breads()
    Product.objects.filter(pk=first.pk).update(allergens=0, storage="ambient")
    variant = EditionFactory(bundle=bundle, products=[first], exclusions=PEANUTS)
    Product.objects.filter(pk=first.pk).update(allergens=PEANUTS)

    order = fixed_order(bundle=bundle, exclusions=PEANUTS)

    assert products(variant) == [first]
    assert order.lines.get().product == plain


def test_a_stand_in_for_a_shortage_respects_what_is_excluded() -> None:
    bundle, first, second, plain = bundle_of_breads()
    Product.objects.filter(pk=first.pk).update(allergens=0, storage="ambient", is_vegan=True)
    Product.objects.filter(pk=second.pk).update(allergens=0, storage="ambient")
    Product.objects.filter(pk=plain.pk).update(list_price=2_200)
    EditionFactory(bundle=bundle, products=[first], exclusions=VEGAN)
    order = fixed_order(bundle=bundle, exclusions=VEGAN)
    line = PurchaseOrderLine.objects.get()

    report_shortage(line, 6, actor=producer_user(first.producer), now=CUTOFF + timedelta(hours=1))

    assert {row.product: row.coming for row in order.lines.all()} == {first: 6, plain: 4}


def test_a_shortage_that_only_what_is_excluded_could_fill_is_credited() -> None:
    bundle, first, _second, plain = bundle_of_breads()
    Product.objects.filter(pk=first.pk).update(allergens=0, storage="ambient", is_vegan=True)
    Product.objects.filter(pk=plain.pk).update(is_vegan=False)
    EditionFactory(bundle=bundle, products=[first], exclusions=VEGAN)
    order = fixed_order(bundle=bundle, exclusions=VEGAN)

    [shortage] = report_shortage(
        PurchaseOrderLine.objects.get(),
        6,
        actor=producer_user(first.producer),
        now=CUTOFF + timedelta(hours=1),
    )

    assert (shortage.substitute, order.lines.get().product) == (None, first)


# -- What is counted ------------------------------------------------------------------------------


def test_each_order_counts_for_its_own_edition() -> None:
    bundle, first, _second, plain = bundle_of_breads()
    EditionFactory(bundle=bundle, products=[first])
    EditionFactory(bundle=bundle, products=[plain], exclusions=VEGAN)
    OrderFactory(bundle=bundle, headcount=7)
    vegan = StandingOrderFactory(bundle=bundle, headcount=5, exclusions=VEGAN)
    OccurrenceFactory(standing_order=vegan)

    days = what_to_make(Product.objects.all(), DELIVERY_DATE, DELIVERY_DATE)

    assert {making.product: making.units for day in days for making in day.makings} == {first: 7, plain: 5}
    planned = planned_rooms([DELIVERY_DATE], WorkingDays())
    assert planned == {(first.room, DELIVERY_DATE): 7, (plain.room, DELIVERY_DATE): 5}
    [coming] = coming_deliveries(orderer(vegan.organization), today=TUESDAY.date())
    assert coming.contents == [plain.display_name]


def test_a_second_institution_of_the_same_bundle_and_date_changes_nothing_for_the_first() -> None:
    bundle, first, _second, plain = bundle_of_breads()
    EditionFactory(bundle=bundle, products=[first])
    orders = [OrderFactory(bundle=bundle, exclusions=exclusions) for exclusions in (0, PEANUTS, VEGAN)]

    cycle.fix_due(now=CUTOFF)

    found = {order.exclusions: order.lines.get().product for order in Order.objects.all()}
    assert [order.status for order in Order.objects.all()] == ["confirmed"] * 3
    assert found == dict(zip([row.exclusions for row in orders], [first, plain, plain], strict=True))
