"""What producers say about their products: how much on which day, when they are closed, how it looks."""

from datetime import date, datetime

from django.core.files.base import ContentFile
from django.db import transaction

from membership.models import Organization

from ..exceptions import CapacityShort
from ..models import Capacity, Closure, Product
from ..photos import square_jpeg


@transaction.atomic
def set_capacity(product: Product, on_date: date, limit: int) -> Capacity:
    """Offer `limit` units for the delivery date. Raises CapacityShort below what is already promised."""
    Capacity.objects.bulk_create(
        [Capacity(product=product, on_date=on_date, limit=product.daily_capacity)], ignore_conflicts=True
    )
    row = Capacity.objects.select_for_update().get(product=product, on_date=on_date)
    if limit < row.reserved:
        raise CapacityShort(product.name, row.reserved, limit)
    row.limit = limit
    row.save(update_fields=["limit"])
    return row


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
    product.photo.save(name, ContentFile(square_jpeg(upload)), save=True)
    if old and old != product.photo.name:
        product.photo.storage.delete(old)
    return product
