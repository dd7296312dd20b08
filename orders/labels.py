"""What is written on boxes: the hub's for each order, a producer's for what it brings.

A QR code holds an address of the service with a number and nothing about people: whoever may see the thing
opens it, and the hub's floor finds by it what to receive or to pack (`orders/codes.py`).
"""

from collections.abc import Iterable
from datetime import date

from django.conf import settings
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from bundles.models import Product

from .codes import LINE, PORTION
from .label_pdf import Label
from .models import OrderLine, PurchaseOrder, PurchaseOrderLine
from .packing import CRATE_ML, PackingOrder


def order_labels(rows: Iterable[PackingOrder]) -> list[Label]:
    """Return a label for each box of the orders: whose it is and where it goes; chilled boxes come last."""
    return [label for row in rows for label in _boxes_of(row)]


def _boxes_of(row: PackingOrder) -> Iterable[Label]:
    order, chilled = row.order, row.chilled_boxes
    for nth in range(1, row.boxes + 1):
        yield Label(
            headline=row.site_name,
            lines=(
                row.exclusions,  # first, because what is last is cut first
                row.organization_name if row.organization_name != row.site_name else "",
                row.stop_words,
                row.entrance_note,
            ),
            mark=f"{nth}/{row.boxes}",
            link=_link("orders:order_detail", order.number),
            foot=f"{order.number} · {_day(order.delivery_date)}",
            warning=_("chilled") if nth > row.boxes - chilled else "",
        )


def box_labels(purchase_order: PurchaseOrder) -> list[Label]:
    """Return a label for each box of the producer's: which product, how many of it, for which day."""
    return [label for line in _coming(purchase_order) for label in _boxes_of_line(purchase_order, line)]


def _boxes_of_line(purchase_order: PurchaseOrder, line: PurchaseOrderLine) -> Iterable[Label]:
    boxes = units_by_box(line)
    for nth, units in enumerate(boxes, start=1):
        yield _producers_label(
            purchase_order, line, units, mark=f"{nth}/{len(boxes)}", part=f"{LINE}-{line.pk}"
        )


def portion_labels(purchase_order: PurchaseOrder) -> list[Label]:
    """Return a label for each order's portion. Producers aren't told whose it is; the hub's scan finds it."""
    lines = {line.product_id: line for line in _coming(purchase_order)}
    labels = []
    for product, rows in portions(purchase_order).items():
        for nth, portion in enumerate(rows, start=1):
            mark, part = f"{nth}/{len(rows)}", f"{PORTION}-{portion.pk}"
            line = lines[product]
            labels.append(_producers_label(purchase_order, line, portion.coming, mark=mark, part=part))
    return labels


def units_by_box(line: PurchaseOrderLine) -> list[int]:
    """Return how many units go into each crate that the line fills."""
    fitting = max(1, CRATE_ML // max(1, line.product.volume_ml))
    return [min(fitting, line.coming - first) for first in range(0, line.coming, fitting)]


def _coming(purchase_order: PurchaseOrder) -> list[PurchaseOrderLine]:
    return [line for line in purchase_order.lines.select_related("product") if line.coming]


def portions(purchase_order: PurchaseOrder) -> dict[int, list[OrderLine]]:
    """Return the order lines behind each product of the purchase order, in the order of their numbers."""
    rows = OrderLine.objects.behind(purchase_order).order_by("product_name", "order__number", "pk")
    found: dict[int, list[OrderLine]] = {}
    for row in rows:
        if row.coming:
            found.setdefault(row.product_id, []).append(row)
    return found


def _producers_label(
    purchase_order: PurchaseOrder, line: PurchaseOrderLine, units: int, *, mark: str, part: str
) -> Label:
    product: Product = line.product
    return Label(
        headline=f"{line.product_display_name} × {units}",
        lines=(
            product.unit_display,
            purchase_order.producer.display_name,
            _day(purchase_order.delivery_date),
        ),
        mark=mark,
        link=f"{_link('orders:purchase_order_detail', purchase_order.number)}#{part}",
        foot=purchase_order.number,
        warning=product.get_storage_display() if product.is_chilled else "",
    )


def _link(name: str, number: str) -> str:
    return f"{settings.SERVICE_URL}{reverse(name, args=[number])}"


def _day(day: date) -> str:
    return f"{date_format(day, 'MONTH_DAY_FORMAT')} ({date_format(day, 'D')})"
