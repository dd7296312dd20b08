"""A delivery day at the packing table: what comes in from producers, what goes into which order."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Min, Q
from django.utils.translation import get_language

from .models import Order, OrderLine, PurchaseOrder

# A crate that one person carries holds about 40 litres; chilled and frozen goods go in crates of their own.
CRATE_ML = 40_000
FIXED = (Order.Status.CONFIRMED, Order.Status.PACKED, Order.Status.DISPATCHED, Order.Status.DELIVERED)
TO_LEAVE = (Order.Status.CONFIRMED, Order.Status.PACKED)


@dataclass
class PackingOrder:
    """An order with the lines that will come, its crates and its weight."""

    order: Order
    lines: list[OrderLine]

    @property
    def organization_name(self) -> str:
        """The institution's name as it was fixed; for readers of English the one it has today."""
        return _name(self.order.organization_name, self.order.organization.name_en)

    @property
    def site_name(self) -> str:
        return _name(self.order.site_name, self.order.site.name_en)

    @property
    def is_to_pack(self) -> bool:
        return self.order.status == Order.Status.CONFIRMED

    @property
    def is_chilled(self) -> bool:
        return any(line.storage != "ambient" for line in self.lines)

    @property
    def boxes(self) -> int:
        return boxes(self.lines)

    @property
    def units(self) -> int:
        return sum(line.coming for line in self.lines)

    @property
    def weight_kg(self) -> float:
        return round(sum(line.coming * line.weight_g for line in self.lines) / 1000, 1)


@dataclass
class ProductShare:
    """How many units of one product go into which orders."""

    line: OrderLine  # any of them: they carry the same names
    orders: list[tuple[PackingOrder, int]]

    @property
    def units(self) -> int:
        return sum(units for _, units in self.orders)


def _name(korean: str, english: str) -> str:
    return english if english and get_language() == "en" else korean


def boxes(lines: Iterable[OrderLine]) -> int:
    """Return how many crates the lines fill, chilled and frozen goods apart from the rest."""
    volumes: dict[bool, int] = {}
    for line in lines:
        is_chilled = line.storage != "ambient"
        volumes[is_chilled] = volumes.get(is_chilled, 0) + line.coming * line.volume_ml
    return sum(-(-volume // CRATE_ML) for volume in volumes.values())


def next_packing_day(today: date) -> date | None:
    """Return the first day from today on with fixed orders that haven't left the hub."""
    waiting = Order.objects.filter(delivery_date__gte=today, status__in=TO_LEAVE)
    return waiting.aggregate(day=Min("delivery_date"))["day"]


def packing_days(today: date) -> Sequence[Mapping[str, Any]]:
    """Return the coming days with fixed orders: `delivery_date`, `orders` and how many are `to_pack`."""
    days = Order.objects.filter(delivery_date__gte=today, status__in=FIXED).values("delivery_date")
    to_pack = Count("pk", filter=Q(status=Order.Status.CONFIRMED))
    return list(days.annotate(orders=Count("pk"), to_pack=to_pack).order_by("delivery_date"))


def receiving_list(day: date) -> list[PurchaseOrder]:
    """Return the day's purchase orders with producer, lines and products, those that haven't come first."""
    rows = PurchaseOrder.objects.on(day).select_related("producer").prefetch_related("lines__product")
    return sorted(rows, key=lambda row: (row.status == PurchaseOrder.Status.RECEIVED, row.producer.name))


def packing_list(day: date) -> list[PackingOrder]:
    """Return the day's fixed orders with the lines that will come, those to pack first."""
    orders = Order.objects.on(day).filter(status__in=FIXED).select_related("organization", "site")
    orders = orders.prefetch_related("lines").order_by("number")
    rows = [PackingOrder(order, [line for line in order.lines.all() if line.coming]) for order in orders]
    return sorted(rows, key=lambda row: not row.is_to_pack)


def by_product(rows: Iterable[PackingOrder]) -> list[ProductShare]:
    """Return the same goods seen from the product: how many of each go into which order."""
    shares: dict[int, ProductShare] = {}
    for row in sorted(rows, key=lambda row: row.order.number):
        for line in row.lines:
            share = shares.setdefault(line.product_id, ProductShare(line, []))
            share.orders.append((row, line.coming))
    return sorted(shares.values(), key=lambda share: (share.line.producer_name, share.line.product_name))
