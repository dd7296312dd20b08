"""What could stand in the slots of an edition: whether it has free units for everybody, and the time."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from bundles.models import Edition, Product, Slot
from bundles.rooms import Rooms

from .actions.editions import planned_rooms
from .cutoff import lead_days_left
from .demand import Demand
from .models import CalendarDay


@dataclass(frozen=True)
class Choice:
    """A product that could be placed in a slot: free units on the day, and whether they and the time do."""

    product: Product
    free: int
    is_enough: bool
    is_in_time: bool

    @property
    def is_possible(self) -> bool:
        return self.is_enough and self.is_in_time


class Free:
    """What is free for an edition on its day; what it takes itself by now counts as free."""

    def __init__(
        self, edition: Edition, products: Collection[Product], demand: Demand, *, now: datetime
    ) -> None:
        self.day = edition.delivery_date
        working_days = CalendarDay.objects.all().working_days()
        planned = planned_rooms([self.day], working_days, without={edition.key})
        self.rooms = Rooms.read(products, [self.day], working_days.made_on, planned)
        self.lead = lead_days_left(now, self.day, working_days)
        self.headcounts = demand.open or [edition.bundle.base_headcount]

    def choice(self, slot: Slot, product: Product) -> Choice:
        """Tell whether the product could stand in the slot."""
        units = self.rooms.left(product, self.day)
        return Choice(product, units, units >= self._needed(slot, product), product.lead_days <= self.lead)

    def take(self, slot: Slot, product: Product) -> None:
        """Use up what the product needs, which others of its producer may share."""
        self.rooms.take(product, self.day, self._needed(slot, product))

    def _needed(self, slot: Slot, product: Product) -> int:
        return sum(slot.units_of(product, people) for people in self.headcounts)


def read_alternatives(
    edition: Edition, slots: Iterable[Slot], demand: Demand, *, now: datetime
) -> dict[int, list[Choice]]:
    """Return by slot what else of its category is on offer, possible and cheap ones first."""
    wanted = {slot.pk: slot for slot in slots}
    categories = {slot.category_id for slot in wanted.values()}
    offered = Product.objects.on_offer().filter(category__in=categories)
    products = list(offered.exclude(edition_items__edition=edition).select_related("producer", "pool"))
    free = Free(edition, products, demand, now=now)
    return {
        slot.pk: _sorted(free.choice(slot, each) for each in products if fits(edition, slot, each))
        for slot in wanted.values()
    }


def fits(edition: Edition, slot: Slot, product: Product) -> bool:
    """Whether the slot and what the edition's orders exclude allow the product at all."""
    is_wrong = slot.is_ambient_only and product.is_chilled
    return product.category_id == slot.category_id and not is_wrong and not product.broken(edition.exclusions)


def _sorted(choices: Iterable[Choice]) -> list[Choice]:
    return sorted(
        choices, key=lambda each: (not each.is_possible, each.product.supply_price, each.product.pk)
    )
