"""What is still possible where an event can't be served as asked: another time, bundle or site."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode

from bundles.models import Bundle
from membership.models import Site

from .alternatives import DATES, OTHERS, SOLD_OUT, Alternative, Supply, read_alternatives
from .cutoff import SEOUL, seoul
from .event_plan import Delivery, find_delivery, first_event_time
from .event_times import hours_of, hub_times
from .models import CalendarDay, Order
from .places import Places, has_limits
from .waiting_list import board_behind_line
from .working_days import WorkingDays

# Something else may do for these reasons only; the others are the same for every day and bundle.
HELPED_BY = SOLD_OUT | {"day_full", "too_late", "nobody_receives", "no_product"}
SITES = 2
# What an alternative changes of the form.
CHANGED = ("bundle", "site", "event_on", "event_time")


@dataclass(frozen=True)
class _Event:
    """What was asked for."""

    bundle: Bundle
    headcount: int
    site: Site
    at: datetime


def event_alternatives(chosen: Mapping[str, Any], *, now: datetime) -> list[Alternative]:
    """Return what can be ordered instead: the bundle at another time, others for this event, other sites.

    `chosen` is what the form or the request has, as `place_event_order` takes it. Nothing while it lacks
    something.
    """
    if not all(chosen.get(name) for name in ("bundle", "headcount", "site", "event_at")):
        return []
    event = _Event(chosen["bundle"], chosen["headcount"], chosen["site"], chosen["event_at"])
    working_days = CalendarDay.objects.all().working_days()
    begins = event.at.astimezone(SEOUL)
    delivered = find_delivery(event.at, hours_of(event.site), working_days, hub_times())
    first = delivered.day if delivered else begins.date()
    supply = Supply(first, chosen.get("exclusions") or 0, working_days, now=now)
    has_place = _has_place(supply, now)
    later = [*_same_day(event, supply, working_days), *_later(event, supply, working_days)]
    found = [each for each in later if has_place(each)][:DATES]
    if delivered:
        found += [each for each in _other_bundles(event, delivered.day, supply) if has_place(each)]
    others = _other_sites(event, delivered, supply, working_days)
    return found + [each for each in others if has_place(each)][:SITES]


def _has_place(supply: Supply, now: datetime) -> Callable[[Alternative], bool]:
    """Return what tells whether an alternative's day has a place left for its site's zone."""
    if not has_limits():
        return lambda each: True
    places = Places(now=now)
    every = set().union(*(places.of_every_zone(day) for day in supply.days))
    board = board_behind_line(places, every)
    return lambda each: each.site is None or not board.full(places.of_delivery(each.day, each.site.district))


def alternatives_to_order(order: Order, *, now: datetime) -> list[Alternative]:
    """Return what can be had instead of an order that failed for want of goods; nothing for other reasons."""
    if order.status != Order.Status.FAILED or order.reason not in SOLD_OUT:
        return []
    if order.event_at:
        names = ("bundle", "headcount", "site", "event_at", "exclusions")
        return event_alternatives({name: getattr(order, name) for name in names}, now=now)
    found = read_alternatives(order.bundle, order.headcount, order.exclusions, order.delivery_date, now=now)
    return [replace(each, site=order.site) for each in found]


def _alternative(event: _Event, day: date, **changes: Any) -> Alternative:
    bundle = changes.get("bundle", event.bundle)
    return Alternative(
        bundle,
        day,
        event.headcount,
        bundle.price_for(event.headcount),
        changes.get("at", event.at),
        changes.get("site", event.site),
    )


def _same_day(event: _Event, supply: Supply, working_days: WorkingDays) -> Iterator[Alternative]:
    """Yield the event later on its day, where that lets the goods come on the day itself."""
    day = event.at.astimezone(SEOUL).date()
    at = first_event_time(day, hours_of(event.site), working_days, hub_times())
    if at and at > event.at and at.date() == day and supply.has(event.bundle, day, event.headcount):
        yield _alternative(event, day, at=at)


def _later(event: _Event, supply: Supply, working_days: WorkingDays) -> Iterator[Alternative]:
    """Yield the event at its time on later days."""
    begins, hours = event.at.astimezone(SEOUL), hours_of(event.site)
    for day in supply.days:
        if day <= begins.date():
            continue
        at = seoul(day, begins.time())
        delivery = find_delivery(at, hours, working_days, hub_times())
        if delivery and supply.has(event.bundle, delivery.day, event.headcount):
            yield _alternative(event, delivery.day, at=at)


def _other_bundles(event: _Event, day: date, supply: Supply) -> list[Alternative]:
    """Return other bundles for the very event, nearest in price first."""
    found = [
        _alternative(event, day, bundle=other)
        for other in supply.bundles
        if other != event.bundle and supply.has(other, day, event.headcount)
    ]
    price = event.bundle.price_for(event.headcount)
    return sorted(found, key=lambda each: (abs(each.gross - price), each.bundle.pk))[:OTHERS]


def _other_sites(
    event: _Event, delivered: Delivery | None, supply: Supply, working_days: WorkingDays
) -> Iterator[Alternative]:
    """Yield the institution's other sites that can receive the goods later than this one."""
    sites = Site.objects.active().filter(organization=event.site.organization_id).exclude(pk=event.site.pk)
    for site in sites.select_related("organization").prefetch_related("windows"):
        delivery = find_delivery(event.at, hours_of(site), working_days, hub_times())
        if delivery is None or not site.is_located or (delivered and delivery.day <= delivered.day):
            continue
        if supply.has(event.bundle, delivery.day, event.headcount):
            yield _alternative(event, delivery.day, site=site)


def as_fields(alternative: Alternative) -> str:
    """Return what a button sends to put an alternative into the form; what else was typed stays."""
    if alternative.event_at is None or alternative.site is None:
        raise ValueError("This is no alternative to an event.")
    begins = alternative.event_at.astimezone(SEOUL)
    values = (alternative.bundle.pk, alternative.site.pk, begins.date().isoformat(), f"{begins:%H:%M}")
    return urlencode(dict(zip(CHANGED, values, strict=True)))


def from_fields(text: str) -> dict[str, str]:
    """Return the fields that such a button changes."""
    return {name: value for name, value in parse_qsl(text) if name in CHANGED}
