"""Reserved, spent, waiting and forecast are sums over orders, by department and year of delivery."""

from datetime import date, time, timedelta

import pytest

from orders.actions.event_order import cancel_order
from orders.actions.fulfil import fail_order
from orders.actions.preview import preview_standing_order
from orders.actions.shortage import report_shortage
from orders.budgets import Figures, read_figures
from orders.cutoff import seoul
from orders.models import Order, PurchaseOrderLine
from tests.factories import (
    CUTOFF,
    DELIVERY_DATE,
    TUESDAY,
    BudgetFactory,
    DepartmentFactory,
    OrderFactory,
    StandingOrderFactory,
    delivered_order,
    fix,
    fixed_order,
    orderer,
    producer_user,
)

pytestmark = pytest.mark.django_db
TODAY = TUESDAY.date()


def figures(department, year: int = 2026) -> Figures:  # type: ignore[no-untyped-def]
    (found,) = read_figures([department], year, today=TODAY)
    return found


def sums(department, year: int = 2026) -> tuple[int, int, int, int]:  # type: ignore[no-untyped-def]
    found = figures(department, year)
    return found.reserved, found.spent, found.waiting, found.forecast


def test_an_order_is_reserved_until_it_is_delivered_and_then_spent() -> None:
    department = DepartmentFactory()
    ours = {"organization": department.organization, "department": department}

    OrderFactory(**ours)
    assert sums(department) == (20_000, 0, 0, 0)
    delivered_order(**ours)
    assert sums(department) == (20_000, 20_000, 0, 0)
    OrderFactory(**ours, status="awaiting")
    assert sums(department) == (20_000, 20_000, 20_000, 0)


def test_what_is_cancelled_or_failed_is_released() -> None:
    department = DepartmentFactory()
    ours = {"organization": department.organization, "department": department}
    cancelled, lost = OrderFactory(**ours), OrderFactory(**ours)
    fix(lost, now=CUTOFF)
    Order.objects.filter(pk=lost.pk).update(status="dispatched")

    cancel_order(cancelled, actor=orderer(), now=TUESDAY)
    assert sums(department) == (20_000, 0, 0, 0)
    fail_order(lost, reason="closed", actor=orderer(), now=CUTOFF)

    assert sums(department) == (0, 0, 0, 0)


def test_a_credit_for_a_shortage_is_not_spent() -> None:
    department = DepartmentFactory()
    order = fixed_order(organization=department.organization, department=department)
    order.bundle.slots.get().category.products.exclude(order_lines__order=order).update(is_active=False)
    line = PurchaseOrderLine.objects.get()

    report_shortage(line, 8, actor=producer_user(line.purchase_order.producer), now=CUTOFF)

    assert sums(department) == (16_000, 0, 0, 0)


def test_an_order_belongs_to_the_year_and_department_of_its_delivery() -> None:
    department, other = DepartmentFactory(), DepartmentFactory()
    OrderFactory(organization=department.organization, department=department, delivery_date=date(2027, 1, 4))
    OrderFactory(organization=other.organization, department=other)

    assert (sums(department), sums(department, 2027)) == ((0, 0, 0, 0), (20_000, 0, 0, 0))


def test_what_is_left_needs_a_budget_and_may_be_overdrawn() -> None:
    department = DepartmentFactory()
    OrderFactory(organization=department.organization, department=department)

    assert figures(department).left is None
    budget = BudgetFactory(department=department, amount=15_000)
    assert figures(department).left == -5_000
    budget.amount = 30_000
    budget.save()
    assert figures(department).left == 10_000


def test_the_forecast_reaches_to_the_end_of_the_year_beyond_what_is_shown() -> None:
    department = DepartmentFactory()
    standing = StandingOrderFactory(
        organization=department.organization, department=department, starts_on=date(2026, 10, 6)
    )
    today = date(2026, 9, 25)

    # 13 Tuesdays from 6 October on; a holiday only moves one.
    expected = 13 * 20_000
    (found,) = read_figures([department], 2026, today=today)
    assert found.forecast == expected - 4 * 20_000  # the next five weeks come as occurrences
    now = seoul(today, time(9))
    preview_standing_order(standing, now=now)
    (found,) = read_figures([department], 2026, today=today)
    assert found.forecast == expected


def test_dates_that_are_skipped_ordered_or_not_yet_approved_are_not_forecast() -> None:
    department = DepartmentFactory()
    standing = StandingOrderFactory(organization=department.organization, department=department)
    preview_standing_order(standing, now=TUESDAY)
    planned = standing.occurrences.filter(delivery_date__year=2026)
    before = sums(department)[3]

    planned.filter(rule_date=DELIVERY_DATE).update(status="skipped")
    assert sums(department)[3] == before - 20_000
    fixed_order(
        occurrence=planned.get(rule_date=DELIVERY_DATE + timedelta(days=7)), now=CUTOFF + timedelta(days=7)
    )
    assert sums(department) == (20_000, 0, 0, before - 40_000)
    type(standing).objects.update(status="awaiting")
    assert sums(department)[3] == 0
