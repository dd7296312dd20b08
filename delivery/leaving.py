"""Where to leave an order: until when a recipient may say so, and how couriers and the hub read it."""

from django.utils.translation import gettext as _

from membership.site_facts import Fact
from orders.models import Order

from .models import LeaveInstructions, Route, Stop

# Before the van is loaded.
STILL_HERE = (Order.Status.PLACED, Order.Status.CONFIRMED, Order.Status.PACKED)


def why_too_late(order: Order, stop: Stop | None) -> str:
    """Return why nothing can be said any more, as a reason's code; "" while something can.

    `stop` is the order's stop on the routes in force, read with its route: a van is loaded once its courier
    has looked for the boxes, or has left.
    """
    if order.status == Order.Status.DISPATCHED:
        return "van_loaded"
    if order.status not in STILL_HERE:
        return "wrong_state"
    if stop and (stop.boxes_missing is not None or stop.route.status != Route.Status.PLANNED):
        return "van_loaded"
    return ""


def instructions_of(order: Order) -> LeaveInstructions | None:
    """Return what the recipient said; the order was read with it."""
    return getattr(order, "leave_instructions", None)


def leave_facts(order: Order) -> list[Fact]:
    """Return what the recipient said, as facts of the way in."""
    said = instructions_of(order)
    if said is None:
        return []
    where = " · ".join(filter(None, [str(said.get_place_display()), said.note]))
    facts = [
        Fact("hand-heart", _("Where to leave it"), where),
        Fact("key-round", _("Door code"), said.door_code),
    ]
    return [fact for fact in facts if fact.text]
