"""The composer: fills the bundles of one or many delivery dates together. Pure: values in, values out.

`compose` is the way in; `rules` has what it is asked and what it answers.
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
