"""Fill a bundle for one delivery date and keep it as an edition."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import F, Max, Sum

from ..composer import Candidate, CannotCompose, Composition, SlotNeed, compose
from ..models import Bundle, Capacity, Edition, EditionItem, Product

# Sales of this many days decide whose turn it is.
FAIRNESS_DAYS = 28


def compose_edition(
    bundle: Bundle,
    delivery_date: date,
    *,
    headcount: int,
    max_lead_days: int,
    planned_units: Mapping[int, int],
    now: datetime,
) -> Edition:
    """Return the bundle's edition for the date, composing it if it doesn't exist yet.

    `headcount` is how many people are expected to eat from it in all, `max_lead_days` how many business days
    producers still have, `planned_units` what other editions of the day will take from each product.
    Raises CannotCompose, also with "no_slots" for a bundle that nobody has filled yet.
    """
    existing = Edition.objects.filter(bundle=bundle, delivery_date=delivery_date).first()
    if existing:
        return existing
    composition = _composition(bundle, delivery_date, headcount, max_lead_days, planned_units)
    with transaction.atomic():
        edition, created = Edition.objects.get_or_create(
            bundle=bundle, delivery_date=delivery_date, defaults={"composed_at": now}
        )
        if created:
            EditionItem.objects.bulk_create(
                EditionItem(edition=edition, slot_id=slot, product_id=product)
                for slot, product in composition.items
            )
    return edition


def _composition(
    bundle: Bundle, delivery_date: date, headcount: int, max_lead_days: int, planned_units: Mapping[int, int]
) -> Composition:
    slots = [
        SlotNeed(slot.pk, slot.category_id, slot.servings_per_person, slot.fixed_quantity)
        for slot in bundle.slots.all()
    ]
    if not slots:
        raise CannotCompose("no_slots")
    products = list(
        Product.objects.on_offer().filter(
            category__in={slot.category for slot in slots}, lead_days__lte=max_lead_days
        )
    )
    capacities = {row.product_id: row.free for row in Capacity.objects.filter(on_date=delivery_date)}
    people = max(headcount, bundle.base_headcount)
    candidates = [
        Candidate(
            product_id=product.pk,
            producer_id=product.producer_id,
            category=product.category_id,
            list_price=product.list_price,
            supply_price=product.supply_price,
            servings=product.servings,
            lead_days=product.lead_days,
            allergens=product.allergens,
            # The composer plans one base bundle; the day's capacity is shared by all who will order it.
            free_capacity=(
                capacities.get(product.pk, product.daily_capacity) - planned_units.get(product.pk, 0)
            )
            * bundle.base_headcount
            // people,
        )
        for product in products
    ]
    return compose(
        slots,
        candidates,
        headcount=bundle.base_headcount,
        price=bundle.price,
        last_used=_last_used(bundle, delivery_date),
        producer_sales=_producer_sales(delivery_date),
    )


def _last_used(bundle: Bundle, before: date) -> dict[int, date]:
    rows = EditionItem.objects.filter(edition__bundle=bundle, edition__delivery_date__lt=before)
    return dict(rows.values_list("product").annotate(last=Max("edition__delivery_date")))


def _producer_sales(delivery_date: date) -> dict[int, int]:
    """Won reserved from each producer in the weeks up to the date, whatever the bundle."""
    rows = Capacity.objects.filter(
        on_date__gt=delivery_date - timedelta(days=FAIRNESS_DAYS), on_date__lte=delivery_date
    )
    return dict(
        rows.values_list("product__producer").annotate(won=Sum(F("reserved") * F("product__supply_price")))
    )
