"""Write down who must be told what; a task sends it after the transaction."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from bundles.bulk import insert_rows
from membership.models import Organization, Seat, User

from ..models import Application, Notification, Occurrence, Order, PurchaseOrder, StandingOrder


def people(organization: Organization, *roles: str) -> list[User]:
    """Return the active users with one of `roles` at the organization."""
    seats = Seat.objects.filter(organization=organization, role__in=roles, user__is_active=True)
    return [seat.user for seat in seats.select_related("user").order_by("user")]


def people_of(organizations: Collection[int], *roles: str) -> dict[int, list[User]]:
    """Return the active users with one of `roles` by organization."""
    seats = Seat.objects.filter(organization__in=organizations, role__in=roles, user__is_active=True)
    found: dict[int, list[User]] = {pk: [] for pk in organizations}
    for seat in seats.select_related("user").order_by("user"):
        found[seat.organization_id].append(seat.user)
    return found


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
    application: Application | None = None,
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
            application=application,
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


class Message(NamedTuple):
    """What one person is told, all by their keys."""

    recipient_id: int
    order_id: int | None = None
    occurrence_id: int | None = None
    purchase_order_id: int | None = None
    detail: str = ""


def readers_of(organizations: Collection[int], *roles: str) -> dict[int, list[int]]:
    """Return the keys of the active users with one of `roles` by organization; one query for all."""
    readers: dict[int, list[int]] = defaultdict(list)
    seats = Seat.objects.filter(organization__in=organizations, role__in=roles, user__is_active=True)
    for organization_id, user_id in seats.order_by("user").values_list("organization", "user"):
        readers[organization_id].append(user_id)
    return readers


def notify_readers(kind: str, messages: Sequence[Message], *, now: datetime) -> None:
    """Store one notification for each message."""
    rows = [(str(kind), now, *message) for message in messages]
    insert_rows(Notification, ("kind", "created_at", *Message._fields), rows)
