"""Around the drive: the courier takes a route on, checks the boxes, arrives; the hub takes goods back."""

from datetime import datetime

from django.db import transaction

from orders.exceptions import NotPossible

from ..models import Route, RoutePlan, Stop


@transaction.atomic
def accept_route(route: Route, *, now: datetime) -> Route:
    """The courier will drive it; twice changes nothing. Raises NotPossible for a route that was replaced."""
    locked: Route = Route.objects.select_for_update().select_related("plan").get(pk=route.pk)
    if locked.plan.status != RoutePlan.Status.PUBLISHED:
        raise NotPossible("route_replaced")
    if locked.accepted_at is None:
        locked.accepted_at = now
        locked.save(update_fields=["accepted_at"])
    return locked


@transaction.atomic
def check_boxes(stop: Stop, missing: int) -> Stop:
    """So many of the stop's boxes weren't at the depot, none if all are in the van. Raises NotPossible.

    It may be said again, also on the road, until the stop is done.
    """
    locked: Stop = Stop.objects.select_for_update().get(pk=stop.pk)
    if locked.status != Stop.Status.PENDING:
        raise NotPossible("wrong_state")
    locked.boxes_missing = missing
    locked.save(update_fields=["boxes_missing"])
    return locked


@transaction.atomic
def arrive_at_stop(stop: Stop, *, now: datetime) -> Stop:
    """The van stands there; twice keeps the first time. Raises NotPossible."""
    locked: Stop = Stop.objects.select_for_update(of=("self",)).select_related("route").get(pk=stop.pk)
    if locked.arrived_at is not None:
        return locked
    if locked.route.status != Route.Status.STARTED or locked.status != Stop.Status.PENDING:
        raise NotPossible("wrong_state")
    locked.arrived_at = now
    locked.save(update_fields=["arrived_at"])
    return locked


@transaction.atomic
def take_goods_back(stop: Stop, *, now: datetime) -> Stop:
    """The hub has the goods of a failed stop again; twice keeps the first time. Raises NotPossible."""
    locked: Stop = Stop.objects.select_for_update().get(pk=stop.pk)
    if locked.status != Stop.Status.FAILED:
        raise NotPossible("wrong_state")
    if locked.returned_at is None:
        locked.returned_at = now
        locked.save(update_fields=["returned_at"])
    return locked
