"""What other contents of an edition change: cost, worth, saving, allergens, and how producers share."""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from django.utils.translation import get_language

from bundles.models import Edition, Product, Slot
from membership.models import Organization

from .demand import Demand, read_demand
from .edition_page import allergen_names
from .fair_shares import FairShares, Share, read_fair_shares

# The products of an edition: (slot, product).
Contents = Collection[tuple[int, int]]


@dataclass(frozen=True)
class Turn:
    """A producer's sales in percent of its fair share, before and after; None for who has none."""

    producer: Organization
    before: float | None
    after: float | None


@dataclass(frozen=True)
class Figures:
    """Won for the base headcount at today's prices; `gini` is of all producers' sales ÷ fair share."""

    cost: int
    worth: int
    allergens: frozenset[int]
    gini: float

    @classmethod
    def of(cls, rows: Collection[tuple[int, Product]], shares: FairShares) -> "Figures":
        return cls(
            sum(units * product.supply_price for units, product in rows),
            sum(units * product.list_price for units, product in rows),
            frozenset(code for _units, product in rows for code in product.allergen_codes),
            shares.gini,
        )


@dataclass(frozen=True)
class Change:
    """The figures before and after, the products that went and came, and the producers whose sales move."""

    before: Figures
    after: Figures
    price: int
    gone: list[Product]
    come: list[Product]
    turns: list[Turn]

    @property
    def saving_before(self) -> int:
        return self.before.worth - self.price

    @property
    def saving(self) -> int:
        return self.after.worth - self.price

    @property
    def allergens_gone(self) -> list[str]:
        """What members need no longer look out for, by number and name."""
        return allergen_names(self.before.allergens - self.after.allergens, get_language() or "ko")

    @property
    def allergens_come(self) -> list[str]:
        return allergen_names(self.after.allergens - self.before.allergens, get_language() or "ko")


def contents_now(edition: Edition) -> set[tuple[int, int]]:
    """Return what is in the edition; nothing if it has no row yet."""
    return set(edition.items.values_list("slot", "product")) if edition.pk else set()


def contents_before(edition: Edition) -> set[tuple[int, int]]:
    """Return what the last re-composition replaced."""
    return {(row["slot_id"], row["product_id"]) for row in (edition.before or {}).get("items", ())}


def last_change(edition: Edition, *, today: date) -> Change | None:
    """Return what the last re-composition changed, as long as it can be undone."""
    if edition.before is None:
        return None
    return read_change(edition, contents_before(edition), contents_now(edition), today=today)


def read_change(edition: Edition, before: Contents, after: Contents, *, today: date) -> Change:
    """Compare two contents of an edition; the number of queries is fixed."""
    day, held = edition.delivery_date, contents_now(edition)
    pairs = {*before, *after, *held}
    slots = Slot.objects.in_bulk({slot for slot, _product in pairs})
    products = Product.objects.select_related("producer").in_bulk({product for _slot, product in pairs})
    demand = read_demand(day, day).get(edition.key, Demand())

    def rows(contents: Contents, headcounts: Iterable[int]) -> list[tuple[int, Product]]:
        """Return units and product of each item that still exists."""
        found = [(slots[slot], products[product]) for slot, product in contents if product in products]
        return [
            (sum(slot.units_of(product, people) for people in headcounts), product) for slot, product in found
        ]

    def won_by_producer(contents: Contents) -> Counter[int]:
        won: Counter[int] = Counter()
        for units, product in rows(contents, demand.open):
            won[product.producer_id] += units * product.supply_price
        return won

    def shares_with(contents: Contents) -> FairShares:
        won = won_by_producer(contents)
        won.subtract(won_by_producer(held))
        return shares.moved(won)

    def others(contents: Contents, than: Contents) -> list[Product]:
        keys = {product for _slot, product in contents} - {product for _slot, product in than}
        return [products[key] for key in sorted(keys) if key in products]

    shares = read_fair_shares(today, day)
    shares_before, shares_after = shares_with(before), shares_with(after)
    base = [edition.bundle.base_headcount]
    return Change(
        before=Figures.of(rows(before, base), shares_before),
        after=Figures.of(rows(after, base), shares_after),
        price=edition.bundle.price,
        gone=others(before, after),
        come=others(after, before),
        turns=[
            Turn(was.producer, _percent(was), _percent(then))
            for was, then in zip(shares_before.shares, shares_after.shares, strict=True)
            if was.planned != then.planned
        ],
    )


def _percent(share: Share) -> float | None:
    return round(100 * share.ratio, 1) if share.fair_share else None
