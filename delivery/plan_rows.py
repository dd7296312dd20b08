"""From the rows of a stored plan back to what the planner knows: which van visits what, in which order."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from .day import Day
from .itinerary import Job, Plan, PlannedRoute, Van
from .models import Route, RoutePlan, Stop
from .scheduler import schedule
from .travel import TravelMatrix

PENDING = Stop.Status.PENDING


@dataclass(frozen=True)
class Bound:
    """Jobs and vans of a day as the locks and allowances of a plan bind them."""

    jobs: dict[int, Job]
    vans: dict[int, Van]
    tours: dict[int, list[int]]  # by van, the jobs in the order in which it visits them


def bound(problem: Day, plan: RoutePlan | None) -> Bound:
    """Bind the day to what operators decided on the rows of a plan; what is gone from the day is left out.

    A locked stop goes with its van or nowhere, a route that keeps its order hands its sequence on, and what
    was allowed to be late or overloaded stays allowed.
    """
    jobs, vans = {job.key: job for job in problem.jobs}, {van.key: van for van in problem.vans}
    tours: dict[int, list[int]] = {}
    for route in routes_of(plan) if plan else []:
        key = route.shift_id
        stops = [stop for stop in route.stops.all() if stop.order_id in jobs and stop.status == PENDING]
        tours[key] = [stop.order_id for stop in stops]
        if key not in vans:
            continue
        van = replace(vans[key], overload_percent=route.over_percent)
        vans[key] = replace(van, sequence=tuple(tours[key])) if route.keeps_order else van
        for stop in stops:
            job = jobs[stop.order_id]
            locked = key if stop.is_locked or route.keeps_order else job.van_key
            jobs[stop.order_id] = replace(job, van_key=locked, late_s=max(stop.late_s, job.late_s))
    return Bound(jobs, vans, tours)


def routes_of(plan: RoutePlan) -> Iterable[Route]:
    """Return the routes of a plan with their stops, in the order in which they leave."""
    return plan.routes.select_related("shift").prefetch_related("stops").order_by("departs_at", "pk")


def timed(tour: Sequence[Job], van: Van, matrix: TravelMatrix) -> PlannedRoute:
    """Time a tour of one trip and measure it against the limits that hold without any allowance."""
    return schedule([list(tour)], replace(van, overload_percent=0), matrix)


def as_plan(day: Bound, matrix: TravelMatrix) -> Plan:
    """Time every tour of the day whose van is there."""
    routes = tuple(
        timed([day.jobs[key] for key in tour], day.vans[van_key], matrix)
        for van_key, tour in day.tours.items()
        if tour and van_key in day.vans
    )
    return Plan(routes, (), sum(route.distance_m for route in routes), 0.0)
