"""A standing order is approved once, for what it costs a year, and again if it comes to cost more."""

from datetime import timedelta
from typing import Any

import pytest

from membership.models import User
from orders import cycle
from orders.actions.preview import preview_standing_order
from orders.actions.standing import create_standing_order
from orders.actions.standing_approval import approve_standing_order, decline_standing_order
from orders.exceptions import NotPossible
from orders.models import CycleItem, Notification, Occurrence, Order, StandingOrder
from tests.factories import (
    CUTOFF,
    DELIVERY_DATE,
    TUESDAY,
    BudgetFactory,
    InstitutionFactory,
    SiteFactory,
    approver,
    bundle_with,
    orderer,
)
from tests.snapshot import everything

pytestmark = pytest.mark.django_db
# Every Tuesday for ten people: 52 or 53 times 20,000 won.
YEARLY = 53 * 20_000


def set_up(limit: int | None = 0, **fields: Any) -> tuple[StandingOrder, User, User]:
    """A standing order of an orderer with this limit, the orderer, and an approver."""
    institution = fields.pop("organization", None) or InstitutionFactory()
    asker, chief = orderer(institution), approver(institution)
    asker.seats.update(order_limit=limit)
    made = create_standing_order(
        **{
            "organization": institution,
            "site": SiteFactory(organization=institution),
            "bundle": bundle_with("bread"),
            "headcount": 10,
            "exclusions": 0,
            "rrule": "FREQ=WEEKLY;BYDAY=TU",
            "starts_on": DELIVERY_DATE,
            "ends_on": None,
            "holiday_policy": "before",
            "window_opens": None,
            "window_closes": None,
            "actor": asker,
            "now": TUESDAY,
            **fields,
        }
    )
    return StandingOrder.objects.get(pk=made.pk), asker, chief


@pytest.mark.parametrize(
    ("limit", "status"),
    [(None, "active"), (YEARLY, "active"), (YEARLY - 1, "awaiting"), (20_000, "awaiting")],
)
def test_the_limit_is_compared_with_what_it_costs_a_year(limit: int | None, status: str) -> None:
    standing, asker, chief = set_up(limit)

    assert standing.yearly_sum == YEARLY
    assert standing.status == status
    assert [(event.to, event.actor) for event in standing.events.all()] == [(status, asker)]
    asked = Notification.objects.filter(kind="approval_asked", standing_order=standing, recipient=chief)
    assert asked.count() == (status == "awaiting")


@pytest.mark.parametrize(("amount", "status"), [(100_000, "active"), (99_999, "awaiting")])
def test_the_budget_is_compared_with_what_it_brings_until_new_year(amount: int, status: str) -> None:
    budget = BudgetFactory(amount=amount)

    # The five Tuesdays of December.
    made, *_ = set_up(None, organization=budget.department.organization, department=budget.department)

    assert made.status == status


def test_an_approved_standing_order_orders_and_is_not_asked_about_again() -> None:
    standing, asker, chief = set_up()

    approve_standing_order(standing, actor=chief, now=TUESDAY)
    after = everything()
    approve_standing_order(standing, actor=chief, now=TUESDAY)
    assert everything() == after

    cycle.fix_due(now=CUTOFF)
    cycle.fix_due(now=CUTOFF + timedelta(days=7))
    assert list(Order.objects.values_list("status", flat=True)) == ["confirmed"] * 2
    told = Notification.objects.get(kind="order_approved")
    assert (told.recipient, told.standing_order) == (asker, standing)


def test_dates_before_the_approval_are_not_ordered_and_everyone_concerned_knows() -> None:
    standing, asker, chief = set_up()

    cycle.fix_due(now=CUTOFF)
    approve_standing_order(standing, actor=chief, now=CUTOFF)
    cycle.fix_due(now=CUTOFF + timedelta(days=7))

    outcomes = Occurrence.objects.order_by("pk").values_list("status", "reason")[:2]
    assert list(outcomes) == [("skipped", "standing_order_awaiting"), ("ordered", "")]
    item = CycleItem.objects.filter(run__step="fix").earliest("pk")
    assert (item.outcome, item.reason) == ("skipped", "standing_order_awaiting")
    assert Notification.objects.filter(kind="order_not_made").count() == 2


def test_a_declined_standing_order_ends() -> None:
    standing, asker, chief = set_up()

    decline_standing_order(standing, note="예산이 없습니다", actor=chief, now=TUESDAY)
    after = everything()
    decline_standing_order(standing, note="", actor=chief, now=TUESDAY)
    assert everything() == after

    assert StandingOrder.objects.get().status == "ended"
    assert set(Occurrence.objects.values_list("status", "reason")) == {("skipped", "standing_order_declined")}
    assert standing.events.last().note == "예산이 없습니다"
    with pytest.raises(NotPossible, match="wrong_state"):
        approve_standing_order(standing, actor=chief, now=TUESDAY)


def test_nobody_approves_a_standing_order_above_the_own_limit() -> None:
    standing, asker, chief = set_up()
    chief.seats.update(order_limit=YEARLY - 1)
    before = everything()

    for actor in (asker, chief):
        actor = User.objects.get(pk=actor.pk)
        with pytest.raises(NotPossible, match="no_authority"):
            approve_standing_order(standing, actor=actor, now=TUESDAY)
        with pytest.raises(NotPossible, match="no_authority"):
            decline_standing_order(standing, note="", actor=actor, now=TUESDAY)
    assert everything() == before


@pytest.mark.parametrize(("people", "status"), [(9, "active"), (10, "active"), (11, "awaiting")])
def test_what_comes_to_cost_more_than_was_approved_waits_again(people: int, status: str) -> None:
    standing, asker, chief = set_up()
    approve_standing_order(standing, actor=chief, now=TUESDAY)

    StandingOrder.objects.update(headcount=people)
    preview_standing_order(standing, now=TUESDAY)
    preview_standing_order(standing, now=TUESDAY)

    assert StandingOrder.objects.get().status == status
    assert Notification.objects.filter(kind="approval_asked").count() == (2 if status == "awaiting" else 1)


def test_a_limit_that_is_set_later_stops_nothing_that_runs() -> None:
    standing, asker, chief = set_up(None)

    asker.seats.update(order_limit=0)
    preview_standing_order(standing, now=TUESDAY)

    assert StandingOrder.objects.get().status == "active"


def test_approvers_are_reminded_before_the_first_date_and_before_the_next() -> None:
    set_up()

    def reminders(hours: int) -> int:
        cycle.ask_for_approval(now=CUTOFF - timedelta(hours=hours))
        return Notification.objects.filter(kind="approval_reminder").count()

    assert [reminders(hours) for hours in (25, 24, 24, 3, 2)] == [0, 1, 1, 2, 2]
    cycle.fix_due(now=CUTOFF)
    assert [reminders(hours - 7 * 24) for hours in (25, 24)] == [2, 3]
