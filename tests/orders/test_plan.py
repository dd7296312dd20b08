"""Deliveries keep to the membership: what its terms grant comes, and every change can be undone in time."""

from datetime import date, time

import pytest

from membership.actions.subscribe import begin_membership
from membership.exceptions import CannotChange
from membership.models import Membership, MembershipEvent, Organization, Plan
from orders import cycle
from orders.actions import memberships
from orders.actions.change_date import leave_out_date
from orders.cutoff import seoul
from orders.models import CycleRun, Occurrence, StandingOrder
from tests.factories import (
    TUESDAY,
    InstitutionFactory,
    MembershipFactory,
    PlanFactory,
    StandingOrderFactory,
    bundle_with,
    fixed_order,
    orderer,
)
from tests.snapshot import everything

pytestmark = pytest.mark.django_db
NEW_YEAR = date(2027, 1, 1)


@pytest.fixture
def plan() -> Plan:
    return PlanFactory(deliveries_per_month=2)


@pytest.fixture
def office() -> Organization:
    return InstitutionFactory()


@pytest.fixture
def membership(office: Organization, plan: Plan) -> Membership:
    return MembershipFactory(organization=office, plan=plan)


@pytest.fixture
def weekly(office: Organization, plan: Plan, membership: Membership) -> StandingOrder:
    """Every Tuesday from 1 December on, previewed until 29 December."""
    bundle = bundle_with("bread", kind="plan", plan=plan)
    standing = StandingOrderFactory(organization=office, bundle=bundle)
    cycle.preview(now=TUESDAY)
    return standing


def december(standing: StandingOrder) -> list[str]:
    """Of each Tuesday in December: why it doesn't come, or "planned"."""
    rows = standing.occurrences.filter(rule_date__month=12).order_by("rule_date")
    return [row.reason if row.status == "skipped" else row.status for row in rows]


def test_a_month_brings_as_many_as_the_plan_and_says_why_not_more(weekly: StandingOrder) -> None:
    assert december(weekly) == ["planned", "planned", "beyond_plan", "beyond_plan", "beyond_plan"]
    assert CycleRun.objects.filter(step="plan").get().done == 1

    after = everything()
    assert cycle.preview(now=TUESDAY) == []
    assert everything() == after


def test_a_date_that_is_left_out_makes_room_for_the_next(weekly: StandingOrder) -> None:
    leave_out_date(weekly.occurrences.get(rule_date=date(2026, 12, 1)), actor=None, now=TUESDAY)
    cycle.preview(now=TUESDAY)

    assert december(weekly)[:4] == ["skipped_by_member", "planned", "planned", "beyond_plan"]


def test_several_standing_orders_share_the_plan(weekly: StandingOrder, office: Organization) -> None:
    mondays = StandingOrderFactory(organization=office, bundle=weekly.bundle, rrule="FREQ=WEEKLY;BYDAY=MO")
    cycle.preview(now=TUESDAY)

    assert december(weekly)[:2] == ["planned", "beyond_plan"]
    assert december(mondays)[:2] == ["planned", "beyond_plan"]


def test_a_pause_takes_its_days_and_undoing_it_brings_them_back(
    weekly: StandingOrder, membership: Membership
) -> None:
    person = orderer(weekly.organization)
    before = december(weekly)

    memberships.pause(
        membership,
        starts_on=date(2026, 11, 30),
        ends_on=date(2026, 12, 13),
        actor=person,
        now=TUESDAY,
    )
    paused = december(weekly)
    event = membership.events.get(kind="paused")
    memberships.undo(event, actor=person, now=TUESDAY)

    assert paused == ["membership_paused", "membership_paused", "planned", "planned", "beyond_plan"]
    assert (event.actor, event.at, event.effective_on) == (person, TUESDAY, date(2026, 11, 30))
    assert december(weekly) == before
    assert not membership.pauses.exists()


def test_what_is_fixed_still_comes_in_a_pause(weekly: StandingOrder, membership: Membership) -> None:
    order = fixed_order(occurrence=weekly.occurrences.get(rule_date=date(2026, 12, 1)))
    after_cutoff = seoul(date(2026, 11, 27), time(9))

    memberships.pause(
        membership,
        starts_on=date(2026, 11, 30),
        ends_on=None,
        actor=orderer(weekly.organization),
        now=after_cutoff,
    )

    order.refresh_from_db()
    assert order.status == "confirmed"
    assert december(weekly)[:3] == ["ordered", "membership_paused", "membership_paused"]


def test_an_open_pause_is_resumed_from_a_day_on(weekly: StandingOrder, membership: Membership) -> None:
    person = orderer(weekly.organization)
    memberships.pause(membership, starts_on=date(2026, 11, 30), ends_on=None, actor=person, now=TUESDAY)
    in_the_pause = seoul(date(2026, 12, 3), time(9))

    memberships.resume(membership, resumes_on=date(2026, 12, 15), actor=person, now=in_the_pause)

    assert december(weekly)[1:4] == ["membership_paused", "planned", "planned"]
    memberships.undo(membership.events.get(kind="resumed"), actor=person, now=in_the_pause)
    assert december(weekly)[1:4] == ["membership_paused"] * 3


@pytest.mark.parametrize(
    ("starts_on", "ends_on", "reason"),
    [
        (date(2026, 11, 24), None, "too_late"),
        (date(2026, 12, 10), date(2026, 12, 9), "too_late"),
        (date(2026, 12, 11), None, "pause_overlaps"),
        (date(2026, 12, 1), date(2026, 12, 7), "pause_overlaps"),
    ],
)
def test_pauses_are_to_come_and_never_overlap(
    membership: Membership, starts_on: date, ends_on: date | None, reason: str
) -> None:
    person = orderer(membership.organization)
    memberships.pause(
        membership, starts_on=date(2026, 12, 7), ends_on=date(2026, 12, 11), actor=person, now=TUESDAY
    )
    before = everything()

    with pytest.raises(CannotChange, match=reason):
        memberships.pause(membership, starts_on=starts_on, ends_on=ends_on, actor=person, now=TUESDAY)

    assert everything() == before


def test_leaving_ends_everything_after_the_last_day(weekly: StandingOrder, membership: Membership) -> None:
    person = orderer(weekly.organization)
    with pytest.raises(CannotChange, match="notice_too_short"):
        memberships.leave(membership, last_day=date(2026, 11, 30), actor=person, now=TUESDAY)

    memberships.leave(membership, last_day=date(2026, 12, 31), actor=person, now=TUESDAY)
    cycle.preview(now=seoul(date(2026, 12, 9), time(9)))
    january = weekly.occurrences.filter(rule_date__gte=NEW_YEAR)
    assert set(january.values_list("status", "reason")) == {("skipped", "membership_ended")}

    cycle.preview(now=seoul(NEW_YEAR, time(9)))
    membership.refresh_from_db()
    weekly.refresh_from_db()
    assert (membership.status, weekly.status) == ("ended", "ended")
    assert [event.kind for event in membership.events.all()] == ["left", "ended"]


def test_leaving_can_be_undone_until_the_last_day_is_over(
    weekly: StandingOrder, membership: Membership
) -> None:
    person = orderer(weekly.organization)
    memberships.leave(membership, last_day=date(2026, 12, 31), actor=person, now=TUESDAY)
    event = membership.events.get(kind="left")
    with pytest.raises(CannotChange, match="too_late"):
        memberships.undo(event, actor=person, now=seoul(NEW_YEAR, time(0)))

    memberships.undo(event, actor=person, now=seoul(date(2026, 12, 31), time(23)))
    after = everything()
    memberships.undo(event, actor=person, now=seoul(date(2026, 12, 31), time(23)))

    membership.refresh_from_db()
    assert membership.ends_on is None
    assert everything() == after


def test_a_change_of_plan_holds_from_its_day_and_the_old_standing_order_ends_then(
    weekly: StandingOrder, membership: Membership, office: Organization
) -> None:
    larger = PlanFactory(deliveries_per_month=4)
    begin_membership(office, larger, NEW_YEAR, actor=orderer(office), now=TUESDAY)
    bundle = bundle_with("bread", kind="plan", plan=larger)
    new = StandingOrderFactory(
        organization=office, bundle=bundle, rrule="FREQ=WEEKLY;BYDAY=MO", starts_on=NEW_YEAR
    )
    cycle.preview(now=seoul(date(2026, 12, 22), time(9)))

    def january(standing: StandingOrder) -> list[str]:
        rows = standing.occurrences.filter(rule_date__range=(NEW_YEAR, date(2027, 1, 25)))
        return [row.reason or row.status for row in rows.order_by("rule_date")]

    assert january(weekly) == ["other_plan"] * 3
    assert january(new) == ["planned"] * 4
    cycle.preview(now=seoul(NEW_YEAR, time(9)))
    weekly.refresh_from_db()
    assert (weekly.status, [event.note for event in weekly.events.all()]) == ("ended", ["no_plan"])


def test_one_change_of_plan_at_a_time(membership: Membership, office: Organization) -> None:
    begin_membership(office, PlanFactory(), NEW_YEAR, actor=None, now=TUESDAY)
    third = PlanFactory()
    before = everything()

    with pytest.raises(CannotChange, match="change_pending"):
        begin_membership(office, third, date(2027, 2, 1), actor=None, now=TUESDAY)

    assert everything() == before


def test_a_change_of_plan_that_is_undone_never_was(weekly: StandingOrder, office: Organization) -> None:
    before = december(weekly)
    person = orderer(office)
    larger = PlanFactory()
    begin_membership(office, larger, date(2026, 12, 1), actor=person, now=TUESDAY)
    bundle = bundle_with("bread", kind="plan", plan=larger)
    new = StandingOrderFactory(organization=office, bundle=bundle)
    cycle.preview(now=TUESDAY)
    assert december(weekly) == ["other_plan"] * 5

    memberships.undo(MembershipEvent.objects.get(kind="tier"), actor=person, now=TUESDAY)

    new.refresh_from_db()
    assert december(weekly) == before
    assert new.status == "ended"
    assert not new.occurrences.filter(status=Occurrence.Status.PLANNED).exists()


def test_joining_that_is_undone_ends_the_membership_before_it_begins(office: Organization) -> None:
    membership = begin_membership(office, PlanFactory(), NEW_YEAR, actor=None, now=TUESDAY)
    memberships.undo(membership.events.get(), actor=orderer(office), now=TUESDAY)

    again = begin_membership(office, PlanFactory(), NEW_YEAR, actor=None, now=TUESDAY)

    membership.refresh_from_db()
    assert (membership.status, again.status) == ("ended", "active")
