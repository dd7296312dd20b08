"""What operators change in a draft by hand: where a stop goes, what stays with whom, in which order."""

from datetime import datetime

from django.db import transaction

from orders.exceptions import NotPossible

from ..models import RoutePlan
from ..moves import Move, move
from ..review import review
from .drafts import lock_draft
from .store import rewrite


def move_stop(
    draft: RoutePlan,
    *,
    order: int,
    shift: int | None,
    position: int,
    revision: int,
    has_consent: bool,
    now: datetime,
) -> Move:
    """Bring the order with another van or as another stop; without a shift on no route at all.

    Raises NotPossible: somebody else was first, it is impossible, or `has_consent` is missing for what gets
    late or overloaded.
    """
    moved = move(review(draft, now=now), order, shift, position)
    if moved.is_impossible:
        raise NotPossible("move_impossible")
    if moved.needs_consent and not has_consent:
        raise NotPossible("move_needs_consent")
    with transaction.atomic():
        locked = lock_draft(draft, revision)
        rewrite(locked, moved.after.problem, moved.after.plan, [change.van.key for change in moved.changes])
        _count(locked)
    return moved


@transaction.atomic
def lock_stop(draft: RoutePlan, *, order: int, is_locked: bool, revision: int) -> None:
    """Keep the order with the courier that has it now, whatever is planned anew; or no longer."""
    locked = lock_draft(draft, revision)
    if locked.stops.filter(order=order).update(is_locked=is_locked):
        _count(locked)


@transaction.atomic
def keep_order(draft: RoutePlan, *, shift: int, keeps: bool, revision: int) -> None:
    """Keep the stops of a route in the order that they have now, whatever is planned anew; or no longer."""
    locked = lock_draft(draft, revision)
    if locked.routes.filter(shift=shift).update(keeps_order=keeps):
        _count(locked)


def _count(draft: RoutePlan) -> None:
    draft.revision += 1
    draft.save(update_fields=["revision"])
