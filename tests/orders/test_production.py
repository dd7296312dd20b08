"""What to make by day, against numbers worked out by hand."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bundles.models import Product
from orders.actions.shortage import report_shortage
from orders.models import Occurrence, StandingOrder
from orders.production import what_to_make
from tests.factories import (
    CUTOFF,
    DELIVERY_DATE,
    BundleFactory,
    EditionFactory,
    OccurrenceFactory,
    OrderFactory,
    ProductFactory,
    SlotFactory,
    StandingOrderFactory,
    fixed_order,
    producer_user,
)

pytestmark = pytest.mark.django_db
WEEK_LATER = DELIVERY_DATE + timedelta(days=7)
FOUR_WEEKS = (DELIVERY_DATE, DELIVERY_DATE + timedelta(days=27))


def made_by_delivery(products=None, first=FOUR_WEEKS[0], last=FOUR_WEEKS[1]):
    """The answer as plain data: {production date: [(product, delivery date, units)]}."""
    days = what_to_make(Product.objects.all() if products is None else products, first, last)
    return {
        day.date: [(making.product, making.delivery_date, making.units) for making in day.makings]
        for day in days
    }


def made(products=None, first=FOUR_WEEKS[0], last=FOUR_WEEKS[1]):
    """The answer as plain data: {day: {product: (firm, forecast, purchase order)}}."""
    days = what_to_make(Product.objects.all() if products is None else products, first, last)
    return {
        day.date: {
            making.product: (making.firm, making.forecast, making.purchase_order) for making in day.makings
        }
        for day in days
    }


def test_what_to_make_adds_up_firm_and_forecast_by_day_and_product():
    # A cake of eight: one and a half servings a person. Tea: two packs an order, whoever comes.
    cake, tea = ProductFactory(servings=8), ProductFactory()
    bundle = BundleFactory()
    SlotFactory(bundle=bundle, category=cake.category, servings_per_person=Decimal("1.5"))
    SlotFactory(bundle=bundle, category=tea.category, servings_per_person=0, fixed_quantity=2)
    for day in (DELIVERY_DATE, WEEK_LATER):
        EditionFactory(bundle=bundle, delivery_date=day, products=[cake, tea])
    order = fixed_order(bundle=bundle, headcount=10)  # 15 servings: 2 cakes
    small, large = (StandingOrderFactory(bundle=bundle, headcount=people) for people in (10, 21))
    OccurrenceFactory(standing_order=small)  # 2 cakes
    OccurrenceFactory(standing_order=small, rule_date=WEEK_LATER)  # 2 cakes
    OccurrenceFactory(standing_order=large, rule_date=WEEK_LATER)  # 31.5 servings: 4 cakes
    OrderFactory(bundle=bundle, headcount=6, delivery_date=WEEK_LATER)  # placed; 9 servings: 2 cakes

    cake_number, tea_number = (
        product.purchase_order_lines.get().purchase_order.number for product in (cake, tea)
    )
    assert order.status == "confirmed"
    assert made() == {
        DELIVERY_DATE: {cake: (2, 2, cake_number), tea: (2, 2, tea_number)},
        WEEK_LATER: {cake: (0, 8, ""), tea: (0, 6, "")},
    }
    day = what_to_make(Product.objects.all(), *FOUR_WEEKS)[0]
    assert (day.firm, day.forecast, day.purchase_orders) == (4, 4, sorted([cake_number, tea_number]))


def test_what_to_make_leaves_out_what_will_not_be_ordered():
    standing_order = StandingOrderFactory()
    bundle = standing_order.bundle
    product = EditionFactory(bundle=bundle).items.get().product
    EditionFactory(bundle=bundle, delivery_date=WEEK_LATER)
    for status in (Occurrence.Status.SKIPPED, Occurrence.Status.FAILED):
        OccurrenceFactory(
            standing_order=StandingOrderFactory(bundle=bundle), status=status, reason="too_late"
        )
    ended = StandingOrderFactory(bundle=bundle, status=StandingOrder.Status.ENDED)
    OccurrenceFactory(standing_order=ended)
    OrderFactory(bundle=bundle, status="cancelled")
    OccurrenceFactory(standing_order=standing_order, rule_date=WEEK_LATER)

    assert made() == {WEEK_LATER: {product: (0, 10, "")}}
    assert made(last=WEEK_LATER - timedelta(days=1)) == {}
    assert made(first=WEEK_LATER + timedelta(days=1), last=date(2027, 1, 31)) == {}


def test_what_to_make_is_less_what_the_producer_cannot_bring():
    product = ProductFactory()
    bundle = SlotFactory(bundle=BundleFactory(), category=product.category).bundle
    EditionFactory(bundle=bundle, products=[product])
    fixed_order(bundle=bundle, headcount=10)
    line = product.purchase_order_lines.get()
    actor = producer_user(product.producer)

    report_shortage(line, 3, actor=actor, now=CUTOFF)
    assert made() == {DELIVERY_DATE: {product: (3, 0, line.purchase_order.number)}}

    line.refresh_from_db()
    report_shortage(line, 0, actor=actor, now=CUTOFF)
    assert made() == {}


def test_what_to_make_shows_a_producer_its_own_products_only():
    own = ProductFactory()
    for product in (own, ProductFactory()):
        bundle = SlotFactory(bundle=BundleFactory(), category=product.category).bundle
        EditionFactory(bundle=bundle, products=[product])
        OccurrenceFactory(standing_order=StandingOrderFactory(bundle=bundle, headcount=4))

    products = Product.objects.for_user(producer_user(own.producer))
    assert made(products) == {DELIVERY_DATE: {own: (0, 4, "")}}


def test_what_to_make_asks_as_often_for_one_bundle_as_for_three():
    counts = []
    for bundles in (1, 2):
        for _ in range(bundles):
            product = ProductFactory()
            bundle = SlotFactory(bundle=BundleFactory(), category=product.category).bundle
            for day in (DELIVERY_DATE, WEEK_LATER):
                EditionFactory(bundle=bundle, delivery_date=day, products=[product])
            fixed_order(bundle=bundle)
            OccurrenceFactory(standing_order=StandingOrderFactory(bundle=bundle), rule_date=WEEK_LATER)
        with CaptureQueriesContext(connection) as queries:
            made()
        counts.append(len(queries))
    assert counts == [13, 13]


def test_what_to_make_goes_by_the_day_on_which_it_is_made():
    # Made two business days before its delivery on a Tuesday: on the Friday before.
    jam, bread = ProductFactory(made_days=2, lead_days=3, name="잼"), ProductFactory(name="빵")
    bundle = BundleFactory()
    for product in (jam, bread):
        SlotFactory(bundle=bundle, category=product.category)
    for day in (DELIVERY_DATE, WEEK_LATER):
        EditionFactory(bundle=bundle, delivery_date=day, products=[jam, bread])
    fixed_order(bundle=bundle, headcount=10)
    OccurrenceFactory(standing_order=StandingOrderFactory(bundle=bundle), rule_date=WEEK_LATER)
    friday, next_friday = DELIVERY_DATE - timedelta(days=4), WEEK_LATER - timedelta(days=4)

    assert made_by_delivery(first=friday, last=next_friday) == {
        friday: [(jam, DELIVERY_DATE, 10)],
        DELIVERY_DATE: [(bread, DELIVERY_DATE, 10)],
        next_friday: [(jam, WEEK_LATER, 10)],
    }
    assert made_by_delivery(first=DELIVERY_DATE, last=DELIVERY_DATE) == {
        DELIVERY_DATE: [(bread, DELIVERY_DATE, 10)]
    }


def test_what_is_fixed_is_made_when_its_order_says():
    jam = ProductFactory(made_days=2, lead_days=3)
    bundle = SlotFactory(bundle=BundleFactory(), category=jam.category).bundle
    EditionFactory(bundle=bundle, products=[jam])
    fixed_order(bundle=bundle)
    Product.objects.filter(pk=jam.pk).update(made_days=1)
    friday = DELIVERY_DATE - timedelta(days=4)

    assert list(made_by_delivery(first=friday)) == [friday]


def test_a_days_capacity_is_compared_with_all_that_is_made_on_it():
    bread = ProductFactory(daily_capacity=30)
    bundle = SlotFactory(bundle=BundleFactory(), category=bread.category).bundle
    for day in (DELIVERY_DATE, DELIVERY_DATE + timedelta(days=1)):
        EditionFactory(bundle=bundle, delivery_date=day, products=[bread])
        OrderFactory(bundle=bundle, headcount=20, delivery_date=day)

    days = what_to_make(Product.objects.all(), *FOUR_WEEKS)
    assert [(len(day.makings), day.too_much) for day in days] == [(1, set()), (1, set())]
    OrderFactory(bundle=bundle, headcount=20, delivery_date=DELIVERY_DATE)
    days = what_to_make(Product.objects.all(), *FOUR_WEEKS)
    assert [day.too_much for day in days] == [{bread.pk}, set()]
