"""Which products can stand in for another, read from what is stored; the rules are in `substitution.py`."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import date, datetime

from bundles.models import Closure, Product
from membership.exclusions import FULL_MASK
from membership.models import Certification

from .cutoff import lead_days_left, order_until
from .models import CalendarDay, PurchaseOrder
from .substitution import Candidate, Item, why_not

Kinds = Mapping[int, set[str]]


def rank_stand_ins(
    product: Product, others: Collection[Product], kinds: Kinds, *, exclusions: int
) -> list[Product]:
    """Return which of the products of its category may take its place, the nearest in price first.

    Whoever can't make it in as few days as its producer isn't among them.
    """
    short = item_of(product, kinds)
    items = {
        other: item_of(other, kinds)
        for other in others
        if other.pk != product.pk and other.lead_days <= product.lead_days and not other.broken(exclusions)
    }
    return sorted(
        (other for other, item in items.items() if not why_not(short, item)),
        key=lambda other: (abs(items[other].price - short.price), other.pk),
    )


def read_candidates(
    product: Product, others: Collection[Product], day: date, *, now: datetime
) -> tuple[Item, list[Candidate]]:
    """Return what is short on the day, and the `others` with why they could stand in for nobody."""
    working_days = CalendarDay.objects.all().working_days()
    kinds = certification_kinds([product, *others], day)
    received = set(PurchaseOrder.objects.on(day).received().values_list("producer", flat=True))
    made_on = {other: working_days.made_on(other.made_days, day) for other in others}
    closures = list(Closure.objects.touching(min(made_on.values(), default=day), day))
    lead_left = lead_days_left(now, day, working_days)

    def bar(other: Product) -> str:
        if other.lead_days > lead_left:
            return "too_slow"
        if other.producer_id in received:
            return "producer_received"
        is_closed = any(
            closure.producer_id == other.producer_id and closure.covers(made_on[other])
            for closure in closures
        )
        return "closed" if is_closed or not other.is_offered_on(day) else ""

    candidates = [
        Candidate(
            item_of(other, kinds),
            other.broken(FULL_MASK),
            bar(other),
            order_until(day, other.lead_days, working_days),
            other.room,
            other.room_units,
            made_on[other],
        )
        for other in others
    ]
    return item_of(product, kinds), candidates


def item_of(product: Product, kinds: Kinds) -> Item:
    """Return what counts of a product when another is to stand in."""
    return Item(
        product.pk,
        product.list_price,
        product.servings,
        product.allergens,
        product.is_chilled,
        frozenset(kinds.get(product.producer_id, ())),
    )


def certification_kinds(products: Collection[Product], on_date: date) -> Kinds:
    """Return what the products' producers hold on the date, by producer."""
    kinds: dict[int, set[str]] = defaultdict(set)
    producers = {product.producer_id for product in products}
    rows = Certification.objects.filter(organization__in=producers).valid_on(on_date)
    for producer, kind in rows.values_list("organization", "kind"):
        kinds[producer].add(kind)
    return kinds
