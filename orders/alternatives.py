"""What else can be had where an order can't be made: the bundle on a later day, other bundles, soon.

A day with an edition can be had if every product of it has enough left; one without, if every slot has enough
products of its category left, which is what composing it will need first of all.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from bundles.edition_key import EditionKey
from bundles.models import Bundle, Edition, Product, Room, Slot
from bundles.rooms import Rooms

from .actions.editions import planned_rooms
from .cutoff import earliest_delivery_date, lead_days_left
from .models import CalendarDay, Occurrence, Order

# For these reasons something else may do.
SOLD_OUT = {"capacity_short", "no_capacity"}
# How many working days are looked at, and how many dates and other bundles are offered.
DAYS_AHEAD = 15
DATES = 3
OTHERS = 3

# A slot, the products that may fill it, and how many different ones it takes.
Place = tuple[Slot, Sequence[Product], int]


@dataclass(frozen=True)
class Alternative:
    """A bundle that can be had on a day for as many people, at `gross` won."""

    bundle: Bundle
    day: date
    headcount: int
    gross: int


def alternatives_to_order(order: Order, *, now: datetime) -> list[Alternative]:
    """Return what can be had instead of an order that failed for want of goods; nothing for other reasons."""
    if order.status != Order.Status.FAILED or order.reason not in SOLD_OUT:
        return []
    return read_alternatives(order.bundle, order.headcount, order.exclusions, order.delivery_date, now=now)


def alternatives_to_occurrence(occurrence: Occurrence, *, now: datetime) -> list[Alternative]:
    """Return what can be had instead of a date of a standing order that failed so."""
    day, standing = occurrence.delivery_date, occurrence.standing_order
    if occurrence.status != Occurrence.Status.FAILED or occurrence.reason not in SOLD_OUT or day is None:
        return []
    return read_alternatives(standing.bundle, standing.headcount, standing.exclusions, day, now=now)


def read_alternatives(
    bundle: Bundle, headcount: int, exclusions: int, day: date, *, now: datetime
) -> list[Alternative]:
    """Return what can be ordered for so many people from the day on; the number of queries is fixed.

    Only bundles for events: a plan's bundle comes by its standing order.
    """
    working_days = CalendarDay.objects.all().working_days()
    days = [working_days.next_on_or_after(max(day, earliest_delivery_date(now, working_days)))]
    while len(days) < DAYS_AHEAD:
        days.append(working_days.add(days[-1], 1))
    bundles = list(Bundle.objects.for_events().prefetch_related("slots"))
    products = [
        product
        for product in Product.objects.on_offer().select_related("pool", "producer")
        if not product.broken(exclusions)
    ]
    rooms = Rooms.read(products, days, working_days.made_on, planned_rooms(days, working_days))
    editions = Edition.objects.filter(delivery_date__in=days, exclusions=exclusions, bundle__in=bundles)
    composed = {edition.key: edition for edition in editions.prefetch_related("items__slot")}
    known = {product.pk: product for product in products}
    found = []
    for on in days:
        lead = lead_days_left(now, on, working_days)
        in_time = {pk: product for pk, product in known.items() if product.lead_days <= lead}
        for other in bundles:
            edition = composed.get(EditionKey(other.pk, on, exclusions))
            places = _of_edition(edition, in_time) if edition else _of_bundle(other, in_time)
            if (other, on) != (bundle, day) and can_be_had(places, headcount, on, rooms):
                found.append(Alternative(other, on, headcount, other.price_for(headcount)))
    return rank(found, bundle, bundle.price_for(headcount))


def rank(found: Collection[Alternative], bundle: Bundle, gross: int) -> list[Alternative]:
    """Return the bundle's nearest dates, then each other bundle on its nearest, nearest in price first."""
    by_day = sorted(found, key=lambda each: each.day)
    nearest: dict[int, Alternative] = {}
    for each in by_day:
        nearest.setdefault(each.bundle.pk, each)
    nearest.pop(bundle.pk, None)
    others = sorted(nearest.values(), key=lambda each: (each.day, abs(each.gross - gross), each.bundle.pk))
    return [each for each in by_day if each.bundle == bundle][:DATES] + others[:OTHERS]


def can_be_had(places: Iterable[Place], headcount: int, day: date, rooms: Rooms) -> bool:
    """Tell whether enough is left to fill every place for so many people; nothing is taken from `rooms`."""
    taken: Counter[tuple[Room, date]] = Counter()
    used: set[int] = set()
    for slot, products, count in places:
        for product in products:
            if not count:
                break
            units = slot.units_of(product, headcount)
            room = (product.room, rooms.made_on(product, day))
            is_enough = rooms.left(product, day) - -(-taken[room] // product.room_units) >= units
            if product.pk not in used and is_enough:
                taken[room] += units * product.room_units
                used.add(product.pk)
                count -= 1
        if count:
            return False
    return bool(used)


def _of_edition(edition: Edition, products: dict[int, Product]) -> list[Place]:
    return [
        (item.slot, [products[item.product_id]] if item.product_id in products else [], 1)
        for item in edition.items.all()
    ]


def _of_bundle(bundle: Bundle, products: dict[int, Product]) -> list[Place]:
    return [
        (
            slot,
            [
                product
                for product in products.values()
                if product.category_id == slot.category_id
                and not (slot.is_ambient_only and product.is_chilled)
            ],
            slot.variety,
        )
        for slot in bundle.slots.all()
    ]
