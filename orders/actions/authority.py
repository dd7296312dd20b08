"""Whether an order or a standing order may go ahead, and asking approvers where it may not."""

from datetime import date, datetime

from django.utils import timezone

from membership.models import Department, Organization, Seat, User
from membership.permissions import is_operator

from ..approval import OVER_BOTH, may_decide, why_waits
from ..budgets import left_of, lock_left, read_figures
from ..exceptions import NotPossible
from ..models import Budget, Notification, Order, StandingOrder, StandingOrderEvent
from ..schedule import rule_dates
from .notify import notify, people

Status = StandingOrder.Status


def check_department(organization: Organization, department: Department | None) -> None:
    """Raise NotPossible unless the department is in use at the institution; one that has none needs none."""
    if department is None and organization.departments.active().exists():
        raise NotPossible("no_department")
    if department and department.organization_id != organization.pk:
        raise NotPossible("wrong_department")
    if department and not department.is_active:
        raise NotPossible("department_retired")


def limit_of(actor: User | None, organization_id: int) -> int | None:
    """Return the price in won up to which the person orders alone; None: any.

    The hub orders on an institution's word, and whoever has left it decides nothing new.
    """
    if actor is None or is_operator(actor):
        return None
    seat = Seat.objects.filter(user=actor, organization=organization_id).first()
    return seat.order_limit if seat else None


def why_order_waits(
    price: int,
    *,
    organization: Organization,
    department: Department | None,
    year: int,
    actor: User,
    held: int = 0,
) -> str:
    """Return why an order waits for approval, or "". Locks the budget until the transaction ends.

    `held` is what the order itself has reserved of the budget so far.
    """
    left = lock_left(department.pk, year) if department else None
    left = None if left is None else left + held
    return why_waits(price, limit=limit_of(actor, organization.pk), left=left)


def foresee_waiting(
    price: int, *, organization: Organization, department: Department | None, year: int, actor: User
) -> str:
    """Return why an order would wait by today's figures, or ""; nothing is locked."""
    budget = Budget.objects.filter(department=department, year=year).first() if department else None
    left = left_of(budget) if budget else None
    return why_waits(price, limit=limit_of(actor, organization.pk), left=left)


def ask_approvers(order: Order, *, now: datetime, kind: str = Notification.Kind.APPROVAL_ASKED) -> None:
    """Tell those who may approve the order that it waits; if nobody may, every approver."""
    notify(_approvers(order.organization, order.gross), kind, now=now, order=order, detail=order.reason)


def ask_approvers_of_standing_order(
    standing_order: StandingOrder, *, now: datetime, kind: str = Notification.Kind.APPROVAL_ASKED
) -> None:
    """Tell those who may approve the standing order's yearly sum that it waits."""
    approvers = _approvers(standing_order.organization, standing_order.yearly_sum)
    notify(approvers, kind, now=now, standing_order=standing_order)


def approvers_of(organization: Organization, price: int) -> list[User]:
    """Return the people at the institution who may approve the price."""
    seats = Seat.objects.filter(
        organization=organization, role=Seat.Role.APPROVER, user__is_active=True
    ).select_related("user")
    return [seat.user for seat in seats.order_by("user") if may_decide(price, limit=seat.order_limit)]


def _approvers(organization: Organization, price: int) -> list[User]:
    return approvers_of(organization, price) or people(organization, "approver")


def sum_beside(standing_order: StandingOrder) -> int:
    """Return what those bring in a year that were set up together with it for other sites, in won."""
    others = StandingOrder.objects.together_with(standing_order)
    rows = others.select_related("bundle").prefetch_related("later_terms__bundle")
    return sum(row.yearly_sum for row in rows)


def why_standing_order_waits(standing_order: StandingOrder, *, now: datetime, beside: int = 0) -> str:
    """Return why a standing order that is set up at `now` waits for approval, or "".

    The limit is compared with what it brings in a year, the budget with what it brings until the year's end.
    `beside` is what others bring that are set up with it: sums aren't split to stay under a limit.
    """
    limit = limit_of(standing_order.created_by, standing_order.organization_id)
    today, left = timezone.localdate(now), None
    if standing_order.department:
        (figures,) = read_figures([standing_order.department], today.year, today=today)
        left = figures.left_after_forecast
    by_limit = why_waits(standing_order.yearly_price + beside, limit=limit, left=None)
    days = rule_dates(
        standing_order.rrule,
        standing_order.starts_on,
        after=today,
        until=date(today.year, 12, 31),
        ends_on=standing_order.ends_on,
    )
    by_budget = why_waits(standing_order.price * len(days), limit=None, left=left)
    return OVER_BOTH if by_limit and by_budget else by_limit or by_budget


def is_raised(standing_order: StandingOrder) -> bool:
    """Whether the standing order came to cost more a year than was agreed, and than its orderer decides."""
    if standing_order.agreed_sum is None or standing_order.yearly_sum <= standing_order.agreed_sum:
        return False
    limit = limit_of(standing_order.created_by, standing_order.organization_id)
    return bool(why_waits(standing_order.yearly_sum + sum_beside(standing_order), limit=limit, left=None))


def let_wait(
    standing_order: StandingOrder, reason: str, *, was: str, actor: User | None, now: datetime
) -> None:
    """Make the stored standing order wait for an approver, and ask them."""
    StandingOrder.objects.filter(pk=standing_order.pk).update(status=Status.AWAITING)
    standing_order.status = Status.AWAITING
    record(standing_order, was, actor=actor, now=now, note=reason)
    ask_approvers_of_standing_order(standing_order, now=now)


def record(
    standing_order: StandingOrder, was: str, *, actor: User | None, now: datetime, note: str = ""
) -> None:
    """Write down the state that the standing order has reached."""
    StandingOrderEvent.objects.create(
        standing_order=standing_order, was=was, to=standing_order.status, actor=actor, at=now, note=note[:300]
    )
