"""For how many people each bundle is expected on each date."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date

from .models import Occurrence, Order

# A bundle and a delivery date.
Key = tuple[int, date]


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


def read_demand(first: date, last: date) -> dict[Key, Demand]:
    """Return the demand of the days from `first` to `last`, both included, in two queries."""
    demand: dict[Key, Demand] = defaultdict(Demand)
    planned = Occurrence.objects.filter(status="planned", delivery_date__range=(first, last))
    for bundle, day, people in planned.values_list(
        "standing_order__bundle", "delivery_date", "standing_order__headcount"
    ):
        if day:
            demand[bundle, day].open.append(people)
    orders = Order.objects.filter(delivery_date__range=(first, last))
    for bundle, day, people, status in orders.exclude(status__in=["cancelled", "failed"]).values_list(
        "bundle", "delivery_date", "headcount", "status"
    ):
        of_day = demand[bundle, day]
        (of_day.open if status == Order.Status.PLACED else of_day.fixed).append(people)
    return demand
