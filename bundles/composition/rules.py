"""What the composer is asked and what it answers: money in integer won, quantities in units (packs).

A unit is what `bundles.scaling.units_needed` counts. Keys of requests, producers, products and capacities are
the caller's own; equal kinds of keys must be sortable, so that equal input gives equal output in any order.
"""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

# Every rule an edition can break, the most negotiable first: the order in which rules are proposed to be
# dropped and named to the operator. What people can't or won't eat comes last.
RULES = (
    "variety",
    "producer_share",
    "min_worth",
    "max_cost",
    "rotation",
    "banned",
    "locked",
    "capacity",
    "lead_time",
    "certification",
    "storage",
    "chilled",
    "halal",
    "vegan",
    "allergens",
)

STORAGES = frozenset({"ambient", "chilled", "frozen"})

# The production date of (`Offer.made_days`, delivery date).
MadeOn = Callable[[int, date], date]


def made_on_the_day(made_days: int, delivery_date: date) -> date:
    """Return the delivery date: everything is made on the day that it is delivered."""
    return delivery_date


@dataclass(frozen=True, slots=True)
class Offer:
    """A product that could be delivered.

    `certified` has the validity of the producer's certificates, first and last day; one must cover the
    delivery date. `season` has the first and last delivery date; outside nothing is free. `rating` is 1 to 5
    or unknown. Offers of one `capacity_key` share a room, of which a unit takes `room_units` on the date of
    production, `made_days` before the delivery as the caller counts days (`MadeOn`).
    """

    product: int
    producer: int
    category: str | int
    supply_price: int
    list_price: int
    servings: int
    storage: str = "ambient"
    allergens: int = 0
    is_vegan: bool = False
    is_halal: bool = False
    lead_days: int = 0
    certified: tuple[tuple[date, date], ...] = ((date.min, date.max),)
    season: tuple[date, date] = (date.min, date.max)
    capacity_key: Hashable = None
    room_units: int = 1
    made_days: int = 0
    rating: float | None = None

    @property
    def room(self) -> Hashable:
        """The key of the capacity that it draws on: its own unless shared."""
        return self.product if self.capacity_key is None else self.capacity_key


@dataclass(frozen=True, slots=True)
class SlotRule:
    """A place for `variety` different products that share it evenly, measured as `units_needed` does."""

    slot: int
    category: str | int
    servings_per_person: Decimal = Decimal(0)
    fixed_quantity: int = 0
    variety: int = 1
    storages: frozenset[str] = STORAGES


@dataclass(frozen=True, slots=True)
class Exclusions:
    """What an institution doesn't want; `allergens` is the mask of `membership.allergens`."""

    allergens: int = 0
    vegan: bool = False
    halal: bool = False
    no_chilled: bool = False


@dataclass(frozen=True, slots=True)
class Past:
    """What the same members received `distance` editions ago (1 is the last), or will receive.

    Where later editions are decided already, −1 is the next. The caller gives those that may not repeat this
    one: whose own `repeat_editions` reach back to it.
    """

    distance: int
    producers: frozenset[int]
    products: frozenset[int]


@dataclass(frozen=True, slots=True)
class EditionRequest:
    """One edition to compose: of a bundle, or its variant for an institution's exclusions, for one date.

    `demand` has the headcount of each expected order (none means one of `base_headcount`): capacity is drawn
    for each of them, rounded up to packs. Cost and worth are held at `base_headcount`. `follows` names other
    requests of the same call that its members receive earlier, with their distance (see `rotation_links`).
    """

    key: Any
    bundle: Any
    delivery_date: date
    base_headcount: int
    price: int
    max_cost: int
    min_worth: int
    slots: tuple[SlotRule, ...]
    demand: tuple[int, ...] = ()
    lead_days_left: int = 365
    max_producer_percent: int = 100
    repeat_editions: int = 0
    history: tuple[Past, ...] = ()
    follows: tuple[tuple[Any, int], ...] = ()
    exclusions: Exclusions = Exclusions()
    locked: frozenset[tuple[int, int]] = frozenset()
    banned: frozenset[int] = frozenset()

    @property
    def headcounts(self) -> tuple[int, ...]:
        return tuple(sorted(self.demand)) or (self.base_headcount,)

    @property
    def reach(self) -> int:
        """Within how many editions, before or after, nothing may repeat."""
        return max(self.repeat_editions, *(-past.distance for past in self.history), 0)


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a producer stands: won sold in the rolling window, and what would be its fair share of it.

    The fair share counts the window with the editions now asked for (`fairness.standings` works it out).
    """

    sales: int
    fair_share: int
    is_newcomer: bool = False


@dataclass(frozen=True, slots=True)
class Item:
    """A product in a slot; `units` at the base headcount; `reasons` are codes (see `reasons`).

    `passed_over` is the product that deserved the place more (with it the objective would be less), but would
    have broken a rule in this edition: its cost, worth, a producer's part or capacity. What other rules keep
    out doesn't count.
    """

    slot: int
    product: int
    producer: int
    units: int
    reasons: tuple[str, ...] = ()
    passed_over: tuple[int, str] | None = None


@dataclass(frozen=True, slots=True)
class Composition:
    """An edition at its base headcount. `saving` is worth − price: what members save.

    Nothing repeats within `producers_apart` and `products_apart` editions; less than asked for (the request's
    `reach`) only where no other way was found, which `relaxed` says as "rotation_of_producers",
    "rotation_of_products".
    """

    key: Any
    items: tuple[Item, ...]
    cost: int
    worth: int
    saving: int
    lead_days: int
    producers_apart: int = 0
    products_apart: int = 0
    relaxed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Figure:
    """What a rule of a conflict wants and what is possible; of one slot, or of the whole edition (None).

    max_cost, min_worth: won. capacity: units of the product that lacks fewest. producer_share: percent.
    locked: products. Other rules: products wanted in the slot, and left by the rules in conflict.
    """

    rule: str
    slot: int | None
    wanted: int
    possible: int


@dataclass(frozen=True, slots=True)
class Conflict:
    """Why an edition can't be: a minimal set of `rules` that can't hold together (every part of it can).

    `best` is the best edition with the rules `without` dropped, as few as possible, beside all compositions
    and the best of other conflicts; None if even that fails, which only a category without any product does
    ("no_product").
    """

    rules: tuple[str, ...]
    figures: tuple[Figure, ...]
    without: tuple[str, ...] = ()
    best: Composition | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """What was composed, and how good it is: `objective` and `bound` in won (see `fairness`), less is better.

    `bound` is the bound of the linear relaxation over all offers and dates: nothing below it exists.
    `gap` is (objective − bound) / |bound|.
    """

    compositions: Mapping[Any, Composition]
    unsolved: Mapping[Any, Conflict] = field(default_factory=dict)
    objective: float = 0.0
    bound: float = 0.0

    @property
    def gap(self) -> float:
        return (self.objective - self.bound) / max(1.0, abs(self.bound))


def price_limits(price: int, *, margin_percent: int, packing: int, saving_percent: int) -> tuple[int, int]:
    """Return (most cost, least worth) in won: price × (1 − margin) − packing, and price × (1 + saving).

    Rounded so that neither promise is broken by a won.
    """
    return price * (100 - margin_percent) // 100 - packing, -(-price * (100 + saving_percent) // 100)


def rotation_links(received: Mapping[Any, Sequence[Any]]) -> dict[Any, tuple[tuple[Any, int], ...]]:
    """Return for each edition the earlier ones that some member also receives, with the least distance.

    `received` has each member's editions of a bundle in order of delivery.
    """
    links: dict[Any, dict[Any, int]] = {}
    for editions in received.values():
        for place, later in enumerate(editions):
            known = links.setdefault(later, {})
            for distance, earlier in enumerate(reversed(editions[:place]), start=1):
                known[earlier] = min(distance, known.get(earlier, distance))
    return {key: tuple(sorted(known.items(), key=repr)) for key, known in links.items()}
