"""What producers make by day: firm where a purchase order asks, a forecast where an order is only planned.

A day is the one on which it is made; how many business days that is before the delivery, each product says.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db.models import Max, Min

from bundles.models import Product
from bundles.querysets import ProductQuerySet

from .models import CalendarDay, OrderLine, PurchaseOrderLine
from .planned import planned_items

Key = tuple[date, int]  # delivery date, product
# Calendar days that a holiday may put between making and delivering, beyond weekends.
HOLIDAYS = 14


@dataclass
class Making:
    """Units of one product that are made for one delivery date."""

    product: Product
    delivery_date: date
    firm: int
    forecast: int
    purchase_order: str  # number of the purchase order behind `firm`, or ""

    @property
    def units(self) -> int:
        return self.firm + self.forecast


@dataclass
class ProductionDay:
    """All that is to be made on one day, by producer, product and delivery date."""

    date: date
    makings: list[Making] = field(default_factory=list)

    @property
    def firm(self) -> int:
        return sum(making.firm for making in self.makings)

    @property
    def forecast(self) -> int:
        return sum(making.forecast for making in self.makings)

    @property
    def purchase_orders(self) -> list[str]:
        """Numbers of the purchase orders of the day."""
        return sorted({making.purchase_order for making in self.makings if making.purchase_order})

    @property
    def too_much(self) -> set[int]:
        """Keys of products of which more is to be made, for all delivery dates, than a day allows."""
        units: Counter[int] = Counter()
        for making in self.makings:
            units[making.product.pk] += making.units
        return {
            making.product.pk
            for making in self.makings
            if units[making.product.pk] > making.product.daily_capacity
        }


def what_to_make(products: ProductQuerySet, first: date, last: date) -> list[ProductionDay]:
    """Return the production dates from `first` to `last` on which something of `products` is to be made.

    Firm units are what purchase orders ask for and producers haven't reported short. Forecast units are what
    planned occurrences and placed orders will ask for by today's editions and swaps. The number of queries is
    fixed, whatever there is to make.
    """
    farthest = products.aggregate(days=Max("made_days"))["days"] or 0
    last_delivery = last + timedelta(days=2 * farthest + HOLIDAYS) if farthest else last
    firm, numbers = _firm(products, first, last_delivery)
    forecast = _forecast(products, first, last_delivery)
    keys = {key for key, units in firm.items() if units} | set(forecast)
    known = products.select_related("producer").in_bulk({product for _, product in keys})
    days: dict[date, ProductionDay] = {}
    for (day, product), made_on in _production_dates(keys, known).items():
        if first <= made_on <= last:
            making = Making(
                known[product],
                day,
                firm.get((day, product), 0),
                forecast.get((day, product), 0),
                numbers.get((day, product), ""),
            )
            days.setdefault(made_on, ProductionDay(made_on)).makings.append(making)
    for found in days.values():
        found.makings.sort(key=_place)
    return [days[day] for day in sorted(days)]


def _place(making: Making) -> tuple[str, str, int, date]:
    product = making.product
    return product.producer.name, product.name, product.pk, making.delivery_date


def _production_dates(keys: Collection[Key], products: Mapping[int, Product]) -> dict[Key, date]:
    """Return when each is made: as it is frozen on orders, else as the product says today."""
    working_days = CalendarDay.objects.all().working_days()
    lines = OrderLine.objects.filter(
        product__in={product for _day, product in keys}, order__delivery_date__in={day for day, _ in keys}
    )
    frozen = {
        (day, product): made_on
        for day, product, made_on in lines.order_by()
        .values_list("order__delivery_date", "product")
        .annotate(Min("made_on"))
    }
    return {
        (day, product): frozen.get((day, product)) or working_days.made_on(products[product].made_days, day)
        for day, product in keys
    }


def _firm(products: ProductQuerySet, first: date, last: date) -> tuple[dict[Key, int], dict[Key, str]]:
    units: dict[Key, int] = {}
    numbers: dict[Key, str] = {}
    lines = PurchaseOrderLine.objects.filter(
        product__in=products, purchase_order__delivery_date__range=(first, last)
    ).select_related("purchase_order")
    for line in lines:
        key = (line.purchase_order.delivery_date, line.product_id)
        units[key], numbers[key] = line.coming, line.purchase_order.number
    return units, numbers


def _forecast(products: ProductQuerySet, first: date, last: date) -> dict[Key, int]:
    own = set(products.values_list("pk", flat=True))
    units: dict[Key, int] = defaultdict(int)
    for item in planned_items(first, last):
        if item.product.pk in own:
            units[item.edition.delivery_date, item.product.pk] += item.units
    return dict(units)
