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
from .table import NEVER, Table

WELL_RATED = 4.0
LITTLE = 1.0  # won: no reason to prefer one to another


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
    inside = table.offer[state.pairs[edition]]
    others = allowed[(table.slot[allowed] == slot) & ~np.isin(table.offer[allowed], inside)]
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
    """Return the product that deserves the place most of those that would break a rule there, and the rule.

    It deserves the place more if the objective would be less with it, everything else as it is.
    """
    table = state.table
    rest = [own for own in state.pairs[edition] if own != pair]
    pairs = np.append(others, pair)
    producers = table.producer[pairs]
    without = np.array(sold)[producers] - np.where(producers == table.producer[pair], table.sales[pair], 0)
    shares = np.array(table.fair_share)[producers]
    score = table.linear[pairs] + fairness.price_of_sales(without, table.sales[pairs], shares)
    score += np.where(np.isin(producers, table.producer[rest]), state.price_of_twice(edition), 0.0)
    for place in np.argsort(score, kind="stable"):
        if score[place] >= score[-1] - LITTLE:
            return None
        wanted = int(pairs[place])
        if rule := _broken(table, edition, [*rest, wanted], wanted, free):
            return table.catalogue.offers[table.offer[wanted]].product, rule
    return None


def _broken(table: Table, edition: int, pairs: list[int], new: int, free: Sequence[float]) -> str | None:
    """Return a rule that the pairs break in the edition, of those about several; `new` is one of them."""
    request, cost = table.requests[edition], int(table.cost[pairs].sum())
    parts = np.bincount(table.producer[pairs], table.cost[pairs])
    in_room = [pair for pair in pairs if table.room[pair] == table.room[new]]
    broken = {
        "max_cost": cost > request.max_cost,
        "min_worth": int(table.worth[pairs].sum()) < request.min_worth,
        "producer_share": round(parts.max()) * 100 > cost * request.max_producer_percent,
        "capacity": int(table.load[in_room].sum()) > free[table.room[new]],
    }
    return next((rule for rule, breaks in broken.items() if breaks and rule not in table.waived), None)
