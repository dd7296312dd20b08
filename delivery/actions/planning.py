"""Group a day's orders into routes and publish them.

1. Read what is to be brought and with what. If the published plan was made from just that, leave it.
2. Plan, outside any transaction: it takes seconds.
3. Publish in one transaction, replacing the plan before, unless a route of it is already on its way.
"""

from datetime import date, datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Max

from orders.actions.ledger import Outcome
from orders.actions.notify import notify_institution
from orders.cutoff import SEOUL, last_call_at
from orders.models import CalendarDay, Notification, Order

from ..day import Day, instant, read_day
from ..itinerary import Plan, PlannedRoute, places_of
from ..models import Depot, Route, RoutePlan, Stop, Unassigned
from ..osrm import road_matrix
from ..planner import plan_routes
from ..travel import travel_matrix

# Recipients are told again only if the time of arrival moves by more than this.
ETA_TOLERANCE_S = 15 * 60


def plan_day(depot: Depot, day: date, *, now: datetime, seconds: float | None = None) -> Outcome | None:
    """Plan and publish the depot's routes of the day; None if they already fit or nothing is to bring."""
    problem = read_day(depot, day)
    subject = f"{depot.name} {day}"
    published = RoutePlan.objects.published().filter(depot=depot, date=day).first()
    if published and published.fingerprint == problem.fingerprint:
        return None
    if not problem.jobs and not published:
        return None
    if published and published.routes.exclude(status=Route.Status.PLANNED).exists():
        return None  # couriers are on their way: what is on no route stands among the day's exceptions
    seconds = settings.ROUTE_SECONDS if seconds is None else seconds
    places = places_of(problem.jobs, problem.vans)
    matrix = road_matrix(settings.OSRM_URL, places) if settings.OSRM_URL else travel_matrix(places)
    plan = plan_routes(problem.jobs, problem.vans, seconds=seconds, matrix=matrix)
    if publish(depot, day, problem, plan, now=now) is None:
        return None
    detail = f"{len(plan.routes)} routes, {len(plan.unassigned)} unassigned"
    return Outcome("done", subject, depot.pk, delivery_date=day, detail=detail)


@transaction.atomic
def publish(depot: Depot, day: date, problem: Day, plan: Plan, *, now: datetime) -> RoutePlan | None:
    """Store the plan in place of the one before; None if another worker published the same meanwhile."""
    Depot.objects.select_for_update().get(pk=depot.pk)
    before = RoutePlan.objects.published().filter(depot=depot, date=day).first()
    if before:
        # Locked, so that no courier starts a route while it is being replaced.
        routes = before.routes.select_for_update().order_by("pk")
        started = any(route.status != Route.Status.PLANNED for route in routes)
        if started or before.fingerprint == problem.fingerprint:
            return None
        RoutePlan.objects.filter(pk=before.pk).update(status=RoutePlan.Status.SUPERSEDED)
    version = (
        RoutePlan.objects.filter(depot=depot, date=day).aggregate(last=Max("version"))["last"] or 0
    ) + 1
    row = RoutePlan.objects.create(
        depot=depot,
        date=day,
        version=version,
        fingerprint=problem.fingerprint,
        distance_m=plan.distance_m,
        seconds=plan.solver_seconds,
        published_at=now,
    )
    for planned in plan.routes:
        _store_route(row, problem, planned)
    Unassigned.objects.bulk_create(
        Unassigned(plan=row, order=problem.orders[job.job_key], reason=job.reason, detail=job.detail)
        for job in plan.unassigned
    )
    _tell_recipients(row, before, now=now)
    return row


def _store_route(plan: RoutePlan, problem: Day, planned: PlannedRoute) -> None:
    jobs = {job.key: job for job in problem.jobs}
    route = Route.objects.create(
        plan=plan,
        shift=problem.shifts[planned.van_key],
        departs_at=instant(plan.date, planned.departs_s),
        returns_at=instant(plan.date, planned.returns_s),
        distance_m=planned.distance_m,
        weight_g=sum(jobs[stop.job_key].weight_g for stop in planned.stops),
        volume_ml=sum(jobs[stop.job_key].volume_ml for stop in planned.stops),
    )
    Stop.objects.bulk_create(
        Stop(
            plan=plan,
            route=route,
            sequence=sequence,
            order=problem.orders[stop.job_key],
            eta=instant(plan.date, stop.starts_s),
            leaves_at=instant(plan.date, stop.departs_s),
        )
        for sequence, stop in enumerate(planned.stops, start=1)
    )


def _tell_recipients(plan: RoutePlan, before: RoutePlan | None, *, now: datetime) -> None:
    """Tell each institution its time of arrival, unless it already knows about the same."""
    known = dict(before.stops.values_list("order", "eta")) if before else {}
    for stop in plan.stops.select_related("order__organization").order_by("route", "sequence"):
        was = known.get(stop.order_id)
        if was is None or abs((stop.eta - was).total_seconds()) > ETA_TOLERANCE_S:
            eta = stop.eta.astimezone(SEOUL)
            notify_institution(
                stop.order, Notification.Kind.ORDER_ETA, now=now, detail=f"{eta:%Y-%m-%d %H:%M}"
            )


def days_to_plan(*, now: datetime) -> list[tuple[Depot, date]]:
    """Return the days whose planning time has come, up to and including today's."""
    today = now.astimezone(SEOUL).date()
    working_days = CalendarDay.objects.all().working_days()
    days = Order.objects.filter(delivery_date__gte=today, status__in=["confirmed", "packed", "dispatched"])
    due = [
        day
        for day in days.values_list("delivery_date", flat=True).distinct().order_by("delivery_date")
        if last_call_at(day, working_days) <= now
    ]
    return [(depot, day) for day in due for depot in Depot.objects.order_by("pk")]
