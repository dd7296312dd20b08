"""How far behind its plan a route is, from what happened at its doors."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from .models import Route, Stop

ON_TIME = timedelta()


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
