"""What is left of the producers' capacity: of a product alone, or of the pool that it shares with others."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import date

from .composition import MadeOn
from .models import Capacity, Closure, Product, Room


class Rooms:
    """Free units (servings of pools) by room and production date; reading it writes nothing.

    `free` has every room of the products on every production date of the delivery dates, with 0 while the
    producer is closed.
    """

    def __init__(self, free: Mapping[tuple[Room, date], int], made_on: MadeOn) -> None:
        self.free = dict(free)
        self._made_on = made_on
        self._keys: dict[tuple[int, date], tuple[Room, date]] = {}

    @classmethod
    def read(
        cls,
        products: Collection[Product],
        days: Collection[date],
        made_on: MadeOn,
        planned: Mapping[tuple[Room, date], int] | None = None,
    ) -> "Rooms":
        """Read what is neither reserved nor `planned` for delivery on these days, in two queries.

        The products come with their pools.
        """
        dates: dict[Room, set[date]] = defaultdict(set)
        owners = {product.room: product for product in products}
        for product in products:
            dates[product.room].update(made_on(product.made_days, day) for day in days)
        every = set().union(*dates.values())
        if not every:
            return cls({}, made_on)
        rows = Capacity.objects.filter(made_on__in=every)
        left = {(row.room, row.made_on): row.free for row in rows if row.free is not None}
        closures: dict[int, list[Closure]] = defaultdict(list)
        for closure in Closure.objects.touching(min(every), max(every)):
            closures[closure.producer_id].append(closure)
        free = {}
        for room, product in owners.items():
            usual = product.pool.daily_capacity if product.pool else product.daily_capacity
            for day in dates[room]:
                is_closed = any(closure.covers(day) for closure in closures[product.producer_id])
                rest = left.get((room, day), usual) - (planned or {}).get((room, day), 0)
                free[room, day] = 0 if is_closed else max(0, rest)
        return cls(free, made_on)

    def copy(self) -> "Rooms":
        """Return the same rooms, to take from them and leave these as they are."""
        return Rooms(self.free, self._made_on)

    def join(self, other: "Rooms") -> None:
        """Add rooms that were read later; what was taken of those that are known stays taken."""
        self.free = other.free | self.free

    def made_on(self, product: Product, day: date) -> date:
        """Return the production date of the product for delivery on the day."""
        return self.key(product, day)[1]

    def key(self, product: Product, day: date) -> tuple[Room, date]:
        """Return the room and the production date of the product for delivery on the day."""
        known = self._keys.get((product.id, day))
        if known is None:
            known = self._keys[product.id, day] = product.room, self._made_on(product.made_days, day)
        return known

    def left(self, product: Product, day: date, used: Mapping[tuple[Room, date], int] | None = None) -> int:
        """Return how many units of the product can still be had for the day, besides what is `used`."""
        if not product.is_offered_on(day):
            return 0
        key = self.key(product, day)
        return (self.free[key] - (used.get(key, 0) if used else 0)) // product.room_units

    def take(self, product: Product, day: date, units: int) -> None:
        """Use up so many units of the product, and with them what others of its pool could have had."""
        self.free[self.key(product, day)] -= units * product.room_units
