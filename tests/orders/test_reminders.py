"""Producers are reminded once before their deadline; at the deadline the hub learns whom to call."""

from datetime import date, time, timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.test import override_settings

from orders import cycle
from orders.actions.purchase import accept_purchase_order
from orders.cutoff import seoul
from orders.models import CycleItem, Notification, Order, PurchaseOrder
from orders.tasks import remind_producers
from tests.factories import (
    CUTOFF,
    DELIVERY_DATE,
    ProducerFactory,
    fixed_order,
    issued_purchase_order,
    operator,
    producer_user,
)
from tests.snapshot import everything

pytestmark = pytest.mark.django_db
# The next business day after the cut-off on Thursday, at three o'clock.
DEADLINE = seoul(date(2026, 11, 27), time(15))
NEAR = DEADLINE - timedelta(hours=4)


def told(kind: str) -> list[tuple[str, str]]:
    rows = Notification.objects.filter(kind=kind).order_by("pk")
    return list(rows.values_list("recipient__email", "purchase_order__number"))


def test_a_producer_is_reminded_once_so_many_hours_before_its_deadline() -> None:
    purchase_order = issued_purchase_order()
    person = producer_user(purchase_order.producer)
    before = everything()

    assert cycle.remind_producers(now=NEAR - timedelta(seconds=1)) == []
    assert everything() == before
    (run,) = cycle.remind_producers(now=NEAR)
    after = everything()

    assert told("po_reminder") == [(person.email, purchase_order.number)]
    assert (run.step, run.done) == ("remind", 1)
    assert CycleItem.objects.get(run=run).subject == purchase_order.number
    assert PurchaseOrder.objects.get().reminded_at == NEAR
    assert cycle.remind_producers(now=DEADLINE - timedelta(minutes=1)) == []
    assert everything() == after


def test_whoever_answered_is_left_in_peace() -> None:
    purchase_order = issued_purchase_order()
    accept_purchase_order(purchase_order, actor=producer_user(purchase_order.producer), now=CUTOFF)

    assert cycle.remind_producers(now=NEAR) == []


def test_after_the_deadline_it_is_too_late_for_a_reminder() -> None:
    issued_purchase_order()

    assert cycle.remind_producers(now=DEADLINE) == []


def test_a_new_deadline_is_reminded_of_anew() -> None:
    purchase_order = issued_purchase_order()
    person = producer_user(purchase_order.producer)
    cycle.remind_producers(now=NEAR)
    accept_purchase_order(purchase_order, actor=person, now=NEAR)
    fixed_order(bundle=Order.objects.get().bundle, now=NEAR)  # asks again, until Monday

    assert cycle.remind_producers(now=DEADLINE) == []
    (run,) = cycle.remind_producers(now=seoul(date(2026, 11, 30), time(11)))

    assert run.done == 1
    assert len(told("po_reminder")) == 2


@override_settings(PRODUCER_REMINDER_HOURS=0)
def test_no_hours_mean_no_reminder() -> None:
    issued_purchase_order()

    for hours in range(24):
        assert cycle.remind_producers(now=DEADLINE - timedelta(hours=hours)) == []


def test_the_task_reminds_by_the_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    purchase_order = issued_purchase_order()
    person = producer_user(purchase_order.producer)
    monkeypatch.setattr("membership.clock.now", lambda: NEAR)

    remind_producers()
    remind_producers()

    assert told("po_reminder") == [(person.email, purchase_order.number)]


def test_run_cycle_reminds_for_its_day_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    own = issued_purchase_order()
    other = issued_purchase_order(day=DELIVERY_DATE + timedelta(days=1))
    for purchase_order in (own, other):
        producer_user(purchase_order.producer)
    monkeypatch.setattr("membership.clock.now", lambda: NEAR)

    for _ in range(2):
        call_command("run_cycle", date=str(DELIVERY_DATE), json=True, stdout=StringIO())

    assert [number for _, number in told("po_reminder")] == [own.number]


def test_operators_are_told_whom_to_call() -> None:
    hub = operator()
    producer = ProducerFactory(phone="02-777-1234")
    person = producer_user(producer, name="제빵이", phone="010-1111-2222")
    issued_purchase_order(producer)

    cycle.close_deadlines(now=DEADLINE)

    rows = Notification.objects.filter(kind="po_overdue").values_list("recipient", "detail")
    assert dict(rows) == {person.pk: "", hub.pk: "02-777-1234 · 제빵이 010-1111-2222"}
