"""What a decision about a standing order would change, found by making it and taking it back."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from .models import Occurrence, StandingOrder


@dataclass(frozen=True)
class Difference:
    """A date as it is (None if it is new) and as it would be."""

    was: Occurrence | None
    becomes: Occurrence

    @property
    def day(self) -> date:
        return self.becomes.delivery_date or self.becomes.rule_date

    @property
    def price_difference(self) -> int:
        return _price(self.becomes) - _price(self.was)


@dataclass(frozen=True)
class Consequences:
    """The dates that would change, and whether the standing order would wait for an approver."""

    dates: list[Difference]
    waits: bool

    @property
    def price_difference(self) -> int:
        """What the dates shown come to cost more, or less, in won."""
        return sum(each.price_difference for each in self.dates)

    @property
    def first_cutoff(self) -> datetime | None:
        """The nearest cut-off of a date that would change."""
        cutoffs = [each.becomes.cutoff_at for each in self.dates if each.becomes.cutoff_at]
        return min(cutoffs, default=None)


def rehearse(standing_order: StandingOrder, deed: Callable[[], object]) -> Consequences:
    """Return what the deed would change. It is done in a transaction that is always taken back."""
    before = _dates(standing_order)
    was = standing_order.status
    with transaction.atomic():
        deed()
        after = _dates(standing_order)
        status = StandingOrder.objects.values_list("status", flat=True).get(pk=standing_order.pk)
        transaction.set_rollback(True)
    changed = [
        Difference(before.get(key), row)
        for key, row in after.items()
        if key not in before or _looks(before[key]) != _looks(row)
    ]
    waits = status == StandingOrder.Status.AWAITING and was != status
    return Consequences(sorted(changed, key=lambda each: each.becomes.rule_date), waits)


def _dates(standing_order: StandingOrder) -> dict[date, Occurrence]:
    rows = Occurrence.objects.filter(standing_order=standing_order).select_related("bundle", "site")
    return {row.rule_date: row for row in rows}


def _looks(row: Occurrence) -> tuple[object, ...]:
    """What a person sees of a date."""
    return (
        row.status,
        row.delivery_date,
        row.reason,
        row.bundle_id,
        row.site_id,
        row.headcount,
        row.exclusions,
        row.window_opens,
        row.window_closes,
    )


def _price(row: Occurrence | None) -> int:
    comes = row is not None and row.status in (Occurrence.Status.PLANNED, Occurrence.Status.ORDERED)
    return row.price if row and comes else 0
