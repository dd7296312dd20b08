"""The way in: all editions asked for, in stretches of dates that are each composed as a whole.

A stretch is as many dates, in order, as can be solved together: a month of a town, a week of a city. What a
stretch decides is history, sales and room taken to the next; of what is unsolved, the best counts.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import date
from itertools import groupby
from time import monotonic
from typing import Any

from .catalogue import Catalogue
from .contents import past, taken, with_sales, without_room
from .rules import (
    Composition,
    Conflict,
    EditionRequest,
    MadeOn,
    Offer,
    Result,
    Standing,
    made_on_the_day,
)
from .solve import solve
from .table import Table

STRETCH = 500_000  # pairs of a slot and an offer of its category


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
    contents: dict[Any, Composition] = {}  # those, and the best of what is unsolved
    objective = bound = 0.0
    while left:
        asked = [_with_history(request, contents) for request in left.pop(0)]
        now = monotonic()
        result = solve(
            Table(asked, catalogue, capacities, standings), now + (deadline - now) / (len(left) + 1)
        )
        compositions |= result.compositions
        unsolved |= result.unsolved
        objective, bound = objective + result.objective, bound + result.bound
        contents |= result.compositions
        contents |= {key: conflict.best for key, conflict in result.unsolved.items() if conflict.best}
        decided = list(taken(asked, contents, catalogue))
        capacities = without_room(capacities, decided, catalogue)
        standings = with_sales(standings, decided)
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


def _with_history(request: EditionRequest, contents: Mapping[Any, Composition]) -> EditionRequest:
    """Return the request with the earlier editions that are decided by now as history."""
    seen = tuple(past(contents[key], distance) for key, distance in request.follows if key in contents)
    return replace(request, history=request.history + seen)
