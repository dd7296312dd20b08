"""What composed editions take from those that come after: room, a part of the sales, and novelty."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from ..scaling import units_needed
from .catalogue import Catalogue
from .rules import Composition, EditionRequest, Offer, Past, Standing


def past(composition: Composition, distance: int) -> Past:
    """Return an edition as its members remember it `distance` editions later."""
    return Past(
        distance,
        frozenset(item.producer for item in composition.items),
        frozenset(item.product for item in composition.items),
    )


def taken(
    requests: Iterable[EditionRequest], compositions: Mapping[Any, Composition], catalogue: Catalogue
) -> Iterator[tuple[Offer, date, int]]:
    """Yield each item's offer, delivery date and units for the demand."""
    offers = {offer.product: offer for offer in catalogue.offers}
    for request in requests:
        slots = {slot.slot: slot for slot in request.slots}
        for item in compositions[request.key].items if request.key in compositions else ():
            offer, slot = offers[item.product], slots[item.slot]
            measure = slot.servings_per_person, slot.fixed_quantity, offer.servings, slot.variety
            units = sum(units_needed(people, *measure) for people in request.headcounts)
            yield offer, request.delivery_date, units


def without_room(
    capacities: Mapping[tuple[Any, date], int],
    taken: Iterable[tuple[Offer, date, int]],
    catalogue: Catalogue,
) -> Mapping[tuple[Any, date], int]:
    """Return the capacities without the room that is taken."""
    left = Counter(capacities)
    for offer, day, units in taken:
        left[offer.room, catalogue.made_on(offer.made_days, day)] -= units * offer.room_units
    return left


def with_sales(
    standings: Mapping[int, Standing], taken: Iterable[tuple[Offer, date, int]]
) -> dict[int, Standing]:
    """Return the standings with what is taken as sold."""
    later = dict(standings)
    for offer, _day, units in taken:
        before = later.get(offer.producer, Standing(0, 0))
        later[offer.producer] = replace(before, sales=before.sales + units * offer.supply_price)
    return later
