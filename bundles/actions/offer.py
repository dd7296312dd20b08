"""What producers say about their products: how much on which day, when they are closed, how it looks."""

from datetime import date, datetime, timedelta

from django.core.files.base import ContentFile
from django.db import transaction

from membership.models import Organization

from ..exceptions import CapacityShort
from ..models import Capacity, Closure, Product
from ..photos import square_jpeg


@transaction.atomic
def set_capacity(product: Product, first_day: date, limit: int, *, last_day: date | None = None) -> None:
    """Offer `limit` units for the delivery date, or for each from the first to the last, both included.

    Raises CapacityShort below what is already promised for one of them, and changes none.
    """
    last_day = last_day or first_day
    days = [first_day + timedelta(days=nth) for nth in range((last_day - first_day).days + 1)]
    Capacity.objects.bulk_create(
        [Capacity(product=product, on_date=day, limit=product.daily_capacity) for day in days],
        ignore_conflicts=True,
    )
    rows = Capacity.objects.filter(product=product, on_date__range=(first_day, last_day))
    for row in rows.order_by("on_date").select_for_update():
        if limit < row.reserved:
            raise CapacityShort(product.name, row.reserved, limit, on_date=row.on_date)
    rows.update(limit=limit)


def close_days(producer: Organization, first_day: date, last_day: date, *, note: str = "") -> Closure:
    """Make nothing on these days; what is already promised stands. The same days twice are one closure."""
    closure, _created = Closure.objects.get_or_create(
        producer=producer, first_day=first_day, last_day=last_day, defaults={"note": note}
    )
    return closure


def open_days(closure: Closure) -> None:
    """Take a closure back; twice changes nothing."""
    Closure.objects.filter(pk=closure.pk).delete()


def set_photo(product: Product, upload: bytes, *, now: datetime) -> Product:
    """Keep the picture as a fresh JPEG of ours. Raises BadPhoto for what is no picture, or too large."""
    name = f"{product.code}-{now:%Y%m%d%H%M%S}.jpg"
    old = product.photo.name
    product.photo.save(name, ContentFile(square_jpeg(upload)), save=False)
    product.save(update_fields=["photo"])
    if old:
        # Not before it is certain that no row names it any more.
        transaction.on_commit(lambda: product.photo.storage.delete(old))
    return product
