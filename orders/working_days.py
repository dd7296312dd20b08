"""Working days in Korea: no weekends, no public holidays (lunar, substitute and election days among them).

The `holidays` library knows the public holidays up to its release; a holiday announced later, or a Saturday
on which the hub works, is an operator's override.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from functools import lru_cache

import holidays

SATURDAY = 5
_LIBRARY_LANGUAGES = {"ko": "ko", "en": "en_US"}


class WorkingDays:
    """The calendar with an operator's overrides: True opens a day, False closes it."""

    def __init__(self, overrides: Mapping[date, bool] | None = None) -> None:
        self._overrides = dict(overrides or {})

    def is_working(self, day: date) -> bool:
        """Tell whether deliveries are made and business days counted on this day."""
        return self._overrides.get(day, day.weekday() < SATURDAY and not self.name(day))

    def name(self, day: date, language: str = "ko") -> str:
        """Return the public holiday's name ("ko" or "en"), or ""; overrides don't change it."""
        return _public_holidays(day.year, language).get(day, "")

    def add(self, day: date, count: int) -> date:
        """Return the `count`-th working day after `day` (before it if negative); `day` itself if 0.

        `day` needn't be a working day and is never counted.
        """
        step = timedelta(days=1 if count > 0 else -1)
        for _ in range(abs(count)):
            day = self._first(day + step, step)
        return day

    def made_on(self, made_days: int, delivery_date: date) -> date:
        """Return the production date: so many working days before the delivery, 0 is that date itself."""
        return self.add(delivery_date, -made_days)

    def next_on_or_after(self, day: date) -> date:
        """Return `day` if it is a working day, else the next one."""
        return self._first(day, timedelta(days=1))

    def previous_on_or_before(self, day: date) -> date:
        """Return `day` if it is a working day, else the last one before."""
        return self._first(day, timedelta(days=-1))

    def _first(self, day: date, step: timedelta) -> date:
        while not self.is_working(day):
            day += step
        return day


@lru_cache(maxsize=64)
def _public_holidays(year: int, language: str) -> dict[date, str]:
    return dict(holidays.country_holidays("KR", years=year, language=_LIBRARY_LANGUAGES[language]).items())
