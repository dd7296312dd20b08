"""How full the coming weeks are, by hub and zone: what is fixed, promised and held against the limits."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from .day_limits import Place, Scope
from .models import Application, Order, Zone
from .places import Places
from .waiting_list import Turn, turns

WEEKS = 6
FIXED = ("confirmed", "packed", "dispatched", "delivered")


@dataclass(frozen=True)
class Cell:
    """Of a day and zone: places taken, of them by fixed orders and held for offers, and who waits for one."""

    taken: int
    fixed: int
    held: int
    waiting: int
    limit: int | None

    @property
    def is_full(self) -> bool:
        return self.limit is not None and self.taken >= self.limit

    @property
    def over(self) -> int:
        """How many more are promised than the limit takes: nothing is cut, somebody must drive them."""
        return max(0, self.taken - self.limit) if self.limit is not None else 0


@dataclass(frozen=True)
class Day:
    """A working day with a cell for the hub and for each zone."""

    day: date
    cells: list[tuple[Zone | None, Cell]]

    @property
    def over(self) -> int:
        return max(cell.over for _zone, cell in self.cells)


@dataclass(frozen=True)
class Load:
    """Everything that the page shows; the first of `zones` is the whole hub."""

    zones: list[Zone | None]
    days: list[Day]
    turns: list[Turn]

    @property
    def overloaded(self) -> list[Day]:
        return [each for each in self.days if each.over]


def read_load(*, now: datetime) -> Load:
    """Return the load of the coming weeks."""
    places = Places(now=now)
    days = _working_days(places)
    zones: list[Zone | None] = [None, *Zone.objects.prefetch_related("districts")]
    board = places.board(days)
    line = turns(places)
    fixed, held, waiting = _fixed(places, days), _held(places), Counter[Place]()
    for turn in line:
        waiting.update(full.place for full in turn.full)

    def cell(scope: Scope, day: date) -> Cell:
        place = Place(scope, day)
        limit = board.limits.of(place)
        return Cell(board.taken[place], fixed[place], held[place], waiting[place], limit)

    rows = [Day(day, [(zone, cell(zone.pk if zone else None, day)) for zone in zones]) for day in days]
    return Load(zones, rows, line)


def _working_days(places: Places) -> list[date]:
    days = [places.today + timedelta(days=n) for n in range(WEEKS * 7)]
    return [day for day in days if places.working_days.is_working(day)]


def _fixed(places: Places, days: list[date]) -> Counter[Place]:
    rows = Order.objects.filter(delivery_date__in=days, status__in=FIXED)
    found: Counter[Place] = Counter()
    for day, district in rows.order_by().values_list("delivery_date", "site__district"):
        found.update(places.of_delivery(day, district))
    return found


def _held(places: Places) -> Counter[Place]:
    found: Counter[Place] = Counter()
    for row in Application.objects.holding().select_related("site"):
        found.update(places.of_application(row))
    return found
