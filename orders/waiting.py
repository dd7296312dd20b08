"""What waits for an approver, in one shape for orders and standing orders."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Min, Q
from django.urls import reverse

from membership.models import User
from membership.permissions import approver_seat

from .budgets import read_figures
from .models import Occurrence, Order, StandingOrder
from .permissions import may_approve
from .reasons import words

Lefts = dict[tuple[int, int], int | None]


@dataclass(frozen=True)
class Waiting:
    """An order or a standing order that waits. `price` is what the approver agrees to, in won: of the order,
    or of the standing order's year; `left` what the budget has left, None without one.
    """

    thing: Order | StandingOrder
    price: int
    left: int | None
    decide_by: datetime | None
    may_approve: bool

    @property
    def why(self) -> str:
        return "" if isinstance(self.thing, StandingOrder) else words(self.thing.reason)

    @property
    def is_standing(self) -> bool:
        return isinstance(self.thing, StandingOrder)

    @property
    def is_overrun(self) -> bool:
        """Whether approving would spend more than the budget has left for it."""
        if isinstance(self.thing, StandingOrder) or self.left is None:
            return False
        return self.price > self.left or self.thing.occurrence_id is not None

    @property
    def asker(self) -> User | None:
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


def to_decide(user: User) -> list[Waiting]:
    """Return what waits at the institutions where the user is an approver, the most urgent first."""
    places = [seat.organization_id for seat in user.active_seats if approver_seat(user, seat.organization_id)]
    here = Q(organization__in=places, status="awaiting")
    related = ("organization", "site", "bundle", "department")
    orders = Order.objects.filter(here).select_related(*related, "placed_by").prefetch_related("events")
    standing = StandingOrder.objects.filter(here).select_related(*related, "created_by")
    found = [*waiting_orders(user, orders), *waiting_standing_orders(user, standing)]
    return sorted(found, key=lambda each: (each.decide_by is None, each.decide_by, each.thing.pk))
