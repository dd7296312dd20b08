"""Orders above a limit or a budget wait for an approver; approved they are made, otherwise not."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.core import mail

from membership.models import Department, Organization, User
from orders import cycle
from orders.actions.approval import approve_order, decline_order
from orders.actions.event_order import cancel_order, place_event_order
from orders.approval import may_decide, why_waits
from orders.emails import send_pending
from orders.exceptions import NotPossible
from orders.models import CycleItem, Notification, Occurrence, Order
from tests.factories import (
    CUTOFF,
    EVENT_AT,
    TUESDAY,
    BudgetFactory,
    DepartmentFactory,
    InstitutionFactory,
    OccurrenceFactory,
    OrderFactory,
    SiteFactory,
    approver,
    bundle_with,
    orderer,
    viewer,
)
from tests.snapshot import everything

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("limit", "left", "why"),
    [
        (None, None, ""),
        (10, 10, ""),
        (9, None, "over_limit"),
        (0, 10, "over_limit"),
        (None, 9, "over_budget"),
        (10, -1, "over_budget"),
        (9, 9, "over_limit_and_budget"),
    ],
)
def test_a_price_of_ten_waits_above_the_limit_or_what_is_left(
    limit: int | None, left: int | None, why: str
) -> None:
    assert why_waits(10, limit=limit, left=left) == why


def test_an_approver_decides_up_to_the_own_limit() -> None:
    assert [may_decide(10, limit=limit) for limit in (None, 10, 9, 0)] == [True, True, False, False]


# -- Placing --------------------------------------------------------------------------------------


def person(make: Any, organization: Organization, limit: int | None = None) -> User:
    user: User = make(organization)
    user.seats.update(order_limit=limit)
    return user


def place(actor: User, department: Department | None = None, **changes: Any) -> Order:
    """An event order of 20,000 won."""
    organization = actor.seats.get().organization
    return place_event_order(
        **{
            "site": SiteFactory(organization=organization),
            "bundle": bundle_with("bread"),
            "headcount": 10,
            "exclusions": 0,
            "event_at": EVENT_AT,
            "note": "",
            "request_key": UUID(int=Order.objects.count() + 1),
            "actor": actor,
            "department": department,
            "now": TUESDAY,
            **changes,
        }
    )


def told(kind: str) -> list[str]:
    rows = Notification.objects.filter(kind=kind).order_by("recipient__name")
    return list(rows.values_list("recipient__name", flat=True))


@pytest.mark.parametrize(("limit", "status"), [(None, "placed"), (20_000, "placed"), (19_999, "awaiting")])
def test_an_order_above_the_limit_waits(limit: int | None, status: str) -> None:
    institution = InstitutionFactory()
    person(approver, institution)

    order = place(person(orderer, institution, limit))

    waits = status == "awaiting"
    assert (order.status, order.reason) == (status, "over_limit" if waits else "")
    assert [(event.to, event.note) for event in order.events.all()] == [(status, order.reason)]
    assert Notification.objects.filter(kind="approval_asked", order=order).count() == waits


def test_an_order_above_what_is_left_waits_and_holds_nothing() -> None:
    institution = InstitutionFactory()
    budget = BudgetFactory(department__organization=institution, amount=50_000)
    actor = person(orderer, institution)

    statuses = [place(actor, budget.department).status for _ in range(3)]

    # Of 50,000 won the first two take 40,000; a smaller one still fits.
    assert statuses == ["placed", "placed", "awaiting"]
    assert place(actor, budget.department, headcount=5).status == "placed"


def test_a_budget_of_another_year_or_department_counts_nothing() -> None:
    institution = InstitutionFactory()
    department = DepartmentFactory(organization=institution)
    BudgetFactory(department=department, year=2027, amount=0)
    BudgetFactory(department__organization=institution, amount=0)

    assert place(person(orderer, institution), department).status == "placed"


def test_an_institution_with_departments_names_its_own() -> None:
    institution = InstitutionFactory()
    DepartmentFactory(organization=institution)
    actor = person(orderer, institution)
    before = Order.objects.count()

    for department, reason in ((None, "no_department"), (DepartmentFactory(), "wrong_department")):
        with pytest.raises(NotPossible, match=reason):
            place(actor, department)
    assert Order.objects.count() == before


def test_those_who_may_approve_the_price_are_asked_and_otherwise_every_approver() -> None:
    institution = InstitutionFactory()
    person(approver, institution, 10_000).seats.get()
    chief = person(approver, institution)
    person(viewer, institution)
    actor = person(orderer, institution, 0)

    place(actor)
    assert told("approval_asked") == [chief.name]
    chief.seats.update(order_limit=1)
    place(actor)
    assert len(told("approval_asked")) == 3


# -- Deciding -------------------------------------------------------------------------------------


def waiting(limit: int | None = None, **fields: Any) -> tuple[Order, User, User]:
    """An order of 20,000 won above its orderer's limit, the orderer, and an approver with `limit`."""
    institution = InstitutionFactory()
    asker, chief = person(orderer, institution, 0), person(approver, institution, limit)
    order = OrderFactory(
        organization=institution, status="awaiting", reason="over_limit", placed_by=asker, **fields
    )
    return order, asker, chief


def approve(order: Order, actor: User, now: datetime = TUESDAY, sees_overrun: bool = False) -> Order:
    return approve_order(order, price=order.gross, sees_overrun=sees_overrun, actor=actor, now=now)


def test_an_approved_order_is_placed_and_fixed_at_its_cutoff() -> None:
    order, asker, chief = waiting()

    approve(order, chief, CUTOFF - timedelta(seconds=1))
    after = everything()
    approve(order, chief)
    assert everything() == after

    cycle.fix_due(now=CUTOFF)
    order.refresh_from_db()
    assert (order.status, order.reason) == ("confirmed", "")
    assert [(event.to, event.actor) for event in order.events.all()] == [
        ("placed", chief),
        ("confirmed", None),
    ]
    assert told("order_approved") == [asker.name]


def test_a_declined_order_is_not_made_and_says_why() -> None:
    order, asker, chief = waiting()

    decline_order(order, note="다음 달에 주문해 주세요", actor=chief, now=TUESDAY)
    after = everything()
    decline_order(order, note="또", actor=chief, now=TUESDAY)
    assert everything() == after

    order.refresh_from_db()
    assert (order.status, order.reason, order.detail) == ("failed", "declined", "다음 달에 주문해 주세요")
    assert told("order_declined") == sorted([asker.name, chief.name])
    with pytest.raises(NotPossible, match="wrong_state"):
        approve(order, chief)


@pytest.mark.parametrize("limit", [0, 19_999])
def test_nobody_approves_above_the_own_limit(limit: int) -> None:
    order, asker, chief = waiting(limit)
    stranger = person(approver, InstitutionFactory())
    before = everything()

    for actor in (chief, asker, stranger, person(viewer, order.organization)):
        before = everything()
        with pytest.raises(NotPossible, match="no_authority"):
            approve(order, actor)
        with pytest.raises(NotPossible, match="no_authority"):
            decline_order(order, note="", actor=actor, now=TUESDAY)
        assert everything() == before


def test_an_approver_without_authority_cannot_approve_the_own_order_but_with_it_can() -> None:
    institution = InstitutionFactory()
    budget = BudgetFactory(department__organization=institution, amount=0)
    low, high = person(approver, institution, 0), person(approver, institution)

    mine = place(low, budget.department)
    with pytest.raises(NotPossible, match="no_authority"):
        approve(mine, low, sees_overrun=True)
    own = place(high, budget.department)
    assert own.reason == "over_budget"
    assert approve(own, high, sees_overrun=True).status == "placed"


def test_the_budget_is_not_overspent_unseen() -> None:
    order, asker, chief = waiting()
    budget = BudgetFactory(department__organization=order.organization, amount=30_000)
    Order.objects.filter(pk=order.pk).update(department=budget.department)
    OrderFactory(organization=order.organization, department=budget.department)
    before = everything()

    with pytest.raises(NotPossible, match="budget_changed"):
        approve(order, chief)
    assert everything() == before
    assert approve(order, chief, sees_overrun=True).status == "placed"


def test_whoever_placed_it_may_withdraw_it() -> None:
    order, asker, chief = waiting()

    cancel_order(order, actor=asker, now=CUTOFF - timedelta(seconds=1))

    with pytest.raises(NotPossible, match="wrong_state"):
        approve(order, chief)
    assert Order.objects.get().status == "cancelled"


# -- At the cut-off -------------------------------------------------------------------------------


def test_what_nobody_approved_is_not_made_and_everyone_concerned_knows() -> None:
    order, asker, chief = waiting()

    with pytest.raises(NotPossible, match="past_cutoff"):
        approve(order, chief, CUTOFF)
    cycle.fix_due(now=CUTOFF)
    after = everything()
    assert cycle.fix_due(now=CUTOFF) == []
    assert everything() == after

    order.refresh_from_db()
    assert (order.status, order.reason) == ("failed", "not_approved")
    item = CycleItem.objects.get(run__step="fix")
    assert (item.outcome, item.reason, item.subject) == ("skipped", "not_approved", order.number)
    assert told("order_not_made") == sorted([asker.name, chief.name])
    with pytest.raises(NotPossible, match="wrong_state"):
        approve(order, chief)


# -- Reminders ------------------------------------------------------------------------------------


def reminders(now: datetime) -> int:
    cycle.ask_for_approval(now=now)
    return Notification.objects.filter(kind="approval_reminder").count()


def test_approvers_are_reminded_once_at_each_time() -> None:
    waiting()

    assert [reminders(CUTOFF - hours * HOUR) for hours in (25, 24, 23, 4, 3, 1, 0)] == [0, 1, 1, 1, 2, 2, 2]


def test_after_a_standstill_only_the_last_reminder_is_sent() -> None:
    waiting()

    assert [reminders(CUTOFF - 2 * HOUR), reminders(CUTOFF - HOUR)] == [1, 1]


def test_an_order_of_the_last_day_is_not_reminded_of_at_once() -> None:
    waiting(placed_at=CUTOFF - 20 * HOUR)

    assert [reminders(CUTOFF - 19 * HOUR), reminders(CUTOFF - 3 * HOUR)] == [0, 1]


def test_mails_say_how_much_why_and_until_when() -> None:
    order, asker, chief = waiting()
    User.objects.update(language="en")
    reminders(CUTOFF - HOUR)
    decline_order(order, note="Next month, please", actor=chief, now=CUTOFF - HOUR)

    send_pending(now=CUTOFF)

    first, second = mail.outbox[:2]
    assert first.subject == (f"[Kkureomi] reminder: an order still waits for your approval · {order.number}")
    assert "Price: ₩20,000\nWhy: The price is above what the orderer may order without approval" in first.body
    assert "Decide by: 2026-11-26 15:00" in first.body
    assert "Next month, please" in second.body


# -- Dates of standing orders ---------------------------------------------------------------------


def planned(amount: int, *people: int) -> list[Occurrence]:
    """Dates of standing orders of 2,000 won a person, whose department has that budget."""
    budget = BudgetFactory(amount=amount)
    institution = budget.department.organization
    person(approver, institution)
    return [
        OccurrenceFactory(
            standing_order__organization=institution,
            standing_order__department=budget.department,
            standing_order__headcount=headcount,
        )
        for headcount in people
    ]


def test_a_date_that_the_budget_cannot_pay_asks_ahead_of_its_cutoff() -> None:
    first, second, third = planned(50_000, 10, 10, 10)

    cycle.ask_for_approval(now=CUTOFF - 73 * HOUR)
    assert not Order.objects.exists()
    cycle.ask_for_approval(now=CUTOFF - 72 * HOUR)
    after = everything()
    cycle.ask_for_approval(now=CUTOFF - 71 * HOUR)
    assert everything() == after

    order = Order.objects.get()
    assert (order.occurrence, order.status, order.reason) == (third, "awaiting", "over_budget")
    # What an approver lets be spent above the budget isn't lacking for the others.
    approved = approve(order, Notification.objects.get().recipient, sees_overrun=True)
    assert approved.overrun == 10_000
    cycle.ask_for_approval(now=CUTOFF - HOUR)
    cycle.fix_due(now=CUTOFF)
    assert list(Order.objects.values_list("status", flat=True)) == ["confirmed"] * 3


def test_a_date_that_nobody_approved_is_not_made() -> None:
    planned(50_000, 10, 10, 10)
    cycle.ask_for_approval(now=CUTOFF - HOUR)

    cycle.fix_due(now=CUTOFF)

    assert sorted(Order.objects.values_list("status", "reason")) == [
        ("confirmed", ""),
        ("confirmed", ""),
        ("failed", "not_approved"),
    ]


def test_a_date_that_fits_no_more_at_its_cutoff_is_not_made() -> None:
    first, second = planned(30_000, 10, 10)

    cycle.fix_due(now=CUTOFF)

    outcomes = Occurrence.objects.order_by("pk").values_list("status", "reason")
    assert list(outcomes) == [("ordered", ""), ("failed", "over_budget")]
    assert Order.objects.get().gross == 20_000
