"""What an institution doesn't take: for new orders, and for the standing orders that are running."""

from datetime import datetime

from django.db import transaction

from membership.models import Organization, User

from .change_terms import change_terms
from .editions import compose_now


def change_exclusions(
    organization: Organization,
    exclusions: int,
    *,
    with_standing_orders: bool,
    actor: User | None,
    now: datetime,
) -> None:
    """Let new orders leave this out, and all dates of running standing orders if that is asked.

    Orders that were already made keep theirs. The dates that get other contents show them at once.
    """
    changed = set()
    with transaction.atomic():
        Organization.objects.select_for_update(no_key=True).get(pk=organization.pk)
        Organization.objects.filter(pk=organization.pk).update(exclusions=exclusions)
        if with_standing_orders:
            for standing_order in organization.standing_orders.not_ended().order_by("pk"):
                change_terms(standing_order, {"exclusions": exclusions}, actor=actor, now=now)
                changed.add((standing_order.bundle_id, exclusions))
    if changed:
        compose_now(changed, now=now)
