"""Two people swap at once, and one swaps while the cut-off comes."""

import pytest

from bundles.models import Product
from orders.actions.swap import swap_product, undo_swap
from orders.exceptions import NotPossible
from orders.models import Order, OrderLine, Swap
from tests.factories import (
    CUTOFF,
    TUESDAY,
    CategoryFactory,
    EditionFactory,
    OrderFactory,
    bundle_with,
    fix,
    orderer,
)
from tests.simulation.test_concurrency import at_once, meanwhile

pytestmark = pytest.mark.django_db(transaction=True)


def placed() -> tuple[Order, list[Product]]:
    bundle = bundle_with("bread")
    EditionFactory(bundle=bundle, status="published", published_at=TUESDAY)
    return OrderFactory(bundle=bundle), list(CategoryFactory(code="bread").products.order_by("pk"))


def test_two_swaps_of_one_item_at_once_leave_one() -> None:
    order, (first, second, third) = placed()
    people = [orderer(order.organization) for _ in range(2)]

    def swap(person: object, product: Product) -> int:
        return swap_product(order, first.pk, product.pk, actor=person, now=TUESDAY).alternative_id  # type: ignore[arg-type]

    taken = at_once(
        lambda: swap(people[0], second), lambda: swap(people[1], third), lambda: swap(people[0], second)
    )

    assert taken == [second.pk, third.pk, second.pk]
    assert [row.alternative in (second, third) for row in Swap.objects.all()] == [True]


def test_a_swap_and_its_undoing_at_once_leave_one_or_none() -> None:
    order, (first, second, _third) = placed()
    person = orderer(order.organization)

    at_once(
        lambda: swap_product(order, first.pk, second.pk, actor=person, now=TUESDAY),
        lambda: undo_swap(order, first.pk, now=TUESDAY),
    )

    assert list(Swap.objects.values_list("alternative", flat=True)) in ([], [second.pk])


def test_a_swap_before_the_cutoff_is_in_the_order_that_waits_for_it() -> None:
    order, (first, second, _third) = placed()
    person = orderer(order.organization)

    meanwhile(
        lambda: swap_product(order, first.pk, second.pk, actor=person, now=TUESDAY),
        lambda: fix(order, now=CUTOFF),
    )
    # Where the cut-off met the locked row it left it to the next sweep.
    fix(order, now=CUTOFF)

    assert OrderLine.objects.get().product == second


def test_a_swap_that_comes_while_the_order_is_fixed_is_too_late() -> None:
    order, (first, second, _third) = placed()
    person = orderer(order.organization)

    def late() -> None:
        with pytest.raises(NotPossible, match="past_cutoff"):
            swap_product(order, first.pk, second.pk, actor=person, now=TUESDAY)

    meanwhile(lambda: fix(order, now=CUTOFF), late)

    assert OrderLine.objects.get().product == first
    assert not Swap.objects.exists()
