"""Who may act over the API: a reader who may not is told so, whoever may not read finds nothing."""

from typing import Any

from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request

from membership.api import OwnRows, caller
from membership.models import Organization
from membership.permissions import ORDERING_ROLES, approver_seat, can_order_for, has_role


def require_orderer(request: Request, organization: Organization) -> None:
    """Refuse whoever may not order for the institution."""
    if not can_order_for(caller(request), organization):
        raise PermissionDenied


def require_approver(request: Request, organization_id: int) -> None:
    """Refuse whoever is no approver of the institution; the hub isn't either."""
    if not approver_seat(caller(request), organization_id):
        raise PermissionDenied


def read_order(view: OwnRows) -> dict[str, Any]:
    """Return what was sent by a caller who may order at all, and for the site's institution."""
    if not has_role(caller(view.request), "operator", *ORDERING_ROLES):
        raise PermissionDenied
    typed = view.read()
    require_orderer(view.request, typed["site"].organization)
    return typed
