"""What open orders will take: the items of their editions, with the members' swaps."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from datetime import date
from typing import Any, NamedTuple

from django.db.models import Q, prefetch_related_objects

from bundles.edition_key import EditionKey
from bundles.models import Edition, Product, Slot

from .models import Occurrence, Order, StandingOrder, Swap
from .querysets import EDITION_COLUMNS

# Of an order or a date.
SWAPS = ("swaps__alternative__producer", "swaps__alternative__pool")


class Planned(NamedTuple):
    """A product that a planned occurrence or a placed order will take, for so many people."""

    edition: Edition
    slot: Slot
    product: Product
    people: int

    @property
    def units(self) -> int:
        """The order is rounded up to whole units by itself, as it will be when it is fixed."""
        return self.slot.units_of(self.product, self.people)


class _Open(NamedTuple):
    people: int
    swaps: Mapping[int, Product]


def planned_items(first: date, last: date, *, without: Collection[EditionKey] = ()) -> Iterator[Planned]:
    """Yield what is planned for the days from `first` to `last` and not fixed yet, in seven queries.

    `without` leaves out what comes from some editions.
    """
    open_ = _open_orders(first, last)
    editions = Edition.objects.filter(delivery_date__range=(first, last)).order_by("delivery_date", "pk")
    for edition in editions.prefetch_related("items__slot", "items__product"):
        if edition.key in without:
            continue
        for order in open_.get(edition.key, ()):
            for item in edition.items.all():
                product = order.swaps.get(item.product_id, item.product)
                yield Planned(edition, item.slot, product, order.people)


def swaps_of(holder: Occurrence | Order) -> dict[int, Product]:
    """Return the alternatives by product, of an order or a date; no query once `SWAPS` are prefetched."""
    own = (holder.occurrence if isinstance(holder, Order) else None) or holder
    prefetch_related_objects([own], *SWAPS)
    return {swap.product_id: swap.alternative for swap in own.swaps.all()}


def swaps_by(holder: str, keys: Collection[int]) -> dict[int, dict[int, Product]]:
    """Return the alternatives by product of occurrences or orders (`holder`), by their keys, in one query."""
    found: dict[int, dict[int, Product]] = defaultdict(dict)
    swaps = Swap.objects.filter(**{f"{holder}__in": keys})
    for swap in swaps.select_related("alternative__producer", "alternative__pool"):
        found[getattr(swap, f"{holder}_id")][swap.product_id] = swap.alternative
    return found


def _open_orders(first: date, last: date) -> dict[EditionKey, list[_Open]]:
    occurrences = Occurrence.objects.filter(
        status=Occurrence.Status.PLANNED,
        standing_order__status__in=[StandingOrder.Status.AWAITING, StandingOrder.Status.ACTIVE],
        delivery_date__range=(first, last),
    )
    orders = Order.objects.filter(status__in=Order.OPEN, delivery_date__range=(first, last))
    swaps: dict[tuple[str, Any], dict[int, Product]] = defaultdict(dict)
    known = Swap.objects.filter(Q(occurrence__in=occurrences) | Q(order__in=orders))
    for swap in known.select_related("alternative"):
        kind = "order" if swap.order_id else "occurrence"
        swaps[kind, swap.order_id or swap.occurrence_id][swap.product_id] = swap.alternative
    found: dict[EditionKey, list[_Open]] = defaultdict(list)
    rows = occurrences.order_by("pk").values_list("pk", "headcount", *EDITION_COLUMNS)
    for pk, people, *key in rows:
        found[EditionKey(*key)].append(_Open(people, swaps.get(("occurrence", pk), {})))
    for order in orders.order_by("pk"):
        found[order.edition_key].append(_Open(order.headcount, swaps.get(("order", order.pk), {})))
    return found
