"""Which products an order gets: those of its edition, or what can stand in where too little is left.

`choose` thinks over what was read; `choose_products` reads it for one order.
"""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from bundles.models import Product, Room, Slot
from membership.exclusions import NO_CHILLED

from .exceptions import CannotFix
from .supply import NotRead, Planned, Supply, read_supply
from .working_days import WorkingDays

Wanted = Collection[tuple[Slot, Product]]


@dataclass(frozen=True, slots=True)
class Choice:
    """Units of a product that is made on `made_on`; `instead_of` is whose place it takes, if another's."""

    product: Product
    units: int
    made_on: date
    instead_of: Product | None = None


def choose(
    wanted: Wanted, headcount: int, exclusions: int, supply: Supply, swaps: Mapping[int, Product]
) -> list[Choice]:
    """Return what an order for so many people gets; nothing is taken from the supply.

    `swaps` has what the member asked for instead of a product. Where an alternative or a product is used up,
    no longer on offer or has come to hold what the order excludes, the product itself, then the best stand-in
    takes the place. Raises CannotFix("capacity_short"), with the product and how many were left of how many
    wanted, if nothing can stand in; NotRead, if it takes looking at more products than were read.
    """
    rooms, day = supply.rooms, supply.day
    used: Counter[tuple[Room, date]] = Counter()
    choices: list[Choice] = []

    def may_come(product: Product) -> bool:
        return product.is_active and product.producer.is_active and not product.broken(exclusions)

    def fits(slot: Slot, product: Product) -> bool:
        return rooms.left(product, day, used) >= slot.units_of(product, headcount)

    def stand_in(slot: Slot, product: Product) -> Product:
        taken = {choice.product.pk for choice in choices}
        for _slot, other in wanted:
            taken |= {other.pk, swaps.get(other.pk, other).pk}
        others = supply.stand_ins(product, exclusions | (NO_CHILLED if slot.is_ambient_only else 0))
        if chosen := next((each for each in others if each.pk not in taken and fits(slot, each)), None):
            return chosen
        left = rooms.left(product, day, used) if may_come(product) else 0
        raise CannotFix("capacity_short", shortfall(product, left, slot.units_of(product, headcount)))

    for slot, product in wanted:
        asked = swaps.get(product.pk, product) if swaps else product
        if may_come(asked) and fits(slot, asked):
            chosen = asked
        elif asked is not product and may_come(product) and fits(slot, product):
            chosen = product
        else:
            chosen = stand_in(slot, product)
        units, key = slot.units_of(chosen, headcount), rooms.key(chosen, day)
        used[key] += units * chosen.room_units
        choices.append(Choice(chosen, units, key[1], None if chosen is asked else asked))
    return choices


def choose_products(
    wanted: Wanted,
    headcount: int,
    exclusions: int,
    day: date,
    working_days: WorkingDays,
    planned: Planned | None = None,
) -> list[Choice]:
    """Return what an order for so many people would get on the day, by what is free at this moment.

    `planned` is kept free for others. Raises CannotFix as above. Nothing is reserved.
    """
    products = [product for _slot, product in wanted]
    categories: set[int] = set()
    while True:
        supply = read_supply(products, day, working_days, categories=categories, planned=planned)
        try:
            return choose(wanted, headcount, exclusions, supply, {})
        except NotRead as missing:
            categories.add(missing.category)


def shortfall(product: Product, left: int, wanted: int) -> str:
    """Return which product is short, by its names in both languages, and by how much: left/wanted."""
    names = dict.fromkeys(filter(None, [product.name, product.name_en]))
    return f"{' · '.join(names)}: {left}/{wanted}"
