"""What members' stars come to, by product: for the pages as they are, for the composer with a steady hand.

The ratings of a year count, by delivery date.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from .models import Rating

# So many ratings as high as everybody's mean are added to a product's own, for the composer.
STEADY = 5


@dataclass(frozen=True)
class Stars:
    """The sum of the stars and how many ratings they come from, at least one."""

    total: int
    count: int

    @property
    def mean(self) -> float:
        return self.total / self.count


def stars_by_product(today: date) -> dict[int, Stars]:
    """Return what the products have that were rated for a delivery of the last year."""
    return {
        product: Stars(total, count) for product, total, count in Rating.objects.since_a_year(today).sums()
    }


def steady_means(stars: dict[int, Stars]) -> dict[int, float]:
    """Return the means, from 1 to 5, those of few ratings drawn towards the mean of all ratings.

    One angry or happy member doesn't decide about a product; the mean of all is also what the composer
    supposes of products without any rating.
    """
    everything = _sum(stars.values())
    return {
        product: (each.total + STEADY * everything.mean) / (each.count + STEADY)
        for product, each in stars.items()
    }


def _sum(stars: Iterable[Stars]) -> Stars:
    counted = list(stars)
    return Stars(sum(each.total for each in counted), sum(each.count for each in counted))
