"""Promise and withdraw a producer's capacity; the check constraint is the last word."""

from datetime import date

from django.db.models import F

from ..exceptions import CapacityShort
from ..models import Capacity, Product


def reserve_capacity(product: Product, on_date: date, units: int) -> None:
    """Reserve `units` of the product for the date, or raise CapacityShort and change nothing.

    Must run inside the transaction that needs the units. Callers reserve in one order (by category, then
    product), so that two transactions don't wait for each other crosswise.
    """
    Capacity.objects.bulk_create(
        [Capacity(product=product, on_date=on_date, limit=product.daily_capacity)], ignore_conflicts=True
    )
    row = Capacity.objects.filter(product=product, on_date=on_date)
    if not row.filter(reserved__lte=F("limit") - units).update(reserved=F("reserved") + units):
        raise CapacityShort(product.name, units, row.get().free)


def withdraw_capacity(product: Product, on_date: date, units: int) -> None:
    """The producer cannot make `units` that were promised: they are neither reserved nor free any more."""
    Capacity.objects.filter(product=product, on_date=on_date).update(
        reserved=F("reserved") - units, limit=F("reserved") - units
    )
