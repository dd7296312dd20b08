"""Twelve weeks of the town, week by week, under three practices with the same rules and the same demand.

`fair` is the composer. `cheapest` fills each edition with the cheapest products that the rules allow, and
`by_hand` goes round the producers of each category in a fixed order, as a spreadsheet does: next come the
products of the producer whose turn is longest ago. Both go on to the next choice where a rule would break:
capacity, cost, worth, a producer's part, rotation (which they give up last, as the composer does), and
never take a producer twice in an edition. Capacities differ widely: each producer's is scaled by a factor
drawn from a seed, so that equal turns aren't fair shares.

The window of sales is four weeks. At the end each producer's sales of all weeks are set against its fair
share of what was sold under that practice.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from random import Random
from typing import Any

from bundles.composition import (
    Composition,
    EditionRequest,
    Exclusions,
    Item,
    Offer,
    Past,
    SlotRule,
    compose,
    fair_shares,
    faults,
    gini,
    offered_won,
    standings,
)
from bundles.scaling import units_needed

from . import town

WEEKS = 12
WINDOW = 4
SEED = 3
FACTORS = (0.3, 0.5, 1.0, 1.0, 1.5, 2.5)
SECONDS = 20
TRIES = 200_000  # choices after which a person at a spreadsheet gives up a rule
Choice = Callable[[Offer, int], tuple]


def play() -> dict[str, Any]:
    """Return the Gini coefficient of sales relative to fair share by practice, and if rules were held."""
    measured: dict[str, Any] = {"weeks": WEEKS}
    for practice in ("fair", "cheapest", "by_hand"):
        measured |= {f"{name}_{practice}": value for name, value in _Town(practice).play().items()}
    least = min(measured["gini_cheapest"], measured["gini_by_hand"])
    return measured | {"gini_ratio": round(measured["gini_fair"] / least, 2)}


class _Town:
    def __init__(self, practice: str) -> None:
        self.practice = practice
        self.offers = town.offers()
        self.requests = town.requests(weeks=WEEKS)
        random = Random(SEED)
        factor = {number: random.choice(FACTORS) for number in sorted({o.producer for o in self.offers})}
        days = sorted({request.delivery_date for request in self.requests})
        scale = {offer.room: factor[offer.producer] for offer in self.offers}
        self.capacities = {
            (room, day): max(1, round(units * scale[room]))
            for (room, day), units in town.capacities(days).items()
        }
        self.compositions: dict[Any, Composition] = {}
        self.sold: list[Counter] = []  # won by (producer, category), week by week
        self.turns: Counter = Counter()
        self.turn = 0

    def play(self) -> dict[str, Any]:
        for week in range(WEEKS):
            first = town.FIRST_DAY + timedelta(weeks=week)
            asked = [r for r in self.requests if first <= r.delivery_date < first + timedelta(weeks=1)]
            self._compose(asked)
            self.sold.append(self._sales(asked))
        whole: Counter = sum(self.sold, Counter())
        by_category: Counter = Counter()
        for (_, category), won in whole.items():
            by_category[category] += won
        days = {request.delivery_date for request in self.requests}
        shares = fair_shares(by_category, offered_won(self.offers, self.capacities, days, town.MADE_ON))
        by_producer: Counter = Counter()
        for (producer, _), won in whole.items():
            by_producer[producer] += won
        ratios = [by_producer[producer] / share for producer, share in shares.items()]
        wrong = faults(self.compositions, self.requests, self.offers, self.capacities, town.MADE_ON)
        return {
            "gini": round(gini(ratios), 3),
            "editions": len(self.compositions),
            "asked": len(self.requests),
            "relaxed": sum(bool(c.relaxed) for c in self.compositions.values()),
            "faults": len(wrong),
        }

    def _sales(self, requests: list[EditionRequest]) -> Counter:
        products = {offer.product: offer for offer in self.offers}
        sold: Counter = Counter()
        for request in requests:
            slots = {slot.slot: slot for slot in request.slots}
            for item in self.compositions[request.key].items if request.key in self.compositions else ():
                offer = products[item.product]
                units = _demand(request, slots[item.slot], offer)
                sold[offer.producer, offer.category] += units * offer.supply_price
        return sold

    def _compose(self, asked: list[EditionRequest]) -> None:
        asked = [self._with_history(request) for request in asked]
        if self.practice == "fair":
            window = sum(self.sold[-WINDOW:], Counter())
            where = standings(asked, self.offers, self.capacities, window, made_on=town.MADE_ON)
            result = compose(
                asked, self.offers, self.capacities, where, seconds=SECONDS, made_on=town.MADE_ON
            )
            self.compositions |= result.compositions
            return
        free = Counter(self.capacities)
        for request in asked:
            edition = _by_hand(self._with_history(request), self.offers, free, self._choice())
            if edition is None:
                continue
            self.compositions[request.key] = edition
            products = {offer.product: offer for offer in self.offers}
            for item, slot in zip(edition.items, request.slots, strict=True):
                offer = products[item.product]
                free[_room(request, offer)] -= _demand(request, slot, offer) * offer.room_units
                self.turn += 1
                self.turns[offer.category, offer.producer] = self.turns[offer.product] = self.turn

    def _with_history(self, request: EditionRequest) -> EditionRequest:
        """Return the request with what its members received as history, where that is composed."""
        past = tuple(
            Past(
                distance,
                frozenset(item.producer for item in self.compositions[key].items),
                frozenset(item.product for item in self.compositions[key].items),
            )
            for key, distance in request.follows
            if key in self.compositions
        )
        left = tuple(link for link in request.follows if link[0] not in self.compositions)
        return replace(request, history=request.history + past, follows=left)

    def _choice(self) -> Choice:
        if self.practice == "cheapest":
            return lambda offer, units: (units * offer.supply_price, offer.product)
        turns = self.turns
        return lambda offer, units: (
            turns[offer.category, offer.producer],
            offer.producer,
            turns[offer.product],
            offer.product,
        )


def _demand(request: EditionRequest, slot: SlotRule, offer: Offer) -> int:
    return sum(_units(slot, people, offer) for people in request.headcounts)


def _room(request: EditionRequest, offer: Offer) -> tuple[Any, date]:
    return offer.room, town.MADE_ON(offer.made_days, request.delivery_date)


def _units(slot: SlotRule, people: int, offer: Offer) -> int:
    return units_needed(people, slot.servings_per_person, slot.fixed_quantity, offer.servings, slot.variety)


def _by_hand(
    request: EditionRequest, offers: list[Offer], free: Counter, choice: Choice
) -> Composition | None:
    """Return the first edition that keeps the rules, in order of choice; None if none is found."""
    for apart in range(request.repeat_editions, -1, -1):
        rows = [_row(request, slot, offers, free, choice, apart) for slot in request.slots]
        found = _first_that_fits(request, rows)
        if found:
            cost = sum(units * offer.supply_price for offer, units in found)
            worth = sum(units * offer.list_price for offer, units in found)
            return Composition(
                key=request.key,
                items=tuple(
                    Item(slot.slot, offer.product, offer.producer, units)
                    for slot, (offer, units) in zip(request.slots, found, strict=True)
                ),
                cost=cost,
                worth=worth,
                saving=worth - request.price,
                lead_days=max(offer.lead_days for offer, _ in found),
                producers_apart=apart,
                products_apart=apart,
                relaxed=()
                if apart == request.repeat_editions
                else ("rotation_of_producers", "rotation_of_products"),
            )
    return None


def _row(
    request: EditionRequest, slot: SlotRule, offers: list[Offer], free: Counter, choice: Choice, apart: int
) -> list[tuple[Offer, int]]:
    """Return the offers for a slot with their units at the base headcount, first choice first."""
    past = [seen for seen in request.history if seen.distance <= apart]
    producers = {producer for seen in past for producer in seen.producers}
    products = {product for seen in past for product in seen.products}
    row = [
        (offer, _units(slot, request.base_headcount, offer))
        for offer in offers
        if offer.category == slot.category
        and offer.producer not in producers
        and offer.product not in products
        and offer.lead_days <= request.lead_days_left
        and any(first <= request.delivery_date <= last for first, last in offer.certified)
        and _suits(offer, request.exclusions)
        and _demand(request, slot, offer) * offer.room_units <= free[_room(request, offer)]
    ]
    return sorted(row, key=lambda entry: choice(*entry))


def _suits(offer: Offer, excluded: Exclusions) -> bool:
    return (
        not offer.allergens & excluded.allergens
        and (offer.is_vegan or not excluded.vegan)
        and (offer.is_halal or not excluded.halal)
        and (offer.storage == "ambient" or not excluded.no_chilled)
    )


def _first_that_fits(
    request: EditionRequest, rows: list[list[tuple[Offer, int]]]
) -> list[tuple[Offer, int]] | None:
    """Return the first choices that keep cost, worth and a producer's part, going back where they can't."""
    if not all(rows):
        return None
    tries = TRIES
    least = [min(units * offer.supply_price for offer, units in row) for row in rows]
    most = [max(units * offer.list_price for offer, units in row) for row in rows]

    def go(taken: list[tuple[Offer, int]], cost: int, worth: int) -> list[tuple[Offer, int]] | None:
        nonlocal tries
        place = len(taken)
        tries -= 1
        if cost + sum(least[place:]) > request.max_cost or worth + sum(most[place:]) < request.min_worth:
            return None
        if tries < 0:
            return None
        if place == len(rows):
            return taken if _is_shared(request, taken, cost) else None
        for offer, units in rows[place]:
            if all(offer.producer != other.producer for other, _ in taken):
                found = go(
                    [*taken, (offer, units)],
                    cost + units * offer.supply_price,
                    worth + units * offer.list_price,
                )
                if found:
                    return found
        return None

    return go([], 0, 0)


def _is_shared(request: EditionRequest, taken: list[tuple[Offer, int]], cost: int) -> bool:
    parts: Counter = Counter()
    for offer, units in taken:
        parts[offer.producer] += units * offer.supply_price
    return max(parts.values()) * 100 <= cost * request.max_producer_percent
