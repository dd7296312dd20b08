"""Choose the products of one bundle for one delivery date, so that members meet many producers.

1. For each slot keep the products of its category whose free capacity covers the units it needs.
2. Rank them: producer not seen for the longest time, product not seen for the longest time, producer with
   the least sales, cheapest. Never seen comes first.
3. Slot by slot take the first that still leaves the other slots a choice with a producer of their own and a
   total cost within the limit. Only if no such edition exists may a producer come twice (a product never).

The same input gives the same edition, in whatever order it comes. One edition at a time: fairness over many
bundles and dates is another problem.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from .scaling import units_needed

MAX_COST_PERCENT = 85  # of the price; the rest pays for packing and delivery


@dataclass(frozen=True)
class Candidate:
    """A product that could be delivered; prices in won, capacity in units still free on the date."""

    product_id: int
    producer_id: int
    category: str | int
    list_price: int
    supply_price: int
    servings: int
    lead_days: int
    allergens: int
    free_capacity: int


@dataclass(frozen=True)
class SlotNeed:
    """A place to fill, measured as `units_needed` does."""

    slot_id: int
    category: str | int
    servings_per_person: Decimal
    fixed_quantity: int


@dataclass(frozen=True)
class Composition:
    """(slot, product) by slot; cost at supply prices, worth at list prices (won); the slowest lead time."""

    items: tuple[tuple[int, int], ...]
    cost: int
    worth: int
    lead_days: int


class CannotCompose(Exception):
    """No edition fits. `reason`: no_product, no_capacity, too_few_products or too_expensive.

    `slot_id` and `category` name the slot, and are None where it takes all slots together to fail.
    """

    def __init__(self, reason: str, slot: SlotNeed | None = None) -> None:
        self.reason = reason
        self.slot_id = slot.slot_id if slot else None
        self.category = slot.category if slot else None
        super().__init__(f"{reason}: slot {slot.slot_id}, category {slot.category}" if slot else reason)


@dataclass(frozen=True)
class _Option:
    candidate: Candidate
    units: int

    @property
    def cost(self) -> int:
        return self.units * self.candidate.supply_price


def compose(
    slots: Iterable[SlotNeed],
    candidates: Iterable[Candidate],
    *,
    headcount: int,
    price: int,
    last_used: Mapping[int, date],
    producer_sales: Mapping[int, int],
) -> Composition:
    """Return the edition for `headcount` people at `price` won; slots and products are each given once.

    `last_used` has the latest delivery date of products in earlier editions, `producer_sales` the won that
    each producer has sold so far; who is missing was never used or sold nothing. Raises CannotCompose.
    """
    slots = sorted(slots, key=lambda slot: slot.slot_id)
    candidates = list(candidates)
    seen = _last_seen(candidates, last_used)

    def turn(option: _Option) -> tuple[date, date, int, int, int]:
        product, producer = option.candidate.product_id, option.candidate.producer_id
        sales = producer_sales.get(producer, 0)
        return seen[producer], last_used.get(product, date.min), sales, option.cost, product

    options = [sorted(_options(slot, candidates, headcount), key=turn) for slot in slots]
    limit = price * MAX_COST_PERCENT // 100
    chosen = _choose(options, limit, _producer) or _choose(options, limit, _product)
    if chosen is None:
        raise CannotCompose(
            "too_few_products" if _cheapest(options, _product, set()) is None else "too_expensive"
        )
    return Composition(
        items=tuple(
            (slot.slot_id, option.candidate.product_id) for slot, option in zip(slots, chosen, strict=True)
        ),
        cost=sum(option.cost for option in chosen),
        worth=sum(option.units * option.candidate.list_price for option in chosen),
        lead_days=max((option.candidate.lead_days for option in chosen), default=0),
    )


def _producer(candidate: Candidate) -> int:
    return candidate.producer_id


def _product(candidate: Candidate) -> int:
    return candidate.product_id


def _last_seen(candidates: list[Candidate], last_used: Mapping[int, date]) -> dict[int, date]:
    """Return the last date of each producer: the latest of its products'."""
    seen: dict[int, date] = {}
    for candidate in candidates:
        used = last_used.get(candidate.product_id, date.min)
        seen[candidate.producer_id] = max(used, seen.get(candidate.producer_id, date.min))
    return seen


def _options(slot: SlotNeed, candidates: list[Candidate], headcount: int) -> list[_Option]:
    """Return what can fill the slot. Raises CannotCompose if nothing can."""
    offered = [
        _Option(
            candidate,
            units_needed(headcount, slot.servings_per_person, slot.fixed_quantity, candidate.servings),
        )
        for candidate in candidates
        if candidate.category == slot.category
    ]
    options = [option for option in offered if option.units <= option.candidate.free_capacity]
    if not options:
        raise CannotCompose("no_capacity" if offered else "no_product", slot)
    return options


def _choose(
    options: list[list[_Option]], limit: int, owner: Callable[[Candidate], int]
) -> list[_Option] | None:
    """Return the first choice slot by slot that uses no owner twice and keeps to the limit, or None."""
    chosen: list[_Option] = []
    used: set[int] = set()
    for place, slot_options in enumerate(options):
        producers = {option.candidate.producer_id for option in chosen}
        budget = limit - sum(option.cost for option in chosen)
        for option in sorted(slot_options, key=lambda option: option.candidate.producer_id in producers):
            key = owner(option.candidate)
            if key in used or option.cost > budget:
                continue
            rest = _cheapest(options[place + 1 :], owner, used | {key})
            if rest is not None and option.cost + rest <= budget:
                chosen.append(option)
                used.add(key)
                break
        else:
            return None
    return chosen


def _cheapest(options: list[list[_Option]], owner: Callable[[Candidate], int], used: set[int]) -> int | None:
    """Return the least cost to fill these slots, each from another unused owner, or None if nothing does.

    Owners are dealt out one by one; `best` keeps the least cost of each set of filled slots (as bits), so the
    work doubles with every slot. Bundles have a handful.
    """
    offers: dict[int, dict[int, int]] = {}
    for place, slot_options in enumerate(options):
        for option in slot_options:
            if (key := owner(option.candidate)) not in used:
                offer = offers.setdefault(key, {})
                offer[place] = min(option.cost, offer.get(place, option.cost))
    best = {0: 0}
    for offer in offers.values():
        for filled, cost in list(best.items()):
            for place, extra in offer.items():
                if not filled >> place & 1:
                    wider = filled | 1 << place
                    best[wider] = min(cost + extra, best.get(wider, cost + extra))
    return best.get((1 << len(options)) - 1)
