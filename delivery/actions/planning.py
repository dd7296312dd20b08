"""Group a day's orders into routes and publish them, as the rule does when the planning time has come.

1. Read what is to be brought and with what. If the published plan was made from just that, leave it.
2. Plan, outside any transaction: it takes seconds.
3. Publish in one transaction, replacing the plan before, unless a route of it is already on its way.

What an operator asks for goes another way (`runs.py`): it becomes a draft first.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings
from django.db import transaction

from orders.actions.ledger import Outcome
from orders.cutoff import SEOUL, last_call_at
from orders.models import CalendarDay, Order

from ..day import Day, read_day
from ..decomposition import Spread, one_by_one
from ..itinerary import Job, Plan, Van
from ..large_day import WHOLE_STOPS, plan_large_day
from ..models import Depot, Route, RoutePlan
from ..planner import plan_routes
from ..search import Watch
from ..ways import ways_among, ways_of
from .store import store_plan
from .tell import rounds_of, tell_couriers


@dataclass(frozen=True)
class Ready:
    """A plan that is made and not yet in force."""

    depot: Depot
    problem: Day
    plan: Plan


def make_plan(
    depot: Depot, day: date, *, seconds: float | None = None, watch: Watch | None = None
) -> Ready | None:
    """Plan the depot's routes of the day; None if those published already fit or nothing is to bring."""
    problem = read_day(depot, day)
    published = RoutePlan.objects.published().of(depot, day).first()
    if published and published.fingerprint == problem.fingerprint:
        return None
    if not problem.jobs and not published:
        return None
    if published and published.routes.exclude(status=Route.Status.PLANNED).exists():
        return None  # couriers are on their way: what is on no route stands among the day's exceptions
    seconds = settings.ROUTE_SECONDS if seconds is None else seconds
    return Ready(depot, problem, search_day(problem.jobs, problem.vans, seconds=seconds, watch=watch))


def search_day(
    jobs: Sequence[Job],
    vans: Sequence[Van],
    *,
    seconds: float,
    previous: Plan | None = None,
    watch: Watch | None = None,
    workers: int = 1,
    spread: Spread = one_by_one,
) -> Plan:
    """Search for the routes of a day, over the ways that the settings name.

    The largest days are planned in regions and never know all of their ways at once, unless people locked
    stops to vans or it starts from a plan. Raises InfeasiblePlan if the result fails its own check.
    """
    is_free = previous is None and all(job.van_key is None for job in jobs)
    if len(jobs) > WHOLE_STOPS and is_free:
        return plan_large_day(jobs, vans, ways_among, seconds=seconds, workers=workers, spread=spread)
    return plan_routes(
        jobs,
        vans,
        seconds=seconds,
        matrix=ways_of(jobs, vans),
        previous=previous,
        watch=watch,
        workers=workers,
        spread=spread,
    )


def publish_ready(ready: Ready, *, now: datetime) -> Outcome | None:
    """Publish what was planned; None if another worker published the same meanwhile."""
    day = ready.problem.date
    if publish(ready.depot, ready.problem, ready.plan, now=now) is None:
        return None
    detail = f"{len(ready.plan.routes)} routes, {len(ready.plan.unassigned)} unassigned"
    subject = f"{ready.depot.name} {day}"
    return Outcome("done", subject, ready.depot.pk, delivery_date=day, detail=detail)


def plan_day(depot: Depot, day: date, *, now: datetime, seconds: float | None = None) -> Outcome | None:
    """Plan and publish the depot's routes of the day; None if they already fit or nothing is to bring."""
    ready = make_plan(depot, day, seconds=seconds)
    return publish_ready(ready, now=now) if ready else None


@transaction.atomic
def publish(depot: Depot, problem: Day, plan: Plan, *, now: datetime) -> RoutePlan | None:
    """Store the plan in place of the one before; None if another worker published the same meanwhile."""
    Depot.objects.select_for_update().get(pk=depot.pk)
    before = RoutePlan.objects.published().of(depot, problem.date).first()
    known = rounds_of(before)
    if before:
        # Locked, so that no courier starts a route while it is being replaced.
        routes = before.routes.select_for_update().order_by("pk")
        started = any(route.status != Route.Status.PLANNED for route in routes)
        if started or before.fingerprint == problem.fingerprint:
            return None
        RoutePlan.objects.filter(pk=before.pk).update(status=RoutePlan.Status.SUPERSEDED)
    row = store_plan(depot, problem, plan, status=RoutePlan.Status.PUBLISHED, published_at=now)
    tell_couriers(row, known, now=now)
    return row


def days_to_plan(*, now: datetime) -> list[tuple[Depot, date]]:
    """Return the days whose planning time has come, up to and including today's.

    What an operator published stays as it is until an operator plans again.
    """
    today = now.astimezone(SEOUL).date()
    working_days = CalendarDay.objects.all().working_days()
    days = Order.objects.filter(delivery_date__gte=today, status__in=["confirmed", "packed", "dispatched"])
    by_people = set(
        RoutePlan.objects.published()
        .filter(date__gte=today, published_by__isnull=False)
        .values_list("depot", "date")
    )
    due = [
        day
        for day in days.values_list("delivery_date", flat=True).distinct().order_by("delivery_date")
        if last_call_at(day, working_days) <= now
    ]
    depots = Depot.objects.order_by("pk")
    return [(depot, day) for day in due for depot in depots if (depot.pk, day) not in by_people]
