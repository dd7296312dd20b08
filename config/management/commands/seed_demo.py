"""`manage.py seed_demo`: the demo town, with the days before today played."""

import time
from datetime import date, timedelta
from typing import Any

from django.contrib.auth.hashers import make_password
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.test.utils import override_settings

from bundles.models import Bundle
from config.demo_budgets import add_departments, add_waiting_orders
from config.demo_limits import add_limits
from config.demo_town import demo_town
from config.demo_town.logins import DEMO_PASSWORD
from config.demo_town.pictures import hang_pictures
from config.rehearsal import play
from config.town.write import write_town
from delivery.models import Route
from membership import clock
from membership.models import Organization, Site
from orders.models import CalendarDay, Order, StandingOrder

PLAYED_DAYS = 12
SHIFT_DAYS_AHEAD = 60


class Command(BaseCommand):
    """Fill an empty database; all or nothing."""

    help = "Seed the demo town on the real map of Seoul and play the days before today."

    def handle(self, *args: Any, **options: Any) -> None:
        if Organization.objects.exists():
            raise CommandError("The database already has organizations; the demo town needs an empty one.")
        started = time.monotonic()
        now, today = clock.now(), clock.today()
        first_day = today - timedelta(days=PLAYED_DAYS)
        town = demo_town(today, _working_days(first_day, today + timedelta(days=SHIFT_DAYS_AHEAD)))
        # Small days settle in well under a second; history need not be searched longer. The composer gets all
        # the time it wants, so that a busy machine makes the same town.
        with transaction.atomic(), override_settings(ROUTE_SECONDS=1, COMPOSE_SECONDS=600):
            write_town(town, password=make_password(DEMO_PASSWORD), is_demo=True, now=now)
            _add_unlocated_annex(today)
            hang_pictures(now)
            add_departments(today)
            play(first_day, now)
            add_waiting_orders(now)
            add_limits(now)
        self.stdout.write(
            f"Demo town: {Organization.objects.count()} organizations, {Site.objects.count()} sites, "
            f"{StandingOrder.objects.count()} standing orders, {Order.objects.count()} orders, "
            f"{Route.objects.count()} routes in {time.monotonic() - started:.0f} s"
        )


def _working_days(first: date, last: date) -> list[date]:
    working_days = CalendarDay.objects.all().working_days()
    days = [first + timedelta(days=offset) for offset in range((last - first).days + 1)]
    return [day for day in days if working_days.is_working(day)]


def _add_unlocated_annex(today: date) -> None:
    """One site nobody has found on the map yet, so that the operators' exceptions have something to show."""
    office = Site.objects.order_by("pk")[0].organization
    annex = Site.objects.create(
        organization=office,
        name="별관 (주소 확인 중)",
        name_en="Annex (address being checked)",
        address="서울특별시 종로구 (도로명 미정)",
        precision=Site.Precision.NONE,
    )
    StandingOrder.objects.create(
        organization=office,
        site=annex,
        bundle=Bundle.objects.get(code="meeting-10"),
        headcount=8,
        rrule="FREQ=WEEKLY;BYDAY=WE",
        starts_on=today - timedelta(weeks=2),
        created_at=clock.now(),
    )
