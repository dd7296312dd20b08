"""A stored plan looked at again with today's eyes: what its day has become, its times, its faults."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from .day import Day, read_day
from .itinerary import Plan, PlannedRoute, UnassignedJob
from .models import RoutePlan, Unassigned
from .plan_rows import Bound, as_plan, bound, timed
from .travel import TravelMatrix
from .under_way import as_of
from .verifier import violations
from .ways import ways_of


@dataclass(frozen=True)
class Review:
    """A plan's tours timed anew for the day as it is now; `faults` are the verifier's."""

    problem: Day
    day: Bound
    matrix: TravelMatrix
    plan: Plan
    faults: tuple[str, ...]
    reasons: Mapping[int, str]

    def route(self, van_key: int) -> PlannedRoute | None:
        """The van's route; None if it has nothing to do."""
        return next((route for route in self.plan.routes if route.van_key == van_key), None)

    def with_tours(self, tours: Mapping[int, list[int]]) -> "Review":
        """Return what other tours would mean; what they need to be late or overloaded is allowed."""
        jobs, vans = dict(self.day.jobs), dict(self.day.vans)
        for key, tour in tours.items():
            if key not in vans:
                continue
            van = vans[key]
            vans[key] = replace(van, sequence=tuple(tour)) if van.sequence else van
            for job in tour:
                locked = key if jobs[job].van_key is not None else None
                jobs[job] = replace(jobs[job], van_key=locked)
            route = timed([jobs[job] for job in tour], van, self.matrix) if tour else None
            vans[key] = replace(vans[key], overload_percent=route.over_percent if route else 0)
            for stop in route.stops if route else ():
                jobs[stop.job_key] = replace(jobs[stop.job_key], late_s=stop.late_s)
        day = Bound(jobs, vans, {**self.day.tours, **tours})
        return reviewed(self.problem, day, self.matrix, self.reasons)


def review(plan: RoutePlan, *, now: datetime) -> Review:
    """Time and check a plan against the orders, windows, shifts and vans on their way that there are now."""
    problem = problem_of(plan, now=now)
    day = bound(problem, plan)
    matrix = ways_of(list(day.jobs.values()), list(day.vans.values()))
    reasons = dict(plan.unassigned.values_list("order", "reason"))
    return reviewed(problem, day, matrix, reasons)


def problem_of(plan: RoutePlan, *, now: datetime) -> Day:
    """Return what can still be planned of the plan's day."""
    published = RoutePlan.objects.published().of(plan.depot, plan.date).first()
    return as_of(read_day(plan.depot, plan.date), published, now)


def reviewed(problem: Day, day: Bound, matrix: TravelMatrix, reasons: Mapping[int, str]) -> Review:
    """Time and check these tours; `reasons` say why an order was on none of them."""
    plan = as_plan(day, matrix)
    planned = {stop.job_key for route in plan.routes for stop in route.stops}
    left = [
        UnassignedJob(job.key, reasons.get(job.key, Unassigned.Reason.NOT_PLANNED))
        for job in problem.jobs
        if job.key not in planned
    ]
    plan = replace(plan, unassigned=tuple(left))
    faults = violations(plan, list(day.jobs.values()), list(day.vans.values()), matrix)
    return Review(problem, day, matrix, plan, faults, reasons)
