"""The hub chooses otherwise, for one order or for all, before and after the shortage is reported."""

from datetime import timedelta

import pytest

from bundles.models import Capacity, Product
from orders.actions.fulfil import dispatch_order
from orders.actions.pack import pack_line
from orders.actions.receive import receive_purchase_order
from orders.actions.shortage import report_shortage
from orders.actions.shortage_change import change_shortage, change_shortages
from orders.exceptions import NotPossible
from orders.models import Order, OrderLine, PurchaseOrder, PurchaseOrderLine, Shortage
from tests.factories import (
    CUTOFF,
    BudgetFactory,
    DepartmentFactory,
    InstitutionFactory,
    ProductFactory,
    fixed_order,
    issued_purchase_order,
    operator,
)
from tests.snapshot import everything

pytestmark = pytest.mark.django_db
NOW = CUTOFF + timedelta(hours=18)


def three_orders(on_shortage: str = "substitute") -> tuple[PurchaseOrderLine, list[Product]]:
    """Three orders of ten units each, and three products that could stand in."""
    office = InstitutionFactory(on_shortage=on_shortage)
    line = issued_purchase_order(organization=office).lines.get()
    for _ in range(2):
        fixed_order(bundle=Order.objects.first().bundle, organization=office)
    category = line.product.category
    others = [ProductFactory(category=category, list_price=2000 + nth * 100, lead_days=0) for nth in range(3)]
    line.refresh_from_db()
    return line, others


def reserved() -> dict[int, int]:
    return dict(Capacity.objects.filter(reserved__gt=0).values_list("product", "reserved"))


def came_instead() -> list[int | None]:
    rows = Shortage.objects.order_by("order_line__order")
    return list(rows.values_list("substitute__product", flat=True))


def refused(reason: str, shortage: Shortage, product: Product | None) -> None:
    actor = operator()
    before = everything()
    with pytest.raises(NotPossible, match=reason):
        change_shortage(shortage, product and product.pk, actor=actor, now=NOW)
    assert everything() == before


def test_before_it_is_reported_another_product_can_be_put_first() -> None:
    line, (_first, _second, third) = three_orders()

    report_shortage(line, 0, first=third.pk, actor=operator(), now=NOW)

    assert came_instead() == [third.pk] * 3
    assert set(Shortage.objects.values_list("reason", flat=True)) == {"chosen_by_operator"}


def test_another_substitute_takes_the_place_of_the_first_and_everything_follows() -> None:
    line, (first, second, _third) = three_orders()
    hub = operator()
    shortage = report_shortage(line, 25, actor=hub, now=NOW)[0]

    change_shortage(shortage, second.pk, actor=hub, now=NOW)
    after = everything()
    change_shortage(shortage, second.pk, actor=hub, now=NOW)

    assert everything() == after
    order = Order.objects.last()
    short, substitute = order.lines.order_by("pk")
    assert (substitute.product, substitute.quantity, substitute.gross, short.gross) == (
        second,
        5,
        10_000,
        10_000,
    )
    assert order.gross == 20_000
    assert reserved() == {line.product_id: 25, second.pk: 5}
    asked = dict(PurchaseOrderLine.objects.values_list("product", "ordered"))
    assert asked == {line.product_id: 30, first.pk: 0, second.pk: 5}
    assert PurchaseOrder.objects.get(producer=first.producer).status == "cancelled"
    row = Shortage.objects.get()
    assert (row.status, row.reason, row.substitute) == ("replaced", "chosen_by_operator", substitute)
    assert [(event.to, event.actor) for event in row.events.all()] == [("replaced", hub)] * 2


def test_a_substitute_can_become_a_credit_and_a_credit_a_substitute() -> None:
    line, (first, *_others) = three_orders()
    shortage = report_shortage(line, 25, actor=operator(), now=NOW)[0]

    change_shortage(shortage, None, actor=operator(), now=NOW)
    order = Order.objects.last()
    assert (order.gross, order.lines.count(), reserved()) == (10_000, 1, {line.product_id: 25})

    change_shortage(shortage, first.pk, actor=operator(), now=NOW)
    order.refresh_from_db()
    assert (order.gross, reserved()) == (20_000, {line.product_id: 25, first.pk: 5})


def test_a_question_can_be_settled_by_the_hub() -> None:
    line, (_first, _second, third) = three_orders("ask_credit")
    shortage = report_shortage(line, 25, actor=operator(), now=NOW)[0]

    change_shortage(shortage, third.pk, actor=operator(), now=NOW)

    assert (Shortage.objects.get().status, came_instead()) == ("replaced", [third.pk])
    assert reserved() == {line.product_id: 25, third.pk: 5}


def test_what_does_not_fit_the_order_is_refused_with_its_reason() -> None:
    line, (first, second, third) = three_orders()
    shortage = report_shortage(line, 25, actor=operator(), now=NOW)[0]
    Product.objects.filter(pk=second.pk).update(allergens=1)
    Capacity.objects.filter(product=third).update(limit=4)

    refused("new_allergen", shortage, second)
    refused("full", shortage, third)
    refused("not_an_option", shortage, ProductFactory(category__code="tea"))
    order = shortage.order_line.order
    pack_line(shortage.substitute, actor=operator(), now=NOW)  # type: ignore[arg-type]
    refused("already_packed", shortage, None)
    dispatch_order(order, actor=operator(), now=NOW)
    refused("wrong_state", shortage, None)


def test_a_substitute_that_has_come_stays() -> None:
    line, (first, *_others) = three_orders()
    shortage = report_shortage(line, 25, actor=operator(), now=NOW)[0]
    receive_purchase_order(PurchaseOrder.objects.get(producer=first.producer), actor=operator(), now=NOW)

    refused("already_received", shortage, None)


def test_a_credit_that_the_budget_has_spent_by_now_stays_a_credit() -> None:
    department = DepartmentFactory(organization__on_shortage="credit")
    BudgetFactory(department=department, amount=30_000)
    office = {"organization": department.organization, "department": department}
    line = issued_purchase_order(**office).lines.get()
    other = ProductFactory(category=line.product.category, lead_days=0)
    (shortage,) = report_shortage(line, 5, actor=operator(), now=NOW)
    fixed_order(**office)

    refused("over_budget", shortage, other)


def test_all_orders_can_be_changed_at_once_but_what_is_packed() -> None:
    line, (first, second, _third) = three_orders()
    shortages = report_shortage(line, 0, actor=operator(), now=NOW)
    # All that the last order gets lies in its boxes.
    pack_line(shortages[0].substitute, actor=operator(), now=NOW)  # type: ignore[arg-type]

    done, refusals = change_shortages(line, second.pk, actor=operator(), now=NOW)

    assert (done, refusals) == (2, [])
    assert came_instead() == [second.pk, second.pk, first.pk]
    assert OrderLine.objects.filter(product=second).count() == 2
