"""Who may see and do what, as small predicates over a user's seats."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any

from django.http import Http404, HttpRequest, HttpResponse

if TYPE_CHECKING:
    from .models import Organization, Seat, User

INSTITUTION_ROLES = frozenset({"orderer", "approver", "viewer"})
ORDERING_ROLES = frozenset({"orderer", "approver"})


def organization_ids(user: User, roles: frozenset[str]) -> list[int]:
    """Return the organizations at which the user holds one of `roles`."""
    return [seat.organization_id for seat in user.active_seats if seat.role in roles]


def institution_ids(user: User) -> list[int]:
    """Return the institutions whose orders the user may read."""
    return organization_ids(user, INSTITUTION_ROLES)


def ordering_institution_ids(user: User) -> list[int]:
    """Return the institutions for which the user may order."""
    return organization_ids(user, ORDERING_ROLES)


def usual_exclusions(user: User) -> int:
    """Return what the user's institution leaves out; nothing for who has several, or none."""
    seats = [seat for seat in user.active_seats if seat.role in INSTITUTION_ROLES]
    return seats[0].organization.exclusions if len(seats) == 1 else 0


def producer_ids(user: User) -> list[int]:
    """Return the producers for which the user works."""
    return organization_ids(user, frozenset({"producer"}))


def has_role(user: User, *roles: str) -> bool:
    """Whether the user holds one of `roles` anywhere."""
    return user.is_authenticated and any(seat.role in roles for seat in user.active_seats)


def is_operator(user: User) -> bool:
    """Operators of the hub see everything."""
    return has_role(user, "operator")


def is_courier(user: User) -> bool:
    return has_role(user, "courier")


def can_order_for(user: User, organization: Organization) -> bool:
    """Orderers and approvers of the institution, and operators on its behalf."""
    return is_operator(user) or organization.pk in ordering_institution_ids(user)


def approver_seat(user: User, organization_id: int) -> Seat | None:
    """Return the user's seat as an approver of the institution."""
    seats = (seat for seat in user.active_seats if seat.role == "approver")
    return next((seat for seat in seats if seat.organization_id == organization_id), None)


def home_role(user: User) -> str | None:
    """Return whose home the user lands on: operator, courier, producer or institution."""
    for role in ("operator", "courier", "producer"):
        if has_role(user, role):
            return role
    return "institution" if has_role(user, *INSTITUTION_ROLES) else None


def role_required(*roles: str) -> Callable[[Callable[..., HttpResponse]], Callable[..., HttpResponse]]:
    """Make a page exist only for users who hold one of `roles`; it is a 404 for everyone else."""

    def decorate(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not has_role(request.user, *roles):  # type: ignore[arg-type]
                raise Http404
            return view(request, *args, **kwargs)

        return guarded

    return decorate
