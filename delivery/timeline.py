"""The routes of a board over the hours: where each bar stands, in percent of the width."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.utils.timezone import localtime

from orders.cutoff import SEOUL

from .board import Board, BoardRoute, BoardStop

HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Bar:
    """Something that takes a while: where it begins and how wide it is."""

    x: str
    width: str


@dataclass(frozen=True)
class Lane:
    """One route: its shift, its way, each stop; and for each stop when its site receives."""

    row: BoardRoute
    shift: Bar
    drive: Bar
    stops: list[tuple[BoardStop, Bar]]
    windows: dict[int, list[Bar]]

    @property
    def lines(self) -> list[tuple[BoardStop, Bar, list[Bar]]]:
        """Each stop with its bar and its windows."""
        return [(stop, bar, self.windows[stop.stop.pk]) for stop, bar in self.stops]


@dataclass(frozen=True)
class Timeline:
    hours: list[tuple[str, str]]
    lanes: list[Lane]
    now: str


def timeline(board: Board, now: datetime) -> Timeline:
    """Return the lanes of the board, from the first full hour to the last; `now` is empty on other days."""
    starts = [_shift(route)[0] for route in board.routes]
    ends = [max(_shift(route)[1], route.returns) for route in board.routes]
    first = _full_hour(min(starts, default=_clock(board.plan.date, time(9))))
    last = _full_hour(max(ends, default=_clock(board.plan.date, time(18))) + HOUR - timedelta(seconds=1))
    axis = _Axis(first, max(last, first + HOUR))
    return Timeline(
        [(axis.at(hour), f"{localtime(hour):%H}") for hour in axis.hours()],
        [_lane(route, axis) for route in board.routes],
        axis.at(now) if axis.first <= now <= axis.last else "",
    )


@dataclass(frozen=True)
class _Axis:
    first: datetime
    last: datetime

    def at(self, moment: datetime) -> str:
        """Where a moment stands; what lies beyond an end stands at the end."""
        return self._percent(min(max(moment, self.first), self.last) - self.first)

    def bar(self, begins: datetime, ends: datetime) -> Bar:
        begins, ends = max(begins, self.first), min(ends, self.last)
        return Bar(self.at(begins), self._percent(max(ends - begins, timedelta())))

    def hours(self) -> list[datetime]:
        return [self.first + nth * HOUR for nth in range(int((self.last - self.first) / HOUR) + 1)]

    def _percent(self, span: timedelta) -> str:
        return f"{100 * (span / (self.last - self.first)):.2f}%"


def _lane(route: BoardRoute, axis: _Axis) -> Lane:
    return Lane(
        route,
        axis.bar(*_shift(route)),
        axis.bar(route.route.departs_at, route.returns),
        [(stop, axis.bar(stop.expected, stop.expected + _service(stop))) for stop in route.alive],
        {stop.stop.pk: [axis.bar(*window) for window in stop.windows] for stop in route.alive},
    )


def _service(stop: BoardStop) -> timedelta:
    return timedelta(seconds=stop.job.service_s)


def _shift(route: BoardRoute) -> tuple[datetime, datetime]:
    shift = route.route.shift
    return _clock(shift.date, shift.starts), _clock(shift.date, shift.ends)


def _clock(day: date, at: time) -> datetime:
    return datetime.combine(day, at, SEOUL)


def _full_hour(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0, microsecond=0)
