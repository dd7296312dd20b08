"""`manage.py plan_routes --date D`: plan the routes of one delivery day and publish them, from the shell.

What is published already and still fits is left alone, and so is a day on which a courier has left. Ctrl-C
ends the search early: the best plan so far is taken.
"""

import json
import signal
import time
from argparse import ArgumentParser
from datetime import date
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from delivery import cycle
from delivery.models import Route, RoutePlan, Stop, Unassigned
from delivery.models.plan_run import LONGEST_S
from delivery.search import Progress
from membership import clock
from orders.models import CycleItem

LABELS = {
    "result": "result",
    "version": "plan version",
    "routes": "routes",
    "stops": "stops",
    "late": "late stops",
    "unassigned": "on no route",
    "kilometres": "kilometres",
    "hours": "hours on the road",
    "seconds": "seconds",
}


class Command(BaseCommand):
    """Plan and publish, show the progress, and print what stands at the end."""

    help = "Plan the routes of one delivery day and publish them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--date", required=True, help="delivery day, YYYY-MM-DD")
        parser.add_argument("--seconds", type=float, help="how long to search (default: ROUTE_SECONDS)")
        parser.add_argument("--json", action="store_true", help="print the figures as one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            day = date.fromisoformat(options["date"])
        except ValueError as error:
            raise CommandError(f"{options['date']!r} is not a date like 2026-11-25.") from error
        seconds = options["seconds"]
        if seconds is not None and not 0 < seconds <= LONGEST_S:
            raise CommandError(f"--seconds must be above 0 and at most {LONGEST_S}.")
        now, started = clock.now(), time.monotonic()
        if day < clock.today():
            raise CommandError(f"{day} is over: routes can be planned for today and the days to come.")
        self._is_stopped = False
        before = signal.signal(signal.SIGINT, self._stop)
        try:
            runs = cycle.plan_routes_of(day, now=now, seconds=seconds, watch=self._watch)
        finally:
            signal.signal(signal.SIGINT, before)
        failed = CycleItem.objects.filter(run__in=runs, outcome="failed").first()
        if failed:
            raise CommandError(f"{failed.subject}: {failed.reason} {failed.detail}")
        figures = _figures(day) | {
            "result": "published" if runs else "unchanged",
            "seconds": round(time.monotonic() - started, 1),
        }
        if options["json"]:
            self.stdout.write(json.dumps(figures, ensure_ascii=False))
            return
        self.stdout.write(f"Delivery day {figures['date']}")
        for key, label in LABELS.items():
            self.stdout.write(f"  {label:<18}{figures[key]!s:>10}")

    def _stop(self, _signal: int, _frame: FrameType | None) -> None:
        self._is_stopped = True

    def _watch(self, progress: Progress) -> bool:
        vans, left_out = progress.routes, progress.left_out
        self.stderr.write(f"\r{progress.seconds:6.1f} s  {vans} vans, {left_out} left out  ", ending="")
        self.stderr.flush()
        return not self._is_stopped


def _figures(day: date) -> dict[str, Any]:
    """What is in force for the day, whoever planned it and when."""
    plans = RoutePlan.objects.published().on(day)
    routes = Route.objects.filter(plan__in=plans)
    stops = Stop.objects.filter(plan__in=plans).exclude(status=Stop.Status.CANCELLED)
    spans = routes.values_list("departs_at", "returns_at")
    hours = sum((returns - departs).total_seconds() for departs, returns in spans) / 3600
    return {
        "date": day.isoformat(),
        "version": max(plans.values_list("version", flat=True), default=None),
        "routes": routes.count(),
        "stops": stops.count(),
        "late": stops.filter(late_s__gt=0).count(),
        "unassigned": Unassigned.objects.filter(plan__in=plans).count(),
        "kilometres": round(sum(plans.values_list("distance_m", flat=True)) / 1000, 1),
        "hours": round(hours, 1),
    }
