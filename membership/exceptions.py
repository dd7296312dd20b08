"""What can go wrong with memberships and sites."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .models import SiteChange
    from .signals import Coming


class SiteChanged(Exception):
    """Somebody else changed the site in the meantime; `changes` tells what, the oldest first."""

    def __init__(self, revision: int, changes: list[SiteChange]) -> None:
        super().__init__(f"The site is at revision {revision}.")
        self.revision, self.changes = revision, changes


class SiteInUse(Exception):
    """The site can't be retired: something is still to come there."""

    def __init__(self, coming: list[Coming]) -> None:
        super().__init__(f"{len(coming)} deliveries are coming.")
        self.coming = coming


class TooManyPhotos(Exception):
    """The site has as many photos as it may have."""


class CannotChange(Exception):
    """A person asked for a change of a membership that can't be made (any more).

    `reason` is a code that pages translate (`orders/reasons.py`).
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
