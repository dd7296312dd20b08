"""Who should sell how much, what a composition costs in fairness, and how unequal a town is.

A producer's fair share is its part of what its categories sell: of each category's sales in the window and
in the editions asked for, in proportion to the capacity (won at supply prices) that it offers there.

The objective, in won: every won that a producer sells costs its ratio of sales to fair share at that moment
(0 for the first won, 1 at the fair share, 2 at double), in steps of `BREAKS`. Summed up that is half the sum
of sales² / fair share, which is least when all stand alike. Within one call an item counts as the won that
is usual for its slot (the mean of what the rules allow), whatever it costs itself: dear goods are neither
sought nor avoided. Between calls, what was really sold counts.
Variety, ratings and newcomers weigh less, as parts of the slot's usual cost.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ..scaling import units_needed
from .rules import EditionRequest, MadeOn, Offer, Standing, made_on_the_day

# Ratios of sales to fair share at which the price of a won steps up; within a step it is the middle.
BREAKS = (0.0, 0.25, 0.5, 0.75, 1.0, 1.25, 1.5, 1.75, 2.0, 2.5, 3.0, 4.0, 6.0, 10.0)
LAST_PRICE = 12.0

_REACHED = np.concatenate([[0.0], np.cumsum(np.diff(np.square(BREAKS)) / 2)])  # price so far, at each break

NEWCOMER = 0.1  # less a won
SEEN_BEFORE = 0.06  # of the usual cost: the producer's last visit was one edition ago; less with distance
PRODUCT_SEEN = 0.04
TWICE = 0.25  # a producer's second item in one edition
RATING = 0.02  # no stars instead of five
LEAST_SHARE = 0.01  # of the mean fair share: nobody's is nothing


def steps(sold: float, fair_share: float) -> list[tuple[float, float]]:
    """Return (won, price of each) of the steps above `sold`; the last one has no end."""
    result = []
    for place, start in enumerate(BREAKS):
        end = BREAKS[place + 1] * fair_share if place + 1 < len(BREAKS) else float("inf")
        price = (start + BREAKS[place + 1]) / 2 if place + 1 < len(BREAKS) else LAST_PRICE
        if end > sold:
            result.append((end - max(sold, start * fair_share), price))
    return result


def price_of_sales(sold: ArrayLike, more: ArrayLike, fair_share: ArrayLike) -> np.ndarray:
    """Return what selling `more` won costs in fairness on top of `sold`, number by number."""
    sold, more, share = (np.asarray(value, dtype=float) for value in (sold, more, fair_share))
    return share * (_burden((sold + more) / share) - _burden(sold / share))


def _burden(ratio: np.ndarray) -> np.ndarray:
    """Return the price of a fair share of 1 sold from nothing up to a ratio."""
    return np.interp(ratio, BREAKS, _REACHED) + LAST_PRICE * np.maximum(0.0, ratio - BREAKS[-1])


def lines(sold: float, fair_share: float) -> list[tuple[float, float]]:
    """Return the steps above `sold` as lines (constant, price of a won): the greatest is what sales cost."""
    result, reached = [], 0.0
    total = 0.0
    for room, price in steps(sold, fair_share):
        result.append((total - price * reached, price))
        if room < float("inf"):
            total += room * price
            reached += room
    return result


def floored_shares(standings: Mapping[int, Standing], producers: Iterable[int]) -> dict[int, float]:
    """Return each producer's fair share in won, none less than a hundredth of the mean."""
    shares = [standing.fair_share for standing in standings.values() if standing.fair_share > 0]
    least = max(1.0, LEAST_SHARE * sum(shares) / len(shares)) if shares else 1.0
    return {
        producer: max(least, float(standings[producer].fair_share)) if producer in standings else least
        for producer in producers
    }


def standings(
    requests: Collection[EditionRequest],
    offers: Collection[Offer],
    capacities: Mapping[tuple[Any, date], int],
    sales: Mapping[tuple[int, str | int], int],
    newcomers: Collection[int] = (),
    made_on: MadeOn = made_on_the_day,
) -> dict[int, Standing]:
    """Return where each producer stands; `sales` is won by (producer, category) in the rolling window.

    Capacity counts as `offered_won` has it, for the dates asked for.
    """
    wanted: dict[str | int, float] = defaultdict(float, _expected(requests, offers))
    sold: dict[int, int] = defaultdict(int)
    for (producer, category), won in sales.items():
        wanted[category] += won
        sold[producer] += won
    offered = offered_won(offers, capacities, {request.delivery_date for request in requests}, made_on)
    shares = fair_shares(wanted, offered)
    producers = sorted(sold.keys() | {offer.producer for offer in offers})
    return {
        producer: Standing(sold.get(producer, 0), round(shares.get(producer, 0)), producer in newcomers)
        for producer in producers
    }


def fair_shares(
    wanted: Mapping[str | int, float], offered: Mapping[tuple[int, str | int], float]
) -> dict[int, float]:
    """Return each producer's part of the won `wanted` by category, as it offers by (producer, category)."""
    whole: dict[str | int, float] = defaultdict(float)
    for (_producer, category), won in offered.items():
        whole[category] += won
    shares: dict[int, float] = defaultdict(float)
    for (producer, category), won in offered.items():
        if won:
            shares[producer] += wanted.get(category, 0) * won / whole[category]
    return dict(shares)


def _expected(requests: Collection[EditionRequest], offers: Collection[Offer]) -> dict[str | int, float]:
    """Return the won by category that the requests will spend, at the mean cost of the category's offers."""
    by_category: dict[str | int, list[Offer]] = defaultdict(list)
    for offer in sorted(offers, key=lambda offer: offer.product):
        by_category[offer.category].append(offer)
    expected: dict[str | int, float] = defaultdict(float)
    means: dict[tuple[Any, ...], float] = {}
    for request in sorted(requests, key=lambda request: (request.delivery_date, request.key)):
        for slot in request.slots:
            for people in request.headcounts:
                measure = (slot.category, people, slot.servings_per_person, slot.fixed_quantity, slot.variety)
                if measure not in means:
                    costs = [
                        units_needed(people, *measure[2:4], offer.servings, slot.variety) * offer.supply_price
                        for offer in by_category[slot.category]
                    ]
                    means[measure] = sum(costs) / len(costs) * slot.variety if costs else 0.0
                expected[slot.category] += means[measure]
    return expected


def offered_won(
    offers: Collection[Offer],
    capacities: Mapping[tuple[Any, date], int],
    dates: Collection[date],
    made_on: MadeOn = made_on_the_day,
) -> dict[tuple[int, str | int], float]:
    """Return the capacity in won, at supply prices, that each producer offers of a category for the dates.

    What several offers share is divided evenly between them; a production date counts once, for however many
    dates of delivery.
    """
    sharing: dict[Any, int] = defaultdict(int)
    for offer in offers:
        sharing[offer.room] += 1
    offered: dict[tuple[int, str | int], float] = defaultdict(float)
    for offer in sorted(offers, key=lambda offer: offer.product):
        made = {made_on(offer.made_days, day) for day in dates if offer.season[0] <= day <= offer.season[1]}
        units = sum(capacities.get((offer.room, day), 0) for day in made) / offer.room_units
        offered[offer.producer, offer.category] += units * offer.supply_price / sharing[offer.room]
    return offered


def gini(values: Iterable[float]) -> float:
    """Return the Gini coefficient of values of 0 or more: 0 where all are equal, near 1 where one has all."""
    ordered = sorted(values)
    total = sum(ordered)
    if not ordered or total <= 0:
        return 0.0
    weighted = sum(rank * value for rank, value in enumerate(ordered, start=1))
    return 2 * weighted / (len(ordered) * total) - (len(ordered) + 1) / len(ordered)
