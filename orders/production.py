"""What producers make by day: firm where a purchase order asks, a forecast where an order is only planned."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date

from bundles.models import Product
from bundles.querysets import ProductQuerySet

from .models import PurchaseOrderLine
from .planned import planned_items

Key = tuple[date, int]  # delivery date, product


@dataclass
class Making:
    """Units of one product for one delivery date."""

    product: Product
    firm: int
    forecast: int
    purchase_order: str  # number of the purchase order behind `firm`, or ""

    @property
    def units(self) -> int:
        return self.firm + self.forecast


@dataclass
class ProductionDay:
    """All that is to be made for one delivery date, by producer and product."""

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


def what_to_make(products: ProductQuerySet, first: date, last: date) -> list[ProductionDay]:
    """Return the days from `first` to `last` on which something of `products` is to be made.

    Firm units are what purchase orders ask for and producers haven't reported short. Forecast units are what
    planned occurrences and placed orders will ask for by today's editions and swaps. The number of queries is
    fixed, whatever there is to make.
    """
    firm, numbers = _firm(products, first, last)
    forecast = _forecast(products, first, last)
    keys = {key for key, units in firm.items() if units} | set(forecast)
    known = products.select_related("producer").in_bulk({product for _, product in keys})
    days: dict[date, ProductionDay] = {}
    for day, product in sorted(keys, key=lambda key: _place(key, known)):
        making = Making(
            known[product],
            firm.get((day, product), 0),
            forecast.get((day, product), 0),
            numbers.get((day, product), ""),
        )
        days.setdefault(day, ProductionDay(day)).makings.append(making)
    return list(days.values())


def _place(key: Key, products: dict[int, Product]) -> tuple[date, str, str, int]:
    day, product = key
    return day, products[product].producer.name, products[product].name, product


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
