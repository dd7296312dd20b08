"""How far behind its plan a route is, from what happened at its doors, and when the others are reached."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings

from .arrival import Rules
from .models import Route, Stop

ON_TIME = timedelta()


@dataclass(frozen=True)
class Coming:
    """A stop that is still to be reached: after how many others, and when as things are now."""

    stop: Stop
    before: int
    expected: datetime


def arrival_rules() -> Rules:
    """Return what the settings say about the windows that recipients are told."""
    return Rules(
        margin=timedelta(minutes=settings.ARRIVAL_WINDOW_MINUTES),
        tolerance=timedelta(minutes=settings.ARRIVAL_TOLERANCE_MINUTES),
        pause=timedelta(minutes=settings.ARRIVAL_PAUSE_MINUTES),
    )


def behind(route: Route, stops: Sequence[Stop], now: datetime) -> timedelta:
    """Return by how much the stops to come are later than planned; never less than nothing.

    As late as the courier left the last door (or the depot), or as long as the next stop is overdue already.
    Who is early waits: sites open when they open. The stops were read with their proofs.
    """
    if route.status != Route.Status.STARTED or route.started_at is None:
        return ON_TIME
    left = route.started_at - route.departs_at
    coming = None
    for stop in stops:
        if stop.status == Stop.Status.PENDING:
            coming = coming or stop
        elif hasattr(stop, "proof"):
            left = stop.proof.delivered_at - stop.leaves_at
    if coming is None:
        return ON_TIME
    return max(left, now - coming.eta, ON_TIME)


def coming_stops(route: Route, stops: Sequence[Stop], now: datetime) -> list[Coming]:
    """Return the stops to come, in their order; the stops were read with their proofs."""
    delay = behind(route, stops, now)
    pending = [stop for stop in stops if stop.status == Stop.Status.PENDING]
    return [Coming(stop, before, stop.eta + delay) for before, stop in enumerate(pending)]
