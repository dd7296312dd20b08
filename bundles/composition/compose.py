"""The way in: all editions asked for, in stretches of dates that are each composed as a whole.

A stretch is as many dates, in order, as can be solved together: a month of a town, a day of a city. What a
stretch decides is history, and sales, to the next.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import date
from itertools import groupby
from time import monotonic
from typing import Any

from ..scaling import units_needed
from .rules import Composition, Conflict, EditionRequest, Offer, Past, Result, Standing
from .solve import solve
from .table import Catalogue, Table

STRETCH = 60_000  # pairs of a slot and an offer of its category


def compose(
    requests: Collection[EditionRequest],
    offers: Collection[Offer],
    capacities: Mapping[tuple[Any, date], int],
    standings: Mapping[int, Standing],
    *,
    seconds: float,
) -> Result:
    """Return editions for all requests, or why not, within about so many seconds.

    `capacities` has free units by (`Offer.room`, date); nothing said is nothing free. `standings` comes from
    `fairness.standings`. Objective and bound are the sums of those of the stretches. Raises ValueError for a
    key or product given twice, or an edition that follows another of the same date or a later one.
    """
    if len({request.key for request in requests}) != len(requests):
        raise ValueError("A key names one request.")
    catalogue = Catalogue.of(offers)
    deadline = monotonic() + seconds
    left = stretches(requests, catalogue)
    compositions: dict[Any, Composition] = {}
    unsolved: dict[Any, Conflict] = {}
    objective = bound = 0.0
    while left:
        asked = [_with_history(request, compositions) for request in left.pop(0)]
        now = monotonic()
        result = solve(
            Table(asked, catalogue, capacities, standings), now + (deadline - now) / (len(left) + 1)
        )
        compositions |= result.compositions
        unsolved |= result.unsolved
        objective, bound = objective + result.objective, bound + result.bound
        standings = _with_sales(standings, asked, result.compositions, catalogue)
    return Result(compositions, unsolved, objective, bound)


def stretches(requests: Iterable[EditionRequest], catalogue: Catalogue) -> list[list[EditionRequest]]:
    """Return the requests in runs of dates that have at most `STRETCH` pairs, or are one date."""
    ordered = sorted(requests, key=lambda request: (request.delivery_date, request.key))
    found: list[list[EditionRequest]] = []
    size = 0
    for _, day in groupby(ordered, key=lambda request: request.delivery_date):
        asked = list(day)
        pairs = sum(len(catalogue.by_category.get(s.category, ())) for r in asked for s in r.slots)
        if not found or size + pairs > STRETCH:
            found.append([])
            size = 0
        found[-1] += asked
        size += pairs
    return found


def _with_history(request: EditionRequest, compositions: Mapping[Any, Composition]) -> EditionRequest:
    """Return the request with the earlier editions that are composed by now as history."""
    past = [
        Past(
            distance,
            frozenset(item.producer for item in compositions[key].items),
            frozenset(item.product for item in compositions[key].items),
        )
        for key, distance in request.follows
        if key in compositions
    ]
    return replace(request, history=request.history + tuple(past)) if past else request


def _with_sales(
    standings: Mapping[int, Standing],
    requests: Iterable[EditionRequest],
    compositions: Mapping[Any, Composition],
    catalogue: Catalogue,
) -> dict[int, Standing]:
    """Return the standings with what the editions sell to the demand."""
    offers = {offer.product: offer for offer in catalogue.offers}
    sold: Counter[int] = Counter()
    for request in requests:
        slots = {slot.slot: slot for slot in request.slots}
        for item in compositions[request.key].items if request.key in compositions else ():
            offer, slot = offers[item.product], slots[item.slot]
            measure = slot.servings_per_person, slot.fixed_quantity, offer.servings, slot.variety
            units = sum(units_needed(people, *measure) for people in request.headcounts)
            sold[item.producer] += units * offer.supply_price
    return dict(standings) | {
        producer: replace(standings.get(producer, Standing(0, 0)), sales=won + _sales(standings, producer))
        for producer, won in sold.items()
    }


def _sales(standings: Mapping[int, Standing], producer: int) -> int:
    return standings[producer].sales if producer in standings else 0
