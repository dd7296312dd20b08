"""Who may approve what."""

from membership.models import User
from membership.permissions import approver_seat

from .approval import may_decide


def may_approve(user: User, organization_id: int, price: int) -> bool:
    """Approvers of the institution, up to their own limit; their own orders too, so far as that goes."""
    seat = approver_seat(user, organization_id)
    return seat is not None and may_decide(price, limit=seat.order_limit)
