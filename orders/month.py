"""A month of a producer's capacity: for each production date what is promised out of how much."""

import calendar
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from bundles.forms import key_of
from bundles.models import Capacity, CapacityPool, Closure, Product

from .working_days import WorkingDays

Owner = Product | CapacityPool


@dataclass(frozen=True)
class Cell:
    """Units of one product, or servings of a pool, for one day; without a limit it is out of season."""

    owner: Owner
    limit: int | None
    reserved: int

    @property
    def key(self) -> str:
        return key_of(self.owner)

    @property
    def is_full(self) -> bool:
        return self.limit is not None and self.reserved >= self.limit


@dataclass(frozen=True)
class Day:
    """A day with its cells in the order of the columns; `closure` if the producer is closed.

    `holiday` is the name of a public holiday, `is_off` whether the hub neither works nor delivers.
    """

    date: date
    closure: Closure | None
    holiday: str
    is_off: bool
    cells: list[Cell]

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
    days: Sequence[date],
    owners: Sequence[Owner],
    rows: Iterable[Capacity],
    closures: Iterable[Closure],
    working_days: WorkingDays,
    language: str,
) -> list[Day]:
    """Put capacity, closures and holidays together; a day without a row offers the usual."""
    by_key = {(row.room, row.made_on): row for row in rows}
    closed = list(closures)
    return [
        Day(
            date=day,
            closure=next((each for each in closed if each.covers(day)), None),
            holiday=working_days.name(day, "en" if language == "en" else "ko"),
            is_off=not working_days.is_working(day),
            cells=[_cell(owner, day, by_key.get((owner.room, day)), working_days) for owner in owners],
        )
        for day in days
    ]


def _cell(owner: Owner, day: date, row: Capacity | None, working_days: WorkingDays) -> Cell:
    reserved = row.reserved if row else 0
    if isinstance(owner, Product) and not owner.is_offered_on(working_days.add(day, owner.made_days)):
        return Cell(owner, None, reserved)
    return Cell(owner, row.limit if row else owner.daily_capacity, reserved)
