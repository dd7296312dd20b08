"""One edition as an operator reads it: its slots, its figures, and what could stand in each slot."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Prefetch

from bundles.composition import price_limits
from bundles.edition_words import reason_words, relaxed_words
from bundles.models import Bundle, Edition, EditionItem, Product
from membership.allergens import ALLERGENS
from membership.models import Certification

from .choices import Choice, read_alternatives
from .demand import Demand, read_demand


@dataclass(frozen=True)
class ItemRow:
    """An item at the base headcount; money in won."""

    item: EditionItem
    units: int
    choices: list[Choice]
    passed_over: "PassedOver | None" = None

    @property
    def cost(self) -> int:
        return self.units * self.item.product.supply_price

    @property
    def worth(self) -> int:
        return self.units * self.item.product.list_price

    @property
    def reasons(self) -> list[str]:
        """Why it is in; that it was locked counts as long as it is."""
        told = {"locked", "passed_over"} if self.passed_over else {"locked"}
        codes = [code for code in self.item.reasons.split() if code not in told]
        return reason_words(" ".join(["locked", *codes] if self.item.is_locked else codes))

    @property
    def allergens(self) -> tuple[int, ...]:
        return self.item.product.allergen_codes


@dataclass(frozen=True)
class PassedOver:
    """What deserved an item's place more, and the rule against it.

    `excess` is by how much it would break the rule beside the other items, at today's prices: won too much
    (max_cost) or too little (min_worth); for producer_share the percent of the cost that its producer would
    have. None where that can't be told.
    """

    product: Product
    rule: str
    excess: int | None


@dataclass(frozen=True)
class EditionPage:
    """Everything the page shows; figures in won at the base headcount, at today's prices.

    `variants` are all editions of the bundle and date, itself among them.
    """

    edition: Edition
    rows: list[ItemRow]
    variants: list[Edition]
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
        edition.items.select_related("slot__category", "product__producer", "passed_over__producer")
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
    slots = [item.slot for item in items]
    choices = read_alternatives(edition, slots, demand, now=now) if is_open else {}
    rows = [
        ItemRow(
            item,
            item.slot.units_of(item.product, bundle.base_headcount),
            choices.get(item.slot_id, []),
            _passed_over(item, items, bundle, max_cost, min_worth),
        )
        for item in items
    ]
    variants = list(Edition.objects.filter(bundle=bundle, delivery_date=day).order_by("exclusions"))
    return EditionPage(edition, rows, variants, demand, max_cost, min_worth)


def _passed_over(
    item: EditionItem, items: Collection[EditionItem], bundle: Bundle, max_cost: int, min_worth: int
) -> PassedOver | None:
    wanted = item.passed_over
    if wanted is None:
        return None
    pairs = [(each.slot, each.product) for each in items if each != item] + [(item.slot, wanted)]
    units = [(slot.units_of(product, bundle.base_headcount), product) for slot, product in pairs]
    cost = sum(count * product.supply_price for count, product in units)
    worth = sum(count * product.list_price for count, product in units)
    own = sum(
        count * product.supply_price for count, product in units if product.producer_id == wanted.producer_id
    )
    percent = -(-100 * own // cost) if cost else 0
    excess = {
        "max_cost": cost - max_cost,
        "min_worth": min_worth - worth,
        "producer_share": percent if percent > bundle.max_producer_percent else 0,
    }.get(item.passed_over_rule, 0)
    return PassedOver(wanted, item.passed_over_rule, excess if excess > 0 else None)


def allergen_names(codes: Collection[int], language: str) -> list[str]:
    """Return "1 난류" and so on in one of the two languages."""
    return [
        f"{allergen.code} {allergen.name_en if language == 'en' else allergen.name_ko}"
        for allergen in ALLERGENS
        if allergen.code in codes
    ]
