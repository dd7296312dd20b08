"""An edition in the caller's words, and why each item is in it.

Codes: `locked` by the operator; `only_choice` that the rules leave; `newcomer`; `below_fair_share` (the
producer, before this item); `new_to_members`; `well_rated` (4 or more); `passed_over` (a product that
deserved it more would have broken a rule); `balance` where none of these says it: it fits the whole best.
"""

from collections.abc import Sequence

import numpy as np

from . import fairness
from .rules import Composition, EditionRequest, Item
from .state import State
from .table import NEVER

WELL_RATED = 4.0


def composition(state: State, edition: int) -> Composition:
    """Return the edition as it is placed, with its reasons."""
    table, request = state.table, state.table.requests[edition]
    pairs = state.pairs[edition]
    around = state.around({edition})
    allowed = state.allowed({edition}, table.edition_pairs(edition))
    cost = int(sum(table.cost[pair] for pair in pairs))
    worth = int(sum(table.worth[pair] for pair in pairs))
    apart = table.apart[edition]
    sold = list(around.sold)
    for pair in pairs:
        sold[table.producer[pair]] += int(table.sales[pair])
    return Composition(
        key=request.key,
        items=tuple(_item(state, edition, pair, allowed, around.free, sold) for pair in pairs),
        cost=cost,
        worth=worth,
        saving=worth - request.price,
        lead_days=max((table.catalogue.offers[table.offer[pair]].lead_days for pair in pairs), default=0),
        producers_apart=apart[0],
        products_apart=apart[1],
        relaxed=_relaxed(request, apart),
    )


def _relaxed(request: EditionRequest, apart: tuple[int, int]) -> tuple[str, ...]:
    names = ("rotation_of_producers", "rotation_of_products")
    return tuple(name for name, kept in zip(names, apart, strict=True) if kept < request.reach)


def _item(
    state: State, edition: int, pair: int, allowed: np.ndarray, free: Sequence[float], sold: list[float]
) -> Item:
    table, slot = state.table, int(state.table.slot[pair])
    offer = table.catalogue.offers[table.offer[pair]]
    others = allowed[(table.slot[allowed] == slot) & ~np.isin(allowed, state.pairs[edition])]
    passed_over = None if table.locked[pair] else _passed_over(state, edition, pair, others, free, sold)
    rule = table.slots[slot][1]
    return Item(
        slot=rule.slot,
        product=offer.product,
        producer=offer.producer,
        units=int(table.base_units[pair]),
        reasons=_reasons(state, pair, len(others), passed_over is not None, sold),
        passed_over=passed_over,
    )


def _reasons(
    state: State, pair: int, others: int, is_passed_over: bool, sold: list[float]
) -> tuple[str, ...]:
    table = state.table
    producer = int(table.producer[pair])
    offer = table.catalogue.offers[table.offer[pair]]
    before = sold[producer] - int(table.sales[pair])
    said = {
        "locked": bool(table.locked[pair]),
        "only_choice": others == 0,
        "newcomer": bool(table.newcomer[producer]),
        "below_fair_share": before < table.fair_share[producer],
        "new_to_members": state.has_past(int(table.edition[pair])) and table.producer_seen[pair] == NEVER,
        "well_rated": offer.rating is not None and offer.rating >= WELL_RATED,
        "passed_over": is_passed_over,
    }
    return tuple(code for code, holds in said.items() if holds) or ("balance",)


def _passed_over(
    state: State, edition: int, pair: int, others: np.ndarray, free: Sequence[float], sold: list[float]
) -> tuple[int, str] | None:
    """Return the product that deserves the place more, if one does, and the rule that it would break."""
    table, request = state.table, state.table.requests[edition]
    pairs = np.append(others, pair)
    producers = table.producer[pairs]
    without = np.array(sold)[producers] - np.where(producers == table.producer[pair], table.sales[pair], 0)
    shares = np.array(table.fair_share)[producers]
    score = table.linear[pairs] + fairness.price_of_sales(without, table.sales[pairs], shares)
    best = int(np.argmin(score))
    if score[best] >= score[-1] - 1:
        return None
    wanted = int(pairs[best])
    rest = [own for own in state.pairs[edition] if own != pair] + [wanted]
    cost, worth = int(table.cost[rest].sum()), int(table.worth[rest].sum())
    own = int(table.cost[[p for p in rest if table.producer[p] == table.producer[wanted]]].sum())
    room = int(table.room[wanted])
    used = int(table.load[[p for p in rest if table.room[p] == room]].sum())
    broken = {
        "max_cost": cost > request.max_cost,
        "min_worth": worth < request.min_worth,
        "producer_share": own * 100 > cost * request.max_producer_percent,
        "capacity": used > free[room],
    }
    rule = next((rule for rule, breaks in broken.items() if breaks), None)
    return (table.catalogue.offers[table.offer[wanted]].product, rule) if rule else None
