"""The lives of an order and of a purchase order: what may follow what.

The words are those of the models' `Status`; the tables are plain data, to be read at a glance and tested
without a database. A state with nothing after it is final.
"""

from collections.abc import Mapping

Transitions = Mapping[str, frozenset[str]]

# A delivery that failed ends its order: a second attempt is a new order.
ORDER_TRANSITIONS: Transitions = {
    "awaiting": frozenset({"placed", "cancelled", "failed"}),
    "placed": frozenset({"confirmed", "cancelled", "failed", "awaiting"}),  # changed, and dearer
    "confirmed": frozenset({"packed", "dispatched", "cancelled"}),  # a small hub may load without packing
    "packed": frozenset({"confirmed", "dispatched", "cancelled"}),  # back when the boxes are opened again
    "dispatched": frozenset({"delivered", "failed"}),
    "delivered": frozenset(),
    "failed": frozenset(),
    "cancelled": frozenset(),
}

# A producer may bring the goods without a word, and an overdue answer counts. What was answered is asked
# anew when more is ordered. A shortage can be taken back (the goods were found); the rest is received.
# Goods that were counted in by mistake are still to come. Where every order was called off, nothing is asked
# any more, until more is ordered.
PURCHASE_ORDER_TRANSITIONS: Transitions = {
    "issued": frozenset({"accepted", "short", "overdue", "received", "cancelled"}),
    "accepted": frozenset({"issued", "short", "received", "cancelled"}),
    "short": frozenset({"issued", "accepted", "received", "cancelled"}),
    "overdue": frozenset({"issued", "accepted", "short", "received", "cancelled"}),
    "received": frozenset({"issued", "accepted", "short", "overdue"}),
    "cancelled": frozenset({"issued"}),
}

# An operator may choose otherwise until the order is packed, also another substitute.
SHORTAGE_TRANSITIONS: Transitions = {
    "asked": frozenset({"replaced", "credited", "dropped"}),
    "replaced": frozenset({"replaced", "credited"}),
    "credited": frozenset({"replaced"}),
    "dropped": frozenset(),
}


# What is offered and not taken in time goes to the next; agreed to is not yet set up.
APPLICATION_TRANSITIONS: Transitions = {
    "awaiting": frozenset({"agreed", "declined", "withdrawn", "expired"}),
    "waiting": frozenset({"offered", "withdrawn", "expired"}),
    "offered": frozenset({"awaiting", "agreed", "withdrawn", "expired"}),
    "agreed": frozenset({"done", "expired"}),
    "done": frozenset(),
    "declined": frozenset(),
    "withdrawn": frozenset(),
    "expired": frozenset(),
}


class IllegalTransition(Exception):
    """The thing can't go from state `was` to state `to`."""

    def __init__(self, was: str, to: str) -> None:
        super().__init__(f"{was} can't become {to}")
        self.was, self.to = was, to


def can_advance(transitions: Transitions, was: str, to: str) -> bool:
    """Tell whether `to` may follow `was`. A state never follows itself; an unknown state has no next."""
    return to in transitions.get(was, frozenset())


def check(transitions: Transitions, was: str, to: str) -> None:
    """Raise IllegalTransition unless `to` may follow `was`."""
    if not can_advance(transitions, was, to):
        raise IllegalTransition(was, to)
