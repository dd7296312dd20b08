"""What is counted at the door is final: the quantities, and the money of what wasn't handed over."""

import pytest
from django.utils import translation

from bundles.vat import split
from orders.actions.fulfil import deliver_order, dispatch_order
from orders.actions.inspect import Counted
from orders.exceptions import NotPossible
from orders.models import InspectedLine, Notification, Order, Shortage
from tests.factories import (
    DELIVERY_MORNING,
    EditionFactory,
    bundle_with,
    fixed_order,
    operator,
    orderer,
)
from tests.snapshot import everything

pytestmark = pytest.mark.django_db
NOW = DELIVERY_MORNING


def on_the_road(*categories: str) -> Order:
    bundle = bundle_with(*(categories or ("bread",)))
    EditionFactory(bundle=bundle)
    order = fixed_order(organization=orderer().seats.get().organization, bundle=bundle)
    return dispatch_order(order, actor=operator(), now=NOW)


def hand_over(order: Order, *counted: Counted) -> Order:
    hub = order.events.get(to="dispatched").actor
    return deliver_order(order, actor=hub, now=NOW, counted=counted)


def inspected() -> list[tuple[int, int, str, int]]:
    rows = InspectedLine.objects.order_by("order_line")
    return list(rows.values_list("quantity", "missing", "reason", "credited"))


def test_what_was_not_counted_was_handed_over_in_full() -> None:
    order = on_the_road()
    price = order.gross

    delivered = hand_over(order)

    assert inspected() == [(10, 0, "", 0)]
    assert delivered.gross == price


def test_units_that_were_not_handed_over_are_credited_with_their_reason() -> None:
    order = on_the_road()
    line = order.lines.get()
    price = line.gross

    hand_over(order, Counted(line.pk, 7, "damaged"))

    line.refresh_from_db()
    order.refresh_from_db()
    assert inspected() == [(7, 3, "damaged", price * 3 // 10)]
    assert (line.coming, line.short_quantity, line.gross) == (7, 3, price * 7 // 10)
    assert (line.supply, line.vat) == split(line.gross, True)
    assert (order.gross, order.supply, order.vat) == (line.gross, line.supply, line.vat)
    # It is nobody's shortage: the producer brought what was ordered.
    assert not Shortage.objects.exists()


@pytest.mark.parametrize("bread", [0, 1, 9, 10])
@pytest.mark.parametrize("tea", [1, 3, 10])
def test_no_won_is_lost_between_what_is_paid_and_what_is_credited(bread: int, tea: int) -> None:
    order = on_the_road("bread", "tea")
    price = order.gross
    counts = zip(order.lines.order_by("pk"), (bread, tea), strict=True)

    hand_over(order, *(Counted(line.pk, units, "missing" if units < 10 else "") for line, units in counts))

    order.refresh_from_db()
    lines = list(order.lines.order_by("pk"))
    assert [line.coming for line in lines] == [line.inspected.quantity for line in lines] == [bread, tea]
    assert order.gross + sum(line.inspected.credited for line in lines) == price
    assert order.gross == sum(line.gross for line in lines) == order.supply + order.vat


def test_institution_and_hub_are_told_what_is_missing() -> None:
    order = on_the_road()
    line = order.lines.get()

    with translation.override("en"):
        hand_over(order, Counted(line.pk, 9, "missing"))

    told = Notification.objects.filter(kind="order_delivered").values_list("detail", flat=True)
    assert set(told) == {f"{line.product_name} −1 (not in the boxes)"}
    assert len(told) == 2


@pytest.mark.parametrize(
    ("quantity", "reason", "refusal"),
    [
        (11, "", "wrong_quantity"),
        (-1, "missing", "wrong_quantity"),
        (9, "", "reason_missing"),
        (10, "damaged", "reason_missing"),
        (0, "refused", "nothing_handed_over"),
    ],
)
def test_a_count_that_cannot_be_is_refused(quantity: int, reason: str, refusal: str) -> None:
    order = on_the_road()
    before = everything()

    with pytest.raises(NotPossible, match=refusal):
        hand_over(order, Counted(order.lines.get().pk, quantity, reason))
    assert everything() == before


def test_a_line_of_another_order_is_refused() -> None:
    order, other = on_the_road(), fixed_order()
    before = everything()

    with pytest.raises(NotPossible, match="wrong_quantity"):
        hand_over(order, Counted(other.lines.get().pk, 10))
    assert everything() == before
