"""What else can be had where an order can't be made: the bundle on a later day, other bundles, soon.

A day with an edition can be had if every product of it has enough left; one without, if every slot has enough
products of its category left, which is what composing it will need first of all.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from bundles.edition_key import EditionKey
from bundles.models import Bundle, Edition, Product, Room, Slot
from bundles.rooms import Rooms
from membership.models import Site

from .actions.editions import planned_rooms
from .cutoff import SEOUL, earliest_delivery_date, lead_days_left
from .models import CalendarDay, Occurrence
from .working_days import WorkingDays

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
    """A bundle that can be had on a day for as many people, at `gross` won; for an event, when and where."""

    bundle: Bundle
    day: date
    headcount: int
    gross: int
    event_at: datetime | None = None
    site: Site | None = None

    @property
    def query(self) -> str:
        """What the order form takes from an address to begin with this."""
        said: dict[str, Any] = {"bundle": self.bundle.code, "headcount": self.headcount}
        begins = self.event_at and self.event_at.astimezone(SEOUL)
        said["date"] = (begins.date() if begins else self.day).isoformat()
        if begins:
            said["time"] = f"{begins:%H:%M}"
        return urlencode(said | ({"site": self.site.pk} if self.site else {}))


def alternatives_to_occurrence(occurrence: Occurrence, *, now: datetime) -> list[Alternative]:
    """Return what can be had instead of a date of a standing order that failed so."""
    day = occurrence.delivery_date
    if occurrence.status != Occurrence.Status.FAILED or occurrence.reason not in SOLD_OUT or day is None:
        return []
    found = read_alternatives(occurrence.bundle, occurrence.headcount, occurrence.exclusions, day, now=now)
    return [replace(each, site=occurrence.site) for each in found]


class Supply:
    """What is left from a day on, for people with these exclusions; the number of queries is fixed.

    Only bundles for events: a plan's bundle comes by its standing order.
    """

    def __init__(self, day: date, exclusions: int, working_days: WorkingDays, *, now: datetime) -> None:
        first = working_days.next_on_or_after(max(day, earliest_delivery_date(now, working_days)))
        self.days = [first]
        while len(self.days) < DAYS_AHEAD:
            self.days.append(working_days.add(self.days[-1], 1))
        self.bundles = list(Bundle.objects.for_events().prefetch_related("slots"))
        self._exclusions = exclusions
        self._products = {
            product.pk: product
            for product in Product.objects.on_offer().select_related("pool", "producer")
            if not product.broken(exclusions)
        }
        self._leads = {on: lead_days_left(now, on, working_days) for on in self.days}
        self._rooms = Rooms.read(
            list(self._products.values()),
            self.days,
            working_days.made_on,
            planned_rooms(self.days, working_days),
        )
        editions = Edition.objects.filter(
            delivery_date__in=self.days, exclusions=exclusions, bundle__in=self.bundles
        )
        self._composed = {edition.key: edition for edition in editions.prefetch_related("items__slot")}

    def has(self, bundle: Bundle, day: date, headcount: int) -> bool:
        """Whether the bundle can be ordered for the day: in time for every producer, with enough left."""
        if day not in self._leads:
            return False
        in_time = {
            pk: product for pk, product in self._products.items() if product.lead_days <= self._leads[day]
        }
        edition = self._composed.get(EditionKey(bundle.pk, day, self._exclusions))
        places = _of_edition(edition, in_time) if edition else _of_bundle(bundle, in_time)
        return can_be_had(places, headcount, day, self._rooms)


def read_alternatives(
    bundle: Bundle, headcount: int, exclusions: int, day: date, *, now: datetime
) -> list[Alternative]:
    """Return what can be ordered for so many people from the day on."""
    supply = Supply(day, exclusions, CalendarDay.objects.all().working_days(), now=now)
    found = [
        Alternative(other, on, headcount, other.price_for(headcount))
        for on in supply.days
        for other in supply.bundles
        if (other, on) != (bundle, day) and supply.has(other, on, headcount)
    ]
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
