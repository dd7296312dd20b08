"""Hundreds of orders fall due at the same moment and race for the last units, each on its own connection.

Bread comes from one product, with a smaller one to stand in; coffee from two that share a pool, which
is enough for a third of the orders. Whoever gets no coffee gets nothing, and no bread is held for it.
"""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import OperationalError, connection
from django.db.models import F, Sum

from bundles.models import Bundle, Capacity, CapacityPool, Product
from orders.actions.ledger import Outcome
from orders.alternatives import alternatives_to_occurrence
from orders.choosing import shortfall
from orders.event_alternatives import alternatives_to_order
from orders.models import Notification, Occurrence, Order, OrderLine, PurchaseOrderLine
from tests.factories import (
    CUTOFF,
    DELIVERY_DATE,
    BundleFactory,
    CapacityPoolFactory,
    CategoryFactory,
    EditionFactory,
    InstitutionFactory,
    OccurrenceFactory,
    OrderFactory,
    ProductFactory,
    SiteFactory,
    SlotFactory,
    fix,
    orderer,
)

pytestmark = pytest.mark.django_db(transaction=True)
PEOPLE = 10


def sizes() -> tuple[int, int]:
    """How many orders race, and on how many connections at once: SQLite lets one write after the other."""
    return (200, 50) if connection.vendor == "postgresql" else (20, 4)


def scarce_day(count: int) -> tuple[Product, Product, CapacityPool]:
    """Let `count` orders fall due: bread for a quarter and as stand-in for a fifth, coffee for a third."""
    bread, coffee = CategoryFactory(code="bread"), CategoryFactory(code="coffee")
    first = ProductFactory(category=bread, daily_capacity=count // 4 * PEOPLE, name="빵1")
    second = ProductFactory(category=bread, daily_capacity=count // 5 * PEOPLE, name="빵2")
    pool = CapacityPoolFactory(daily_capacity=count * 35 // 100 * PEOPLE)
    single, double = (
        ProductFactory(
            category=coffee,
            producer=pool.producer,
            pool=pool,
            servings=servings,
            list_price=2000 * servings,
            supply_price=1500 * servings,
            name=f"커피{servings}",
        )
        for servings in (1, 2)
    )
    bundles = []
    for drink in (single, double):
        bundle = BundleFactory(price=40_000)
        for product in (first, drink):
            SlotFactory(bundle=bundle, category=product.category)
        EditionFactory(bundle=bundle, products=[first, drink])
        bundles.append(bundle)
    _orders(bundles, count)
    return first, second, pool


def _orders(bundles: list[Bundle], count: int) -> None:
    """Half of them dates of standing orders, half placed for an event."""
    site = SiteFactory(organization=orderer(InstitutionFactory()).seats.get().organization)
    for number in range(count):
        details = {"organization": site.organization, "site": site, "bundle": bundles[number // 2 % 2]}
        if number % 2:
            standing = {f"standing_order__{name}": value for name, value in details.items()}
            OccurrenceFactory(**standing, standing_order__ends_on=DELIVERY_DATE)
        else:
            OrderFactory(**details)


def race(works: list[Callable[[], Outcome | None]], workers: int) -> tuple[list[Outcome | None], int]:
    """Do all works, so many at once, each on a fresh connection; return what came of each, and how often a
    work had to begin anew because the database was busy, as the sweep would begin it anew."""
    start = Barrier(workers)
    again: list[int] = []

    def run(number: int, work: Callable[[], Outcome | None]) -> Outcome | None:
        try:
            connection.ensure_connection()
            if number < workers:
                start.wait()
            while True:
                try:
                    return work()
                except OperationalError:
                    again.append(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(workers) as pool:
        return list(pool.map(run, range(len(works)), works)), len(again)


def test_the_last_units_are_sold_to_the_last_one_and_not_one_more() -> None:
    count, workers = sizes()
    first, second, pool = scarce_day(count)
    works: list[Callable[[], Outcome | None]] = [
        *[lambda row=row: fix(row) for row in Occurrence.objects.all()],
        *[lambda row=row: fix(row) for row in Order.objects.all()],
    ]

    outcomes, again = race(works, workers)

    print(f"begun anew: {again}")
    winners = count * 35 // 100
    assert Counter(outcome.outcome for outcome in outcomes if outcome) == {
        "done": winners,
        "failed": count - winners,
    }
    check_sold(first, second, pool, winners)
    check_losers(pool, count - winners)
    if connection.vendor == "postgresql":
        assert again == 0


def check_sold(first: Product, second: Product, pool: CapacityPool, winners: int) -> None:
    """What is sold is what there was, and every figure of it is the same everywhere."""
    reserved = {
        (row.pool or row.product): (row.limit, row.reserved)
        for row in Capacity.objects.select_related("pool", "product")
    }
    assert reserved[pool] == (winners * PEOPLE, winners * PEOPLE)
    assert reserved[first] == (first.daily_capacity, first.daily_capacity)
    assert reserved[second] == (second.daily_capacity, winners * PEOPLE - first.daily_capacity)
    lines = OrderLine.objects.filter(order__status="confirmed")
    assert OrderLine.objects.count() == lines.count() == 2 * winners
    sold = dict(lines.order_by().values_list("product").annotate(units=Sum("quantity")))
    assert sold == {thing.pk: row[1] for thing, row in reserved.items() if isinstance(thing, Product)}
    asked = dict(PurchaseOrderLine.objects.values_list("product", "ordered"))
    assert asked == sold
    servings = lines.filter(product__pool=pool).aggregate(all=Sum(F("quantity") * F("product__servings")))
    assert servings["all"] == pool.daily_capacity
    stand_ins = lines.filter(product=second)
    assert set(stand_ins.values_list("instead_of", flat=True)) == {first.name}
    assert not lines.exclude(product=second).exclude(instead_of="").exists()


def check_losers(pool: CapacityPool, count: int) -> None:
    """Each is told which product was short, how many were left, and what else can be had."""
    orders = list(Order.objects.filter(status="failed").select_related("bundle"))
    occurrences = list(Occurrence.objects.filter(status="failed").select_related("standing_order__bundle"))
    assert len(orders) + len(occurrences) == count
    short = {
        shortfall(product, 0, PEOPLE // product.servings) for product in Product.objects.filter(pool=pool)
    }
    assert {(loser.reason, loser.detail) for loser in (*orders, *occurrences)} == {
        ("capacity_short", detail) for detail in short
    }
    assert all(alternatives_to_order(order, now=CUTOFF) for order in orders)
    assert all(alternatives_to_occurrence(occurrence, now=CUTOFF) for occurrence in occurrences)
    assert Notification.objects.filter(kind="order_not_made").count() == count
