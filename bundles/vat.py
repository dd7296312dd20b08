"""Value-added tax inside a gross price, and splitting an amount without losing a won. Integers only."""

from collections.abc import Sequence

RATE_PERCENT = 10  # 부가가치세법 §30


def split(gross: int, taxable: bool, rate_percent: int = RATE_PERCENT) -> tuple[int, int]:
    """Return (supply value, VAT) of a line's gross price in won; together they are the gross price.

    The supply value of a taxable line is gross / 1.1, rounded half up; an exempt line (§26) has no VAT.
    A correction's negative price splits into the same numbers, negated.
    """
    if not taxable:
        return gross, 0
    whole = 100 + rate_percent
    supply = (200 * abs(gross) + whole) // (2 * whole)
    supply = supply if gross >= 0 else -supply
    return supply, gross - supply


def allocate(total: int, weights: Sequence[int]) -> list[int]:
    """Share `total` won in proportion to `weights`, by largest remainder; the shares add up to the total.

    Every share is within a won of its exact value, a larger weight never gets less, and of equals the
    earlier gets the odd won. If all weights are zero, the shares are equal. A negative total gives the
    negated shares. Raises ValueError for a negative weight, or a total and nobody to share it.
    """
    if any(weight < 0 for weight in weights):
        raise ValueError("Weights can't be negative.")
    if not weights:
        if total:
            raise ValueError("There is nobody to share the total.")
        return []
    if not any(weights):
        weights = [1] * len(weights)
    whole = sum(weights)
    shares, remainders = zip(*(divmod(abs(total) * weight, whole) for weight in weights), strict=True)
    left = abs(total) - sum(shares)
    lucky = set(sorted(range(len(weights)), key=lambda place: -remainders[place])[:left])
    sign = 1 if total >= 0 else -1
    return [sign * (share + (place in lucky)) for place, share in enumerate(shares)]
