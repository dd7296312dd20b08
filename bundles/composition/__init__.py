"""The composer: fills the bundles of one or many delivery dates together. Pure: values in, values out.

`compose` is the way in; `rules` has what it is asked and what it answers.

The model. An edition is a request for a bundle on a date; it has slots. A pair is a slot and an offer that
can be in it: of its category, and breaking no rule about a product alone (allergens, vegan, halal, chilled,
storage, certification, lead time, season, banned; not needing more than is free). A pair is taken (1) or not
(0), an edition is left out (1) or not (0). To be least, in won:

    Σ producers   burden of their sales: the price of selling so much against their fair share (`fairness`)
  + Σ pairs       what the pair costs by itself: seen before, rating, newcomer
  + Σ editions    TWICE for each further item of a producer; a price for leaving it out above any edition's

Rules, by the name that a conflict gives them:

    variety          each slot takes as many pairs as it wants, none if the edition is left out;
                     a product comes once in an edition
    max_cost         Σ cost of the edition ≤ its limit (at the base headcount)
    min_worth        Σ worth of the edition ≥ its limit, unless it is left out
    producer_share   a producer's part of the cost ≤ so many percent of it
    locked           what an operator has locked is taken, unless the edition is left out
    capacity         Σ load on a room and production date ≤ what is free there, over all editions
    rotation         of editions that share members within k of each other, a producer (and so a product) is
                     in one at most; nor may it be in the history. Relaxed last: within fewer than k
                     editions, for producers first

How it is solved: `compose` cuts the dates into stretches, `table` makes the pairs of one, `solve` fills it.
The relaxation (`relaxation`: `master`, `cuts`) lets a pair be taken in part; it leaves out TWICE and locks,
and is a bound. `block` solves some editions in whole numbers around the rest that `state` holds. `repair`
finds a place for an edition that has none; `unsolved` and `explain` say why there is none; `reasons` say why
an item is in its edition. `faults` checks a result from the rules alone.
"""

from .compose import compose
from .fairness import fair_shares, gini, offered_won, standings
from .faults import faults
from .rules import (
    Composition,
    Conflict,
    EditionRequest,
    Exclusions,
    Figure,
    Item,
    MadeOn,
    Offer,
    Past,
    Result,
    SlotRule,
    Standing,
    made_on_the_day,
    price_limits,
    rotation_links,
)

__all__ = [
    "Composition",
    "Conflict",
    "EditionRequest",
    "Exclusions",
    "Figure",
    "Item",
    "MadeOn",
    "Offer",
    "Past",
    "Result",
    "SlotRule",
    "Standing",
    "compose",
    "fair_shares",
    "faults",
    "gini",
    "made_on_the_day",
    "offered_won",
    "price_limits",
    "rotation_links",
    "standings",
]
