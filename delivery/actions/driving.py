"""What a courier does on the road: start the route, hand over or fail at each stop; twice changes nothing."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from membership.models import User
from orders.actions.fulfil import deliver_order, dispatch_order, fail_order
from orders.actions.inspect import Counted
from orders.actions.notify import notify, notify_institution, operators
from orders.exceptions import NotPossible
from orders.models import Notification
from orders.states import can_advance

from ..models import FailedTry, Proof, Route, RoutePlan, Stop
from ..signatures import Strokes
from ..states import ROUTE_TRANSITIONS, STOP_TRANSITIONS
from ..travel import Place, travel_matrix
from .recipients import promise_again


@dataclass(frozen=True)
class Door:
    """What the phone knew when something was recorded: its time, and the place if it may tell."""

    phone_at: datetime | None = None
    latitude: float | None = None
    longitude: float | None = None
    accuracy_m: int | None = None


NO_PHONE = Door()


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
    locked.accepted_at = locked.accepted_at or now
    locked.save(update_fields=["status", "started_at", "accepted_at"])
    pending = locked.stops.filter(status=Stop.Status.PENDING)
    for stop in pending.select_related("order").order_by("order"):
        dispatch_order(stop.order, actor=actor, now=now)
    _finish(locked, now)  # where every order was called off
    locked.refresh_from_db()
    return locked


@transaction.atomic
def deliver_stop(
    stop: Stop,
    *,
    receiver_name: str,
    note: str,
    actor: User,
    now: datetime,
    counted: Iterable[Counted] = (),
    neighbour: str = "",
    signature: Strokes = (),
    photo: str = "",
    door: Door = NO_PHONE,
) -> Proof:
    """Record who received the stop's order and how many units; a second tap returns the first proof.

    `photo` is the name of a file in the storage. Raises NotPossible.
    """
    locked = _lock(stop)
    if locked.status == Stop.Status.DELIVERED:
        return locked.proof
    _require_on_the_way(locked, Stop.Status.DELIVERED)
    locked.status = Stop.Status.DELIVERED
    locked.save(update_fields=["status"])
    proof = Proof.objects.create(
        stop=locked,
        receiver_name=receiver_name,
        neighbour=neighbour,
        note=note,
        signature=list(signature),
        photo=photo,
        delivered_at=now,
        recorded_by=actor,
        **asdict(door),
    )
    words = " · ".join(filter(None, [receiver_name, neighbour]))
    deliver_order(locked.order, actor=actor, now=now, note=words, counted=counted)
    _finish(locked.route, now)
    return proof


@transaction.atomic
def fail_stop(
    stop: Stop, *, reason: str, note: str, actor: User, now: datetime, door: Door = NO_PHONE
) -> Stop:
    """Record that the order could not be handed over, and why; its goods go back. Raises NotPossible."""
    locked = _lock(stop)
    if locked.status == Stop.Status.FAILED:
        return locked
    _require_on_the_way(locked, Stop.Status.FAILED)
    _record_try(locked, reason, FailedTry.NextStep.RETURN, note, actor=actor, now=now, door=door)
    locked.status, locked.failure_reason = Stop.Status.FAILED, reason
    locked.save(update_fields=["status", "failure_reason"])
    fail_order(locked.order, reason=_why(reason, note), actor=actor, now=now)
    _finish(locked.route, now)
    return locked


@transaction.atomic
def retry_stop(
    stop: Stop,
    *,
    reason: str,
    note: str,
    actor: User,
    now: datetime,
    known_tries: int | None = None,
    door: Door = NO_PHONE,
) -> Stop:
    """Nobody took it, so it is tried again at the end of the route. Raises NotPossible.

    Where the number of `known_tries` is no longer true, this try is recorded already: nothing is changed.
    """
    locked = _lock(stop)
    if known_tries is not None and locked.tries.count() != known_tries:
        return locked
    _require_on_the_way(locked, Stop.Status.FAILED)
    _record_try(locked, reason, FailedTry.NextStep.RETRY, note, actor=actor, now=now, door=door)
    _move_to_the_end(locked, now)
    detail = f"{_why(reason, note)} → {promise_again(locked.route, locked, now=now)}"
    notify_institution(locked.order, Notification.Kind.ORDER_RETRY, now=now, detail=detail)
    notify(operators(), Notification.Kind.ORDER_RETRY, now=now, order=locked.order, detail=detail)
    return locked


def _record_try(
    stop: Stop, reason: str, next_step: str, note: str, *, actor: User, now: datetime, door: Door
) -> None:
    FailedTry.objects.create(
        stop=stop,
        reason=reason,
        next_step=next_step,
        note=note,
        at=now,
        recorded_by=actor,
        **asdict(door),
    )


def _why(reason: str, note: str) -> str:
    return " · ".join(filter(None, [str(Stop.FailureReason(reason).label), note]))


def _move_to_the_end(stop: Stop, now: datetime) -> None:
    """Expect the stop after the last one of its route, by an estimate of the way from there."""
    others = stop.route.stops.exclude(pk=stop.pk)
    before = others.filter(status=Stop.Status.PENDING).select_related("order").order_by("sequence").last()
    stay = stop.leaves_at - stop.eta
    stop.eta = now + timedelta(seconds=_way(before or stop, stop))
    if before:
        stop.eta = max(stop.eta, before.leaves_at + timedelta(seconds=_way(before, stop)))
    stop.leaves_at, stop.arrived_at = stop.eta + stay, None
    last = stop.route.stops.aggregate(last=Max("sequence"))["last"]
    stop.sequence = last if stop.sequence == last else last + 1
    stop.save(update_fields=["sequence", "eta", "leaves_at", "arrived_at"])


def _way(origin: Stop, destination: Stop) -> int:
    """Seconds from one stop to the other."""
    orders = (origin.order, destination.order)
    places = [Place(order.latitude, order.longitude) for order in orders]  # type: ignore[arg-type]  # located
    return travel_matrix(places).seconds(*places) if places[0] != places[1] else 0


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
