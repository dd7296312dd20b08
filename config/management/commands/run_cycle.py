"""`manage.py run_cycle --date D`: the steps of the cycle for one delivery day, from the shell.

The cut-off and the planning of routes are brought forward if their time hasn't come; a producer's
deadline is the producer's time and stays where it is. Each step does only what is due and not done, so
running it again, or while a worker runs it too, changes nothing.
"""

import json
import time
from argparse import ArgumentParser
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.models import Count, Max, Sum

from delivery import cycle as delivery_cycle
from delivery.models import RoutePlan
from membership import clock
from orders import cycle
from orders.models import CycleRun, Occurrence, Order, OrderLine, PurchaseOrder

BAR = 24
LABELS = {
    "orders": "orders",
    "lines": "lines",
    "purchase_orders": "purchase orders",
    "capacity_short": "capacity short",
    "routes": "routes",
    "stops": "stops",
    "unassigned": "on no route",
    "kilometres": "kilometres",
    "unlocated_sites": "unlocated sites",
    "failed": "failed",
    "seconds": "seconds",
}


class Command(BaseCommand):
    """Run the cycle of one delivery day and print what stands at its end."""

    help = "Preview, fix, close deadlines, plan routes and issue statements for one delivery day."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--date", required=True, help="delivery day, YYYY-MM-DD")
        parser.add_argument("--json", action="store_true", help="print the figures as one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            day = date.fromisoformat(options["date"])
        except ValueError as error:
            raise CommandError(f"{options['date']!r} is not a date like 2026-11-25.") from error
        started, now = time.monotonic(), clock.now()
        steps = _steps(day, now)
        for done, (label, step) in enumerate(steps):
            self._progress(done, len(steps), label)
            step()
        self._progress(len(steps), len(steps), "done")
        figures = {**day_figures(day), "seconds": round(time.monotonic() - started, 1)}
        if options["json"]:
            self.stdout.write(json.dumps(figures, ensure_ascii=False))
        else:
            self._table(figures)

    def _progress(self, done: int, total: int, label: str) -> None:
        filled = BAR * done // total
        ending = "\n" if done == total else ""
        self.stderr.write(f"\r[{'#' * filled}{'.' * (BAR - filled)}] {label:<32}", ending=ending)
        self.stderr.flush()

    def _table(self, figures: dict[str, Any]) -> None:
        self.stdout.write(f"Delivery day {figures['date']}")
        for key, label in LABELS.items():
            self.stdout.write(f"  {label:<18}{figures[key]:>10}")


def _steps(day: date, now: datetime) -> list[tuple[str, Callable[[], list[CycleRun]]]]:
    return [
        ("preview occurrences", lambda: cycle.preview(now=now)),
        ("fix orders at cut-off", lambda: cycle.fix_due(now=max(now, _last_cutoff(day) or now), day=day)),
        ("remind producers", lambda: cycle.remind_producers(now=now, day=day)),
        ("producers' deadlines", lambda: cycle.close_deadlines(now=now, day=day)),
        ("questions about shortages", lambda: cycle.settle_questions(now=now, day=day)),
        ("plan and publish routes", lambda: delivery_cycle.plan_routes_of(day, now=now)),
        ("tell recipients", lambda: delivery_cycle.tell_recipients(now=now)),
        ("statements of delivery", lambda: cycle.issue_statements(now=now, day=day)),
    ]


def _last_cutoff(day: date) -> datetime | None:
    """The latest cut-off of what is still to be fixed for the day."""
    planned = Occurrence.objects.filter(status="planned", delivery_date=day).aggregate(at=Max("cutoff_at"))[
        "at"
    ]
    placed = Order.objects.filter(status__in=Order.OPEN, delivery_date=day).aggregate(at=Max("cutoff_at"))[
        "at"
    ]
    return max(filter(None, [planned, placed]), default=None)


def day_figures(day: date) -> dict[str, Any]:
    """Return what stands for the day, whoever did it and when."""
    orders = Order.objects.on(day).exclude(status__in=[*Order.OPEN, "cancelled"]).exclude(supply=0)
    failed = Occurrence.objects.filter(delivery_date=day, status="failed")
    plans = RoutePlan.objects.published().on(day)
    planned = plans.aggregate(
        routes=Count("routes", distinct=True),
        stops=Count("stops", distinct=True),
        unassigned=Count("unassigned", distinct=True),
    )
    return {
        "date": day.isoformat(),
        "orders": orders.count(),
        "lines": OrderLine.objects.filter(order__in=orders).count(),
        "purchase_orders": PurchaseOrder.objects.on(day).count(),
        "capacity_short": failed.filter(reason__in=["capacity_short", "no_capacity"]).count()
        + Order.objects.on(day).filter(status="failed", reason__in=["capacity_short", "no_capacity"]).count(),
        **planned,
        "kilometres": round((plans.aggregate(metres=Sum("distance_m"))["metres"] or 0) / 1000, 1),
        "unlocated_sites": failed.filter(reason="unlocated_site").count()
        + Order.objects.on(day).filter(status="failed", reason="unlocated_site").count(),
        "failed": failed.count() + Order.objects.on(day).filter(status="failed").count(),
    }
