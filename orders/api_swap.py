"""Swapping products over the API, of a date or of an order."""

from collections.abc import Mapping
from datetime import datetime

from membership.models import User

from .actions.swap import swap_product, undo_swap
from .models import Occurrence, Order


def swap(holder: Occurrence | Order, typed: Mapping[str, int | None], *, actor: User, now: datetime) -> None:
    """Let the alternative come, or without one what was planned. Raises NotPossible."""
    product, alternative = typed["product"], typed["alternative"]
    if product and alternative:
        swap_product(holder, product, alternative, actor=actor, now=now)
    elif product:
        undo_swap(holder, product, now=now)
