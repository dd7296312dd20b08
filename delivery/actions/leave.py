"""A recipient says where to leave an order, as long as its van isn't loaded."""

from datetime import date, datetime

from django.db import transaction

from orders.exceptions import NotPossible
from orders.models import Order

from ..leaving import why_too_late
from ..models import LeaveInstructions, Route, Stop


@transaction.atomic
def say_where_to_leave(order: Order, *, place: str, note: str, door_code: str, now: datetime) -> None:
    """Keep what the recipient says in place of what was said before; saying nothing takes it back.

    The route and the stop are locked, so that it is either read by who loads the van or refused. Raises
    NotPossible.
    """
    stop: Stop | None = Stop.objects.live().filter(order=order).first()
    if stop:
        route = Route.objects.select_for_update().get(pk=stop.route_id)
        stop = Stop.objects.select_for_update().get(pk=stop.pk)
        stop.route = route
    locked = Order.objects.select_for_update().get(pk=order.pk)
    if reason := why_too_late(locked, stop):
        raise NotPossible(reason)
    if not (place or note or door_code):
        LeaveInstructions.objects.filter(order=locked).delete()
        return
    LeaveInstructions.objects.update_or_create(
        order=locked, defaults={"place": place, "note": note, "door_code": door_code, "said_at": now}
    )


def forget_door_codes(today: date) -> int:
    """Forget the codes of doors at which nothing is brought any more, and return how many."""
    past = LeaveInstructions.objects.filter(order__delivery_date__lt=today).exclude(door_code="")
    return past.update(door_code="")
