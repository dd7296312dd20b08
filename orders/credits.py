"""What was taken off the price of orders, and why: units that couldn't come, and units not handed over."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from membership.models import Organization

from .models import InspectedLine, Order, OrderLine, Shortage


@dataclass(frozen=True)
class Credit:
    """So many units of a line, and the won (including VAT) that they would have cost."""

    line: OrderLine
    units: int
    amount: int
    why: str


@dataclass(frozen=True)
class Bill:
    """What orders come to, in won including VAT: what was ordered, less the credits, is what is paid."""

    credits: list[Credit]
    paid: int

    @property
    def credited(self) -> int:
        return sum(credit.amount for credit in self.credits)

    @property
    def ordered(self) -> int:
        return self.paid + self.credited


def bill_of(order: Order) -> Bill:
    """Return what one order comes to. Needs `lines__shortages` and `lines__inspected` prefetched."""
    lines = order.lines.all()
    shortages = [shortage for line in lines for shortage in line.shortages.all()]
    inspected = [line.inspected for line in lines if hasattr(line, "inspected")]
    return Bill([*_of_shortages(shortages), *_of_inspection(inspected)], order.gross)


def yearly_bill(institution: Organization, year: int) -> Bill:
    """Return what the deliveries of a year come to, the earliest credit first."""
    delivered = Order.objects.filter(
        organization=institution, status=Order.Status.DELIVERED, delivery_date__year=year
    )
    shortages = Shortage.objects.filter(order_line__order__in=delivered)
    inspected = InspectedLine.objects.filter(order_line__order__in=delivered)
    credits = [
        *_of_shortages(shortages.filter(status=Shortage.Status.CREDITED).select_related("order_line__order")),
        *_of_inspection(inspected.filter(missing__gte=1).select_related("order_line__order")),
    ]
    credits.sort(key=lambda credit: (credit.line.order.delivery_date, credit.line.pk))
    return Bill(credits, sum(delivered.values_list("gross", flat=True)))


def _of_shortages(shortages: Iterable[Shortage]) -> Iterator[Credit]:
    for shortage in shortages:
        if shortage.status == Shortage.Status.CREDITED:
            yield Credit(shortage.order_line, shortage.quantity, shortage.amount, shortage.why)


def _of_inspection(rows: Iterable[InspectedLine]) -> Iterator[Credit]:
    for row in rows:
        if row.missing:
            yield Credit(row.order_line, row.missing, row.credited, row.get_reason_display())
