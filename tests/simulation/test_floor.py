"""Two people at the hub's tables at once, each on a connection of its own."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest

from orders.actions.call_off import call_off_order
from orders.actions.pack import pack_line, unpack_line
from orders.actions.receive import receive_line
from orders.actions.shortage import report_shortage
from orders.exceptions import NotPossible
from orders.models import Order, OrderLine, PackedLine, PurchaseOrder, PurchaseOrderLine, Shortage
from tests.factories import CUTOFF, bundle_with, fixed_order, issued_purchase_order, operator

from .test_concurrency import at_once

pytestmark = pytest.mark.django_db(transaction=True)
NOW = CUTOFF + timedelta(days=3)


def or_refused(act: Callable[[], object]) -> str:
    try:
        act()
    except NotPossible as error:
        return error.reason
    return "done"


def test_two_packers_at_one_order_lose_no_tick() -> None:
    order = fixed_order(bundle=bundle_with("bread", "coffee", "fruit", "tea"))
    lines = list(order.lines.all())
    packers = [operator(), operator()]

    # Both take every line, from either end.
    at_once(
        *(
            partial(lambda own, packer: [pack_line(line, actor=packer, now=NOW) for line in own], own, packer)
            for own, packer in zip((lines, lines[::-1]), packers, strict=True)
        )
    )

    assert set(PackedLine.objects.values_list("order_line", flat=True)) == {line.pk for line in lines}
    assert Order.objects.get().status == "packed"
    assert order.events.filter(to="packed").count() == 1


def test_packing_the_last_line_while_another_is_taken_out_leaves_no_packed_order_with_a_gap() -> None:
    order = fixed_order(bundle=bundle_with("bread", "coffee"))
    one, two = order.lines.all()
    hub = operator()
    pack_line(one, actor=hub, now=NOW)

    at_once(partial(pack_line, two, actor=hub, now=NOW), partial(unpack_line, one, actor=hub, now=NOW))

    assert Order.objects.get().status == "confirmed"
    assert list(PackedLine.objects.values_list("order_line", flat=True)) == [two.pk]


def test_two_counts_of_one_line_make_one() -> None:
    line = issued_purchase_order().lines.get()
    hub = operator()

    answers = at_once(
        *(partial(or_refused, partial(receive_line, line, units, actor=hub, now=NOW)) for units in (10, 8))
    )

    row = PurchaseOrderLine.objects.get()
    assert sorted(answers) == ["already_received", "done"]
    assert row.received == [10, 8][answers.index("done")]
    assert sum(Shortage.objects.values_list("quantity", flat=True)) == 10 - row.received
    assert PurchaseOrder.objects.get().events.filter(to="received").count() == 1


def test_a_shortage_and_a_packer_at_once_leave_boxes_that_hold_what_is_promised() -> None:
    orders = [fixed_order(bundle=bundle) for bundle in [bundle_with("bread")] for _ in range(4)]
    line = PurchaseOrderLine.objects.get()
    hub = operator()
    packs = [partial(or_refused, partial(pack_line, o.lines.get(), actor=hub, now=NOW)) for o in orders]

    at_once(partial(report_shortage, line, 25, actor=hub, now=NOW), *packs)

    line.refresh_from_db()
    assert sum(row.coming for row in OrderLine.objects.filter(product=line.product)) == line.coming == 25
    for order in Order.objects.all():
        left = order.lines.to_pack().exists()
        assert (order.status == "packed") == (not left and order.lines.filter(packed__isnull=False).exists())


def test_an_order_called_off_while_its_goods_run_short_leaves_what_is_asked_equal_to_what_is_promised() -> (
    None
):
    orders = [fixed_order(bundle=bundle) for bundle in [bundle_with("bread")] for _ in range(4)]
    line = PurchaseOrderLine.objects.get()
    hub = operator()

    at_once(
        partial(or_refused, partial(report_shortage, line, 25, actor=hub, now=NOW)),
        partial(or_refused, partial(call_off_order, orders[3], reason="휴관", actor=hub, now=NOW)),
        partial(or_refused, partial(call_off_order, orders[0], reason="휴관", actor=hub, now=NOW)),
    )

    line.refresh_from_db()
    lines = OrderLine.objects.filter(product=line.product).exclude(order__status="cancelled")
    assert sum(row.coming for row in lines) == line.coming
    assert Order.objects.filter(status="cancelled").count() == 2
