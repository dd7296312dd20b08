"""Count an order's lines at the door: what was handed over is final, what was not is credited."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Sum

from bundles.models import Product
from bundles.vat import allocate, split

from ..exceptions import NotPossible
from ..models import InspectedLine, Order, OrderLine


@dataclass(frozen=True)
class Counted:
    """So many units of an order's line were handed over; `reason` says why the others weren't."""

    line_id: int
    quantity: int
    reason: str = ""


def inspect_lines(order: Order, counted: Iterable[Counted]) -> list[InspectedLine]:
    """Record every line that came; those that weren't counted were handed over in full.

    The order is locked by the caller. Its totals become the sums of what was handed over. Raises NotPossible
    for a line or a number of units that it doesn't have, units without a reason, or nothing at all.
    """
    lines = {line.pk: line for line in order.lines.order_by("pk") if line.coming}
    counts = {count.line_id: count for count in counted}
    if counts.keys() - lines.keys():
        raise NotPossible("wrong_quantity", order.number)
    rows = [_inspected(line, counts.get(pk, Counted(pk, line.coming))) for pk, line in lines.items()]
    if rows and not any(row.quantity for row in rows):
        raise NotPossible("nothing_handed_over", order.number)
    InspectedLine.objects.bulk_create(rows)
    if missing := [row for row in rows if row.missing]:
        for row in missing:
            _credit(row)
        sums = order.lines.aggregate(gross=Sum("gross"), supply=Sum("supply"), vat=Sum("vat"))
        order.gross, order.supply, order.vat = sums["gross"], sums["supply"], sums["vat"]
        order.save(update_fields=["gross", "supply", "vat"])
    return rows


def _inspected(line: OrderLine, count: Counted) -> InspectedLine:
    missing = line.coming - count.quantity
    if not 0 <= missing <= line.coming:
        raise NotPossible("wrong_quantity", line.product_name)
    if bool(missing) != bool(count.reason):
        raise NotPossible("reason_missing", line.product_name)
    _kept, credited = allocate(line.gross, [count.quantity, missing])
    return InspectedLine(
        order_line=line, quantity=count.quantity, missing=missing, reason=count.reason, credited=credited
    )


def _credit(row: InspectedLine) -> None:
    line = row.order_line
    line.gross -= row.credited
    line.short_quantity += row.missing
    line.supply, line.vat = split(line.gross, line.tax_type == Product.TaxType.TAXABLE)
    line.save(update_fields=["gross", "supply", "vat", "short_quantity"])
