"""Which products can stand in for another, best first.

Same category, nothing that the order excludes, no allergen that the first didn't have, list price within a
tolerance per serving, a certification of the same kind as the first producer's where there is one, lead time
short enough.
"""

from collections.abc import Collection
from datetime import date

from bundles.models import Product
from membership.models import Certification

PRICE_TOLERANCE_PERCENT = 25


def stand_ins(
    product: Product, on_date: date, *, max_lead_days: int, exclusions: int, excluding: Collection[int] = ()
) -> list[Product]:
    """Return products that may take the place of `product` on the date, the nearest in price first."""
    price = product.list_price / product.servings
    kinds = _certification_kinds([product.producer_id], on_date).get(product.producer_id, set())
    candidates = [
        other
        for other in Product.objects.on_offer()
        .filter(category=product.category_id, lead_days__lte=max_lead_days)
        .exclude(pk__in=[product.pk, *excluding])
        .select_related("producer", "pool")
        if not other.allergens & ~product.allergens
        and not other.broken(exclusions)
        and abs(other.list_price / other.servings - price) * 100 <= price * PRICE_TOLERANCE_PERCENT
    ]
    held = _certification_kinds([other.producer_id for other in candidates], on_date)
    if kinds:
        candidates = [other for other in candidates if held.get(other.producer_id, set()) & kinds]
    return sorted(candidates, key=lambda other: (abs(other.list_price / other.servings - price), other.pk))


def _certification_kinds(producers: Collection[int], on_date: date) -> dict[int, set[str]]:
    kinds: dict[int, set[str]] = {}
    rows = Certification.objects.filter(organization__in=producers).valid_on(on_date)
    for producer, kind in rows.values_list("organization", "kind"):
        kinds.setdefault(producer, set()).add(kind)
    return kinds
