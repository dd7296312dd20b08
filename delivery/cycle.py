"""The step of the cycle that belongs to delivery: routes for each day whose planning time has come."""

from datetime import date, datetime

from orders.actions.ledger import run_step
from orders.models import CycleRun

from .actions.planning import days_to_plan, plan_day
from .models import Depot


def plan_due_routes(*, now: datetime) -> list[CycleRun]:
    """Plan every day that is due; days whose published routes still fit are left alone."""
    return _plan(days_to_plan(now=now), now=now)


def plan_routes_of(day: date, *, now: datetime, seconds: float | None = None) -> list[CycleRun]:
    """Plan one day, whether its planning time has come or not."""
    return _plan([(depot, day) for depot in Depot.objects.order_by("pk")], now=now, seconds=seconds)


def _plan(days: list[tuple[Depot, date]], *, now: datetime, seconds: float | None = None) -> list[CycleRun]:
    run = run_step(CycleRun.Step.ROUTE, days, lambda key: plan_day(*key, now=now, seconds=seconds), now=now)
    return [run] if run else []
