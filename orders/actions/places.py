"""A delivery is promised only where its day has a place; set how many there are."""

from collections.abc import Collection, Mapping
from datetime import date, datetime

from django.db import transaction
from django.db.models import Q

from ..day_limits import Place
from ..exceptions import DayFull
from ..models import Application, DayLimit, Order, StandingOrder, Zone, ZoneDistrict
from ..places import Places, has_limits, plan_of
from ..repeating import Plan
from ..waiting_list import board_behind_line


def require_places(
    wanted: Collection[Place],
    places: Places,
    *,
    held: Collection[Place] = (),
    standing_order: StandingOrder | None = None,
    order: Order | None = None,
    application: Application | None = None,
) -> None:
    """Raise DayFull unless each place that isn't held already can be had, after those who wait for it.

    Nobody else takes one of them before the transaction ends. What is named has its own places, which don't
    count as taken. Must run before budgets are locked.
    """
    needed = set(wanted).difference(held)
    if not lock_limits(needed):
        return
    board = board_behind_line(
        places, needed, standing_order=standing_order, order=order, application=application
    )
    if full := board.full(needed):
        raise DayFull(full)


def lock_limits(places: Collection[Place]) -> bool:
    """Lock the limits that concern these places until the transaction ends; whether there are any."""
    days = {place.day for place in places}
    zones = {place.scope for place in places if place.scope}
    rows = DayLimit.objects.filter(
        Q(zone=None) | Q(zone__in=zones),
        Q(on_date__in=days) | Q(weekday__in={day.weekday() for day in days}),
    )
    return bool(days) and bool(list(rows.select_for_update().order_by("pk")))


def plan_before(standing_order: StandingOrder, *, today: date) -> Plan | None:
    """Return its plan before a change, to weigh what the change takes; None while nothing is limited."""
    return plan_of(standing_order, today) if has_limits() else None


def require_places_for_change(standing_order: StandingOrder, before: Plan | None, *, now: datetime) -> None:
    """Raise DayFull if a change of the locked standing order takes a place that can't be had.

    What it had before the change stays its own, however full those days are.
    """
    if before is None:
        return
    places = Places(now=now)
    after = plan_of(standing_order, places.today)
    until = places.until(before, after)
    require_places(
        places.of_plan(after, until),
        places,
        held=places.of_plan(before, until),
        standing_order=standing_order,
    )


# -- Setting limits -------------------------------------------------------------------------------


@transaction.atomic
def set_weekly_limits(zone: Zone | None, limits: Mapping[int, int | None]) -> None:
    """Take so many deliveries on each weekday, None: as many as wanted. What is promised stays promised."""
    for weekday, deliveries in limits.items():
        rows = DayLimit.objects.filter(zone=zone, weekday=weekday)
        if deliveries is None:
            rows.delete()
        elif not rows.update(deliveries=deliveries):
            DayLimit.objects.create(zone=zone, weekday=weekday, deliveries=deliveries)


@transaction.atomic
def set_limit_on(zone: Zone | None, day: date, deliveries: int | None) -> DayLimit:
    """Take so many deliveries on one date, whatever its weekday has; None: as many as wanted."""
    row, _made = DayLimit.objects.update_or_create(
        zone=zone, on_date=day, weekday=None, defaults={"deliveries": deliveries}
    )
    return row


@transaction.atomic
def save_zone(zone: Zone, districts: Collection[str]) -> Zone:
    """Store the zone with its districts; they leave the zones that had them."""
    zone.save()
    ZoneDistrict.objects.filter(Q(zone=zone) | Q(district__in=districts)).delete()
    ZoneDistrict.objects.bulk_create(ZoneDistrict(zone=zone, district=name) for name in sorted(districts))
    return zone
