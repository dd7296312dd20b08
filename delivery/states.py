"""The lives of a route and of a stop, in the words of their models' `Status` (see `orders.states`)."""

from orders.states import Transitions

ROUTE_TRANSITIONS: Transitions = {
    "planned": frozenset({"started"}),
    "started": frozenset({"finished"}),
    "finished": frozenset(),
}

STOP_TRANSITIONS: Transitions = {
    "pending": frozenset({"delivered", "failed", "cancelled"}),  # cancelled with its order
    "delivered": frozenset(),
    "failed": frozenset(),
    "cancelled": frozenset(),
}
