"""Who is told what when a plan comes into force: recipients their time, couriers their round."""

from dataclasses import dataclass, field
from datetime import datetime

from membership.models import User
from orders.actions.notify import notify, notify_institution
from orders.cutoff import SEOUL
from orders.models import Notification

from ..models import RoutePlan

# Recipients are told again only if the time of arrival moves by more than this.
ETA_TOLERANCE_S = 15 * 60
# When a courier leaves, and which orders are brought in which order.
Round = tuple[datetime, list[int]]


@dataclass(frozen=True)
class Known:
    """What people know from the plan before."""

    etas: dict[int, datetime] = field(default_factory=dict)
    rounds: dict[User, Round] = field(default_factory=dict)


def known_from(before: RoutePlan | None) -> Known:
    """Return what a plan said, read before another takes its place."""
    if before is None:
        return Known()
    return Known(dict(before.stops.values_list("order", "eta")), _rounds(before))


def tell_all(plan: RoutePlan, known: Known, *, now: datetime) -> None:
    """Tell everybody for whom the plan differs from what they know."""
    pending = plan.stops.filter(status="pending").select_related("order__organization")
    for stop in pending.order_by("route", "sequence"):
        was = known.etas.get(stop.order_id)
        if was is None or abs((stop.eta - was).total_seconds()) > ETA_TOLERANCE_S:
            eta = stop.eta.astimezone(SEOUL)
            notify_institution(
                stop.order, Notification.Kind.ORDER_ETA, now=now, detail=f"{eta:%Y-%m-%d %H:%M}"
            )
    rounds = _rounds(plan)
    for courier in sorted(rounds.keys() | known.rounds.keys(), key=lambda user: user.pk):
        if rounds.get(courier) != known.rounds.get(courier):
            _tell_courier(courier, plan, rounds.get(courier), now)


def _tell_courier(courier: User, plan: RoutePlan, mine: Round | None, now: datetime) -> None:
    """Day, departure and number of stops; the day alone if there is nothing to drive any more."""
    detail = f"{plan.date}"
    if mine:
        departs_at, orders = mine
        detail += f" {departs_at.astimezone(SEOUL):%H:%M} {len(orders)}"
    notify([courier], Notification.Kind.ROUTE_PLANNED, now=now, detail=detail)


def _rounds(plan: RoutePlan) -> dict[User, Round]:
    routes = plan.routes.select_related("shift__courier").prefetch_related("stops")
    return {
        route.shift.courier: (route.departs_at, [stop.order_id for stop in route.stops.all()])
        for route in routes
    }
