"""What a recipient sees of a delivery: its place in the queue and when to expect it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import get_language

from orders.coming import live_stop, why_failed
from orders.models import Order, OrderLine
from orders.packing import boxes
from orders.progress import order_steps

from .arrival import Window, live_window, planned_window
from .leaving import instructions_of, why_too_late
from .models import LeaveInstructions, Promise, Proof, Route, Stop
from .progress import Coming, arrival_rules, coming_stops

# Nothing changes any more.
OVER = ("delivered", "failed", "cancelled")


@dataclass(frozen=True)
class Tracking:
    """One order on its way. `coming` is None while it is on no route that is in force, and once it is over.

    `stage` is the order's status, or of what is on the road "next" and "arrived".
    """

    order: Order
    stop: Stop | None
    coming: Coming | None
    window: Window | None

    @property
    def stage(self) -> str:
        if self.order.status != Order.Status.DISPATCHED or self.coming is None:
            return str(self.order.status)
        if self.coming.stop.arrived_at:
            return "arrived"
        return "dispatched" if self.coming.before else "next"

    @property
    def is_over(self) -> bool:
        return self.order.status in OVER

    @property
    def site_name(self) -> str:
        name_en = self.order.site.name_en
        return name_en if name_en and get_language() == "en" else self.order.site_name

    @property
    def steps(self) -> list[dict[str, Any]]:
        return order_steps(self.order)

    @property
    def lines(self) -> list[OrderLine]:
        return [line for line in self.order.lines.all() if line.coming]

    @property
    def boxes(self) -> int:
        return boxes(self.lines)

    @property
    def is_chilled(self) -> bool:
        return any(line.storage != "ambient" for line in self.lines)

    @property
    def proof(self) -> Proof | None:
        return getattr(self.stop, "proof", None)

    @property
    def receiver(self) -> str:
        """Who took it, for those who know the name anyway."""
        return masked(self.proof.receiver_name) if self.proof else ""

    @property
    def may_say_where(self) -> bool:
        """Whether the recipient may still say where to leave it."""
        return not why_too_late(self.order, self.stop)

    @property
    def instructions(self) -> LeaveInstructions | None:
        return instructions_of(self.order)

    @property
    def why_failed(self) -> str:
        return why_failed(self.order)


def read_tracking(number: str, now: datetime) -> Tracking:
    """Return how the delivery of an order goes, in a fixed number of queries. Raises Order.DoesNotExist."""
    order: Order = (
        Order.objects.select_related("bundle", "site", "promise", "leave_instructions")
        .prefetch_related("lines", "events", "stops__plan", "stops__proof", "stops__route", "stops__tries")
        .get(number=number)
    )
    stop: Stop | None = live_stop(order)
    coming = _coming(stop, now) if stop else None
    return Tracking(order, stop, coming, _window(order, coming))


def masked(name: str) -> str:
    """Return a name of which the first and the last letter of each word are left: 박*령, J**n D*e."""
    return " ".join(_masked(word) for word in name.split())


def _masked(word: str) -> str:
    if len(word) < 3:
        return word[:1] + "*" * (len(word) - 1)
    return word[0] + "*" * (len(word) - 2) + word[-1]


def _coming(stop: Stop, now: datetime) -> Coming | None:
    if stop.status != Stop.Status.PENDING:
        return None
    others = list(stop.route.stops.select_related("proof").order_by("sequence"))
    return next(each for each in coming_stops(stop.route, others, now) if each.stop.pk == stop.pk)


def _window(order: Order, coming: Coming | None) -> Window | None:
    """On the road as things are now; before that, what the recipient was told, or will be."""
    if coming is None:
        return None
    margin = arrival_rules().margin
    if coming.stop.route.status == Route.Status.STARTED:
        return live_window(coming.expected, coming.before, margin)
    promise: Promise | None = getattr(order, "promise", None)
    if promise:
        return Window(promise.opens_at, promise.closes_at)
    return planned_window(coming.stop.eta, margin)
