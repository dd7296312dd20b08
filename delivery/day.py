"""A delivery day as the planner sees it: jobs of fixed orders, vans of shifts, and a fingerprint of both."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from membership.models import SiteWindow
from membership.models.site import USUAL_HOURS
from orders.cutoff import SEOUL
from orders.models import Order
from orders.packing import boxes

from .itinerary import Job, Van, Window
from .models import Depot, Shift
from .travel import Place

# Handing over takes a while at the door, and longer with every crate.
SERVICE_SECONDS = 300
SERVICE_SECONDS_PER_CRATE = 30


@dataclass(frozen=True)
class Day:
    """What is to be planned; `orders` and `shifts` by the key that jobs and vans carry."""

    date: date
    jobs: list[Job]
    vans: list[Van]
    orders: dict[int, Order]
    shifts: dict[int, Shift]
    fingerprint: str


def read_day(depot: Depot, day: date) -> Day:
    """Return the depot's day: every fixed order that is still to be brought, and every shift."""
    orders = {
        order.pk: order for order in Order.objects.to_deliver(day).prefetch_related("lines").order_by("pk")
    }
    shifts = {
        shift.pk: shift
        for shift in Shift.objects.filter(date=day, vehicle__depot=depot, vehicle__is_active=True)
        .select_related("vehicle", "courier")
        .order_by("pk")
    }
    jobs = list(jobs_of(orders.values(), day).values())
    vans = [_van(depot, shift) for shift in shifts.values()]
    fingerprint = hashlib.sha256(repr((jobs, vans)).encode()).hexdigest()
    return Day(day, jobs, vans, orders, shifts, fingerprint)


def jobs_of(orders: Iterable[Order], day: date) -> dict[int, Job]:
    """Return by its key what each order is to the planner; they were read with their lines."""
    orders = list(orders)
    windows = windows_of(orders, day)
    return {order.pk: _job(order, windows[order.pk]) for order in orders}


def windows_of(orders: Iterable[Order], day: date) -> dict[int, tuple[Window, ...]]:
    """Return by its key when each order may be brought: the site's hours cut to what the order asks for."""
    orders = list(orders)
    windows = _site_windows(orders, day)
    return {order.pk: _within(order, windows[order.site_id]) for order in orders}


def instant(day: date, seconds: int) -> datetime:
    """Return the instant so many seconds after midnight in Seoul."""
    return datetime.combine(day, time(), SEOUL) + timedelta(seconds=seconds)


def _seconds(at: time) -> int:
    return at.hour * 3600 + at.minute * 60 + at.second


def _site_windows(orders: Iterable[Order], day: date) -> dict[int, list[Window]]:
    windows: dict[int, list[Window]] = defaultdict(list)
    sites = {order.site_id for order in orders}
    for row in SiteWindow.objects.filter(site__in=sites).order_by("site", "opens"):
        today = [(_seconds(row.opens), _seconds(row.closes))] if row.weekday == day.weekday() else []
        windows[row.site_id] += today
    default = [(_seconds(USUAL_HOURS[0]), _seconds(USUAL_HOURS[1]))]
    return {site: windows.get(site, default) for site in sites}


def _job(order: Order, windows: tuple[Window, ...]) -> Job:
    lines = [line for line in order.lines.all() if line.coming]
    volume = sum(line.coming * line.volume_ml for line in lines)
    return Job(
        key=order.pk,
        place=Place(order.latitude, order.longitude),  # type: ignore[arg-type]  # a constraint holds it
        weight_g=sum(line.coming * line.weight_g for line in lines),
        volume_ml=volume,
        chilled_volume_ml=sum(line.coming * line.volume_ml for line in lines if line.storage != "ambient"),
        service_s=SERVICE_SECONDS + SERVICE_SECONDS_PER_CRATE * boxes(lines),
        windows=windows,
    )


def _within(order: Order, site_windows: list[Window]) -> tuple[Window, ...]:
    """Cut the site's hours to the window that the order asks for."""
    if order.window_opens is None or order.window_closes is None:
        return tuple(site_windows)
    opens, closes = _seconds(order.window_opens), _seconds(order.window_closes)
    cut = [(max(opens, start), min(closes, end)) for start, end in site_windows]
    return tuple((start, end) for start, end in cut if start <= end)


def _van(depot: Depot, shift: Shift) -> Van:
    place = Place(depot.latitude, depot.longitude)
    return Van(
        key=shift.pk,
        place_start=place,
        place_end=place,
        max_weight_g=shift.vehicle.max_weight_kg * 1000,
        max_volume_ml=shift.vehicle.max_volume_l * 1000,
        chilled=shift.vehicle.is_chilled,
        starts_s=_seconds(shift.starts),
        ends_s=_seconds(shift.ends),
    )
