"""For how many people each edition is expected."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date

from bundles.edition_key import EditionKey

from .models import Occurrence, Order
from .querysets import EDITION_COLUMNS


@dataclass
class Demand:
    """Headcounts of what is still open (planned or placed) and of what was fixed at its cut-off."""

    open: list[int] = field(default_factory=list)
    fixed: list[int] = field(default_factory=list)

    @property
    def people(self) -> int:
        return sum(self.open) + sum(self.fixed)

    @property
    def orders(self) -> int:
        return len(self.open) + len(self.fixed)


def read_demand(first: date, last: date) -> dict[EditionKey, Demand]:
    """Return the demand of the days from `first` to `last`, both included, in two queries."""
    demand: dict[EditionKey, Demand] = defaultdict(Demand)
    planned = Occurrence.objects.filter(status="planned", delivery_date__range=(first, last))
    for *key, people in planned.values_list(*EDITION_COLUMNS, "headcount"):
        demand[EditionKey(*key)].open.append(people)
    orders = Order.objects.filter(delivery_date__range=(first, last))
    for *key, people, status in orders.exclude(status__in=["cancelled", "failed"]).values_list(
        "bundle", "delivery_date", "exclusions", "headcount", "status"
    ):
        own = demand[EditionKey(*key)]
        (own.open if status in Order.OPEN else own.fixed).append(people)
    return demand
