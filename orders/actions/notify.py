"""Write down who must be told what; a task sends it after the transaction."""

from collections.abc import Iterable
from datetime import datetime

from membership.models import Organization, Seat, User

from ..models import Notification, Occurrence, Order, PurchaseOrder, StandingOrder


def people(organization: Organization, *roles: str) -> list[User]:
    """Return the active users with one of `roles` at the organization."""
    seats = Seat.objects.filter(organization=organization, role__in=roles, user__is_active=True)
    return [seat.user for seat in seats.select_related("user").order_by("user")]


def operators() -> list[User]:
    """Return every active operator."""
    return list(User.objects.filter(seats__role=Seat.Role.OPERATOR, is_active=True).distinct().order_by("pk"))


def notify(
    recipients: Iterable[User],
    kind: str,
    *,
    now: datetime,
    order: Order | None = None,
    occurrence: Occurrence | None = None,
    purchase_order: PurchaseOrder | None = None,
    standing_order: StandingOrder | None = None,
    detail: str = "",
) -> None:
    """Store one notification for each recipient."""
    Notification.objects.bulk_create(
        Notification(
            recipient=user,
            kind=kind,
            order=order,
            occurrence=occurrence,
            purchase_order=purchase_order,
            standing_order=standing_order,
            detail=detail[:300],
            created_at=now,
        )
        for user in recipients
    )


def notify_institution(order: Order, kind: str, *, now: datetime, detail: str = "") -> None:
    """Tell the institution's orderers and approvers about their order."""
    notify(people(order.organization, "orderer", "approver"), kind, now=now, order=order, detail=detail)


def notify_producer(purchase_order: PurchaseOrder, kind: str, *, now: datetime, detail: str = "") -> None:
    """Tell the producer's people about their purchase order."""
    notify(
        people(purchase_order.producer, "producer"),
        kind,
        now=now,
        purchase_order=purchase_order,
        detail=detail,
    )
