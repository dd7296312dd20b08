"""The cut-off: what is due becomes an order exactly once, or is kept with the reason why not."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bundles.exceptions import CapacityShort
from bundles.models import Capacity
from membership.models import Site
from orders import cycle, fixing, tasks
from orders.actions import fix as fix_module
from orders.actions import ledger
from orders.cutoff import seoul
from orders.models import (
    CycleItem,
    CycleRun,
    Notification,
    Occurrence,
    Order,
    OrderLine,
    PurchaseOrder,
    PurchaseOrderLine,
)
from orders.querysets import OccurrenceQuerySet, OrderQuerySet
from tests.factories import (
    CUTOFF,
    DELIVERY_DATE,
    TUESDAY,
    BundleFactory,
    CapacityFactory,
    CategoryFactory,
    EditionFactory,
    OccurrenceFactory,
    OrderFactory,
    ProductFactory,
    SiteFactory,
    SlotFactory,
    StandingOrderFactory,
    bundle_with,
    fix,
    fixed_order,
    operator,
    orderer,
    viewer,
)
from tests.snapshot import everything

pytestmark = pytest.mark.django_db


def items() -> list[tuple[str, str]]:
    return list(CycleItem.objects.filter(run__step="fix").order_by("pk").values_list("outcome", "reason"))


def told() -> set[tuple[str, str]]:
    return set(Notification.objects.values_list("recipient__email", "kind"))


def test_fix_due_makes_each_order_once() -> None:
    occurrence, order = OccurrenceFactory(), OrderFactory()

    runs = cycle.fix_due(now=CUTOFF)
    after = everything()

    assert [(run.done, run.skipped, run.failed) for run in runs] == [(1, 0, 0), (1, 0, 0)]
    occurrence.refresh_from_db()
    order.refresh_from_db()
    assert (occurrence.status, occurrence.order.status, order.status) == ("ordered", "confirmed", "confirmed")
    assert list(occurrence.order.events.values_list("was", "to")) == [("", "placed"), ("placed", "confirmed")]
    assert cycle.fix_due(now=CUTOFF + timedelta(days=1)) == []
    assert fix(occurrence, now=CUTOFF) is None
    assert fix(order, now=CUTOFF) is None
    assert everything() == after


def test_nothing_is_due_before_the_cutoff_and_nothing_is_written() -> None:
    OccurrenceFactory()
    OrderFactory()
    before = everything()

    assert cycle.fix_due(now=CUTOFF - timedelta(seconds=1)) == []
    assert everything() == before


def test_fix_due_of_one_day_leaves_the_others() -> None:
    OccurrenceFactory()
    other = OccurrenceFactory(rule_date=date(2026, 12, 2))

    cycle.fix_due(now=CUTOFF, day=DELIVERY_DATE)

    assert Order.objects.get().delivery_date == DELIVERY_DATE
    other.refresh_from_db()
    assert other.status == "planned"


def test_a_service_that_stood_still_for_days_composes_and_fixes_what_fell_due() -> None:
    OccurrenceFactory()

    order = fixed_order(occurrence=Occurrence.objects.get(), now=seoul(date(2026, 11, 30), time(9)))

    assert order.lines.get().quantity == 10


@pytest.mark.parametrize(("headcount", "price"), [(10, 60_000), (7, 42_000), (33, 198_000), (1, 6_000)])
def test_lines_add_up_to_the_price_of_the_bundle(headcount: int, price: int) -> None:
    bundle = bundle_with("bread", "coffee", "fruit")
    for category, list_price, tax_type in [("bread", 1990, "taxable"), ("fruit", 3330, "exempt")]:
        CategoryFactory(code=category).products.update(list_price=list_price, tax_type=tax_type)

    order = fixed_order(bundle=bundle, headcount=headcount)

    lines = list(order.lines.all())
    assert order.gross == price
    assert (sum(line.gross for line in lines), sum(line.supply for line in lines)) == (price, order.supply)
    assert order.vat == sum(line.vat for line in lines) == price - order.supply
    exempt = next(line for line in lines if line.tax_type == "exempt")
    assert (exempt.supply, exempt.vat) == (exempt.gross, 0)
    for line in lines:
        assert abs(line.gross - price * line.list_price / (2000 + 1990 + 3330)) < 1


def test_the_price_at_which_an_event_was_ordered_holds() -> None:
    order = OrderFactory()
    order.bundle.price = 90_000
    order.bundle.save()

    fix(order, now=CUTOFF)

    order.refresh_from_db()
    assert (order.gross, order.supply, order.vat) == (20_000, 18_182, 1_818)


def test_a_fixed_order_keeps_what_it_copied() -> None:
    order = fixed_order()
    before = (list(Order.objects.values()), list(OrderLine.objects.values()))
    product = order.lines.get().product
    product.name, product.list_price, product.supply_price = "다른 이름", 9_000, 8_000
    product.save()
    for thing in (order.site, order.organization, order.bundle, product.producer):
        thing.name = "다른 이름"
        thing.save()

    cycle.fix_due(now=CUTOFF)

    assert (list(Order.objects.values()), list(OrderLine.objects.values())) == before


def test_capacity_is_reserved_with_the_order() -> None:
    bundle = bundle_with("bread")
    first = fixed_order(bundle=bundle, headcount=12)
    second = fixed_order(bundle=bundle, headcount=30)

    product = first.lines.get().product
    assert second.lines.get().product == product
    row = Capacity.objects.get(made_on=DELIVERY_DATE)
    assert (row.product, row.limit, row.reserved) == (product, 200, 42)


def scarce_bundle(**stand_in: Any) -> tuple[Any, Any]:
    """A bundle whose product has room for ten people, and another product of its category."""
    category = CategoryFactory(code="bread")
    scarce = ProductFactory(category=category, daily_capacity=10)
    other = ProductFactory(category=category, **stand_in)
    bundle = SlotFactory(bundle=BundleFactory(), category=category).bundle
    EditionFactory(bundle=bundle, products=[scarce])
    return bundle, other


def test_a_stand_in_comes_when_the_capacity_is_used_up() -> None:
    bundle, other = scarce_bundle(servings=4, list_price=8_400, supply_price=6_000)
    fixed_order(bundle=bundle)

    line = fixed_order(bundle=bundle).lines.get()

    assert (line.product, line.quantity, line.gross) == (other, 3, 20_000)
    capacities = Capacity.objects.order_by("product").values_list("limit", "reserved")
    assert list(capacities) == [(10, 10), (200, 3)]


def test_a_stand_in_comes_for_a_product_that_was_withdrawn() -> None:
    bundle, other = scarce_bundle()
    withdrawn = bundle.editions.get().items.get().product
    withdrawn.is_active = False
    withdrawn.save()

    assert fixed_order(bundle=bundle).lines.get().product == other
    assert not Capacity.objects.filter(product=withdrawn).exists()


def test_a_stand_in_fills_a_slot_of_fixed_units_with_as_many() -> None:
    category = CategoryFactory(code="banner")
    scarce = ProductFactory(category=category, daily_capacity=0, servings=10, list_price=20_000)
    other = ProductFactory(category=category, servings=8, list_price=17_000)
    bundle = SlotFactory(
        bundle=BundleFactory(price=60_000), category=category, servings_per_person=0, fixed_quantity=2
    ).bundle
    EditionFactory(bundle=bundle, products=[scarce])

    line = fixed_order(bundle=bundle).lines.get()

    assert (line.product, line.quantity) == (other, 2)


def test_short_capacity_fails_that_order_and_the_others_go_through() -> None:
    bundle, other = scarce_bundle(daily_capacity=15)
    person, hub = orderer(), operator()
    viewer(person.seats.get().organization)
    for headcount in (10, 15):
        OccurrenceFactory(standing_order__bundle=bundle, standing_order__headcount=headcount)
    unlucky = OccurrenceFactory(
        standing_order__bundle=bundle, standing_order__organization=person.seats.get().organization
    )
    lucky = OccurrenceFactory(standing_order__bundle=bundle_with("coffee"))

    (run,) = cycle.fix_due(now=CUTOFF)

    assert (run.done, run.skipped, run.failed) == (3, 0, 1)
    assert items() == [("done", ""), ("done", ""), ("failed", "capacity_short"), ("done", "")]
    unlucky.refresh_from_db()
    lucky.refresh_from_db()
    assert (unlucky.status, unlucky.reason, lucky.status) == ("failed", "capacity_short", "ordered")
    assert told() == {(person.email, "order_not_made"), (hub.email, "order_not_made")}
    bread = Capacity.objects.filter(product__category__code="bread").order_by("product")
    assert list(bread.values_list("limit", "reserved")) == [(10, 10), (15, 15)]
    item = CycleItem.objects.get(outcome="failed")
    assert (item.organization, item.delivery_date, item.subject_id) == (
        unlucky.standing_order.organization,
        DELIVERY_DATE,
        unlucky.pk,
    )


def test_a_failed_attempt_reserves_nothing() -> None:
    bundle = bundle_with("bread", "coffee")
    edition = EditionFactory(bundle=bundle)
    for product in CategoryFactory(code="coffee").products.all():
        CapacityFactory(product=product, limit=9)
    order = OrderFactory(bundle=bundle)

    cycle.fix_due(now=CUTOFF)

    order.refresh_from_db()
    assert (order.status, order.reason) == ("failed", "capacity_short")
    assert edition.items.count() == 2
    assert not Capacity.objects.filter(reserved__gt=0).exists()
    assert not OrderLine.objects.exists()
    assert not PurchaseOrder.objects.exists()


def break_site(occurrence: Occurrence) -> None:
    Site.objects.filter(pk=occurrence.standing_order.site_id).update(precision="district")


def break_bundle(occurrence: Occurrence) -> None:
    occurrence.standing_order.bundle.slots.all().delete()


def break_products(occurrence: Occurrence) -> None:
    for slot in occurrence.standing_order.bundle.slots.all():
        slot.category.products.update(is_active=False)


@pytest.mark.parametrize(
    ("break_it", "now", "reason"),
    [
        (break_site, CUTOFF, "unlocated_site"),
        (break_bundle, CUTOFF, "no_slots"),
        (break_products, CUTOFF, "no_product"),
        (lambda occurrence: None, seoul(date(2026, 11, 30), time(16)), "too_late"),
    ],
)
def test_what_cannot_be_made_is_kept_with_its_reason(
    break_it: Callable[[Occurrence], None], now: datetime, reason: str
) -> None:
    broken = OccurrenceFactory()
    break_it(broken)

    cycle.fix_due(now=now)
    after = everything()

    broken.refresh_from_db()
    assert (broken.status, broken.reason) == ("failed", reason)
    assert items() == [("failed", reason)]
    assert not Order.objects.exists()
    assert cycle.fix_due(now=now) == []
    assert everything() == after


def test_an_event_order_that_cannot_be_made_fails_with_its_reason() -> None:
    person = orderer()
    organization = person.seats.get().organization
    order = OrderFactory(organization=organization, site=SiteFactory(organization=organization))
    Site.objects.update(precision="none")

    cycle.fix_due(now=CUTOFF)

    order.refresh_from_db()
    assert (order.status, order.reason, order.detail) == ("failed", "unlocated_site", order.site_name)
    assert told() == {(person.email, "order_not_made")}


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"status": "ended"}, "standing_order_ended"),
        ({"organization__is_active": False}, "institution_inactive"),
    ],
)
def test_a_standing_order_that_does_not_run_is_skipped_with_the_reason(
    changes: dict[str, Any], reason: str
) -> None:
    occurrence = OccurrenceFactory(standing_order=StandingOrderFactory(**changes))

    (run,) = cycle.fix_due(now=CUTOFF)

    occurrence.refresh_from_db()
    assert (occurrence.status, occurrence.reason) == ("skipped", reason)
    assert (run.done, run.skipped, run.failed) == (0, 1, 0)
    assert items() == [("skipped", reason)]
    assert not Order.objects.exists()
    assert told() == set()


def test_an_unexpected_error_is_that_order_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    broken, sound = OccurrenceFactory(), OccurrenceFactory()
    make_lines = fixing._lines

    def fragile(due: fixing.Due, *night: Any) -> fixing.Lines:
        lines = make_lines(due, *night)
        if due.key == broken.pk:
            raise ZeroDivisionError
        return lines

    monkeypatch.setattr(fixing, "_lines", fragile)
    cycle.fix_due(now=CUTOFF)

    broken.refresh_from_db()
    assert (broken.status, broken.reason, broken.detail) == ("failed", "unexpected", "ZeroDivisionError")
    assert items() == [("failed", "unexpected"), ("done", "")]
    assert Order.objects.get().occurrence == sound


@pytest.mark.parametrize("make", [OccurrenceFactory, OrderFactory])
def test_whoever_was_too_slow_thinks_again(make: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    row, reserve, tries = make(), fix_module.reserve_capacity, []

    def slow(needs: Any) -> None:
        tries.append(needs)
        if len(tries) == 1:
            raise CapacityShort("빵", 10, 0)
        reserve(needs)

    monkeypatch.setattr(fix_module, "reserve_capacity", slow)
    cycle.fix_due(now=CUTOFF)

    order = Order.objects.get()
    assert (order.status, order.lines.count()) == ("confirmed", 1)
    assert order.events.filter(to="confirmed").count() == 1
    assert (len(tries), items()) == (2, [("done", "")])
    row.refresh_from_db()
    assert row.status in ("ordered", "confirmed")


def test_what_the_database_refuses_is_halved_down_to_the_culprit(monkeypatch: pytest.MonkeyPatch) -> None:
    bundle = bundle_with("bread")
    rows = [OccurrenceFactory(standing_order__bundle=bundle) for _ in range(7)]
    culprit = rows[4]
    priced = fixing._lines

    def wrong(due: fixing.Due, *night: Any) -> fixing.Lines:
        lines = priced(due, *night)
        return [replace(line, vat=line.vat + 1) for line in lines] if due.key == culprit.pk else lines

    monkeypatch.setattr(fixing, "_lines", wrong)
    (run,) = cycle.fix_due(now=CUTOFF)

    assert (run.done, run.failed) == (6, 1)
    culprit.refresh_from_db()
    assert (culprit.status, culprit.reason, culprit.detail) == ("failed", "unexpected", "IntegrityError")
    assert sorted(Order.objects.values_list("occurrence", flat=True)) == sorted(
        row.pk for row in rows if row != culprit
    )
    assert CycleItem.objects.get(outcome="failed").subject_id == culprit.pk
    assert Capacity.objects.get().reserved == PurchaseOrderLine.objects.get().ordered == 60


@pytest.mark.parametrize("is_event", [True, False])
@pytest.mark.parametrize("precision", ["building", "district"])
def test_as_many_queries_for_one_order_as_for_thirty(is_event: bool, precision: str) -> None:
    bundle = bundle_with("bread", "coffee")
    taken = []
    for count, day in [(1, DELIVERY_DATE), (3, date(2026, 12, 2)), (30, date(2026, 12, 3))]:
        EditionFactory(bundle=bundle, delivery_date=day)
        for _ in range(count):
            due_order(is_event, bundle, day)
        Site.objects.update(precision=precision)
        with CaptureQueriesContext(connection) as queries:
            cycle.fix_due(now=CUTOFF)
        taken.append(len(queries))

    assert CycleItem.objects.count() == 34
    assert taken == [taken[0]] * 3


def due_order(is_event: bool, bundle: Any, day: date) -> None:
    """An order of an institution of its own, with somebody to tell."""
    own = {"organization": orderer().seats.get().organization, "bundle": bundle, "headcount": 5}
    if is_event:
        OrderFactory(**own, delivery_date=day)
    else:
        OccurrenceFactory(standing_order=StandingOrderFactory(**own), rule_date=day)


@pytest.mark.parametrize("count", [4, 5])
def test_a_long_night_is_shared_where_the_database_lets_workers_share(
    count: int, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.FIX_BATCH_SIZE, bundle, asked = 1, bundle_with("bread"), []
    for _ in range(count):
        OccurrenceFactory(standing_order__bundle=bundle)
    monkeypatch.setattr(tasks.fix_due_orders, "apply_async", lambda **options: asked.append(options))
    monkeypatch.setattr(tasks.clock, "now", lambda: CUTOFF)

    tasks.fix_due_orders()

    is_shared = connection.features.has_select_for_update_skip_locked and count == 5
    assert asked == [{"expires": settings.SWEEP_SECONDS}] * is_shared
    assert items() == [("done", "")] * count


def test_deed_and_ledger_row_are_written_together(monkeypatch: pytest.MonkeyPatch) -> None:
    OccurrenceFactory()

    def die(*args: Any, **kwargs: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(ledger, "_record", die)
        with pytest.raises(KeyboardInterrupt):
            cycle.fix_due(now=CUTOFF)
    assert (Order.objects.count(), Capacity.objects.count()) == (0, 0)
    assert Occurrence.objects.get().status == "planned"

    cycle.fix_due(now=CUTOFF)
    assert items() == [("done", "")]
    assert list(CycleRun.objects.order_by("pk").values_list("done", "finished_at")) == [
        (0, None),
        (1, CUTOFF),
    ]


def test_another_workers_word_holds_when_an_attempt_is_undone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Undoing an attempt frees the row: whoever waited for it may have made the order by then."""
    occurrence, order = OccurrenceFactory(), OrderFactory()
    fix(occurrence)
    fix(order)
    after = everything()

    # As if both had been due when this worker looked.
    monkeypatch.setattr(OccurrenceQuerySet, "due", lambda rows, now: rows)
    monkeypatch.setattr(OrderQuerySet, "due", lambda rows, now: rows)
    assert fix(occurrence, now=CUTOFF) is None
    assert fix(order, now=CUTOFF) is None
    assert everything() == after


def test_a_moved_delivery_is_fixed_for_its_new_day() -> None:
    occurrence = OccurrenceFactory(
        rule_date=date(2026, 12, 25),
        delivery_date=date(2026, 12, 24),
        cutoff_at=seoul(date(2026, 12, 21), time(15)),
    )

    order = fixed_order(occurrence=occurrence, now=seoul(date(2026, 12, 21), time(15)))

    assert order.delivery_date == date(2026, 12, 24)
    assert order.number.startswith("261224-")
    assert order.placed_at > TUESDAY
