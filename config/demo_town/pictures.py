"""Pictures of everything that members choose from, drawn when the demo town is seeded."""

from collections import defaultdict
from datetime import datetime

from bundles.models import Bundle, Product
from membership.actions.photo import keep_photo
from membership.models import Organization
from membership.photos import encoded

from .drawing.scenes import bundle_picture, producer_picture, product_picture


def hang_pictures(now: datetime) -> None:
    """Give every product, bundle and producer its picture."""
    goods: dict[int, list[str]] = defaultdict(list)
    for product in Product.objects.select_related("category").order_by("pk"):
        goods[product.producer_id].append(product.category.code)
        picture = product_picture(product.code, product.name, product.category.code)
        keep_photo(product, encoded(picture), stem=product.code, now=now)
    for bundle in Bundle.objects.prefetch_related("slots__category"):
        picture = bundle_picture(bundle.code, [slot.category.code for slot in bundle.slots.all()])
        keep_photo(bundle, encoded(picture), stem=bundle.code, now=now)
    for producer in Organization.objects.producers():
        picture = producer_picture(producer.business_number, goods[producer.pk])
        keep_photo(producer, encoded(picture), stem=f"producer-{producer.pk}", now=now)
