"""A shortage meets the cut-off, another shortage, answers and packers at the same moment, on own connections.

On PostgreSQL nobody may wait crosswise: a deadlock is raised, and fails the test. SQLite lets one write after
the other; there it shows that everybody finds what the one before has left.
"""

from datetime import timedelta
from functools import partial

import pytest
from django.db.models import F, Sum

from bundles.models import Capacity, Product
from membership.models import Organization
from orders import cycle
from orders.actions.purchase import accept_purchase_order
from orders.actions.question import answer_shortage
from orders.actions.shortage import report_shortage
from orders.models import (
    CycleItem,
    Notification,
    Order,
    OrderLine,
    PurchaseOrder,
    PurchaseOrderLine,
    Shortage,
)
from tests.factories import (
    CUTOFF,
    BundleFactory,
    CapacityPoolFactory,
    CategoryFactory,
    EditionFactory,
    InstitutionFactory,
    OrderFactory,
    ProductFactory,
    SlotFactory,
    fixed_order,
    issued_purchase_order,
    operator,
    orderer,
)

from .test_concurrency import at_once
from .test_floor import or_refused

pytestmark = pytest.mark.django_db(transaction=True)
NOW = CUTOFF + timedelta(hours=18)
ROUNDS = 6


def crossing_pools() -> tuple[list[Product], list[Product]]:
    """Bread and coffee, two of each: every producer makes one of both kinds in one oven of its own."""
    bread, coffee = CategoryFactory(code="bread"), CategoryFactory(code="coffee")
    breads, coffees = [], []
    for _ in range(2):
        pool = CapacityPoolFactory(daily_capacity=2_000)
        own = {"producer": pool.producer, "pool": pool, "lead_days": 0}
        breads.append(ProductFactory(category=bread, **own))
        coffees.append(ProductFactory(category=coffee, **own))
    return breads, coffees


def bundle_of(*products: Product):  # type: ignore[no-untyped-def]
    bundle = BundleFactory(price=40_000)
    for product in products:
        SlotFactory(bundle=bundle, category=product.category)
    EditionFactory(bundle=bundle, products=list(products))
    return bundle


def test_shortages_of_crossing_pools_and_the_cut_off_do_not_wait_for_each_other_crosswise() -> None:
    breads, coffees = crossing_pools()
    forth, back = bundle_of(breads[0], coffees[1]), bundle_of(breads[1], coffees[0])
    hub = operator()
    for bundle in (forth, back):
        for _ in range(3):
            fixed_order(bundle=bundle)

    for round_ in range(ROUNDS):
        for nth in range(4):
            OrderFactory(bundle=(forth, back)[nth % 2])
        lines = list(PurchaseOrderLine.objects.filter(product__in=[breads[0].pk, coffees[0].pk]))
        works = [
            partial(or_refused, partial(report_shortage, line, line.coming - 3, actor=hub, now=NOW))
            for line in lines
        ]
        at_once(*works, partial(cycle.fix_due, now=CUTOFF), partial(cycle.fix_due, now=CUTOFF))
        assert not CycleItem.objects.filter(outcome="failed").exists(), round_

    cycle.fix_due(now=CUTOFF)
    assert not Order.objects.filter(status="placed").exists()
    check_units()


def check_units() -> None:
    """What is reserved, asked of producers and on the orders is the same."""
    coming = dict(
        OrderLine.objects.filter(quantity__gt=F("short_quantity"))
        .order_by()
        .values_list("product")
        .annotate(units=Sum(F("quantity") - F("short_quantity")))
    )
    assert {line.product_id: line.coming for line in PurchaseOrderLine.objects.all() if line.coming} == coming
    made = Capacity.objects.filter(pool=None, reserved__gt=0)
    assert dict(made.values_list("product", "reserved")) == coming


def test_two_people_who_answer_at_once_get_one_answer() -> None:
    office = InstitutionFactory(on_shortage=Organization.OnShortage.ASK_CREDIT)
    people = [orderer(office), orderer(office)]
    line = issued_purchase_order(organization=office).lines.get()
    for _ in range(2):
        ProductFactory(category=line.product.category, lead_days=0)
    (shortage,) = report_shortage(line, 5, actor=operator(), now=NOW)
    choices = [shortage.options.last().product_id, None]

    answers = at_once(
        *(
            partial(or_refused, partial(answer_shortage, shortage, choice, actor=person, now=NOW))
            for choice, person in zip(choices, people, strict=True)
        )
    )

    assert sorted(answers) == ["already_answered", "done"]
    row = Shortage.objects.get()
    substitute = row.substitute.product_id if row.substitute else None
    assert substitute == choices[answers.index("done")]
    assert row.events.count() == 2
    check_units()


@pytest.mark.parametrize("wish", [Organization.OnShortage.ASK_CREDIT, Organization.OnShortage.ASK_SUBSTITUTE])
@pytest.mark.parametrize("takes_it", [True, False])
def test_an_answer_at_the_deadline_or_the_default_but_never_both(wish: str, takes_it: bool) -> None:
    """Whoever comes first decides; money, capacity, producers and messages agree with it."""
    office = InstitutionFactory(on_shortage=wish)
    person = orderer(office)
    line = issued_purchase_order(organization=office).lines.get()
    ProductFactory(category=line.product.category, lead_days=0)
    (shortage,) = report_shortage(line, 5, actor=operator(), now=NOW)
    order = Order.objects.get()
    choice = shortage.options.get().product_id if takes_it else None
    deadline = shortage.answer_by
    assert deadline

    word, *_sweeps = at_once(
        partial(
            or_refused,
            partial(answer_shortage, shortage, choice, actor=person, now=deadline - timedelta(seconds=1)),
        ),
        *[lambda: str(cycle.settle_questions(now=deadline))] * 3,
    )

    row = Shortage.objects.get()
    by_default = (
        Shortage.Status.CREDITED if wish == Organization.OnShortage.ASK_CREDIT else Shortage.Status.REPLACED
    )
    chosen = Shortage.Status.REPLACED if takes_it else Shortage.Status.CREDITED
    # The same answer as the default is accepted after it, and changes nothing.
    assert word == ("done" if row.reason == "answered" or chosen == by_default else "already_answered")
    assert row.status == (chosen if row.reason == "answered" else by_default)
    assert row.reason in ("answered", "by_default")
    assert row.events.count() == 2
    assert not row.options.filter(shortage__status="asked").exists()
    assert not CycleItem.objects.filter(outcome="failed").exists()
    assert Notification.objects.filter(order=order, kind="order_changed", recipient=person).count() == 1
    assert Order.objects.get().gross == order.gross - row.credited
    check_units()


def test_two_reports_of_one_line_at_once_take_as_much_as_the_last_says() -> None:
    orders = [fixed_order(bundle=bundle) for bundle in [bundle_of(ProductFactory())] for _ in range(3)]
    line = PurchaseOrderLine.objects.get()
    ProductFactory(category=line.product.category, lead_days=0)
    hub = operator()

    at_once(
        *(partial(or_refused, partial(report_shortage, line, left, actor=hub, now=NOW)) for left in (20, 10)),
        partial(or_refused, partial(accept_purchase_order, line.purchase_order, actor=hub, now=NOW)),
    )

    line.refresh_from_db()
    assert line.coming in (10, 20)
    assert sum(row.coming for row in OrderLine.objects.filter(product=line.product)) == line.coming
    assert sum(order.gross for order in Order.objects.all()) == sum(order.gross for order in orders)
    assert PurchaseOrder.objects.get(pk=line.purchase_order_id).status == "short"
    check_units()
