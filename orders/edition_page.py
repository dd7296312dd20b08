"""One edition as an operator reads it: its slots, its figures, and what could stand in each slot."""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Prefetch

from bundles.composition import price_limits
from bundles.edition_words import reason_words, relaxed_words
from bundles.models import Edition, EditionItem, Product, Slot
from bundles.rooms import Rooms
from membership.allergens import ALLERGENS
from membership.models import Certification

from .actions.editions import planned_rooms
from .cutoff import lead_days_left
from .demand import Demand, read_demand
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


@dataclass(frozen=True)
class ItemRow:
    """An item at the base headcount; money in won."""

    item: EditionItem
    units: int
    choices: list[Choice]

    @property
    def cost(self) -> int:
        return self.units * self.item.product.supply_price

    @property
    def worth(self) -> int:
        return self.units * self.item.product.list_price

    @property
    def reasons(self) -> list[str]:
        """Why it is in; that it was locked counts as long as it is."""
        codes = [code for code in self.item.reasons.split() if code != "locked"]
        return reason_words(" ".join(["locked", *codes] if self.item.is_locked else codes))

    @property
    def allergens(self) -> tuple[int, ...]:
        return self.item.product.allergen_codes


@dataclass(frozen=True)
class EditionPage:
    """Everything the page shows; figures in won at the base headcount, at today's prices."""

    edition: Edition
    rows: list[ItemRow]
    siblings: list[Edition]
    demand: Demand
    max_cost: int
    min_worth: int

    @property
    def is_ordered(self) -> bool:
        return bool(self.demand.fixed)

    @property
    def is_open(self) -> bool:
        """Whether the contents may still be changed."""
        return self.edition.status == Edition.Status.DRAFT and not self.is_ordered

    @property
    def state(self) -> str:
        return "ordered" if self.is_ordered else self.edition.status

    @property
    def cost(self) -> int:
        return sum(row.cost for row in self.rows)

    @property
    def worth(self) -> int:
        return sum(row.worth for row in self.rows)

    @property
    def saving(self) -> int:
        return self.worth - self.edition.bundle.price

    @property
    def margin(self) -> int:
        """What the hub keeps after the goods and the packing."""
        return self.edition.bundle.price - self.cost - self.edition.bundle.packing_cost

    @property
    def margin_percent(self) -> float:
        return 100 * self.margin / self.edition.bundle.price if self.edition.bundle.price else 0.0

    @property
    def biggest(self) -> tuple[str, float]:
        """The producer who gets most of the cost, and its part of it in percent."""
        costs: Counter[Any] = Counter()
        for row in self.rows:
            costs[row.item.product.producer] += row.cost
        if not self.cost:
            return "", 0.0
        producer, cost = max(costs.items(), key=lambda entry: (entry[1], -entry[0].pk))
        return producer.display_name, 100 * cost / self.cost

    @property
    def allergen_codes(self) -> list[int]:
        return sorted({code for row in self.rows for code in row.allergens})

    @property
    def relaxed(self) -> list[str]:
        return relaxed_words(self.edition.relaxed)


def read_page(edition: Edition, *, now: datetime) -> EditionPage:
    """Read one edition; choices only while it may be changed. The number of queries is fixed."""
    bundle, day = edition.bundle, edition.delivery_date
    demand = read_demand(day, day).get(edition.key, Demand())
    valid = Prefetch("product__producer__certifications", queryset=Certification.objects.valid_on(day))
    items = list(
        edition.items.select_related("slot__category", "product__producer")
        .prefetch_related(valid)
        .order_by("slot__position", "pk")
    )
    max_cost, min_worth = price_limits(
        bundle.price,
        margin_percent=bundle.margin_percent,
        packing=bundle.packing_cost,
        saving_percent=bundle.saving_percent,
    )
    is_open = edition.status == Edition.Status.DRAFT and not demand.fixed
    choices = _choices(edition, items, demand, now) if is_open else {}
    rows = [
        ItemRow(item, item.slot.units_of(item.product, bundle.base_headcount), choices.get(item.slot_id, []))
        for item in items
    ]
    siblings = Edition.objects.filter(bundle=bundle, delivery_date=day).exclude(pk=edition.pk)
    return EditionPage(edition, rows, list(siblings.order_by("exclusions")), demand, max_cost, min_worth)


def _choices(
    edition: Edition, items: Iterable[EditionItem], demand: Demand, now: datetime
) -> dict[int, list[Choice]]:
    """Return by slot what else of its category is on offer, the possible and cheap first."""
    day = edition.delivery_date
    slots = {item.slot_id: item.slot for item in items}
    categories = {slot.category_id for slot in slots.values()}
    offered = Product.objects.on_offer().filter(category__in=categories)
    products = list(offered.exclude(edition_items__edition=edition).select_related("producer", "pool"))
    working_days = CalendarDay.objects.all().working_days()
    planned = planned_rooms([day], working_days, without={edition.key})
    rooms = Rooms.read(products, [day], working_days.made_on, planned)
    lead = lead_days_left(now, day, working_days)
    headcounts = demand.open or [edition.bundle.base_headcount]

    def choice(slot: Slot, product: Product) -> Choice:
        units = rooms.left(product, day)
        needed = sum(slot.units_of(product, people) for people in headcounts)
        return Choice(product, units, units >= needed, product.lead_days <= lead)

    return {
        slot.pk: _sorted(
            choice(slot, product)
            for product in _fitting(slot, products)
            if not product.broken(edition.exclusions)
        )
        for slot in slots.values()
    }


def _fitting(slot: Slot, products: Collection[Product]) -> list[Product]:
    return [
        product
        for product in products
        if product.category_id == slot.category_id and not (slot.is_ambient_only and product.is_chilled)
    ]


def _sorted(choices: Iterable[Choice]) -> list[Choice]:
    return sorted(
        choices, key=lambda each: (not each.is_possible, each.product.supply_price, each.product.pk)
    )


def allergen_names(codes: Collection[int], language: str) -> list[str]:
    """Return "1 난류" and so on in one of the two languages."""
    return [
        f"{allergen.code} {allergen.name_en if language == 'en' else allergen.name_ko}"
        for allergen in ALLERGENS
        if allergen.code in codes
    ]
