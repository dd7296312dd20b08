"""What becomes of one order when a producer can't bring everything."""

from datetime import datetime

from django.db import transaction

from membership.models import User

from ..exceptions import NotPossible
from ..models import Order, OrderEvent


@transaction.atomic
def change_wish(order: Order, wish: str, *, actor: User, now: datetime) -> Order:
    """Wish something for this order alone, or with "" what the institution usually wants; twice is once.

    Raises NotPossible once the order is fixed: producers may be at it.
    """
    locked = Order.objects.select_for_update(of=("self",)).select_related("organization").get(pk=order.pk)
    if locked.status not in Order.OPEN or locked.cutoff_at <= now:
        raise NotPossible("past_cutoff")
    was = locked.on_shortage
    if was == wish:
        return locked
    locked.on_shortage = wish
    locked.save(update_fields=["on_shortage"])
    OrderEvent.objects.create(
        order=locked,
        was=locked.status,
        to=locked.status,
        actor=actor,
        at=now,
        changes={"on_shortage": [was, wish]},
    )
    return locked
