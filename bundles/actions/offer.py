"""What producers say about their products: how much on which day, and when they are closed."""

from datetime import date, timedelta

from django.db import transaction

from membership.models import Organization

from ..exceptions import CapacityShort
from ..models import Capacity, CapacityPool, Closure, Product
from .capacity import lock_rows


@transaction.atomic
def set_capacity(
    owner: Product | CapacityPool, first_day: date, limit: int, *, last_day: date | None = None
) -> None:
    """Make `limit` units of a product (servings of a pool) on the day, or on each up to the last, included.

    Raises CapacityShort below what is already promised for one of them, and changes none.
    """
    last_day = last_day or first_day
    days = [first_day + timedelta(days=nth) for nth in range((last_day - first_day).days + 1)]
    rows = lock_rows({(owner.room, day) for day in days}, {owner.room: owner.daily_capacity})
    for _key, row in sorted(rows.items()):
        if limit < row.reserved:
            raise CapacityShort(owner.name, row.reserved, limit, made_on=row.made_on)
        row.limit = limit
    Capacity.objects.bulk_update(rows.values(), ["limit"])


def close_days(producer: Organization, first_day: date, last_day: date, *, note: str = "") -> Closure:
    """Make nothing on these production dates; what is promised stands. The same twice is one closure."""
    closure, _created = Closure.objects.get_or_create(
        producer=producer, first_day=first_day, last_day=last_day, defaults={"note": note}
    )
    return closure


def open_days(closure: Closure) -> None:
    """Take a closure back; twice changes nothing."""
    Closure.objects.filter(pk=closure.pk).delete()
