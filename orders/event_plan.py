"""From the time of an event back to the moment until which it can be ordered; no Django, no clock.

The goods are there before the event begins, within the site's receiving hours and the couriers' day; routes
are planned and boxes packed before that; producers make their goods before; the slowest producer's notice,
or the hub's own, gives the cut-off. Every time is counted back from the one before it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from .schedule import cutoff_date
from .working_days import WorkingDays

SEOUL = ZoneInfo("Asia/Seoul")
ONE_DAY = timedelta(days=1)
# The longest row of holidays is shorter; a site that receives on no working day at all has no delivery.
DAYS_BACK = 20

# The receiving hours of a site by weekday (0 = Monday), in order.
Hours = Mapping[int, Sequence[tuple[time, time]]]


@dataclass(frozen=True)
class HubTimes:
    """How the hub works, from its settings.

    `set_up` is what an institution needs between delivery and event; a window is between `shortest` and
    `longest`; no van is at a door before `first_arrival`, and it leaves `on_the_road` before a window opens.
    """

    set_up: timedelta
    shortest: timedelta
    longest: timedelta
    first_arrival: time
    on_the_road: timedelta
    routes_planned: time
    cutoff: time
    cutoff_days: int
    change_before: timedelta


class Maker(NamedTuple):
    """Who makes a product: so many working days before the delivery, with so many days' notice."""

    name: str
    made_days: int
    lead_days: int


class Delivery(NamedTuple):
    """The day and the window in which the goods come."""

    day: date
    opens: time
    closes: time


class HeldUp(NamedTuple):
    """A day before the event on which nothing can come: closed (the holiday's name, if any) or no hours."""

    day: date
    is_closed: bool


class Production(NamedTuple):
    """What is made on one day, and by whom."""

    day: date
    makers: tuple[str, ...]


@dataclass(frozen=True)
class EventPlan:
    """Everything between ordering and the event; the later comes first in the fields."""

    event_at: datetime
    arrives_by: datetime
    opens_at: datetime
    closes_at: datetime
    held_up: tuple[HeldUp, ...]
    packed_by: datetime
    routes_at: datetime
    productions: tuple[Production, ...]
    slowest: Maker | None
    cutoff_at: datetime
    change_until: datetime


def find_delivery(
    event_at: datetime, hours: Hours, working_days: WorkingDays, times: HubTimes
) -> Delivery | None:
    """Return the last window before the event in which somebody receives; None if there is none in weeks.

    On the day of the event it ends when setting up begins; on a day before, with the receiving hours.
    """
    arrives_by = _local(event_at) - times.set_up
    for back in range(DAYS_BACK):
        day = arrives_by.date() - back * ONE_DAY
        if not working_days.is_working(day):
            continue
        until = arrives_by.time() if back == 0 else time.max
        usable = list(_usable(hours.get(day.weekday(), ()), until, times))
        if usable:
            closes = usable[-1][1]
            longest = _back(closes, times.longest)
            return Delivery(day, max(usable[0][0], longest), closes)
    return None


def _usable(hours: Sequence[tuple[time, time]], until: time, times: HubTimes) -> Iterator[tuple[time, time]]:
    """Yield the hours cut to the couriers' day and to what is in time, unless too little is left."""
    for opens, closes in hours:
        start, end = max(opens, times.first_arrival), min(closes, until)
        if start < end and _back(end, times.shortest) >= start:
            yield start, end


def _back(at: time, by: timedelta) -> time:
    """Return the time of day so much earlier, midnight at the earliest."""
    early = datetime.combine(date.min + ONE_DAY, at) - by
    return early.time() if early.date() > date.min else time.min


def plan_event(
    event_at: datetime,
    delivery: Delivery,
    makers: Sequence[Maker],
    working_days: WorkingDays,
    times: HubTimes,
) -> EventPlan:
    """Return all the times behind a delivery for an event. Without makers the hub's own notice counts."""
    begins = _local(event_at)
    opens_at = datetime.combine(delivery.day, delivery.opens, SEOUL)
    slowest = max(makers, key=lambda maker: maker.lead_days, default=None)
    fixed_on = cutoff_date(delivery.day, slowest.lead_days if slowest else 0, times.cutoff_days, working_days)
    cutoff_at = datetime.combine(fixed_on, times.cutoff, SEOUL)
    return EventPlan(
        event_at=begins,
        arrives_by=begins - times.set_up,
        opens_at=opens_at,
        closes_at=datetime.combine(delivery.day, delivery.closes, SEOUL),
        held_up=tuple(_held_up(begins - times.set_up, delivery.day, working_days)),
        packed_by=opens_at - times.on_the_road,
        routes_at=datetime.combine(working_days.add(delivery.day, -1), times.routes_planned, SEOUL),
        productions=tuple(_productions(delivery.day, makers, working_days)),
        slowest=slowest if slowest and slowest.lead_days > times.cutoff_days else None,
        cutoff_at=cutoff_at,
        change_until=cutoff_at - times.change_before,
    )


def _held_up(arrives_by: datetime, delivered: date, working_days: WorkingDays) -> Iterator[HeldUp]:
    """Yield the days between the event and the delivery, the latest first."""
    day = arrives_by.date()
    while day > delivered:
        yield HeldUp(day, not working_days.is_working(day))
        day -= ONE_DAY


def _productions(day: date, makers: Sequence[Maker], working_days: WorkingDays) -> Iterator[Production]:
    """Yield the days on which something is made, the latest first."""
    by_day: dict[date, list[str]] = {}
    for maker in makers:
        by_day.setdefault(working_days.made_on(maker.made_days, day), []).append(maker.name)
    for made_on in sorted(by_day, reverse=True):
        yield Production(made_on, tuple(dict.fromkeys(name for name in by_day[made_on] if name)))


def first_event_time(day: date, hours: Hours, working_days: WorkingDays, times: HubTimes) -> datetime | None:
    """Return the earliest time on the day for an event that is served on that very day; None if none is."""
    if not working_days.is_working(day):
        return None
    usable = next(_usable(hours.get(day.weekday(), ()), time.max, times), None)
    if usable is None:
        return None
    return datetime.combine(day, usable[0], SEOUL) + times.shortest + times.set_up


def _local(moment: datetime) -> datetime:
    return moment.astimezone(SEOUL)
