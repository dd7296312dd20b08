"""Who may read what of a delivery."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from membership.permissions import is_operator

if TYPE_CHECKING:
    from membership.models import User


def may_read_contacts(user: User, day: date, today: date) -> bool:
    """Whether the user may read names and phones of the day's recipients.

    A courier needs them on the day itself; sheets of other days show none.
    """
    return is_operator(user) or day == today
