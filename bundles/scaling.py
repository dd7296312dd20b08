"""How much of a product an order of so many people needs, and what the bundle costs for them."""

from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from math import ceil

# Meetings are smaller; a longer number is a typing error.
MAX_HEADCOUNT = 500
PRICE_STEP = 100  # won; the smallest step in which a bundle is priced


@lru_cache(maxsize=200_000)
def units_needed(
    headcount: int,
    servings_per_person: Decimal,
    fixed_quantity: int,
    servings_per_unit: int,
    products_in_slot: int = 1,
) -> int:
    """Return the units (packs) of each product in a slot, rounded up: nobody goes without.

    A slot is measured per person or is a fixed number of units; given both, they add up. Several products
    in a slot share it evenly. Counts are exact: 0.1 servings for 30 people are 3, not 3.0000000000000004.
    Raises ValueError for a negative measure, or a pack or a slot that holds nothing.
    """
    if headcount < 0 or servings_per_person < 0 or fixed_quantity < 0:
        raise ValueError("People, servings and quantities can't be negative.")
    if servings_per_unit < 1 or products_in_slot < 1:
        raise ValueError("A pack needs a serving and a slot needs a product.")
    packs = headcount * Fraction(servings_per_person) / servings_per_unit + fixed_quantity
    return ceil(packs / products_in_slot)


def price_for(price: int, base_headcount: int, headcount: int) -> int:
    """Return the price in won for `headcount` people of a bundle that costs `price` for `base_headcount`.

    In proportion, rounded half up to ₩100, but exactly `price` at the base; where rounding would cross the
    base price (a price like ₩12,380 for 1,000 people), it stays at it, so more people never pay less.
    Raises ValueError for a negative price or headcount, or a base of nobody.
    """
    if price < 0 or headcount < 0 or base_headcount < 1:
        raise ValueError("A bundle is priced for at least one person.")
    if headcount == base_headcount:
        return price
    step = PRICE_STEP * base_headcount
    rounded = (2 * price * headcount + step) // (2 * step) * PRICE_STEP
    return min(rounded, price) if headcount < base_headcount else max(rounded, price)
