"""What follows a decision about a standing order once it is stored, so that its page shows it at once."""

from datetime import datetime

from ..models import Occurrence, StandingOrder
from .editions import compose_now
from .plan import keep_to_plan


def show_at_once(standing_order: StandingOrder, *, now: datetime) -> None:
    """Keep its dates to the membership and compose what they lack; the sweeps would, minutes later."""
    planned = Occurrence.objects.filter(standing_order=standing_order, status=Occurrence.Status.PLANNED)
    if planned.filter(bundle__plan__isnull=False).exists():
        keep_to_plan(standing_order.organization, now=now)
    compose_now(set(planned.order_by().values_list("bundle", "exclusions").distinct()), now=now)
