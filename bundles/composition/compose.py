"""The way in: all editions asked for, in stretches of dates that are each composed as a whole.

A stretch is as many dates, in order, as can be solved together: a month of a town, a day of a city. What a
stretch decides is history, sales and room taken to the next.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from itertools import groupby
from time import monotonic
from typing import Any

from ..scaling import units_needed
from .rules import (
    Composition,
    Conflict,
    EditionRequest,
    MadeOn,
    Offer,
    Past,
    Result,
    Standing,
    made_on_the_day,
)
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
    made_on: MadeOn = made_on_the_day,
) -> Result:
    """Return editions for all requests, or why not, within about so many seconds.

    `capacities` has what is free by (`Offer.room`, production date); nothing said is nothing free.
    `standings` comes from `fairness.standings`. Objective and bound are the sums of those of the stretches.
    Raises ValueError for a key or product given twice, or an edition that follows another of the same date or
    a later one.
    """
    if len({request.key for request in requests}) != len(requests):
        raise ValueError("A key names one request.")
    catalogue = Catalogue.of(offers, made_on)
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
        taken = list(_taken(asked, result.compositions, catalogue))
        capacities, standings = _without_room(capacities, taken, made_on), _with_sales(standings, taken)
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


def _taken(
    requests: Iterable[EditionRequest], compositions: Mapping[Any, Composition], catalogue: Catalogue
) -> Iterator[tuple[Offer, date, int]]:
    """Yield each item's offer, delivery date and units for the demand."""
    offers = {offer.product: offer for offer in catalogue.offers}
    for request in requests:
        slots = {slot.slot: slot for slot in request.slots}
        for item in compositions[request.key].items if request.key in compositions else ():
            offer, slot = offers[item.product], slots[item.slot]
            measure = slot.servings_per_person, slot.fixed_quantity, offer.servings, slot.variety
            units = sum(units_needed(people, *measure) for people in request.headcounts)
            yield offer, request.delivery_date, units


def _without_room(
    capacities: Mapping[tuple[Any, date], int], taken: Iterable[tuple[Offer, date, int]], made_on: MadeOn
) -> dict[tuple[Any, date], int]:
    """Return the capacities without what is taken."""
    left = Counter(capacities)
    for offer, day, units in taken:
        left[offer.room, made_on(offer.made_days, day)] -= units * offer.room_units
    return left


def _with_sales(
    standings: Mapping[int, Standing], taken: Iterable[tuple[Offer, date, int]]
) -> dict[int, Standing]:
    """Return the standings with what is taken as sold."""
    now = dict(standings)
    for offer, _day, units in taken:
        before = now.get(offer.producer, Standing(0, 0))
        now[offer.producer] = replace(before, sales=before.sales + units * offer.supply_price)
    return now
