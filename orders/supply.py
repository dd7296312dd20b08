"""What can be had for a delivery day: free capacity, and the products that may stand in for others.

It is read once for many orders; what an order takes is taken from it, so that the next sees what is left.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date

from bundles.models import Product, Room
from bundles.rooms import Rooms

from .substitutes import Kinds, certification_kinds, rank_stand_ins
from .working_days import WorkingDays

Planned = Mapping[tuple[Room, date], int]


class NotRead(Exception):
    """Somebody needs a stand-in in a category whose products weren't read: almost nobody ever does."""

    def __init__(self, category: int) -> None:
        super().__init__(f"category {category}")
        self.category = category


@dataclass
class Supply:
    """Rooms of the products that orders ask for, and of all products in the categories of `others`."""

    day: date
    rooms: Rooms
    kinds: Kinds
    others: Mapping[int, Collection[Product]] = field(default_factory=dict)
    _ranked: dict[tuple[int, int], list[Product]] = field(default_factory=dict)

    def stand_ins(self, product: Product, exclusions: int) -> list[Product]:
        """Return what may take its place, best first. Raises NotRead."""
        if product.category_id not in self.others:
            raise NotRead(product.category_id)
        key = product.pk, exclusions
        if key not in self._ranked:
            self._ranked[key] = rank_stand_ins(
                product,
                self.others[product.category_id],
                self.kinds,
                exclusions=exclusions,
            )
        return self._ranked[key]

    def fresh(self) -> "Supply":
        """Return the same supply, to take from it and leave this one as it is."""
        return Supply(self.day, self.rooms.copy(), self.kinds, self.others, self._ranked)


def read_supply(
    products: Collection[Product],
    day: date,
    working_days: WorkingDays,
    *,
    categories: Collection[int] = (),
    planned: Planned | None = None,
) -> Supply:
    """Read it for these products, with what may stand in in these categories; `planned` is kept for others.

    The products come with their producers and pools.
    """
    others: dict[int, list[Product]] = {category: [] for category in categories}
    if categories:
        for product in Product.objects.on_offer().of_categories(categories):
            others[product.category_id].append(product)
    every = {
        product.pk: product for product in (*products, *(each for row in others.values() for each in row))
    }
    rooms = Rooms.read(list(every.values()), [day], working_days.made_on, planned)
    kinds = certification_kinds(list(every.values()), day)
    return Supply(day, rooms, kinds, others)
