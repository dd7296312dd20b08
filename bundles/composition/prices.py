"""What both models, relaxed and whole, charge for a pair and for an edition left out."""

from collections.abc import Sequence

import numpy as np

from . import fairness
from .table import Table

SCALE = 1_000.0  # won in the models
EMPTY = 20.0  # times the usual cost of an edition: the price of leaving it out


def empty_price(table: Table, edition: int) -> float:
    """Return the won that leaving an edition out costs: more than any edition."""
    usual = sum(table.usual[slot] * table.variety[slot] for slot in table.slots_of(edition))
    return EMPTY * max(usual, float(table.requests[edition].price), SCALE)


def whole_prices(table: Table, pairs: np.ndarray, sold: Sequence[float]) -> np.ndarray:
    """Return what the sales of each pair cost in fairness if it is the producer's only one, in won.

    Whole items cost at least the sum of this, which fractions of them on a rising price wouldn't: put on
    the pairs, it brings the relaxation near to what whole numbers can do.
    """
    producers = table.producer[pairs]
    shares = np.array(table.fair_share)[producers]
    return fairness.price_of_sales(np.array(sold)[producers], table.sales[pairs], shares)
