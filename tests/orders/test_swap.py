"""Until the cut-off a member swaps what is published for another of its kind; the price stays."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from bundles.models import Edition, Product
from membership.exclusions import mask
from orders import cycle
from orders.actions.editions import planned_rooms
from orders.actions.event_order import cancel_order
from orders.actions.swap import swap_product, undo_swap
from orders.coming import coming_deliveries
from orders.exceptions import NotPossible
from orders.models import CalendarDay, Occurrence, Order, Swap
from orders.production import what_to_make
from orders.swapping import Coming, find_alternatives, ranked
from tests.factories import (
    CUTOFF,
    DELIVERY_DATE,
    TUESDAY,
    CapacityFactory,
    CategoryFactory,
    CertificationFactory,
    EditionFactory,
    OccurrenceFactory,
    OrderFactory,
    ProductFactory,
    StandingOrderFactory,
    bundle_with,
    fixed_order,
    orderer,
)
from tests.snapshot import everything

pytestmark = pytest.mark.django_db
LATER = TUESDAY + timedelta(hours=1)
PEANUTS = mask(["4"])


def published(*codes: str, **fields: Any) -> Edition:
    """An edition of the first product of each category, promised to the members."""
    edition: Edition = EditionFactory(
        bundle=bundle_with(*codes or ("bread",), **fields), status="published", published_at=TUESDAY
    )
    return edition


def breads() -> list[Product]:
    return list(CategoryFactory(code="bread").products.order_by("pk"))


def alternatives(holder: Order | Occurrence, product: Product) -> list[Product]:
    coming = Coming.of(holder)
    assert coming
    edition = coming.edition()
    assert edition
    item = edition.items.get(product=product)
    return sorted(find_alternatives(coming, edition, item), key=lambda each: each.pk)


def swap(holder: Order | Occurrence, old: Product, new: Product, **when: Any) -> Swap:
    actor = when.pop("actor", None) or orderer()
    return swap_product(holder, old.pk, new.pk, actor=actor, **{"now": LATER, **when})


def change(product: Product, **fields: Any) -> None:
    Product.objects.filter(pk=product.pk).update(**fields)


# -- What may come instead ------------------------------------------------------------------------


def test_products_of_the_category_on_offer_are_the_alternatives() -> None:
    edition = published("bread", "coffee")
    first, second, third = breads()
    order = OrderFactory(bundle=edition.bundle)

    assert alternatives(order, first) == [second, third]
    change(second, is_active=False)
    assert alternatives(order, first) == [third]


@pytest.mark.parametrize(
    ("fields", "is_allowed"),
    [
        ({"lead_days": 3}, True),
        ({"lead_days": 4}, False),
        ({"daily_capacity": 10}, True),
        ({"daily_capacity": 9}, False),
        ({"offered_until": DELIVERY_DATE}, True),
        ({"offered_until": DELIVERY_DATE - timedelta(days=1)}, False),
        ({"supply_price": 1_700, "list_price": 2_000}, True),
        ({"supply_price": 1_701, "list_price": 2_000}, False),
        ({"supply_price": 1_400, "list_price": 1_999}, False),
        ({"allergens": PEANUTS}, False),
    ],
)
def test_an_alternative_keeps_every_rule_of_the_edition(fields: dict[str, Any], is_allowed: bool) -> None:
    edition = published()
    Edition.objects.update(exclusions=PEANUTS, cost=15_000, worth=20_000)
    first, second, third = breads()
    change(third, is_active=False)
    change(second, **fields)
    order = OrderFactory(bundle=edition.bundle, exclusions=PEANUTS)

    assert alternatives(order, first) == ([second] if is_allowed else [])


def test_where_the_edition_gave_way_a_swap_may_do_as_badly_but_no_worse() -> None:
    edition = published(price=10_000)
    Edition.objects.update(cost=15_000, worth=20_000)
    first, second, third = breads()
    change(second, supply_price=1_501)
    order = OrderFactory(bundle=edition.bundle)

    assert alternatives(order, first) == [third]


def test_chilled_goods_and_expired_certificates_stay_out() -> None:
    edition = published()
    edition.bundle.slots.update(is_ambient_only=True)
    first, second, third = breads()
    change(second, storage="chilled")
    CertificationFactory(organization=third.producer, valid_until=DELIVERY_DATE - timedelta(days=1))

    assert alternatives(OrderFactory(bundle=edition.bundle), first) == []


def test_no_producer_gets_more_than_its_greatest_share() -> None:
    edition = published("bread", "coffee", max_producer_percent=60)
    first, second, third = breads()
    coffee = CategoryFactory(code="coffee").products.order_by("pk").first()
    change(second, producer=coffee.producer)

    assert alternatives(OrderFactory(bundle=edition.bundle), first) == [third]


def test_what_other_orders_will_take_is_not_free() -> None:
    edition = published()
    first, second, third = breads()
    change(second, daily_capacity=15)
    order, other = OrderFactory.create_batch(2, bundle=edition.bundle)
    swap(other, first, second)

    assert alternatives(order, first) == [third]


def test_producers_furthest_below_their_fair_share_come_first_then_stars() -> None:
    edition = published()
    first, second, third = breads()
    # The one has sold much, the other nothing.
    fixed_order(bundle=edition.bundle, headcount=50)

    assert ranked([first, second, third], today=TUESDAY.date())[-1] == first


# -- Swapping and back ----------------------------------------------------------------------------


def test_a_swap_is_kept_once_and_can_be_changed_and_undone() -> None:
    edition = published()
    first, second, third = breads()
    order = OrderFactory(bundle=edition.bundle)
    person = orderer(order.organization)

    made = swap(order, first, second, actor=person)
    after = everything()
    swap(order, first, second, actor=person, now=LATER + timedelta(minutes=1))
    assert everything() == after
    swap(order, first, third, actor=person)

    assert [(row.product, row.alternative, row.swapped_by) for row in Swap.objects.all()] == [
        (first, third, person)
    ]
    assert (made.order, made.occurrence, made.slot) == (order, None, edition.bundle.slots.get())
    undo_swap(order, first.pk, now=LATER)
    undo_swap(order, first.pk, now=LATER)
    assert not Swap.objects.exists()


def test_what_was_swapped_in_is_no_alternative_for_another_slot() -> None:
    bundle = bundle_with("bread", "coffee")
    bread = CategoryFactory(code="bread")
    last = bundle.slots.order_by("position").last()
    last.category = bread
    last.save()
    first, second, third = breads()
    fourth = ProductFactory(category=bread)
    EditionFactory(bundle=bundle, products=[first, second], status="published", published_at=TUESDAY)
    order = OrderFactory(bundle=bundle)

    swap(order, first, third)

    assert alternatives(order, second) == [fourth]
    with pytest.raises(NotPossible, match="no_alternative"):
        swap(order, second, third)


@pytest.mark.parametrize(
    ("fields", "now", "reason"),
    [
        ({}, CUTOFF, "past_cutoff"),
        ({"status": "cancelled"}, LATER, "past_cutoff"),
        ({"exclusions": PEANUTS}, LATER, "edition_changed"),
    ],
)
def test_what_is_over_or_has_changed_is_refused_and_nothing_is_written(
    fields: dict[str, Any], now: Any, reason: str
) -> None:
    edition = published()
    first, second, _third = breads()
    order = OrderFactory(bundle=edition.bundle, **fields)
    actor = orderer()
    before = everything()

    with pytest.raises(NotPossible) as error:
        swap(order, first, second, actor=actor, now=now)

    assert error.value.reason == reason
    assert everything() == before


def test_nothing_is_swapped_before_the_contents_are_promised() -> None:
    edition = published()
    Edition.objects.update(status="draft", published_at=None)
    first, second, _third = breads()

    with pytest.raises(NotPossible, match="edition_changed"):
        swap(OrderFactory(bundle=edition.bundle), first, second)


def test_an_alternative_that_went_meanwhile_is_refused() -> None:
    edition = published()
    first, second, _third = breads()
    change(second, is_active=False)

    with pytest.raises(NotPossible, match="no_alternative"):
        swap(OrderFactory(bundle=edition.bundle), first, second)


# -- The cut-off ----------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["order", "occurrence"])
def test_the_order_is_made_with_the_swaps_at_the_bundles_price(kind: str) -> None:
    edition = published("bread", "coffee")
    first, second, _third = breads()
    change(second, list_price=2_600)
    standing = StandingOrderFactory(bundle=edition.bundle)
    holder = (
        OrderFactory(bundle=edition.bundle) if kind == "order" else OccurrenceFactory(standing_order=standing)
    )
    swap(holder, first, second)

    cycle.fix_due(now=CUTOFF)

    order = Order.objects.get()
    line = order.lines.get(product__category__code="bread")
    assert (order.status, order.gross, line.product, line.instead_of) == ("confirmed", 40_000, second, "")
    assert sum(row.gross for row in order.lines.all()) == 40_000


def test_an_alternative_used_up_meanwhile_gives_the_product_back_and_says_so() -> None:
    edition = published()
    first, second, _third = breads()
    order = OrderFactory(bundle=edition.bundle)
    swap(order, first, second)
    CapacityFactory(product=second, limit=9)

    cycle.fix_due(now=CUTOFF)

    line = Order.objects.get().lines.get()
    assert (line.product, line.instead_of) == (first, second.name)


def test_where_neither_is_left_a_stand_in_comes_for_what_was_asked() -> None:
    edition = published()
    first, second, third = breads()
    order = OrderFactory(bundle=edition.bundle)
    swap(order, first, second)
    for product in (first, second):
        CapacityFactory(product=product, limit=9)

    cycle.fix_due(now=CUTOFF)

    line = Order.objects.get().lines.get()
    assert (line.product, line.instead_of) == (third, second.name)


def test_a_swap_that_came_to_break_the_exclusions_is_not_made() -> None:
    edition = published()
    Edition.objects.update(exclusions=PEANUTS)
    first, second, _third = breads()
    order = OrderFactory(bundle=edition.bundle, exclusions=PEANUTS)
    swap(order, first, second)
    change(second, allergens=PEANUTS)

    cycle.fix_due(now=CUTOFF)

    assert Order.objects.get().lines.get().product == first


def test_a_swap_after_the_order_was_fixed_is_too_late() -> None:
    edition = published()
    first, second, _third = breads()
    occurrence = OccurrenceFactory(standing_order=StandingOrderFactory(bundle=edition.bundle))
    fixed_order(occurrence=occurrence)

    with pytest.raises(NotPossible, match="past_cutoff"):
        swap(occurrence, first, second)


# -- What is counted and shown --------------------------------------------------------------------


def test_forecast_planned_room_and_pages_count_what_was_swapped_in() -> None:
    edition = published()
    first, second, _third = breads()
    change(second, servings=5)
    second.refresh_from_db()
    standing = StandingOrderFactory(bundle=edition.bundle, headcount=12)
    occurrence = OccurrenceFactory(standing_order=standing)
    OrderFactory(bundle=edition.bundle, headcount=7)
    swap(occurrence, first, second)

    days = what_to_make(Product.objects.all(), DELIVERY_DATE, DELIVERY_DATE)
    own = what_to_make(second.producer.products.all(), DELIVERY_DATE, DELIVERY_DATE)
    working_days = CalendarDay.objects.all().working_days()

    assert {row.product: row.units for day in days for row in day.makings} == {first: 7, second: 3}
    assert [row.units for day in own for row in day.makings] == [3]
    assert {room: units for (room, _day), units in planned_rooms([DELIVERY_DATE], working_days).items()} == {
        first.room: 7,
        second.room: 3 * second.room_units,
    }
    [coming] = coming_deliveries(orderer(standing.organization), today=TUESDAY.date())
    assert coming.contents == [second.display_name]


def test_a_cancelled_order_takes_nothing_any_more() -> None:
    edition = published()
    first, second, _third = breads()
    order = OrderFactory(bundle=edition.bundle)
    swap(order, first, second)

    cancel_order(order, actor=orderer(order.organization), now=LATER)

    assert what_to_make(Product.objects.all(), DELIVERY_DATE, DELIVERY_DATE) == []


def test_a_swap_belongs_to_an_order_or_to_a_date() -> None:
    edition = published()
    first, second, _third = breads()
    fields = {
        "slot": edition.bundle.slots.get(),
        "product": first,
        "alternative": second,
        "swapped_by": orderer(),
        "swapped_at": LATER,
    }

    for holder in ({}, {"order": OrderFactory(bundle=edition.bundle), "occurrence": OccurrenceFactory()}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Swap.objects.create(**fields, **holder)
