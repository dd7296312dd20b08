"""A delivery day at the packing table: what comes in from producers, what goes into which order."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Min, Q
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from membership.exclusion_words import exclusion_words

from .coming import live_stop
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
    stop: Any = None  # on the published routes, as far as they are planned

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
    def packed(self) -> int:
        """How many of the lines lie in the boxes."""
        return sum(hasattr(line, "packed") for line in self.lines)

    @property
    def is_chilled(self) -> bool:
        return any(line.storage != "ambient" for line in self.lines)

    @property
    def boxes(self) -> int:
        return boxes(self.lines)

    @property
    def chilled_boxes(self) -> int:
        """How many of the crates hold chilled and frozen goods."""
        return boxes(line for line in self.lines if line.storage != "ambient")

    @property
    def entrance_note(self) -> str:
        return _name(self.order.site.entrance_note, self.order.site.entrance_note_en)

    @property
    def exclusions(self) -> str:
        """What must not be in the boxes, in the reader's language."""
        return ", ".join(exclusion_words(self.order.exclusions))

    @property
    def stop_words(self) -> str:
        """Who brings it, and at which stop of the route; empty before routes are planned."""
        if not self.stop:
            return ""
        courier = self.stop.route.shift.courier.display_name
        return _("%(courier)s · stop %(sequence)s") % {"courier": courier, "sequence": self.stop.sequence}

    @property
    def units(self) -> int:
        return sum(line.coming for line in self.lines)

    @property
    def weight_kg(self) -> float:
        return round(sum(line.coming * line.weight_g for line in self.lines) / 1000, 1)


@dataclass
class PackingRoute:
    """The orders of one route as its van is loaded, last stop first; or those on no route."""

    rows: list[PackingOrder]

    @property
    def route(self) -> Any:
        stop = self.rows[0].stop
        return stop and stop.route

    @property
    def packed(self) -> int:
        return sum(not row.is_to_pack for row in self.rows)

    @property
    def boxes(self) -> int:
        return sum(row.boxes for row in self.rows)


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
    rows = PurchaseOrder.objects.on(day).exclude(status=PurchaseOrder.Status.CANCELLED)
    rows = rows.select_related("producer").prefetch_related("lines__product", "lines__received_by")
    return sorted(rows, key=lambda row: (row.status == PurchaseOrder.Status.RECEIVED, row.producer.name))


def packing_list(day: date) -> list[PackingOrder]:
    """Return the day's fixed orders with the lines that will come, those to pack first."""
    orders = Order.objects.on(day).filter(status__in=FIXED).order_by("number")
    return sorted(packing_orders(orders), key=lambda row: not row.is_to_pack)


def packing_orders(orders: Any) -> list[PackingOrder]:
    """Return a queryset of orders with the lines that will come and the stop that brings each."""
    rows = orders.select_related("organization", "site").prefetch_related(
        "lines__packed__packed_by", "stops__plan", "stops__route__shift__courier"
    )
    return [
        PackingOrder(order, [line for line in order.lines.all() if line.coming], live_stop(order))
        for order in rows
    ]


def by_route(rows: Iterable[PackingOrder]) -> list[PackingRoute]:
    """Return the orders route by route, those that leave first before the others, those on no route last."""
    planned: dict[int, list[PackingOrder]] = {}
    unplanned = []
    for row in rows:
        if row.stop:
            planned.setdefault(row.stop.route_id, []).append(row)
        else:
            unplanned.append(row)
    routes = [PackingRoute(sorted(group, key=lambda row: -row.stop.sequence)) for group in planned.values()]
    routes.sort(key=lambda route: (route.route.departs_at, route.route.pk))
    return routes + [PackingRoute(unplanned)] * bool(unplanned)


def by_product(rows: Iterable[PackingOrder]) -> list[ProductShare]:
    """Return the same goods seen from the product: how many of each go into which order."""
    shares: dict[int, ProductShare] = {}
    for row in sorted(rows, key=lambda row: row.order.number):
        for line in row.lines:
            share = shares.setdefault(line.product_id, ProductShare(line, []))
            share.orders.append((row, line.coming))
    return sorted(shares.values(), key=lambda share: (share.line.producer_name, share.line.product_name))
