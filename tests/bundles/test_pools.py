"""Products of one oven share its room; what is made when decides which day's room a unit takes."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from bundles.actions.capacity import keep_product, release_capacity, reserve_capacity, withdraw_capacity
from bundles.actions.offer import close_days, set_capacity
from bundles.exceptions import CapacityShort
from bundles.models import Capacity, CapacityPool, Product
from bundles.rooms import Rooms
from tests.factories import DELIVERY_DATE, CapacityPoolFactory, ProductFactory, need

pytestmark = pytest.mark.django_db
DAY_BEFORE = DELIVERY_DATE - timedelta(days=1)


def of_pool(pool: CapacityPool, **fields: object) -> Product:
    product: Product = ProductFactory(producer=pool.producer, pool=pool, **fields)
    return product


def rows() -> dict[tuple[str, date], tuple[int | None, int]]:
    """Limit and reserved by name and production date."""
    return {
        ((row.pool or row.product).name, row.made_on): (row.limit, row.reserved)
        for row in Capacity.objects.select_related("pool", "product")
    }


def made_before(made_days: int, day: date) -> date:
    return day - timedelta(days=made_days)


def test_units_of_a_pool_take_servings_of_its_room() -> None:
    pool = CapacityPoolFactory(daily_capacity=100, name="오븐")
    cake, roll = of_pool(pool, servings=8, name="케이크"), of_pool(pool, servings=1, name="롤빵")

    reserve_capacity([need(cake, 10), need(roll, 20)])

    assert rows() == {
        ("오븐", DELIVERY_DATE): (100, 100),
        ("케이크", DELIVERY_DATE): (None, 10),
        ("롤빵", DELIVERY_DATE): (None, 20),
    }


def test_what_one_product_takes_another_of_the_pool_lacks() -> None:
    pool = CapacityPoolFactory(daily_capacity=100)
    cake, roll = of_pool(pool, servings=8), of_pool(pool, servings=1)
    reserve_capacity([need(roll, 37)])

    with pytest.raises(CapacityShort) as error:
        reserve_capacity([need(cake, 8)])

    assert (error.value.wanted, error.value.free, error.value.made_on) == (8, 7, DELIVERY_DATE)
    assert pool.capacities.get().reserved == 37
    reserve_capacity([need(cake, 7)])
    assert pool.capacities.get().reserved == 93


def test_of_several_needs_all_or_none_are_reserved() -> None:
    ample, scarce = ProductFactory(), ProductFactory(daily_capacity=4)

    with pytest.raises(CapacityShort, match="5 wanted, 4 free"):
        reserve_capacity([need(ample, 10), need(scarce, 5)])

    assert rows() == {}


def test_two_delivery_dates_draw_on_one_production_date() -> None:
    pool = CapacityPoolFactory(daily_capacity=10, name="오븐")
    fresh, early = of_pool(pool, name="도시락"), of_pool(pool, name="식빵", made_days=1)
    next_day = DELIVERY_DATE + timedelta(days=1)

    reserve_capacity([need(fresh, 6)])
    with pytest.raises(CapacityShort):
        reserve_capacity([need(early, 5, next_day, DELIVERY_DATE)])
    reserve_capacity([need(early, 4, next_day, DELIVERY_DATE)])

    assert rows()["오븐", DELIVERY_DATE] == (10, 10)


def test_nothing_is_reserved_while_the_producer_is_closed_on_the_production_date() -> None:
    product = ProductFactory(made_days=1)
    close_days(product.producer, DAY_BEFORE, DAY_BEFORE)

    with pytest.raises(CapacityShort, match="5 wanted, 0 free"):
        reserve_capacity([need(product, 5, made_on=DAY_BEFORE)])
    reserve_capacity([need(product, 5)])

    assert rows() == {(product.name, DELIVERY_DATE): (200, 5)}


def test_nothing_is_reserved_out_of_season_by_delivery_date() -> None:
    product = ProductFactory(offered_from=DELIVERY_DATE, made_days=1)

    with pytest.raises(CapacityShort, match="1 wanted, 0 free"):
        reserve_capacity([need(product, 1, DAY_BEFORE)])
    reserve_capacity([need(product, 1, made_on=DAY_BEFORE)])

    assert rows() == {(product.name, DAY_BEFORE): (200, 1)}


def test_released_units_are_free_again() -> None:
    pool = CapacityPoolFactory(daily_capacity=100, name="오븐")
    cake = of_pool(pool, servings=8, name="케이크")
    reserve_capacity([need(cake, 12)])

    release_capacity([need(cake, 5)])

    assert rows() == {("오븐", DELIVERY_DATE): (100, 56), ("케이크", DELIVERY_DATE): (None, 7)}


def test_after_a_withdrawal_nothing_of_the_pools_day_is_free() -> None:
    pool = CapacityPoolFactory(daily_capacity=100, name="오븐")
    cake = of_pool(pool, servings=8, name="케이크")
    reserve_capacity([need(cake, 5)])

    withdraw_capacity(cake, DELIVERY_DATE, 2)

    assert rows() == {("오븐", DELIVERY_DATE): (24, 24), ("케이크", DELIVERY_DATE): (None, 3)}


def test_a_pools_limit_never_falls_below_what_is_promised() -> None:
    pool = CapacityPoolFactory(daily_capacity=100, name="오븐")
    reserve_capacity([need(of_pool(pool), 30)])

    with pytest.raises(CapacityShort) as error:
        set_capacity(pool, DELIVERY_DATE, 29)
    set_capacity(pool, DELIVERY_DATE, 30)

    assert (error.value.product_name, error.value.wanted) == ("오븐", 30)
    assert rows()["오븐", DELIVERY_DATE] == (30, 30)


def test_what_is_promised_goes_along_when_a_product_joins_a_pool_and_leaves_it() -> None:
    pool = CapacityPoolFactory(daily_capacity=100, name="오븐")
    product = ProductFactory(producer=pool.producer, servings=4, name="케이크", daily_capacity=30)
    reserve_capacity([need(product, 20), need(product, 7, made_on=DAY_BEFORE)])

    product.pool = pool
    keep_product(product, today=DELIVERY_DATE)

    moved = {
        ("케이크", DELIVERY_DATE): (None, 20),
        ("오븐", DELIVERY_DATE): (100, 80),
        ("케이크", DAY_BEFORE): (30, 7),  # is already made
    }
    assert rows() == moved
    product.servings = 5
    keep_product(product, today=DELIVERY_DATE)
    assert rows()["오븐", DELIVERY_DATE] == (100, 100)

    product.pool, product.daily_capacity = None, 10
    keep_product(product, today=DELIVERY_DATE)

    assert rows() == moved | {("케이크", DELIVERY_DATE): (20, 20), ("오븐", DELIVERY_DATE): (100, 0)}


def test_a_product_does_not_join_a_pool_that_is_too_full_for_its_promises() -> None:
    pool = CapacityPoolFactory(daily_capacity=10)
    product = ProductFactory(producer=pool.producer)
    reserve_capacity([need(product, 11)])

    product.pool = pool
    with pytest.raises(CapacityShort, match="11 wanted, 10 free"):
        keep_product(product, today=DELIVERY_DATE)

    product.refresh_from_db()
    assert product.pool is None
    assert rows() == {(product.name, DELIVERY_DATE): (200, 11)}


def test_a_pool_of_another_producer_is_refused() -> None:
    product = ProductFactory(pool=CapacityPoolFactory())

    with pytest.raises(ValidationError) as error:
        product.full_clean()
    assert list(error.value.message_dict) == ["pool"]


def test_what_is_left_counts_reservations_plans_closures_and_seasons() -> None:
    pool = CapacityPoolFactory(daily_capacity=100)
    cake, roll = of_pool(pool, servings=8, made_days=1), of_pool(pool)
    spring = ProductFactory(offered_until=DAY_BEFORE)
    closed = ProductFactory(made_days=1)
    close_days(closed.producer, DAY_BEFORE, DAY_BEFORE)
    reserve_capacity([need(cake, 2, made_on=DAY_BEFORE)])
    products = list(Product.objects.select_related("pool"))

    rooms = Rooms.read(products, [DELIVERY_DATE], made_before, {(roll.room, DAY_BEFORE): 10})

    left = [rooms.left(product, DELIVERY_DATE) for product in (cake, roll, spring, closed)]
    assert left == [(100 - 16 - 10) // 8, 100, 0, 0]
    rooms.take(cake, DELIVERY_DATE, 9)
    assert [rooms.left(cake, DELIVERY_DATE), rooms.free[pool.room, DAY_BEFORE]] == [0, 2]


class AnySequence(TestCase):
    """Whatever is reserved and released of two products of a pool, the pool holds their servings."""

    @given(
        st.integers(0, 60), st.lists(st.tuples(st.booleans(), st.booleans(), st.integers(1, 12)), max_size=15)
    )
    def test_the_pool_holds_the_servings_of_its_products(
        self, limit: int, steps: list[tuple[bool, bool, int]]
    ) -> None:
        pool = CapacityPoolFactory(daily_capacity=limit)
        products = [of_pool(pool, servings=1), of_pool(pool, servings=5)]
        held = [0, 0]
        for second, gives_back, units in steps:
            if gives_back:
                units = min(units, held[second])
                if units:
                    release_capacity([need(products[second], units)])
                    held[second] -= units
                continue
            fits = held[0] + 5 * held[1] + units * products[second].servings <= limit
            if was_granted(products[second], units):
                held[second] += units
                assert fits
            else:
                assert not fits

        assert sum(pool.capacities.values_list("reserved", flat=True)) == held[0] + 5 * held[1] <= limit
        for product, units in zip(products, held, strict=True):
            assert sum(product.capacities.values_list("reserved", flat=True)) == units


def was_granted(product: Product, units: int) -> bool:
    try:
        reserve_capacity([need(product, units)])
    except CapacityShort:
        return False
    return True
