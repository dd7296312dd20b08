"""A day that has begun: who is on the road keeps what is on the van, and nobody leaves in the past."""

from dataclasses import replace
from datetime import datetime

from orders.cutoff import SEOUL

from .day import Day
from .itinerary import ANY_TIME, Job, Van
from .models import Route, RoutePlan, Stop
from .progress import behind
from .travel import Place

END_OF_DAY_S = 24 * 3600 - 1


def as_of(problem: Day, published: RoutePlan | None, now: datetime) -> Day:
    """Return what can still be planned of the day.

    A van on its way is bound to what it carries, however late that gets, from the stop that it drives to
    right now; this stop itself and what is done aren't planned any more. The others leave from now on.
    """
    now_s = _seconds(now) if now.astimezone(SEOUL).date() == problem.date else 0
    jobs = {job.key: job for job in problem.jobs}
    vans = {van.key: van for van in problem.vans}
    for van in problem.vans:
        if van.ends_s < now_s:
            del vans[van.key]
        else:
            vans[van.key] = replace(van, starts_s=max(van.starts_s, now_s))
    for route in _on_the_road(published):
        vans.pop(route.shift_id, None)
        if own := _van(problem, route.shift_id):
            _bind(route, own, jobs, vans, now)
    return replace(problem, jobs=list(jobs.values()), vans=list(vans.values()))


def _on_the_road(published: RoutePlan | None) -> list[Route]:
    if published is None:
        return []
    routes = published.routes.exclude(status=Route.Status.PLANNED)
    return list(routes.prefetch_related("stops__proof", "stops__order"))


def _bind(route: Route, van: Van, jobs: dict[int, Job], vans: dict[int, Van], now: datetime) -> None:
    stops = list(route.stops.all())
    pending = [stop for stop in stops if stop.status == Stop.Status.PENDING and stop.order_id in jobs]
    if not pending:
        return
    first, *others = pending
    del jobs[first.order_id]
    for stop in others:
        job = jobs[stop.order_id]
        jobs[stop.order_id] = replace(
            job, van_key=van.key, late_s=END_OF_DAY_S, windows=job.windows or ANY_TIME
        )
    if others:
        leaves = max(first.leaves_at + behind(route, stops, now), now)
        here = Place(first.order.latitude, first.order.longitude)  # type: ignore[arg-type]
        starts_s = min(_seconds(leaves), END_OF_DAY_S)
        vans[van.key] = replace(van, place_start=here, starts_s=starts_s, ends_s=END_OF_DAY_S, is_loaded=True)


def _van(problem: Day, key: int) -> Van | None:
    return next((van for van in problem.vans if van.key == key), None)


def _seconds(moment: datetime) -> int:
    local = moment.astimezone(SEOUL)
    return local.hour * 3600 + local.minute * 60 + local.second
