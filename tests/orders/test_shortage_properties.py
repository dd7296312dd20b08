"""Whatever is reported, answered and changed: units, won, capacity and purchase orders add up."""

from datetime import timedelta

import pytest
from django.db.models import F, Sum
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from bundles.models import Capacity
from membership.models import Organization
from orders import cycle
from orders.actions.call_off import call_off_order
from orders.actions.question import answer_shortage
from orders.actions.shortage import report_missing, report_shortage
from orders.actions.shortage_change import change_shortage
from orders.exceptions import NotPossible
from orders.models import Order, OrderLine, PurchaseOrderLine, Shortage, ShortageOption
from tests.factories import (
    CUTOFF,
    CapacityPoolFactory,
    InstitutionFactory,
    ProductFactory,
    fixed_order,
    issued_purchase_order,
    operator,
)

NOW = CUTOFF + timedelta(hours=18)
WISHES = list(Organization.OnShortage)
orders = st.lists(st.tuples(st.integers(1, 12), st.sampled_from(WISHES)), min_size=1, max_size=5)
steps = st.lists(
    st.tuples(
        st.sampled_from(["report", "missing", "answer", "change", "default", "call off"]),
        st.integers(0, 99),
        st.integers(0, 99),
    ),
    min_size=1,
    max_size=6,
)


@pytest.mark.django_db
class TestWhateverHappens(TestCase):
    @settings(max_examples=15, deadline=None)
    @given(orders=orders, steps=steps)
    def test_everything_adds_up(
        self, orders: list[tuple[int, str]], steps: list[tuple[str, int, int]]
    ) -> None:
        line, promised = a_day(orders)
        hub = operator()

        for deed, one, two in steps:
            try:
                act(deed, line, one, two, hub)
            except NotPossible:
                pass
            check(promised)
        cycle.settle_questions(now=NOW + timedelta(days=30))
        assert not Shortage.objects.open().exists()
        check(promised)


def a_day(wanted: list[tuple[int, str]]) -> tuple[PurchaseOrderLine, dict[int, int]]:
    """An order of each institution, all of one product; two scarce ones stand in, one of them from a pool."""
    (people, wish), *others = wanted
    line = issued_purchase_order(
        organization=InstitutionFactory(on_shortage=wish), headcount=people
    ).lines.get()
    bundle = Order.objects.get().bundle
    for people, wish in others:
        fixed_order(bundle=bundle, organization=InstitutionFactory(on_shortage=wish), headcount=people)
    category = line.product.category
    ProductFactory(category=category, daily_capacity=15, lead_days=0)
    pool = CapacityPoolFactory(daily_capacity=30)
    ProductFactory(
        category=category, producer=pool.producer, pool=pool, servings=2, list_price=4200, lead_days=0
    )
    return line, dict(Order.objects.values_list("pk", "gross"))


def act(deed: str, line: PurchaseOrderLine, one: int, two: int, hub) -> None:  # type: ignore[no-untyped-def]
    who = {"actor": hub, "now": NOW}
    line.refresh_from_db()
    asked, shortages = list(Shortage.objects.open()), list(Shortage.objects.order_by("pk"))
    products = [None, *line.product.category.products.order_by("pk").values_list("pk", flat=True)]
    lines = list(OrderLine.objects.order_by("pk"))
    if deed == "report":
        report_shortage(line, max(0, line.coming - one % 20), **who)
    elif deed == "missing":
        order_line = lines[one % len(lines)]
        report_missing(order_line, two % (order_line.coming + 1), **who)
    elif deed == "answer" and asked:
        answer_shortage(asked[one % len(asked)], products[two % len(products)], **who)
    elif deed == "change" and shortages:
        change_shortage(shortages[one % len(shortages)], products[two % len(products)], **who)
    elif deed == "default":
        cycle.settle_questions(now=NOW + timedelta(hours=4))
    elif deed == "call off":
        call_off_order(Order.objects.order_by("pk")[one % Order.objects.count()], reason="휴관", **who)


def check(promised: dict[int, int]) -> None:
    """Recompute all of it from the lines."""
    for order in Order.objects.exclude(status="cancelled"):
        lines = list(order.lines.all())
        mine = Shortage.objects.filter(order_line__order=order)
        assert order.gross == sum(line.gross for line in lines)
        assert (order.supply, order.vat) == (sum(x.supply for x in lines), sum(x.vat for x in lines))
        assert order.gross + sum(row.credited for row in mine) == promised[order.pk]
        for line in lines:
            assert line.short_quantity == sum(line.shortages.values_list("quantity", flat=True))
        for row in mine:
            assert (row.substitute is None) == (row.status != "replaced")
            assert (
                row.substitute is None
                or row.substitute.quantity * row.substitute.product.servings >= row.quantity
            )
    live = OrderLine.objects.exclude(order__status="cancelled").filter(quantity__gt=F("short_quantity"))
    coming = dict(
        live.order_by().values_list("product").annotate(units=Sum(F("quantity") - F("short_quantity")))
    )
    assert {line.product_id: line.coming for line in PurchaseOrderLine.objects.all() if line.coming} == coming
    held = ShortageOption.objects.filter(shortage__status="asked").order_by()
    for product, units in held.values_list("product").annotate(all=Sum("units")):
        coming[product] = coming.get(product, 0) + units
    made = Capacity.objects.filter(pool=None, reserved__gt=0)
    assert dict(made.values_list("product", "reserved")) == coming
    for row in Capacity.objects.exclude(pool=None):
        assert row.pool
        servings = sum(each.servings * coming.get(each.pk, 0) for each in row.pool.products.all())
        assert row.reserved == servings <= (row.limit or 0)
