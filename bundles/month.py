"""A month of a producer's capacity: for each day and product what is promised out of how much."""

import calendar
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from .models import Capacity, Closure, Product

SATURDAY = 5


@dataclass(frozen=True)
class Cell:
    """Units of one product for one day; without a limit it is out of season."""

    product: Product
    limit: int | None
    reserved: int

    @property
    def is_full(self) -> bool:
        return self.limit is not None and self.reserved >= self.limit


@dataclass(frozen=True)
class Day:
    """A day with its cells in the order of the products; `closure` if the producer is closed."""

    date: date
    closure: Closure | None
    cells: list[Cell]

    @property
    def is_weekend(self) -> bool:
        return self.date.weekday() >= SATURDAY

    @property
    def is_promised_though_closed(self) -> bool:
        return self.closure is not None and any(cell.reserved for cell in self.cells)


def month_days(month: date, today: date) -> list[date]:
    """Return the days of the month that are not over."""
    last = calendar.monthrange(month.year, month.month)[1]
    days = [month.replace(day=nth) for nth in range(1, last + 1)]
    return [day for day in days if day >= today]


def next_month(month: date) -> date:
    return (month.replace(day=28) + timedelta(days=4)).replace(day=1)


def previous_month(month: date) -> date:
    return (month.replace(day=1) - timedelta(days=1)).replace(day=1)


def read_days(
    days: Sequence[date], products: Sequence[Product], rows: Iterable[Capacity], closures: Iterable[Closure]
) -> list[Day]:
    """Put capacity and closures of a producer together; a day without a row offers the usual units."""
    by_key = {(row.product_id, row.made_on): row for row in rows}
    closed = list(closures)
    return [
        Day(
            date=day,
            closure=next((each for each in closed if each.first_day <= day <= each.last_day), None),
            cells=[_cell(product, day, by_key.get((product.pk, day))) for product in products],
        )
        for day in days
    ]


def _cell(product: Product, day: date, row: Capacity | None) -> Cell:
    reserved = row.reserved if row else 0
    if not product.is_offered_on(day):
        return Cell(product, None, reserved)
    return Cell(product, row.limit if row else product.daily_capacity, reserved)
