"""What waits for an approver, in one shape for orders, standing orders and plans."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time

from django.db.models import Min, Q
from django.urls import reverse

from membership.models import User
from membership.permissions import approver_seat

from .budgets import read_figures
from .cutoff import seoul
from .models import Application, Occurrence, Order, StandingOrder
from .permissions import may_approve
from .reasons import words

Lefts = dict[tuple[int, int], int | None]


@dataclass(frozen=True)
class Waiting:
    """An order, a standing order or a plan that waits. `price` is what the approver agrees to, in won: of the
    order, or of everything that comes in a year; `left` what the budget has left, None without one.
    """

    thing: Order | StandingOrder | Application
    price: int
    left: int | None
    decide_by: datetime | None
    may_approve: bool

    @property
    def why(self) -> str:
        return "" if isinstance(self.thing, StandingOrder) else words(self.thing.reason)

    @property
    def is_standing(self) -> bool:
        return isinstance(self.thing, StandingOrder | Application)

    @property
    def is_plan(self) -> bool:
        return isinstance(self.thing, Application)

    @property
    def key(self) -> str:
        """What tells it from everything else on the page."""
        return f"{type(self.thing).__name__.lower()}-{self.thing.pk}"

    @property
    def is_overrun(self) -> bool:
        """Whether approving would spend more than the budget has left for it."""
        if not isinstance(self.thing, Order) or self.left is None:
            return False
        return self.price > self.left or self.thing.occurrence_id is not None

    @property
    def asker(self) -> User | None:
        if isinstance(self.thing, Application):
            return self.thing.asked_by
        return self.thing.created_by if isinstance(self.thing, StandingOrder) else self.thing.placed_by

    @property
    def page(self) -> str:
        return self._address("detail")

    @property
    def approve(self) -> str:
        return self._address("approve")

    @property
    def decline(self) -> str:
        return self._address("decline")

    def _address(self, name: str) -> str:
        if isinstance(self.thing, Application):
            if name == "detail":
                return reverse("orders:membership_detail", args=[self.thing.organization_id])
            return reverse(f"orders:application_{name}", args=[self.thing.pk])
        if isinstance(self.thing, Order):
            return reverse(f"orders:order_{name}", args=[self.thing.number])
        return reverse(f"orders:standing_order_{name}", args=[self.thing.pk])


def waiting_orders(user: User, rows: Iterable[Order]) -> list[Waiting]:
    """Return how these waiting orders look to the user. A query for each fiscal year, two at most."""
    orders = [order for order in rows if order.status == Order.Status.AWAITING]
    lefts = _lefts(orders)
    return [
        Waiting(
            order,
            order.gross,
            lefts.get((order.department_id or 0, order.delivery_date.year)),
            order.cutoff_at,
            may_approve(user, order.organization_id, order.gross),
        )
        for order in orders
    ]


def _lefts(orders: list[Order]) -> Lefts:
    lefts: Lefts = {}
    for year in {order.delivery_date.year for order in orders}:
        departments = {
            order.department for order in orders if order.department and order.delivery_date.year == year
        }
        for figures in read_figures(departments, year, today=None):
            lefts[figures.department.pk, year] = figures.left
    return lefts


def waiting_standing_orders(user: User, rows: Iterable[StandingOrder]) -> list[Waiting]:
    """Return how these waiting standing orders look to the user; the first date's cut-off is theirs, too."""
    waiting = [row for row in rows if row.status == StandingOrder.Status.AWAITING]
    planned = Occurrence.objects.filter(standing_order__in=waiting, status=Occurrence.Status.PLANNED)
    cutoffs = dict(planned.order_by().values_list("standing_order").annotate(Min("cutoff_at")))
    return [
        Waiting(
            row,
            row.yearly_sum,
            None,
            cutoffs.get(row.pk),
            may_approve(user, row.organization_id, row.yearly_sum),
        )
        for row in waiting
    ]


def waiting_applications(user: User, rows: Iterable[Application]) -> list[Waiting]:
    """Return how these applications for plans look to the user; they are decided before they would begin."""
    return [
        Waiting(
            row,
            row.yearly_sum,
            None,
            seoul(row.starts_on, time()),
            may_approve(user, row.organization_id, row.yearly_sum),
        )
        for row in rows
        if row.status == Application.Status.AWAITING
    ]


def to_decide(user: User) -> list[Waiting]:
    """Return what waits at the institutions where the user is an approver, the most urgent first."""
    places = [seat.organization_id for seat in user.active_seats if approver_seat(user, seat.organization_id)]
    here = Q(organization__in=places, status="awaiting")
    related = ("organization", "site", "bundle", "department")
    orders = Order.objects.filter(here).select_related(*related, "placed_by").prefetch_related("events")
    standing = StandingOrder.objects.filter(here).select_related(*related, "created_by")
    plans = Application.objects.filter(here).select_related(*related, "asked_by")
    found = [
        *waiting_orders(user, orders),
        *waiting_standing_orders(user, standing),
        *waiting_applications(user, plans),
    ]
    return sorted(found, key=lambda each: (each.decide_by is None, each.decide_by, each.thing.pk))
