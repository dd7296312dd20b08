"""Packed, dispatched, delivered or failed, with one statement: each once, however often it is said."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from orders import cycle
from orders.actions.fulfil import deliver_order, dispatch_order, fail_order, issue_statement
from orders.actions.pack import pack_order
from orders.exceptions import NotPossible
from orders.models import CycleItem, Notification, Order, Statement
from tests.factories import (
    CUTOFF,
    DELIVERY_MORNING,
    OrderFactory,
    SiteFactory,
    fixed_order,
    operator,
    orderer,
)
from tests.snapshot import everything

pytestmark = pytest.mark.django_db
NOW = DELIVERY_MORNING


def dispatched() -> Order:
    person = orderer()
    organization = person.seats.get().organization
    order = fixed_order(organization=organization, site=SiteFactory(organization=organization))
    return dispatch_order(order, actor=operator(), now=NOW)


def test_packing_and_dispatching_are_steps_done_once() -> None:
    order, hub = fixed_order(), operator()

    pack_order(order, actor=hub, now=CUTOFF)
    dispatch_order(order, actor=hub, now=NOW)
    after = everything()
    dispatch_order(order, actor=hub, now=NOW + timedelta(hours=1))

    assert list(order.events.values_list("was", "to", "at"))[1:] == [
        ("confirmed", "packed", CUTOFF),
        ("packed", "dispatched", NOW),
    ]
    assert everything() == after
    with pytest.raises(NotPossible, match="wrong_state"):
        pack_order(order, actor=hub, now=NOW)


def test_a_delivery_is_told_once_even_by_a_stale_page() -> None:
    order = dispatched()
    stale = Order.objects.get(pk=order.pk)
    hub = operator()

    deliver_order(order, actor=hub, now=NOW, note="박수령")
    after = everything()
    deliver_order(stale, actor=hub, now=NOW, note="박수령")

    assert everything() == after
    assert Notification.objects.filter(kind="order_delivered").count() == 1


def test_a_failed_delivery_keeps_the_first_reason_even_for_a_stale_page() -> None:
    order = dispatched()
    stale = Order.objects.get(pk=order.pk)
    hub = operator()

    fail_order(order, reason="문이 잠김", actor=hub, now=NOW)
    after = everything()
    fail_order(stale, reason="다른 이유", actor=hub, now=NOW)

    assert everything() == after
    order.refresh_from_db()
    assert (order.status, order.reason, order.detail) == ("failed", "delivery_failed", "문이 잠김")
    # The orderer and both operators.
    assert Notification.objects.filter(kind="order_failed").count() == 3


@pytest.mark.parametrize("act", [pack_order, dispatch_order, deliver_order])
def test_an_order_before_its_cutoff_goes_nowhere(act: Callable[..., Order]) -> None:
    order, hub = OrderFactory(), operator()
    before = everything()

    with pytest.raises(NotPossible, match="wrong_state"):
        act(order, actor=hub, now=NOW)
    assert everything() == before


def test_each_delivered_order_gets_one_statement() -> None:
    delivered, underway = dispatched(), dispatched()
    deliver_order(delivered, actor=operator(), now=NOW)

    (run,) = cycle.issue_statements(now=NOW)
    after = everything()

    statement = Statement.objects.get()
    assert (statement.order, statement.number, statement.issued_at) == (
        delivered,
        f"S{delivered.number}",
        NOW,
    )
    assert (run.step, run.done) == ("statement", 1)
    assert CycleItem.objects.get(run=run).organization == delivered.organization
    assert cycle.issue_statements(now=NOW + timedelta(days=1)) == []
    assert issue_statement(delivered.pk, now=NOW) is None
    assert issue_statement(underway.pk, now=NOW) is None
    assert everything() == after
