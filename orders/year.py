"""Twelve months of standing orders: what is stored of each date, and beyond that what the rule will bring."""

import calendar
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from bundles.models import Bundle
from membership.models import Site

from .coming import GONE, why
from .holiday import is_asked
from .models import Occurrence, Order, StandingOrder
from .repeating import Wanted
from .standing_plan import forecast_dates
from .working_days import WorkingDays

MONTHS = 12
ONE_DAY = timedelta(days=1)
# Of a date that the rule will bring but that isn't shown anywhere else yet.
FORECAST = "forecast"


@dataclass(frozen=True)
class YearDate:
    """A date of a standing order: `day` is where it is delivered, None if it isn't; `price` is in won.

    `answer_by` is until when the institution says where it goes on a holiday, None if it isn't asked.
    """

    standing_order: StandingOrder
    rule_date: date
    day: date | None
    state: str
    label: str
    why: str
    bundle: Bundle
    site: Site
    headcount: int
    price: int
    window: tuple[time, time] | None = None
    order: Order | None = None
    answer_by: datetime | None = None

    @property
    def shown_on(self) -> date:
        return self.day or self.rule_date

    @property
    def is_moved(self) -> bool:
        return self.day is not None and self.day != self.rule_date

    @property
    def is_coming(self) -> bool:
        """Whether something was or will be delivered."""
        return self.day is not None and self.state not in ("skipped", "failed", "cancelled")

    @property
    def url(self) -> str:
        return reverse(
            "orders:standing_order_date", args=[self.standing_order.pk, self.rule_date.isoformat()]
        )


class YearDay(NamedTuple):
    """A day of a month: what comes on it, and what was moved away from it or left out."""

    day: date
    is_working: bool
    holiday: str
    dates: list[YearDate]
    left: list[YearDate]


@dataclass(frozen=True)
class Month:
    """A month in weeks from Monday on; days of other months are None. `dates` are in their order."""

    first: date
    weeks: list[list[YearDay | None]]
    dates: list[YearDate]

    @property
    def coming(self) -> list[YearDate]:
        return [each for each in self.dates if each.is_coming and each.day]

    @property
    def price(self) -> int:
        return sum(each.price for each in self.coming)


def year_range(today: date) -> tuple[date, date]:
    """Return the first and the last day of the twelve months that begin with today's."""
    first = today.replace(day=1)
    return first, first.replace(year=first.year + 1) - ONE_DAY


def read_year(
    standing_orders: Collection[StandingOrder], working_days: WorkingDays, *, today: date
) -> list[YearDate]:
    """Return every date of the twelve months, in order; the number of queries is fixed.

    Needs `later_terms` and `pauses` prefetched, and `organization`.
    """
    first, last = year_range(today)
    rows = (
        Occurrence.objects.filter(standing_order__in=standing_orders)
        .filter(Q(rule_date__range=(first, last)) | Q(delivery_date__range=(first, last)))
        .exclude(reason__in=GONE)
        .select_related("order", "bundle", "site")
    )
    by_order: dict[int, list[Occurrence]] = defaultdict(list)
    for row in rows:
        by_order[row.standing_order_id].append(row)
    found = []
    forecast: list[tuple[StandingOrder, Wanted]] = []
    for standing in standing_orders:
        found += [_stored(row, standing) for row in by_order[standing.pk]]
        forecast += [
            (standing, wanted) for wanted in _forecast(standing, by_order[standing.pk], working_days, today)
        ]
    found += _named(forecast)
    return sorted(found, key=lambda each: (each.shown_on, each.rule_date, each.standing_order.pk))


def _forecast(
    standing: StandingOrder, rows: Iterable[Occurrence], working_days: WorkingDays, today: date
) -> list[Wanted]:
    """Return what comes beyond the dates that are stored, as long as nothing changes."""
    if standing.status == StandingOrder.Status.ENDED or not standing.organization.is_active:
        return []
    after = max(standing.known_until or today, today)
    known = [row.rule_date for row in rows]
    _first, last = year_range(today)
    return forecast_dates(standing, working_days, after=after, until=last, known=known)


def _stored(row: Occurrence, standing: StandingOrder) -> YearDate:
    order = getattr(row, "order", None)
    thing = order or row
    return YearDate(
        standing_order=standing,
        rule_date=row.rule_date,
        day=None if row.status == Occurrence.Status.SKIPPED else row.delivery_date,
        state=thing.status,
        label=str(thing.get_status_display()),
        why=why(row),
        bundle=row.bundle,
        site=row.site,
        headcount=thing.headcount,
        price=order.gross if order else row.price,
        window=_window(thing.window_opens, thing.window_closes),
        order=order,
        answer_by=row.answer_by if is_asked(row) else None,
    )


def _named(forecast: Collection[tuple[StandingOrder, Wanted]]) -> Iterator[YearDate]:
    """Yield the forecast with its bundles and sites, read in two queries."""
    bundles = Bundle.objects.in_bulk({wanted.serving["bundle_id"] for _standing, wanted in forecast})
    sites = Site.objects.in_bulk({wanted.serving["site_id"] for _standing, wanted in forecast})
    for standing, wanted in forecast:
        serving = wanted.serving
        bundle = bundles[serving["bundle_id"]]
        row = Occurrence(rule_date=wanted.rule_date, reason=wanted.reason, detail=wanted.detail)
        yield YearDate(
            standing_order=standing,
            rule_date=wanted.rule_date,
            day=wanted.day if wanted.is_coming else None,
            state=FORECAST if wanted.is_coming else Occurrence.Status.SKIPPED,
            label=_("forecast") if wanted.is_coming else str(Occurrence.Status.SKIPPED.label),
            why=why(row),
            bundle=bundle,
            site=sites[serving["site_id"]],
            headcount=serving["headcount"],
            price=bundle.price_for(serving["headcount"]),
            window=_window(serving["window_opens"], serving["window_closes"]),
        )


def _window(opens: time | None, closes: time | None) -> tuple[time, time] | None:
    return (opens, closes) if opens and closes else None


def months_of(dates: Iterable[YearDate], working_days: WorkingDays, *, today: date) -> list[Month]:
    """Return the twelve months with their dates; a moved one stands on both of its days."""
    on: dict[date, list[YearDate]] = defaultdict(list)
    left: dict[date, list[YearDate]] = defaultdict(list)
    for each in dates:
        if each.day:
            on[each.day].append(each)
        if each.day is None or each.is_moved:
            left[each.rule_date].append(each)
    language = "en" if get_language() == "en" else "ko"

    def of(day: date) -> YearDay:
        name = working_days.name(day, language)
        return YearDay(day, working_days.is_working(day), name, on.get(day, []), left.get(day, []))

    first, last = year_range(today)
    months = []
    while first <= last:
        weeks = calendar.Calendar().monthdatescalendar(first.year, first.month)
        own = [[of(day) if day.month == first.month else None for day in week] for week in weeks]
        listed = [
            each for each in dates if (each.shown_on.year, each.shown_on.month) == (first.year, first.month)
        ]
        months.append(Month(first, own, listed))
        first = (first + timedelta(days=31)).replace(day=1)
    return months
