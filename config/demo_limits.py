"""Zones and limits of the demo town: one weekday is full and waited for, of another a place is offered."""

from datetime import date, datetime, timedelta

from django.utils import timezone

from bundles.models import Bundle
from membership.models import Seat, Site
from orders import cycle
from orders.actions.places import save_zone, set_weekly_limits
from orders.actions.wait import join_waiting_list
from orders.day_limits import Place
from orders.models import Application, Zone
from orders.places import Places
from orders.rule_words import WEEKDAYS

ZONES = (
    ("도심권", "Centre", ("종로구", "중구", "용산구")),
    (
        "동북권",
        "North-east",
        ("성동구", "광진구", "동대문구", "중랑구", "성북구", "강북구", "도봉구", "노원구"),
    ),
    ("서북권", "North-west", ("은평구", "서대문구", "마포구")),
    ("서남권", "South-west", ("양천구", "강서구", "구로구", "금천구", "영등포구", "동작구", "관악구")),
    ("동남권", "South-east", ("서초구", "강남구", "송파구", "강동구")),
)
# In the zone of these sites something is full: the second one waits, the first one is offered a place.
OFFERED, WAITING = "은평구청", "마포중앙도서관"
SPARE = 3
# How far dates are looked at.
DAYS = 28


def add_limits(now: datetime) -> None:
    """Limit each zone a little above what it has, and let two institutions wait in one of them."""
    zones = [save_zone(Zone(name=name, name_en=name_en), districts) for name, name_en, districts in ZONES]
    peaks = {zone: _peaks(zone, now) for zone in zones}
    for zone in zones:
        set_weekly_limits(zone, {weekday: peak + SPARE for weekday, peak in enumerate(peaks[zone])})
    offered, waiting = (Site.objects.order_by("pk").filter(name=name)[0] for name in (OFFERED, WAITING))
    zone = next(zone for zone in zones if zone.districts.filter(district=offered.district).exists())
    second, first = sorted(range(5), key=lambda weekday: peaks[zone][weekday])[-2:]
    for weekday in (first, second):
        set_weekly_limits(zone, {weekday: peaks[zone][weekday]})
    _wait(waiting, first, now - timedelta(hours=20))
    _wait(offered, first, now - timedelta(hours=2))
    _wait(offered, second, now - timedelta(hours=3))
    set_weekly_limits(zone, {second: peaks[zone][second] + 1})
    cycle.serve_waiting_list(now=now)


def _peaks(zone: Zone, now: datetime) -> list[int]:
    """Return the most deliveries that the zone has on a Monday, on a Tuesday and so on; at least one."""
    today = timezone.localdate(now)
    days = [today + timedelta(days=n) for n in range(1, DAYS + 1)]
    taken = Places(now=now).board(days).taken
    return [
        max(1, *(taken[Place(zone.pk, day)] for day in days if day.weekday() == weekday))
        for weekday in range(5)
    ]


def _wait(site: Site, weekday: int, now: datetime) -> None:
    organization = site.organization
    seat = organization.seats.filter(role=Seat.Role.ORDERER).order_by("pk")[0]
    starts_on: date = timezone.localdate(now) + timedelta(days=7)
    join_waiting_list(
        Application(
            kind=Application.Kind.STANDING,
            organization=organization,
            site=site,
            department=seat.department,
            bundle=Bundle.objects.get(code="meeting-10"),
            headcount=12,
            exclusions=organization.exclusions,
            rrule=f"FREQ=WEEKLY;BYDAY={WEEKDAYS[weekday]}",
            starts_on=starts_on,
            asked_by=seat.user,
        ),
        now=now,
    )
