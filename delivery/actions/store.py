"""Write a plan down as rows: the next version of its day, or other routes of a draft."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db.models import Max

from ..day import Day, instant
from ..itinerary import Plan, PlannedRoute, UnassignedJob
from ..models import Depot, Route, RoutePlan, Stop, Unassigned

# The orders whose stops are locked, and the shifts whose routes keep their order.
Locks = tuple[Collection[int], Collection[int]]


def store_plan(
    depot: Depot, problem: Day, plan: Plan, *, base: RoutePlan | None = None, **fields: Any
) -> RoutePlan:
    """Store the plan as the depot's next version of the day; `fields` say whether it is in force.

    The locks of the plan that it came from (`base`) hold on. Needs the depot's row locked.
    """
    versions = RoutePlan.objects.of(depot, problem.date).aggregate(last=Max("version"))
    row = RoutePlan.objects.create(
        depot=depot,
        date=problem.date,
        version=(versions["last"] or 0) + 1,
        fingerprint=problem.fingerprint,
        distance_m=plan.distance_m,
        seconds=plan.solver_seconds,
        **fields,
    )
    locks = locks_of(base) if base else ((), ())
    for planned in plan.routes:
        _store_route(row, problem, planned, locks)
    _store_unassigned(row, problem, plan.unassigned)
    return row


def rewrite(draft: RoutePlan, problem: Day, plan: Plan, shifts: Collection[int]) -> None:
    """Store the routes of these shifts, the unassigned and the sums anew; stops keep their locks."""
    locks = locks_of(draft)
    draft.stops.filter(route__shift__in=shifts).delete()
    draft.routes.filter(shift__in=shifts).delete()
    for planned in plan.routes:
        if planned.van_key in shifts:
            _store_route(draft, problem, planned, locks)
    draft.unassigned.all().delete()
    _store_unassigned(draft, problem, plan.unassigned)
    draft.distance_m, draft.fingerprint = plan.distance_m, problem.fingerprint
    draft.save(update_fields=["distance_m", "fingerprint"])


def locks_of(plan: RoutePlan) -> Locks:
    """Return what is locked on a plan."""
    return (
        set(plan.stops.filter(is_locked=True).values_list("order", flat=True)),
        set(plan.routes.filter(keeps_order=True).values_list("shift", flat=True)),
    )


def _store_unassigned(plan: RoutePlan, problem: Day, jobs: Collection[UnassignedJob]) -> None:
    Unassigned.objects.bulk_create(
        Unassigned(plan=plan, order=problem.orders[job.job_key], reason=job.reason, detail=job.detail)
        for job in jobs
    )


def _store_route(plan: RoutePlan, problem: Day, planned: PlannedRoute, locks: Locks) -> None:
    locked, ordered = locks
    key = planned.van_key
    route = Route.objects.create(
        plan=plan, shift=problem.shifts[key], keeps_order=key in ordered, **_figures(problem, planned)
    )
    Stop.objects.bulk_create(
        Stop(
            plan=plan,
            route=route,
            sequence=sequence,
            order=problem.orders[stop.job_key],
            is_locked=stop.job_key in locked,
            late_s=stop.late_s,
            eta=instant(plan.date, stop.starts_s),
            leaves_at=instant(plan.date, stop.departs_s),
        )
        for sequence, stop in enumerate(planned.stops, start=1)
    )


def _figures(problem: Day, planned: PlannedRoute) -> dict[str, int | datetime]:
    jobs = {job.key: job for job in problem.jobs}
    return {
        "departs_at": instant(problem.date, planned.departs_s),
        "returns_at": instant(problem.date, planned.returns_s),
        "distance_m": planned.distance_m,
        "weight_g": sum(jobs[stop.job_key].weight_g for stop in planned.stops),
        "volume_ml": sum(jobs[stop.job_key].volume_ml for stop in planned.stops),
        "over_percent": planned.over_percent,
    }
