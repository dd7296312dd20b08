"""Which products an order gets: those of its edition, or what can stand in where too little is left."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from bundles.models import Product, Room, Slot
from bundles.rooms import Rooms
from membership.exclusions import NO_CHILLED

from .exceptions import CannotFix
from .substitutes import stand_ins
from .working_days import WorkingDays


@dataclass(frozen=True)
class Choice:
    """Units of a product that is made on `made_on`; `instead_of` is whose place it takes, if another's."""

    product: Product
    units: int
    made_on: date
    instead_of: Product | None = None


def choose_products(
    wanted: Collection[tuple[Slot, Product]],
    headcount: int,
    exclusions: int,
    day: date,
    working_days: WorkingDays,
    planned: Mapping[tuple[Room, date], int] | None = None,
    swaps: Mapping[int, Product] | None = None,
) -> list[Choice]:
    """Return what an order for so many people would get on the day, by what is free at this moment.

    `swaps` has what the member asked for instead of a product. Where an alternative or a product is used up,
    no longer on offer or has come to hold what the order excludes, the product itself, then the best stand-in
    takes the place. `planned` is kept free for others. Raises CannotFix("capacity_short"), with the
    product and how many were left of how many wanted, if nothing can stand in. Nothing is reserved.
    """
    made_on = working_days.made_on
    asked = {product.pk: (swaps or {}).get(product.pk, product) for _slot, product in wanted}
    rooms = Rooms.read([*(product for _slot, product in wanted), *asked.values()], [day], made_on, planned)
    taken = {product.pk for _slot, product in wanted} | {product.pk for product in asked.values()}
    choices = []

    def may_come(product: Product) -> bool:
        return product.is_active and product.producer.is_active and not product.broken(exclusions)

    def fits(slot: Slot, product: Product) -> bool:
        return rooms.left(product, day) >= slot.units_of(product, headcount)

    for slot, product in wanted:
        own = (asked[product.pk], product)
        chosen = next((each for each in own if may_come(each) and fits(slot, each)), None)
        if chosen is None:
            # Only now: almost always the product itself has room.
            others = stand_ins(
                product,
                day,
                max_lead_days=product.lead_days,
                exclusions=exclusions | (NO_CHILLED if slot.is_ambient_only else 0),
                excluding=taken,
            )
            rooms.join(Rooms.read(others, [day], made_on, planned))
            chosen = next((other for other in others if fits(slot, other)), None)
        if chosen is None:
            left = rooms.left(product, day) if may_come(product) else 0
            raise CannotFix("capacity_short", shortfall(product, left, slot.units_of(product, headcount)))
        units = slot.units_of(chosen, headcount)
        rooms.take(chosen, day, units)
        taken.add(chosen.pk)
        original = None if chosen == asked[product.pk] else asked[product.pk]
        choices.append(Choice(chosen, units, rooms.made_on(chosen, day), original))
    return choices


def shortfall(product: Product, left: int, wanted: int) -> str:
    """Return which product is short, by its names in both languages, and by how much: left/wanted."""
    names = dict.fromkeys(filter(None, [product.name, product.name_en]))
    return f"{' · '.join(names)}: {left}/{wanted}"
