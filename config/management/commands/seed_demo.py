"""`manage.py seed_demo`: the demo town, with the days before today played."""

import time
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.test.utils import override_settings

from config.rehearsal import play
from config.seeding import seed_town
from delivery.models import Route
from membership import clock
from membership.models import Organization, Site
from orders.models import Order, StandingOrder

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
        # Small days settle in well under a second; history need not be searched longer.
        with transaction.atomic(), override_settings(ROUTE_SECONDS=1):
            seed_town(
                now=now, today=today, first_day=first_day, last_day=today + timedelta(days=SHIFT_DAYS_AHEAD)
            )
            play(first_day, now)
        self.stdout.write(
            f"Demo town: {Organization.objects.count()} organizations, {Site.objects.count()} sites, "
            f"{StandingOrder.objects.count()} standing orders, {Order.objects.count()} orders, "
            f"{Route.objects.count()} routes in {time.monotonic() - started:.0f} s"
        )
