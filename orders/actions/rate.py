"""What a member says about a delivery."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from membership.models import User

from ..exceptions import NotPossible
from ..models import Order, Rating


@transaction.atomic
def rate_order(
    order: Order, given: Mapping[int, tuple[int, str]], *, actor: User, now: datetime
) -> list[Rating]:
    """Keep stars (1 to 5) and comment for lines of a delivered order, by the lines' keys.

    What was said about a line before is replaced; saying the same again changes nothing. Returns what is new.
    Raises NotPossible unless the order was delivered in the last 30 days.
    """
    locked = Order.objects.select_for_update().get(pk=order.pk)
    if locked.status != Order.Status.DELIVERED:
        raise NotPossible("wrong_state")
    if not locked.is_open_to_rating(timezone.localdate(now)):
        raise NotPossible("rating_closed")
    said = {rating.line_id: (rating.stars, rating.comment) for rating in Rating.objects.of_order(locked)}
    changed = []
    for line in locked.lines.filter(pk__in=given).order_by("pk"):
        stars, comment = given[line.pk]
        if said.get(line.pk) != (stars, comment):
            values = {"stars": stars, "comment": comment, "rated_by": actor, "rated_at": now}
            changed.append(Rating.objects.update_or_create(line=line, defaults=values)[0])
    return changed
