"""What departments have reserved, spent and left of their budgets: sums over orders, never stored."""

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from django.conf import settings
from django.db.models import Q, Sum

from membership.models import Department

from .models import Budget, CalendarDay, Occurrence, Order, StandingOrder
from .models.serving import Serving
from .querysets import StandingOrderQuerySet
from .schedule import BadRule
from .standing_plan import forecast_dates, terms_row

# A holiday moves a delivery by less than this, also over New Year.
FARTHEST_MOVE = timedelta(days=15)


@dataclass(frozen=True)
class Figures:
    """A department's fiscal year in won including VAT; `amount` is None without a budget.

    `reserved` is promised, `spent` delivered (less what was credited for shortages), `waiting` asks for
    approval, `forecast` is what running standing orders will still bring this year.
    """

    department: Department
    year: int
    amount: int | None
    reserved: int
    spent: int
    waiting: int
    forecast: int

    @property
    def used(self) -> int:
        return self.reserved + self.spent

    @property
    def has_any(self) -> bool:
        """Whether there is anything to say of the year."""
        return self.amount is not None or bool(self.used or self.waiting or self.forecast)

    @property
    def left(self) -> int | None:
        return None if self.amount is None else self.amount - self.used

    @property
    def is_overdrawn(self) -> bool:
        return self.left is not None and self.left < 0

    @property
    def lacking(self) -> int:
        """What the forecast needs more than is left."""
        return max(0, -(self.left_after_forecast or 0))

    @property
    def tone(self) -> str:
        """The colour of what is left: red if it is less than nothing, yellow if the forecast doesn't fit."""
        return "danger" if self.is_overdrawn else "warning" if self.lacking else "primary"

    @property
    def left_after_forecast(self) -> int | None:
        return None if self.left is None else self.left - self.forecast


@dataclass(frozen=True)
class ForecastDate:
    """A date that a standing order will bring, on which nothing is ordered yet, and what comes then."""

    standing_order: StandingOrder
    serving: Serving
    day: date

    @property
    def price(self) -> int:
        return self.serving.price


def lock_left(department_id: int | None, year: int) -> int | None:
    """Return what the department's next order may take in the year, None if it has no budget.

    The budget stays locked until the transaction ends: what is added to its sum meanwhile waits here, so that
    two orders never take the same won.
    """
    return read_lefts([department_id], year, lock=True).get(department_id) if department_id else None


def read_lefts(departments: Collection[int], year: int, *, lock: bool = False) -> dict[int, int]:
    """Return what the next order of each department that has a budget may take; two queries for all of them.

    Locked, they stay so until the transaction ends, as above.
    """
    budgets = Budget.objects.filter(department__in=departments, year=year).order_by("pk")
    rows = list(budgets.select_for_update() if lock else budgets)
    return _lefts(rows, year)


def left_of(budget: Budget) -> int:
    """Return the budget less what is reserved and spent, as far as an approver didn't let it be exceeded."""
    return _lefts([budget], budget.year)[budget.department_id]


def _lefts(budgets: Collection[Budget], year: int) -> dict[int, int]:
    left = {budget.department_id: budget.amount for budget in budgets}
    if left:
        orders = Order.objects.filter(department__in=left, delivery_date__year=year).order_by()
        sums = (orders.reserving() | orders.spent()).values_list("department")
        for department_id, used, overrun in sums.annotate(used=Sum("gross"), overrun=Sum("overrun")):
            left[department_id] += overrun - used
    return left


def left_for_date(occurrence: Occurrence) -> int | None:
    """Return what the budget has left for a date, less the planned ones before it; None without a budget."""
    department, day = occurrence.department_id, occurrence.delivery_date
    budget = Budget.objects.filter(department=department, year=day.year if day else 0).first()
    return left_of(budget) - _planned_before(budget, occurrence) if budget else None


def _planned_before(budget: Budget, occurrence: Occurrence) -> int:
    planned = Occurrence.objects.filter(
        status=Occurrence.Status.PLANNED,
        department=budget.department_id,
        standing_order__status=StandingOrder.Status.ACTIVE,
        delivery_date__year=budget.year,
    ).select_related("bundle")
    earlier = Q(cutoff_at__lt=occurrence.cutoff_at) | Q(cutoff_at=occurrence.cutoff_at, pk__lt=occurrence.pk)
    return sum(other.price for other in planned.filter(earlier))


def read_figures(departments: Collection[Department], year: int, *, today: date | None) -> list[Figures]:
    """Return the departments' figures for a year, in their order; as many queries for one as for all.

    Without `today` nothing is forecast.
    """
    amounts = dict(
        Budget.objects.filter(department__in=departments, year=year).values_list("department", "amount")
    )
    sums: dict[tuple[int, str], int] = defaultdict(int)
    orders = Order.objects.filter(department__in=departments, delivery_date__year=year).order_by()
    for kind, rows in (
        ("reserved", orders.reserving()),
        ("spent", orders.spent()),
        ("waiting", orders.filter(status=Order.Status.AWAITING)),
    ):
        for department_id, total in rows.values_list("department").annotate(Sum("gross")):
            sums[department_id, kind] = total
    standing_orders = StandingOrder.objects.filter(department__in=departments)
    for coming in forecast(standing_orders, year, today=today) if today else ():
        sums[coming.serving.department_id or 0, "forecast"] += coming.price
    kinds = ("reserved", "spent", "waiting", "forecast")
    return [
        Figures(
            department,
            year,
            amounts.get(department.pk),
            **{kind: sums[department.pk, kind] for kind in kinds},
        )
        for department in departments
    ]


def forecast(rows: StandingOrderQuerySet, year: int, *, today: date) -> list[ForecastDate]:
    """Return what those of the standing orders that are active will bring in the year, by date."""
    active = rows.running().filter(status=StandingOrder.Status.ACTIVE)
    standing_orders = list(
        active.select_related("bundle", "site", "organization").prefetch_related(
            "later_terms__bundle", "later_terms__site", "pauses"
        )
    )
    planned = Occurrence.objects.filter(
        standing_order__in=standing_orders, status=Occurrence.Status.PLANNED, delivery_date__year=year
    ).select_related("bundle", "site")
    by_key = {standing_order.pk: standing_order for standing_order in standing_orders}
    known = [
        ForecastDate(by_key[row.standing_order_id], row, row.delivery_date)
        for row in planned
        if row.delivery_date
    ]
    return sorted(
        [*known, *_beyond_horizon(standing_orders, year, today)],
        key=lambda coming: (coming.day, coming.standing_order.pk),
    )


def _beyond_horizon(
    standing_orders: Collection[StandingOrder], year: int, today: date
) -> Iterator[ForecastDate]:
    """Yield the dates of the year that are too far away to be occurrences yet."""
    working_days = CalendarDay.objects.all().working_days()
    shown = today + timedelta(days=settings.PREVIEW_HORIZON_DAYS)
    after = max(shown, date(year, 1, 1) - FARTHEST_MOVE)
    until = date(year, 12, 31) + FARTHEST_MOVE
    rows = Occurrence.objects.filter(standing_order__in=standing_orders, rule_date__gt=after)
    known: dict[int, set[date]] = defaultdict(set)
    for key, rule_date in rows.values_list("standing_order", "rule_date"):
        known[key].add(rule_date)
    for standing_order in standing_orders:
        own = known[standing_order.pk]
        try:
            found = forecast_dates(standing_order, working_days, after=after, until=until, known=own)
        except BadRule:
            continue  # it gives no dates; the preview says so to the operators
        for wanted in found:
            if wanted.is_coming and wanted.day and wanted.day.year == year:
                terms = terms_row(standing_order, wanted.rule_date)
                yield ForecastDate(standing_order, terms, wanted.day)
