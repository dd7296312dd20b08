"""A producer's capacity: reserved up to the limit, never above it, and withdrawn when goods fail to come."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from bundles.actions.capacity import reserve_capacity, withdraw_capacity
from bundles.exceptions import CapacityShort
from bundles.models import Capacity, Product
from tests.factories import DELIVERY_DATE, CapacityFactory, ProductFactory, need

pytestmark = pytest.mark.django_db


def row() -> tuple[int, int]:
    capacity = Capacity.objects.get()
    return capacity.limit, capacity.reserved


def test_the_first_reservation_makes_the_days_row() -> None:
    product = ProductFactory(daily_capacity=30)

    reserve_capacity([need(product, 10)])
    reserve_capacity([need(product, 20)])

    assert row() == (30, 30)


def test_a_limit_that_was_set_for_the_day_holds() -> None:
    product = CapacityFactory(limit=5, product__daily_capacity=30).product

    with pytest.raises(CapacityShort, match="6 wanted, 5 free"):
        reserve_capacity([need(product, 6)])
    assert row() == (5, 0)


@pytest.mark.parametrize("limit", [0, 4])
def test_more_than_is_free_is_refused_and_changes_nothing(limit: int) -> None:
    product = CapacityFactory(limit=limit, reserved=limit // 2).product

    with pytest.raises(CapacityShort) as error:
        reserve_capacity([need(product, 5)])
    assert (error.value.product_name, error.value.wanted, error.value.free) == (product.name, 5, limit // 2)
    assert row() == (limit, limit // 2)


def test_withdrawn_units_are_neither_reserved_nor_free() -> None:
    product = CapacityFactory(limit=100, reserved=40).product

    withdraw_capacity(product, DELIVERY_DATE, 15)

    assert row() == (25, 25)


class AnySequence(TestCase):
    """Whatever is asked in whatever order, promises stay within the limit and nothing granted is lost."""

    @given(st.integers(0, 60), st.lists(st.integers(1, 40), max_size=12))
    def test_granted_units_are_what_is_reserved(self, limit: int, wishes: list[int]) -> None:
        product = ProductFactory(daily_capacity=limit)
        granted = sum(units for units in wishes if was_granted(product, units))

        rows = list(Capacity.objects.filter(product=product).values_list("limit", "reserved"))
        assert rows == ([(limit, granted)] if granted else [])
        assert granted <= limit


def was_granted(product: Product, units: int) -> bool:
    try:
        reserve_capacity([need(product, units)])
    except CapacityShort:
        return False
    return True
