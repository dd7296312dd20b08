"""How far an order is, for the steps on its page."""

from datetime import timedelta

import pytest
from django.utils import translation

from orders.actions.fulfil import dispatch_order, fail_order
from orders.actions.pack import pack_order, unpack_line
from orders.models import Order
from orders.progress import order_steps
from tests.factories import CUTOFF, OrderFactory, fixed_order, operator

pytestmark = pytest.mark.django_db


def looks(order: Order) -> list[tuple[str, str]]:
    with translation.override("en"):
        return [(str(step["label"]), step["state"]) for step in order_steps(Order.objects.get(pk=order.pk))]


def test_a_failed_delivery_says_so_in_place_of_delivered() -> None:
    order, actor = fixed_order(), operator()
    dispatch_order(order, actor=actor, now=CUTOFF + timedelta(days=3))
    order.refresh_from_db()
    fail_order(order, reason="closed", actor=actor, now=CUTOFF + timedelta(days=3, hours=1))

    assert looks(order)[3:] == [("On the way", "done"), ("Delivery failed", "failed")]


def test_boxes_that_were_opened_again_are_to_be_packed() -> None:
    order, actor = fixed_order(), operator()
    pack_order(order, actor=actor, now=CUTOFF)
    assert looks(order)[1:3] == [("Confirmed", "done"), ("Packed", "current")]

    unpack_line(order.lines.get(), actor=actor, now=CUTOFF)

    assert looks(order)[1:3] == [("Confirmed", "current"), ("Packed", "")]


def test_an_order_that_was_not_made_says_so_in_place_of_confirmed() -> None:
    order = OrderFactory()
    order.events.create(was="", to="placed", at=CUTOFF)
    Order.objects.filter(pk=order.pk).update(status="failed")

    assert looks(order)[:2] == [("Ordered", "done"), ("Not ordered", "failed")]
