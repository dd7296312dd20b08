"""When an order is fixed, and until when a late one can still be made (settings of the hub, Asia/Seoul)."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings

from .schedule import cutoff_date
from .working_days import WorkingDays

SEOUL = ZoneInfo("Asia/Seoul")
# When people at institutions can be expected to answer, on working days.
OFFICE_OPENS, OFFICE_CLOSES = time(9, 0), time(18, 0)


def seoul(day: date, at: time) -> datetime:
    """Return the instant of a wall-clock time in Seoul."""
    return datetime.combine(day, at, SEOUL)


def cutoff_at(delivery_date: date, lead_days: int, working_days: WorkingDays) -> datetime:
    """Return the cut-off: as many business days before as the slowest producer needs, at least the usual."""
    return seoul(
        cutoff_date(delivery_date, lead_days, settings.CUTOFF_BUSINESS_DAYS, working_days),
        settings.CUTOFF_TIME,
    )


def change_until(cutoff_at: datetime) -> datetime:
    """Return until when members may change what is fixed at the cut-off; operators may until then."""
    return cutoff_at - timedelta(hours=settings.CHANGE_HOURS)


def last_call_at(delivery_date: date, working_days: WorkingDays) -> datetime:
    """Return when routes are planned: an order that isn't fixed by then cannot be delivered."""
    return seoul(working_days.add(delivery_date, -1), settings.ROUTE_PLANNING_TIME)


def acknowledge_by(now: datetime, working_days: WorkingDays) -> datetime:
    """Return until when producers answer a purchase order issued at `now`."""
    return seoul(working_days.add(now.astimezone(SEOUL).date(), 1), settings.ACKNOWLEDGE_TIME)


def lead_days_left(now: datetime, delivery_date: date, working_days: WorkingDays) -> int:
    """Return the longest lead time that producers can still keep for the date, in business days.

    The hub's own notice doesn't count: an order that is late because the service stood still is made by
    whoever still can.
    """
    days = 0
    while days < 30 and seoul(working_days.add(delivery_date, -days - 1), settings.CUTOFF_TIME) > now:
        days += 1
    return days


def order_until(delivery_date: date, lead_days: int, working_days: WorkingDays) -> datetime | None:
    """Return until when a producer with this lead time can be asked for more; None: to the last."""
    if not lead_days:
        return None
    return seoul(working_days.add(delivery_date, -lead_days), settings.CUTOFF_TIME)


def in_office_hours(now: datetime, time_given: timedelta, working_days: WorkingDays) -> datetime:
    """Return the instant at which so much of the offices' opening hours has passed since `now`."""
    at = now.astimezone(SEOUL)
    while True:
        day = at.date()
        opens, closes = max(at, seoul(day, OFFICE_OPENS)), seoul(day, OFFICE_CLOSES)
        if working_days.is_working(day) and opens < closes:
            if opens + time_given <= closes:
                return opens + time_given
            time_given -= closes - opens
        at = seoul(day + timedelta(days=1), time(0))


def earliest_delivery_date(now: datetime, working_days: WorkingDays) -> date:
    """Return the first working day whose usual cut-off is still ahead; a slow producer may need longer."""
    day = working_days.add(now.astimezone(SEOUL).date(), 1)
    while cutoff_at(day, 0, working_days) <= now:
        day = working_days.add(day, 1)
    return day
