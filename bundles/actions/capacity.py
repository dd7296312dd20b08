"""Promise producers' capacity and give it back; the check constraint is the last word.

Every change locks the products by their ids, then the rows of their rooms by theirs: two transactions never
wait for each other crosswise, whatever pools their products share.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from ..bulk import update_rows
from ..exceptions import CapacityShort
from ..models import Capacity, Closure, Product, Room

Rows = dict[tuple[Room, date], Capacity]


@dataclass(frozen=True)
class Need:
    """Units of a product that are made on `made_on` for the delivery date."""

    product: Product
    units: int
    delivery_date: date
    made_on: date


@transaction.atomic
def reserve_capacity(needs: Collection[Need]) -> None:
    """Reserve all of it, or raise CapacityShort for the first that is not to be had and change nothing.

    Nothing is to be had out of the product's season (by delivery date) or on its producer's closed days (by
    production date). Must run inside the transaction that needs the units.
    """
    products = lock_products(need.product.pk for need in needs)
    closures = list(
        Closure.objects.touching(
            min(need.made_on for need in needs), max(need.made_on for need in needs)
        ).filter(producer__in={product.producer_id for product in products.values()})
    )
    for need in needs:
        product = products[need.product.pk]
        is_closed = any(
            closure.producer_id == product.producer_id and closure.covers(need.made_on)
            for closure in closures
        )
        if is_closed or not product.is_offered_on(need.delivery_date):
            raise CapacityShort(product.name, need.units, 0, made_on=need.made_on)
    _book([(products[need.product.pk], need.made_on, need.units) for need in needs])


@transaction.atomic
def release_capacity(needs: Collection[Need]) -> None:
    """Give back what was reserved."""
    products = lock_products(need.product.pk for need in needs)
    _book([(products[need.product.pk], need.made_on, -need.units) for need in needs])


@transaction.atomic
def withdraw_capacity(product: Product, made_on: date, units: int) -> None:
    """The producer cannot make `units` that were promised: they are neither reserved nor free any more.

    Nothing is left free of the day: whoever can't make what is promised can't promise more.
    """
    product = lock_products([product.pk])[product.pk]
    row = _book([(product, made_on, -units)])[product.room, made_on]
    row.limit = row.reserved
    row.save(update_fields=["limit"])


@transaction.atomic
def keep_product(product: Product, *, today: date) -> None:
    """Store a changed product; what is promised from today on goes along into its new room.

    Raises CapacityShort, and changes nothing, if there is too little left in the pool for it.
    """
    was = lock_products([product.pk])[product.pk]
    product.save()
    if (was.room, was.room_units) == (product.room, product.room_units):
        return
    rows = list(product.capacities.filter(made_on__gte=today))
    promised = [(row.made_on, row.reserved) for row in rows if row.reserved]
    _book([(was, made_on, -units) for made_on, units in promised])
    for row in rows:
        row.limit = None if product.pool_id else max(product.daily_capacity, row.reserved)
    Capacity.objects.bulk_update(rows, ["limit"])
    _book([(product, made_on, units) for made_on, units in promised])


def lock_products(keys: Iterable[int]) -> dict[int, Product]:
    """Return the products as they are stored: what room they draw on must not change meanwhile."""
    products = Product.objects.filter(pk__in=set(keys)).select_related("pool").order_by("pk")
    return {product.pk: product for product in products.select_for_update(of=("self",), no_key=True)}


def lock_rows(keys: Collection[tuple[Room, date]], limits: dict[Room, int | None]) -> Rows:
    """Return the rows locked in a stable order, made with the usual limit where there is none."""
    Capacity.objects.bulk_create(
        [
            Capacity(**{f"{kind}_id": pk}, made_on=made_on, limit=limits[kind, pk])
            for (kind, pk), made_on in sorted(keys)
        ],
        ignore_conflicts=True,
    )
    rows = Capacity.objects.of_rooms([room for room, _made_on in keys]).filter(
        made_on__in={made_on for _room, made_on in keys}
    )
    return {(row.room, row.made_on): row for row in rows.order_by("pk").select_for_update()}


def lock_rooms(uses: Iterable[tuple[Product, date]]) -> Rows:
    """Return the rows of what these products, locked by the caller, are made from on these dates, locked."""
    limits: dict[Room, int | None] = {}
    keys = set()
    for product, made_on in uses:
        limits["product", product.pk] = None if product.pool else product.daily_capacity
        if product.pool:
            limits[product.room] = product.pool.daily_capacity
        keys |= {(room, made_on) for room in (product.room, ("product", product.pk))}
    return lock_rows(keys, limits)


def _book(changes: Collection[tuple[Product, date, int]]) -> Rows:
    """Add units to what is reserved on production dates, or raise CapacityShort and store nothing."""
    rows = lock_rooms((product, made_on) for product, made_on, _units in changes)
    for product, made_on, units in changes:
        room = rows[product.room, made_on]
        if units > 0 and room.free is not None and room.free < units * product.room_units:
            raise CapacityShort(product.name, units, room.free // product.room_units, made_on=made_on)
        room.reserved += units * product.room_units
        if product.pool_id:
            rows[("product", product.pk), made_on].reserved += units
    update_rows(Capacity, ["reserved"], [(row.reserved, row.pk) for row in rows.values()])
    return rows
