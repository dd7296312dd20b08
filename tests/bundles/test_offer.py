"""What producers say: units by day never below what is promised, closed days, a photo in place of another."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from bundles.actions.capacity import reserve_capacity
from bundles.actions.offer import close_days, open_days, set_capacity
from bundles.exceptions import CapacityShort
from bundles.models import Capacity, Closure
from tests.factories import DELIVERY_DATE, CapacityFactory, ProducerFactory, ProductFactory, need

pytestmark = pytest.mark.django_db
NEXT_DAY = DELIVERY_DATE + timedelta(days=1)
LAST_DAY = DELIVERY_DATE + timedelta(days=2)


def rows() -> list[tuple[Any, int, int]]:
    return list(Capacity.objects.order_by("made_on").values_list("made_on", "limit", "reserved"))


def test_a_limit_may_go_down_to_what_is_promised_and_no_further() -> None:
    product = CapacityFactory(limit=200, reserved=40).product

    set_capacity(product, DELIVERY_DATE, 40)
    assert rows() == [(DELIVERY_DATE, 40, 40)]

    with pytest.raises(CapacityShort) as error:
        set_capacity(product, DELIVERY_DATE, 39)
    assert (error.value.wanted, error.value.made_on) == (40, DELIVERY_DATE)
    assert rows() == [(DELIVERY_DATE, 40, 40)]


def test_several_days_are_set_together_or_not_at_all() -> None:
    product = ProductFactory(daily_capacity=30)
    reserve_capacity([need(product, 10, LAST_DAY)])
    other = CapacityFactory(made_on=NEXT_DAY, limit=7, product__producer=product.producer).product

    with pytest.raises(CapacityShort) as error:
        set_capacity(product, DELIVERY_DATE, 9, last_day=LAST_DAY)
    assert error.value.made_on == LAST_DAY
    assert rows() == [(NEXT_DAY, 7, 0), (LAST_DAY, 30, 10)]

    set_capacity(product, DELIVERY_DATE, 12, last_day=LAST_DAY)
    own = Capacity.objects.filter(product=product).order_by("made_on")
    assert list(own.values_list("limit", "reserved")) == [(12, 0), (12, 0), (12, 10)]
    assert other.capacities.get().limit == 7


def test_what_is_set_holds_for_the_next_reservation() -> None:
    product = ProductFactory(daily_capacity=30)
    set_capacity(product, DELIVERY_DATE, 5)

    with pytest.raises(CapacityShort, match="6 wanted, 5 free"):
        reserve_capacity([need(product, 6)])
    reserve_capacity([need(product, 5)])
    assert rows() == [(DELIVERY_DATE, 5, 5)]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("has_row", [True, False])
def test_lowering_the_limit_while_units_are_reserved_never_oversells(has_row: bool) -> None:
    """Each of the two wins sometimes; whoever comes second is told."""
    product = ProductFactory(daily_capacity=30)
    if has_row:
        CapacityFactory(product=product, limit=30)
    start = Barrier(2)

    def attempt(work: Any) -> bool:
        try:
            connection.ensure_connection()
            start.wait()
            work()
        except CapacityShort:
            return False
        finally:
            connection.close()
        return True

    works = [
        lambda: set_capacity(product, DELIVERY_DATE, 10, last_day=LAST_DAY),
        lambda: reserve_capacity([need(product, 20)]),
    ]
    with ThreadPoolExecutor(2) as pool:
        is_set, is_reserved = pool.map(attempt, works)

    assert is_set != is_reserved
    wanted = (DELIVERY_DATE, 10, 0) if is_set else (DELIVERY_DATE, 30, 20)
    assert rows()[0] == wanted


def test_closing_or_opening_the_same_days_twice_changes_nothing() -> None:
    producer = ProducerFactory()

    first = close_days(producer, DELIVERY_DATE, NEXT_DAY, note="쉼")
    assert close_days(producer, DELIVERY_DATE, NEXT_DAY) == first
    assert list(Closure.objects.values_list("producer", "first_day", "last_day", "note")) == [
        (producer.pk, DELIVERY_DATE, NEXT_DAY, "쉼")
    ]

    open_days(first)
    open_days(first)
    assert not Closure.objects.exists()
