"""What an institution bought through the hub in a year, by certification, and how it may contract."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.db.models import Sum

from bundles.vat import split
from membership.models import Certification, Organization

from .budgets import forecast
from .models import (
    CalendarDay,
    Order,
    OrderLine,
    OutsidePurchases,
    PurchaseTarget,
    StandingOrder,
)
from .procurement import (
    GOODS_AND_SERVICES,
    Advice,
    Gauge,
    Target,
    Volume,
    advise,
    certified,
    gauges,
    rule_on,
)
from .standing_plan import forecast_dates, terms_row


@dataclass(frozen=True)
class Purchases:
    """A year's deliveries in won without VAT: `total`, and `certified` with each line counted once."""

    year: int
    total: int
    certified: int
    gauges: list[Gauge]
    volume: Volume


def read_purchases(institution: Organization, year: int) -> Purchases:
    """Return what was delivered in the year, after shortages, by the certifications of its day."""
    lines = OrderLine.objects.filter(
        order__organization=institution,
        order__status=Order.Status.DELIVERED,
        order__delivery_date__year=year,
    )
    sums = dict(lines.order_by().values_list("certifications").annotate(Sum("supply")))
    total, volume = sum(sums.values()), _volume(institution, year)
    kinds = Certification.Kind.values
    found = gauges(sums, total, kinds, targets_of(institution, year), volume)
    return Purchases(year, total, certified(sums), found, volume)


def _volume(institution: Organization, year: int) -> Volume:
    row = OutsidePurchases.objects.filter(organization=institution, year=year).first()
    return Volume(row.goods, row.services, row.works) if row else Volume()


def targets_of(institution: Organization, year: int) -> dict[str, Target]:
    """Return the year's targets by certification: the institution's own, else the statutory ones."""
    statutory = statutory_targets(year)
    own = PurchaseTarget.objects.filter(organization=institution, year=year).values_list("kind", "percent")
    bases = {kind: target.basis for kind, target in statutory.items()}
    return {
        **statutory,
        **{kind: Target(percent, bases.get(kind, GOODS_AND_SERVICES)) for kind, percent in own},
    }


def statutory_targets(year: int) -> Mapping[str, Target]:
    """Return the targets that the law sets for the year, by the latest figures that are known by then."""
    known = [since for since in settings.PURCHASE_TARGETS if since <= year]
    return settings.PURCHASE_TARGETS[max(known)] if known else {}


# -- Direct contracts -----------------------------------------------------------------------------


def without_vat(price: int) -> int:
    """Return a price without VAT as estimated before the contents are known: as if all of it were taxed."""
    return split(price, True)[0]


def yearly_advice(institution: Organization, year: int, *, today: date, more: int = 0) -> Advice | None:
    """Return what the institution's orders with the hub in a year mean, with `more` won (incl. VAT) on top.

    Delivered, promised, waiting and forecast orders count. None where no rule is known.
    """
    orders = Order.objects.filter(organization=institution, delivery_date__year=year).order_by()
    fixed = orders.exclude(status__in=[*Order.OPEN, "failed", "cancelled"]).aggregate(sum=Sum("supply"))
    still_open = orders.filter(status__in=Order.OPEN).aggregate(sum=Sum("gross"))
    coming = forecast(StandingOrder.objects.filter(organization=institution), year, today=today)
    planned = (still_open["sum"] or 0) + sum(each.price for each in coming) + more
    return _advice(year, (fixed["sum"] or 0) + without_vat(planned), today)


def standing_order_advice(*standing_orders: StandingOrder, today: date) -> Advice | None:
    """Return what all dates of standing orders in a fiscal year mean; of two years the one with more."""
    first = max(today.year, min(each.starts_on.year for each in standing_orders))
    working_days = CalendarDay.objects.all().working_days()
    sums = {first: 0, first + 1: 0}
    after, until = date(first - 1, 12, 1), date(first + 2, 1, 31)
    for standing_order in standing_orders:
        for wanted in forecast_dates(standing_order, working_days, after=after, until=until):
            if wanted.is_coming and wanted.day and wanted.day.year in sums:
                sums[wanted.day.year] += without_vat(terms_row(standing_order, wanted.rule_date).price)
    year = max(sums, key=lambda each: (sums[each], -each))
    return _advice(year, sums[year], today)


def _advice(year: int, amount: int, today: date) -> Advice | None:
    rule = rule_on(settings.DIRECT_CONTRACT_RULES, max(today, date(year, 1, 1)))
    if rule is None:
        return None
    hub = Certification.objects.filter(organization__kind=Organization.Kind.HUB).valid_on(today)
    return advise(year, amount, rule, hub.values_list("kind", flat=True))
