"""Couriers are told their round when a plan comes into force; recipients their time by a sweep."""

from datetime import datetime

from membership.models import User
from orders.actions.notify import notify
from orders.cutoff import SEOUL
from orders.models import Notification

from ..models import RoutePlan

# When a courier leaves, and which orders are brought in which order.
Round = tuple[datetime, list[int]]
Rounds = dict[User, Round]


def rounds_of(plan: RoutePlan | None) -> Rounds:
    """Return each courier's round; of a plan that another replaces, read before it does."""
    if plan is None:
        return {}
    routes = plan.routes.select_related("shift__courier").prefetch_related("stops")
    return {
        route.shift.courier: (route.departs_at, [stop.order_id for stop in route.stops.all()])
        for route in routes
    }


def tell_couriers(plan: RoutePlan, known: Rounds, *, now: datetime) -> None:
    """Tell every courier whose round differs from what they know."""
    rounds = rounds_of(plan)
    for courier in sorted(rounds.keys() | known.keys(), key=lambda user: user.pk):
        if rounds.get(courier) != known.get(courier):
            _tell_courier(courier, plan, rounds.get(courier), now)


def _tell_courier(courier: User, plan: RoutePlan, mine: Round | None, now: datetime) -> None:
    """Day, departure and number of stops; the day alone if there is nothing to drive any more."""
    detail = f"{plan.date}"
    if mine:
        departs_at, orders = mine
        detail += f" {departs_at.astimezone(SEOUL):%H:%M} {len(orders)}"
    notify([courier], Notification.Kind.ROUTE_PLANNED, now=now, detail=detail)
