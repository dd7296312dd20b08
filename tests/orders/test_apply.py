"""Asking for a plan: agreed at once or by an approver, set up once with its deliveries, or given up."""

from datetime import date, time
from typing import Any

import pytest

from membership.models import Membership, Plan, User
from orders import cycle
from orders.actions.apply import (
    apply_for_plan,
    approve_application,
    decline_application,
    finish_application,
    withdraw_application,
)
from orders.cutoff import seoul
from orders.exceptions import NotPossible
from orders.models import Application, Notification, StandingOrder
from tests.factories import (
    TUESDAY,
    InstitutionFactory,
    PlanFactory,
    SeatFactory,
    SiteFactory,
    approver,
    bundle_with,
    orderer,
)
from tests.snapshot import everything

pytestmark = pytest.mark.django_db
FIRST = date(2026, 12, 1)


@pytest.fixture
def plan() -> Plan:
    return PlanFactory(deliveries_per_month=2)


def wanted(plan: Plan, person: User, **changes: Any) -> Application:
    organization = person.seats.get().organization
    return Application(
        **{
            "organization": organization,
            "site": organization.sites.first() or SiteFactory(organization=organization),
            "bundle": plan.bundles.first() or bundle_with("bread", kind="plan", plan=plan),
            "headcount": 10,
            "rrule": "FREQ=MONTHLY;BYDAY=1TU,3TU",
            "starts_on": FIRST,
            "asked_by": person,
            **changes,
        }
    )


def limited(limit: int) -> User:
    """An orderer who decides alone up to the limit, beside an approver."""
    institution = InstitutionFactory()
    approver(institution)
    return SeatFactory(organization=institution, order_limit=limit).user


def test_joining_sets_up_the_membership_and_its_deliveries_at_once(plan: Plan) -> None:
    person = orderer()
    made = apply_for_plan(wanted(plan, person), now=TUESDAY)

    membership = Membership.objects.get()
    assert (membership.organization, membership.starts_on, membership.status) == (
        made.organization,
        FIRST,
        "active",
    )
    assert [tier.plan for tier in membership.tiers.all()] == [plan]
    assert (made.status, made.standing_order) == ("done", StandingOrder.objects.get())
    days = made.standing_order.occurrences.filter(status="planned").values_list("rule_date", flat=True)
    assert list(days) == [date(2026, 12, 1), date(2026, 12, 15)]
    assert [(event.kind, event.actor) for event in membership.events.all()] == [("joined", person)]


def test_above_the_orderers_limit_an_approver_is_asked_once(plan: Plan) -> None:
    person = limited(0)
    made = apply_for_plan(wanted(plan, person), now=TUESDAY)
    again = apply_for_plan(wanted(plan, person), now=TUESDAY)

    assert again == made
    assert (made.status, made.reason) == ("awaiting", "over_limit")
    assert not Membership.objects.exists()
    assert not StandingOrder.objects.exists()
    assert list(Notification.objects.values_list("kind", "recipient__seats__role")) == [
        ("approval_asked", "approver")
    ]


def test_approving_sets_it_up_once_and_tells_who_asked(plan: Plan) -> None:
    person = limited(0)
    made = apply_for_plan(wanted(plan, person), now=TUESDAY)
    boss = made.organization.seats.get(role="approver").user
    Notification.objects.all().delete()

    approve_application(made, actor=boss, now=TUESDAY)
    after = everything()
    approve_application(made, actor=boss, now=TUESDAY)

    assert everything() == after
    standing = StandingOrder.objects.get()
    assert (standing.status, standing.created_by) == ("active", person)
    assert standing.agreed_sum == standing.yearly_sum
    assert list(Notification.objects.values_list("kind", "recipient")) == [("order_approved", person.pk)]


def test_an_approver_with_a_limit_agrees_to_no_more_than_that(plan: Plan) -> None:
    person = limited(0)
    made = apply_for_plan(wanted(plan, person), now=TUESDAY)
    made.organization.seats.filter(role="approver").update(order_limit=made.yearly_sum - 1)
    before = everything()

    with pytest.raises(NotPossible, match="no_authority"):
        approve_application(made, actor=made.organization.seats.get(role="approver").user, now=TUESDAY)

    assert everything() == before


def test_declined_and_withdrawn_applications_come_to_nothing(plan: Plan) -> None:
    person = limited(0)
    first = apply_for_plan(wanted(plan, person), now=TUESDAY)
    boss = first.organization.seats.get(role="approver").user
    decline_application(first, note="예산이 없습니다", actor=boss, now=TUESDAY)
    second = apply_for_plan(wanted(plan, person), now=TUESDAY)
    withdraw_application(second, actor=person, now=TUESDAY)

    with pytest.raises(NotPossible, match="wrong_state"):
        approve_application(second, actor=boss, now=TUESDAY)
    assert list(Application.objects.values_list("status", flat=True)) == ["declined", "withdrawn"]
    assert not Membership.objects.exists()


def test_one_application_at_a_time(plan: Plan) -> None:
    person = limited(0)
    apply_for_plan(wanted(plan, person), now=TUESDAY)
    before = everything()

    with pytest.raises(NotPossible, match="application_open"):
        apply_for_plan(wanted(plan, person, headcount=30), now=TUESDAY)

    assert everything() == before


def test_what_nobody_approved_in_time_expires_and_its_people_are_told(plan: Plan) -> None:
    made = apply_for_plan(wanted(plan, limited(0)), now=TUESDAY)
    first_day = seoul(FIRST, time(0))

    [run] = cycle.ask_for_approval(now=first_day)
    assert cycle.ask_for_approval(now=first_day) == []

    made.refresh_from_db()
    assert (made.status, made.reason) == ("expired", "not_approved_in_time")
    assert (run.step, run.skipped) == ("approval", 1)
    assert Notification.objects.filter(kind="application_expired", application=made).count() == 2


def test_what_was_agreed_and_not_set_up_is_finished_by_the_sweep(plan: Plan) -> None:
    """As if the worker had been killed between the two."""
    made = apply_for_plan(wanted(plan, orderer()), now=TUESDAY)
    Application.objects.update(status="agreed", standing_order=None)

    cycle.ask_for_approval(now=TUESDAY)
    finish_application(made, now=TUESDAY)

    made.refresh_from_db()
    assert (made.status, made.standing_order) == ("done", StandingOrder.objects.get())


def test_a_member_changes_its_plan_in_one_step(plan: Plan) -> None:
    person = orderer()
    first = apply_for_plan(wanted(plan, person), now=TUESDAY)
    larger = PlanFactory(deliveries_per_month=4)
    apply_for_plan(
        wanted(
            larger,
            person,
            starts_on=date(2027, 1, 1),
            rrule="FREQ=MONTHLY;BYDAY=1MO,2MO,3MO,4MO",
        ),
        now=TUESDAY,
    )

    membership = Membership.objects.get()
    assert [(tier.plan, tier.starts_on) for tier in membership.tiers.all()] == [
        (plan, FIRST),
        (larger, date(2027, 1, 1)),
    ]
    cycle.preview(now=seoul(date(2026, 12, 28), time(9)))
    old = first.standing_order.occurrences.filter(rule_date__gte=date(2027, 1, 1))
    new = StandingOrder.objects.latest("pk").occurrences.filter(rule_date__month=1)
    assert set(old.values_list("status", "reason")) == {("skipped", "other_plan")}
    assert list(new.values_list("status", flat=True)) == ["planned"] * 4
