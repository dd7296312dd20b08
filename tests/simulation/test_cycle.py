"""One delivery day from standing order to statement, by the scheduled tasks alone, each of them run twice."""

from datetime import date, datetime, time
from typing import Any

import pytest
from django.core import mail

from config.celery import app
from delivery.actions.driving import deliver_stop, fail_stop, start_route
from delivery.models import Route
from orders.actions.purchase import accept_purchase_order
from orders.actions.receive import receive_purchase_order
from orders.actions.shortage import report_shortage
from orders.cutoff import seoul
from orders.models import CycleRun, Occurrence, Order, PurchaseOrder, StandingOrder, Statement
from tests.factories import (
    CUTOFF,
    DELIVERY_DATE,
    DELIVERY_MORNING,
    PLANNING_TIME,
    TUESDAY,
    ShiftFactory,
    SiteFactory,
    StandingOrderFactory,
    bundle_with,
    operator,
    orderer,
    producer_user,
)
from tests.snapshot import everything

pytestmark = pytest.mark.django_db


@pytest.fixture
def sweep(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Any:
    """Run every task of the beat schedule at that time, and again; the second time nothing changes."""
    settings.ROUTE_SECONDS = 0.1
    app.loader.import_default_modules()

    def run(now: datetime) -> None:
        monkeypatch.setattr("membership.clock.now", lambda: now)
        for entry in settings.CELERY_BEAT_SCHEDULE.values():
            app.tasks[entry["task"]]()
            after = everything()
            app.tasks[entry["task"]]()
            assert everything() == after

    return run


def test_a_day_by_the_schedule(sweep: Any) -> None:
    hub = operator()
    person = orderer()
    organization = person.seats.get().organization
    bundle = bundle_with("bread", "coffee")
    standing = {"organization": organization, "bundle": bundle, "ends_on": DELIVERY_DATE}
    wanted = [StandingOrderFactory(**standing, site=SiteFactory(organization=organization)) for _ in range(3)]
    unlocated, broken = (StandingOrderFactory(ends_on=DELIVERY_DATE) for _ in range(2))
    unlocated.site.precision = "none"
    unlocated.site.save()
    StandingOrder.objects.filter(pk=broken.pk).update(rrule="every Tuesday")
    ShiftFactory()

    sweep(TUESDAY)
    assert set(Occurrence.objects.values_list("standing_order", "delivery_date", "status")) == {
        (row.pk, DELIVERY_DATE, "planned") for row in [*wanted, unlocated]
    }

    sweep(CUTOFF)
    assert sorted(Occurrence.objects.values_list("status", flat=True)) == ["failed"] + ["ordered"] * 3
    assert list(Order.objects.values_list("gross", flat=True)) == [40_000] * 3

    late, answering = PurchaseOrder.objects.order_by("pk")
    accept_purchase_order(answering, actor=producer_user(answering.producer), now=CUTOFF)
    report_shortage(answering.lines.get(), 25, actor=hub, now=CUTOFF)
    sweep(seoul(date(2026, 11, 27), time(15)))
    substitute = PurchaseOrder.objects.latest("pk")
    assert list(PurchaseOrder.objects.order_by("pk").values_list("pk", "status")) == [
        (late.pk, "overdue"),
        (answering.pk, "short"),
        (substitute.pk, "overdue"),
    ]

    for purchase_order in PurchaseOrder.objects.all():
        receive_purchase_order(purchase_order, actor=hub, now=PLANNING_TIME)
    sweep(PLANNING_TIME)
    route = Route.objects.get()
    assert route.stops.count() == 3

    start_route(route, actor=route.shift.courier, now=DELIVERY_MORNING)
    *handed_over, closed = route.stops.all()
    for stop in handed_over:
        deliver_stop(stop, receiver_name="박수령", note="", actor=route.shift.courier, now=DELIVERY_MORNING)
    fail_stop(closed, reason="closed", note="", actor=route.shift.courier, now=DELIVERY_MORNING)
    sweep(DELIVERY_MORNING)

    assert {statement.order for statement in Statement.objects.all()} == {stop.order for stop in handed_over}
    runs = CycleRun.objects.order_by("started_at", "pk").values_list("step", "done", "failed")
    assert list(runs) == [
        ("preview", 4, 1),
        ("compose", 2, 0),
        ("publish", 2, 0),
        ("fix", 3, 1),
        ("acknowledge", 2, 0),
        ("route", 1, 0),
        ("tell", 1, 0),
        ("statement", 2, 0),
    ]
    assert not CycleRun.objects.filter(finished_at=None).exists()
    # Confirmed, time of arrival and handed over or not for each order, and the substitute for one.
    mine = [message for message in mail.outbox if message.to == [person.email]]
    assert len(mine) == 3 * 3 + 1
