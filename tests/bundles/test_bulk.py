"""Rows written without Django's objects are the rows that Django would have written."""

from datetime import date, datetime, time

import pytest
from django.db import IntegrityError, transaction

from bundles.bulk import check_references, insert_rows, new_keys, update_rows
from bundles.models import Capacity, Category
from orders.models import OrderEvent, StandingOrder
from tests.factories import (
    CUTOFF,
    DELIVERY_DATE,
    CapacityFactory,
    CategoryFactory,
    OrderFactory,
    ProductFactory,
    StandingOrderFactory,
)

pytestmark = pytest.mark.django_db


def test_dates_times_and_nothing_are_stored_as_django_stores_them() -> None:
    order, product = OrderFactory(), ProductFactory()
    note = "빵 '하나' %s\t\\N\n"
    django = OrderEvent.objects.create(order=order, was="", to="placed", at=CUTOFF, note=note)
    insert_rows(
        OrderEvent,
        ("order_id", "was", "to", "actor_id", "at", "note"),
        [(order.pk, "", "placed", None, CUTOFF, note)] * 2,
    )
    insert_rows(Capacity, ("product_id", "made_on", "limit"), [(product.pk, DELIVERY_DATE, 3)])

    columns = [field.attname for field in OrderEvent._meta.concrete_fields if not field.primary_key]
    as_django = OrderEvent.objects.filter(pk=django.pk).values_list(*columns).get()
    assert list(OrderEvent.objects.values_list(*columns)) == [as_django] * 3
    assert Capacity.objects.get(made_on=date(2026, 12, 1)).limit == 3


def test_columns_that_are_not_named_get_their_defaults() -> None:
    insert_rows(Capacity, ("product_id", "made_on"), [(ProductFactory().pk, DELIVERY_DATE)])

    row = Capacity.objects.get()
    assert (row.pool, row.limit, row.reserved) == (None, None, 0)


def test_no_rows_are_no_query(django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    with django_assert_num_queries(0):
        insert_rows(Capacity, ("product_id", "made_on"), [])
        update_rows(Capacity, ("reserved",), [])


def test_each_row_is_updated_by_its_key() -> None:
    first, second, third = (StandingOrderFactory() for _ in range(3))

    update_rows(
        StandingOrder,
        ("window_opens", "window_closes", "created_at"),
        [(time(9), time(10, 30), CUTOFF, first.pk), (None, None, CUTOFF, third.pk)],
    )

    found = StandingOrder.objects.order_by("pk").values_list("window_opens", "window_closes", "created_at")
    assert list(found) == [
        (time(9), time(10, 30), CUTOFF),
        (None, None, second.created_at),
        (None, None, CUTOFF),
    ]
    assert all(isinstance(row[2], datetime) for row in found)


def test_new_keys_are_nobodys_and_django_goes_on_behind_them() -> None:
    CategoryFactory(code="bread")
    last = Category.objects.create(code="last", name="끝")
    last_key = last.pk
    last.delete()

    keys = new_keys(Category, 3)
    insert_rows(Category, ("id", "code", "name"), [(key, f"c{key}", "새") for key in keys])
    after = Category.objects.create(code="after", name="뒤")

    assert len(set(keys)) == 3
    assert min(keys) > last_key
    assert after.pk > max(keys)


def test_constraints_hold() -> None:
    product = CapacityFactory().product

    with pytest.raises(IntegrityError), transaction.atomic():
        insert_rows(Capacity, ("product_id", "made_on"), [(product.pk, DELIVERY_DATE)])
    with pytest.raises(IntegrityError), transaction.atomic():
        update_rows(Capacity, ("reserved",), [(10**6, Capacity.objects.get().pk)])


@pytest.mark.postgresql
def test_a_reference_to_nothing_is_found_when_it_is_looked_for() -> None:
    insert_rows(Capacity, ("product_id", "made_on"), [(10**9, DELIVERY_DATE)])

    with pytest.raises(IntegrityError), transaction.atomic():
        check_references()
    Capacity.objects.all().delete()
