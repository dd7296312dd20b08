"""A delivery day on which more falls due than can be made, what must hold afterwards, and what it comes to.

One bundle has plenty of bread and little coffee, the other the other way round, and what is plenty in the one
stands in for what is little in the other: orders reserve crosswise. Bread is enough for half of them.
"""

from collections import Counter
from typing import Any

from django.db.models import F

from bundles.models import Capacity
from orders.models import (
    CycleItem,
    Notification,
    Occurrence,
    Order,
    OrderLine,
    PurchaseOrder,
    PurchaseOrderLine,
)
from tests.factories import (
    DELIVERY_DATE,
    BundleFactory,
    CategoryFactory,
    EditionFactory,
    InstitutionFactory,
    OccurrenceFactory,
    OrderFactory,
    ProductFactory,
    SiteFactory,
    SlotFactory,
    orderer,
)


def busy_day(count: int) -> None:
    """Let `count` orders of ten people fall due, every fifth of them for an event, with bread for half."""
    units = count * 10
    bread, coffee = CategoryFactory(code="bread"), CategoryFactory(code="coffee")
    much_bread = ProductFactory(category=bread, daily_capacity=units * 3 // 8, name="빵1")
    much_coffee = ProductFactory(category=coffee, daily_capacity=units, name="커피1")
    little_bread = ProductFactory(category=bread, daily_capacity=units // 8, name="빵2")
    little_coffee = ProductFactory(category=coffee, daily_capacity=units // 8, name="커피2")
    bundles = []
    for contents in ([much_bread, little_coffee], [much_coffee, little_bread]):
        bundle = BundleFactory(price=40_000)
        for product in contents:
            SlotFactory(bundle=bundle, category=product.category)
        EditionFactory(bundle=bundle, products=contents)
        bundles.append(bundle)
    person = orderer(InstitutionFactory())
    site = SiteFactory(organization=person.seats.get().organization)
    for number in range(count):
        details = {"organization": site.organization, "site": site, "bundle": bundles[number % 2]}
        if number % 5:
            standing = {f"standing_order__{name}": value for name, value in details.items()}
            OccurrenceFactory(**standing, standing_order__ends_on=DELIVERY_DATE)
        else:
            OrderFactory(**details)


def open_count() -> int:
    """How many are due and not done."""
    return Occurrence.objects.filter(status="planned").count() + Order.objects.filter(status="placed").count()


def made_count() -> int:
    """How many orders are fixed."""
    return Order.objects.filter(status="confirmed").count()


def check_promises() -> None:
    """Whatever happened: one order for each occurrence, no capacity oversold, every figure adds up."""
    for capacity in Capacity.objects.all():
        promised = OrderLine.objects.filter(product=capacity.product, order__status="confirmed")
        assert capacity.reserved == sum(line.coming for line in promised) <= capacity.limit
    asked = Counter(dict(PurchaseOrderLine.objects.values_list("product", "ordered")))
    lines: Counter[int] = Counter()
    for line in OrderLine.objects.all():
        lines[line.product_id] += line.quantity
    assert asked == lines
    assert not Order.objects.filter(status="confirmed").exclude(gross=F("supply") + F("vat")).exists()
    for order in Order.objects.filter(status="confirmed"):
        assert sum(line.gross for line in order.lines.all()) == order.gross
    made = Occurrence.objects.filter(status="ordered").values_list("pk", flat=True)
    orders = Order.objects.exclude(occurrence=None).values_list("occurrence", flat=True)
    assert sorted(made) == sorted(orders)
    ledger = CycleItem.objects.filter(run__step="fix").values_list("subject_id", "subject", "outcome")
    assert len(ledger) == len(set(ledger))


def result() -> dict[str, Any]:
    """Everything that came of the day, without keys, numbers and times, which differ from run to run."""
    return {
        "occurrences": [
            (row.status, row.reason, [lines(order) for order in Order.objects.filter(occurrence=row)])
            for row in Occurrence.objects.order_by("pk")
        ],
        "events": [
            (order.status, order.reason, lines(order), list(order.events.values_list("was", "to")))
            for order in Order.objects.filter(occurrence=None).order_by("pk")
        ],
        "capacities": list(Capacity.objects.order_by("product").values_list("product", "limit", "reserved")),
        "purchase orders": list(
            PurchaseOrderLine.objects.order_by("product").values_list(
                "product", "ordered", "purchase_order__status"
            )
        ),
        "told": Counter(Notification.objects.values_list("recipient", "kind")),
        "ledger": Counter(CycleItem.objects.filter(run__step="fix").values_list("outcome", "reason")),
    }


def written() -> dict[str, list[tuple[Any, ...]]]:
    """Every column of orders, lines and purchase orders but keys of what was made, and times."""
    numbers = {OrderLine: "order__number", PurchaseOrderLine: "purchase_order__number"}
    rows = {}
    for model in (Order, OrderLine, PurchaseOrder, PurchaseOrderLine):
        columns = [
            field.attname
            for field in model._meta.concrete_fields
            if not field.primary_key and not field.attname.endswith(("_at", "order_id"))
        ]
        named = [*columns, *filter(None, [numbers.get(model)])]
        rows[model.__name__] = sorted(model.objects.values_list(*named), key=repr)
    return rows


def lines(order: Order) -> list[tuple[str, int, int]]:
    return list(order.lines.order_by("product").values_list("product_name", "quantity", "gross"))
