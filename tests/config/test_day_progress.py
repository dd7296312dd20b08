"""The figures of a delivery day and the steps that follow from them."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.utils import translation

from config.day.progress import Cutoff, DayFigures, Progress, cutoffs, last_cutoff, read_figures, steps
from delivery.actions.driving import deliver_stop, fail_stop
from delivery.models import Stop
from orders.actions.event_order import cancel_order
from orders.actions.fulfil import issue_statement
from orders.actions.pack import pack_order
from orders.actions.purchase import accept_purchase_order, close_deadline
from orders.actions.receive import receive_purchase_order
from orders.models import PurchaseOrder
from tests import factories as f

pytestmark = pytest.mark.django_db
NOBODY = Progress(0, 0)


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    with translation.override("en"):
        yield


def unlocated_site(**fields: object) -> object:
    return f.SiteFactory(precision="none", latitude=None, longitude=None, **fields)


def shown(figures: DayFigures) -> list[tuple[str, str, str]]:
    return [(str(step.label), step.state, step.when) for step in steps(figures)]


def test_an_empty_day_has_only_open_steps() -> None:
    figures = read_figures(f.DELIVERY_DATE)
    assert figures == DayFigures(
        planned=0, orders={}, lines=0, purchase_orders={}, used_up=0, products=0,
        stops=0, stops_done=0, distance_m=0, vans=0,
        composed=NOBODY, fixed=NOBODY, acknowledged=NOBODY, received=NOBODY, packed=NOBODY, routed=NOBODY,
        dispatched=NOBODY, delivered=NOBODY, stated=NOBODY,
    )  # fmt: skip
    assert figures.is_empty
    assert {(state, when) for _, state, when in shown(figures)} == {("", "–")}


def test_a_day_at_its_cutoff_counts_what_is_made_what_waits_and_what_failed() -> None:
    bundle = f.bundle_with("bread", "tea")
    f.fixed_order(occurrence=f.OccurrenceFactory(standing_order__bundle=bundle))
    nowhere = f.StandingOrderFactory(bundle=bundle)
    nowhere.site = unlocated_site(organization=nowhere.organization)
    nowhere.save()
    f.fix(f.OccurrenceFactory(standing_order=nowhere), now=f.CUTOFF)
    later = f.CUTOFF + timedelta(hours=3)
    f.OccurrenceFactory(standing_order__bundle=bundle, cutoff_at=later)
    f.OrderFactory(bundle=bundle, cutoff_at=later)
    cancel_order(f.OrderFactory(bundle=bundle), actor=f.operator(), now=f.TUESDAY)
    f.OccurrenceFactory(rule_date=f.DELIVERY_DATE + timedelta(days=7))

    figures = read_figures(f.DELIVERY_DATE)

    assert figures.planned == 1
    assert figures.orders == {"confirmed": 1, "placed": 1, "cancelled": 1}
    assert (figures.order_count, figures.lines) == (2, 2)
    assert figures.fixed == Progress(done=1, total=4, troubled=1)
    assert figures.composed == Progress(1, 1)
    assert figures.purchase_orders == {"issued": figures.purchase_order_count}
    assert (figures.used_up, figures.products) == (0, 2)
    assert shown(figures) == [
        ("Previewed", "done", "1/1"),
        ("Cut off", "failed", "1/4"),
        ("Acknowledged", "current", f"0/{figures.purchase_order_count}"),
        ("Received", "", f"0/{figures.purchase_order_count}"),
        ("Packed", "", "0/1"),
        ("Routed", "", "0/1"),
        ("On the way", "", "0/1"),
        ("Delivered", "", "0/1"),
        ("Statements", "", "–"),
    ]
    assert cutoffs(f.DELIVERY_DATE) == [Cutoff(later, 2)]
    assert last_cutoff(f.DELIVERY_DATE) == later


def test_capacity_is_used_up_when_the_limit_is_reserved() -> None:
    f.CapacityFactory(limit=5, reserved=5)
    f.CapacityFactory(limit=5, reserved=4)
    f.CapacityFactory(limit=5, reserved=5, made_on=f.DELIVERY_DATE + timedelta(days=1))
    figures = read_figures(f.DELIVERY_DATE)
    assert (figures.used_up, figures.products) == (1, 2)


def test_an_overdue_answer_marks_the_step_until_the_goods_come() -> None:
    purchase_order = f.issued_purchase_order()
    close_deadline(purchase_order.pk, now=purchase_order.acknowledge_by)
    assert read_figures(f.DELIVERY_DATE).acknowledged == Progress(0, 1, 1)
    purchase_order.refresh_from_db()
    receive_purchase_order(purchase_order, actor=f.operator(), now=f.PLANNING_TIME)
    figures = read_figures(f.DELIVERY_DATE)
    assert (figures.acknowledged, figures.received) == (Progress(1, 1), Progress(1, 1))


def test_a_day_on_the_road_counts_stops_and_the_delivery_that_failed() -> None:
    orders = [f.fixed_order(), f.fixed_order()]
    for purchase_order in PurchaseOrder.objects.all():
        accept_purchase_order(purchase_order, actor=f.operator(), now=f.CUTOFF)
        receive_purchase_order(purchase_order, actor=f.operator(), now=f.PLANNING_TIME)
    for order in orders:
        pack_order(order, actor=f.operator(), now=f.PLANNING_TIME)
    plan = f.published_plan()
    route = f.started_route(orders[0])
    first, second = Stop.objects.order_by("sequence")
    courier = route.shift.courier
    deliver_stop(first, receiver_name="박수령", note="", actor=courier, now=f.DELIVERY_MORNING)
    fail_stop(second, reason="closed", note="", actor=courier, now=f.DELIVERY_MORNING)
    issue_statement(first.order_id, now=f.DELIVERY_MORNING)

    figures = read_figures(f.DELIVERY_DATE)

    assert (figures.stops, figures.stops_done, figures.vans) == (2, 2, 1)
    assert figures.distance_m == plan.distance_m
    assert figures.delivered == Progress(1, 2, 1)
    assert [(label, state) for label, state, _ in shown(figures) if state != "done"] == [
        ("Delivered", "failed")
    ]


def test_what_fits_on_no_route_marks_the_step() -> None:
    f.fixed_order()
    f.ShiftFactory(vehicle__max_weight_kg=1)
    f.published_plan()
    assert read_figures(f.DELIVERY_DATE).routed == Progress(0, 1, 1)
