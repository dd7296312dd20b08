"""The one place where the service reads the clock; everything below takes `now` as an argument."""

from datetime import date, datetime, timedelta

from django.conf import settings
from django.utils import timezone


def now() -> datetime:
    """Return the current instant (UTC-aware), shifted by `CLOCK_OFFSET_SECONDS` in a rehearsal."""
    return timezone.now() + timedelta(seconds=settings.CLOCK_OFFSET_SECONDS)


def seconds_left_today() -> int:
    """Return how many whole seconds are left until midnight in Seoul."""
    here = timezone.localtime(now())
    midnight = (here + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    return int((midnight - here).total_seconds())


def today() -> date:
    """Return today's date in Seoul."""
    return timezone.localdate(now())
