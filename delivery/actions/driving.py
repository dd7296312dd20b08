"""What a courier does on the road: start the route, hand over or fail at each stop; twice changes nothing."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from membership.models import User
from orders.actions.fulfil import deliver_order, dispatch_order, fail_order
from orders.exceptions import NotPossible
from orders.states import can_advance

from ..models import Proof, Route, RoutePlan, Stop
from ..states import ROUTE_TRANSITIONS, STOP_TRANSITIONS


@transaction.atomic
def start_route(route: Route, *, actor: User, now: datetime) -> Route:
    """Leave the depot: every order of the route is on its way. Raises NotPossible."""
    locked = Route.objects.select_for_update().get(pk=route.pk)
    plan = RoutePlan.objects.get(pk=locked.plan_id)
    if locked.status == Route.Status.STARTED:
        return locked
    if plan.status != RoutePlan.Status.PUBLISHED or not can_advance(
        ROUTE_TRANSITIONS, locked.status, Route.Status.STARTED
    ):
        raise NotPossible("wrong_state")
    if plan.date > timezone.localdate(now):
        raise NotPossible("not_yet", str(plan.date))
    locked.status, locked.started_at = Route.Status.STARTED, now
    locked.save(update_fields=["status", "started_at"])
    pending = locked.stops.filter(status=Stop.Status.PENDING)
    for stop in pending.select_related("order").order_by("order"):
        dispatch_order(stop.order, actor=actor, now=now)
    _finish(locked, now)  # where every order was called off
    locked.refresh_from_db()
    return locked


@transaction.atomic
def deliver_stop(stop: Stop, *, receiver_name: str, note: str, actor: User, now: datetime) -> Proof:
    """Record who received the stop's order; a second tap returns the first proof. Raises NotPossible."""
    locked = _lock(stop)
    if locked.status == Stop.Status.DELIVERED:
        return locked.proof
    _require_on_the_way(locked, Stop.Status.DELIVERED)
    locked.status = Stop.Status.DELIVERED
    locked.save(update_fields=["status"])
    proof = Proof.objects.create(
        stop=locked, receiver_name=receiver_name, note=note, delivered_at=now, recorded_by=actor
    )
    deliver_order(locked.order, actor=actor, now=now, note=receiver_name)
    _finish(locked.route, now)
    return proof


@transaction.atomic
def fail_stop(stop: Stop, *, reason: str, note: str, actor: User, now: datetime) -> Stop:
    """Record that the order could not be handed over, and why. Raises NotPossible."""
    locked = _lock(stop)
    if locked.status == Stop.Status.FAILED:
        return locked
    _require_on_the_way(locked, Stop.Status.FAILED)
    locked.status, locked.failure_reason = Stop.Status.FAILED, reason
    locked.save(update_fields=["status", "failure_reason"])
    words = " · ".join(filter(None, [str(Stop.FailureReason(reason).label), note]))
    fail_order(locked.order, reason=words, actor=actor, now=now)
    _finish(locked.route, now)
    return locked


def _lock(stop: Stop) -> Stop:
    """Return the stop with its route, both locked: of two last stops, the second to come ends the route."""
    route = Route.objects.select_for_update().get(pk=stop.route_id)
    locked: Stop = Stop.objects.select_for_update().get(pk=stop.pk)
    locked.route = route
    return locked


def _require_on_the_way(stop: Stop, to: str) -> None:
    if stop.route.status != Route.Status.STARTED or not can_advance(STOP_TRANSITIONS, stop.status, to):
        raise NotPossible("wrong_state")


def _finish(route: Route, now: datetime) -> None:
    """The route is finished with its last stop."""
    if not route.stops.filter(status=Stop.Status.PENDING).exists():
        Route.objects.filter(pk=route.pk, status=Route.Status.STARTED).update(
            status=Route.Status.FINISHED, finished_at=now
        )
