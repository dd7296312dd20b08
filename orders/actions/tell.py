"""Tell operators once a day what about the coming contents needs them."""

from datetime import datetime

from django.conf import settings
from django.utils import timezone

from ..compose_board import read_to_do
from ..models import Notification
from .notify import operators


def tell_operators(*, now: datetime) -> int:
    """Store a notification for each operator who has none today, and return how many.

    Nothing is told before TELL_OPERATORS_TIME, nor while there is nothing to do: what comes up later on the
    day is told then, if nothing else was. Two at once tell once, by constraint.
    """
    local = timezone.localtime(now)
    if local.time() < settings.TELL_OPERATORS_TIME:
        return 0
    today = Notification.objects.filter(kind=Notification.Kind.COMPOSE_TO_DO, detail=local.date().isoformat())
    told = set(today.values_list("recipient", flat=True))
    waiting = [user for user in operators() if user.pk not in told]
    if not waiting or not read_to_do(local.date()):
        return 0
    Notification.objects.bulk_create(
        [
            Notification(
                recipient=user,
                kind=Notification.Kind.COMPOSE_TO_DO,
                detail=local.date().isoformat(),
                created_at=now,
            )
            for user in waiting
        ],
        ignore_conflicts=True,
    )
    return len(waiting)
