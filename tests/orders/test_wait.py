"""The waiting list: who asked first is offered a free place first, for a time; accepted, it comes to life."""

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest

from membership.models import Membership, Plan, User
from orders import cycle
from orders.actions.apply import apply_for_plan, approve_application, withdraw_application
from orders.actions.change_terms import end_standing_order
from orders.actions.event_order import cancel_order
from orders.actions.places import set_weekly_limits
from orders.actions.wait import accept_offer, call_off_waiting, join_waiting_list
from orders.cutoff import seoul
from orders.exceptions import DayFull, NotPossible
from orders.models import Application, Notification, Order, StandingOrder
from orders.places import Places
from orders.waiting_list import turns
from tests.factories import (
    CUTOFF,
    DELIVERY_DATE,
    EVENT_AT,
    TUESDAY,
    DayLimitFactory,
    InstitutionFactory,
    OrderFactory,
    PlanFactory,
    SeatFactory,
    SiteFactory,
    approver,
    bundle_with,
    operator,
    orderer,
)
from tests.orders.test_places import here, place, set_up
from tests.snapshot import everything

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
# Nine office hours after nine in the morning.
OFFER_ENDS = TUESDAY + 9 * HOUR


def wish(person: User | None = None, **changes: Any) -> Application:
    """A wish for Tuesdays that is stored nowhere yet."""
    person = person or orderer()
    organization = person.seats.get().organization
    return Application(
        **{
            "kind": "standing",
            "organization": organization,
            "site": organization.sites.first() or SiteFactory(organization=organization),
            "bundle": bundle_with("bread"),
            "headcount": 10,
            "rrule": "FREQ=WEEKLY;BYDAY=TU",
            "starts_on": DELIVERY_DATE,
            "asked_by": person,
            **changes,
        }
    )


def event_wish(person: User | None = None, **changes: Any) -> Application:
    return wish(person, **{"kind": "event", "rrule": "", "event_at": EVENT_AT, **changes})


def wait(application: Application | None = None, *, minutes: int = 0) -> Application:
    return join_waiting_list(application or wish(), now=TUESDAY + timedelta(minutes=minutes))


def serve(now: datetime = TUESDAY) -> list[tuple[str, int]]:
    """What the sweep did; doing it once more does nothing."""
    runs = cycle.serve_waiting_list(now=now)
    after = everything()
    assert cycle.serve_waiting_list(now=now) == []
    assert everything() == after
    return [(run.step, run.done + run.skipped) for run in runs]


def statuses() -> list[str]:
    return list(Application.objects.order_by("pk").values_list("status", flat=True))


@pytest.fixture
def full() -> StandingOrder:
    """Tuesdays take one delivery, and a standing order has it."""
    DayLimitFactory()
    return set_up()


# -- In line --------------------------------------------------------------------------------------


def test_who_wants_a_full_day_waits_for_it_once(full: StandingOrder) -> None:
    person, bundle = orderer(), bundle_with("bread")
    first = wait(wish(person, bundle=bundle))
    again = wait(wish(person, bundle=bundle))

    assert again == first
    assert (first.status, first.reason) == ("waiting", "day_full")
    assert [(event.was, event.to, event.actor) for event in first.events.all()] == [("", "waiting", person)]
    assert serve() == []


def test_where_there_is_a_place_nobody_waits(full: StandingOrder) -> None:
    with pytest.raises(NotPossible, match="not_full"):
        wait(wish(rrule="FREQ=WEEKLY;BYDAY=WE"))
    assert statuses() == []


def test_everybody_sees_where_in_the_line_they_stand_and_for_what(full: StandingOrder) -> None:
    DayLimitFactory(weekday=2, deliveries=0)
    wait(wish(rrule="FREQ=WEEKLY;BYDAY=WE"))
    wait(minutes=1)
    wait(event_wish(), minutes=2)

    line = turns(Places(now=TUESDAY))

    assert [turn.position for turn in line] == [1, 1, 2]
    assert [each.place.day for each in line[2].full] == [DELIVERY_DATE]


def test_a_newcomer_does_not_overtake_who_waits(full: StandingOrder) -> None:
    wait()
    end_standing_order(full, actor=full.created_by, now=TUESDAY)

    with pytest.raises(DayFull):
        place()
    with pytest.raises(DayFull):
        set_up(here())


def test_withdrawing_is_possible_at_any_time_and_lets_the_next_one_up(full: StandingOrder) -> None:
    first, second = wait(), wait(minutes=1)
    end_standing_order(full, actor=full.created_by, now=TUESDAY)
    serve()
    withdraw_application(first, actor=first.asked_by, now=TUESDAY)
    serve()

    second.refresh_from_db()
    assert statuses() == ["withdrawn", "offered"]


# -- Offers ---------------------------------------------------------------------------------------


def test_a_free_place_is_offered_to_who_asked_first_and_held(full: StandingOrder) -> None:
    first, _second = wait(), wait(minutes=1)
    end_standing_order(full, actor=full.created_by, now=TUESDAY)

    assert serve() == [("waiting", 1)]

    first.refresh_from_db()
    assert (first.status, first.offered_until) == ("offered", OFFER_ENDS)
    assert statuses() == ["offered", "waiting"]
    assert list(
        Notification.objects.filter(kind="place_offered").values_list("recipient", "application")
    ) == [(first.asked_by.pk, first.pk)]
    with pytest.raises(DayFull):
        place()


def test_a_higher_limit_is_offered_at_once_to_as_many(full: StandingOrder) -> None:
    for minutes in range(3):
        wait(minutes=minutes)
    set_weekly_limits(None, {1: 3})

    assert serve() == [("waiting", 2)]
    assert statuses() == ["offered", "offered", "waiting"]


def test_silence_gives_the_place_to_the_next(full: StandingOrder) -> None:
    first, _second = wait(), wait(minutes=1)
    end_standing_order(full, actor=full.created_by, now=TUESDAY)
    serve()

    serve(OFFER_ENDS)

    first.refresh_from_db()
    assert (first.reason, statuses()) == ("offer_not_taken", ["expired", "offered"])
    told = Notification.objects.filter(application=first, kind="application_expired")
    assert list(told.values_list("detail", flat=True)) == ["offer_not_taken"]
    with pytest.raises(NotPossible, match="wrong_state"):
        accept_offer(first, actor=first.asked_by, now=OFFER_ENDS)


def test_an_offer_that_is_over_is_not_accepted_even_before_the_sweep(full: StandingOrder) -> None:
    first = wait()
    end_standing_order(full, actor=full.created_by, now=TUESDAY)
    serve()
    before = everything()

    with pytest.raises(NotPossible, match="answer_closed"):
        accept_offer(first, actor=first.asked_by, now=OFFER_ENDS)

    assert everything() == before


def test_after_downtime_offers_end_and_the_next_ones_are_made(full: StandingOrder) -> None:
    wait()
    wait(minutes=1)
    end_standing_order(full, actor=full.created_by, now=TUESDAY)
    serve()

    serve(OFFER_ENDS + timedelta(days=3))

    assert statuses() == ["expired", "offered"]


# -- Accepting ------------------------------------------------------------------------------------


def test_an_accepted_offer_becomes_the_standing_order_once(full: StandingOrder) -> None:
    first = wait(wish(headcount=25, exclusions=1))
    end_standing_order(full, actor=full.created_by, now=TUESDAY)
    serve()

    accept_offer(first, actor=first.asked_by, now=TUESDAY + HOUR)
    after = everything()
    made = accept_offer(first, actor=first.asked_by, now=TUESDAY + HOUR)

    assert everything() == after
    standing = made.standing_order
    assert standing is not None
    assert (made.status, standing.status, standing.created_by) == ("done", "active", first.asked_by)
    assert (standing.headcount, standing.exclusions, standing.rrule) == (25, 1, first.rrule)
    planned = standing.occurrences.filter(status="planned").values_list("delivery_date", flat=True)
    assert planned[0] == DELIVERY_DATE
    with pytest.raises(DayFull):
        place()


def test_an_accepted_event_is_placed_with_what_was_asked_for() -> None:
    DayLimitFactory()
    taken = OrderFactory()
    first = wait(event_wish(headcount=35, note="7층"))
    cancel_order(taken, actor=orderer(taken.organization), now=TUESDAY)
    serve()

    made = accept_offer(first, actor=first.asked_by, now=TUESDAY + HOUR)

    assert made.order is not None
    assert (made.status, made.order.status) == ("done", "placed")
    assert (made.order.headcount, made.order.note, made.order.event_at) == (35, "7층", EVENT_AT)


def test_above_the_orderers_limit_what_was_accepted_waits_for_an_approver_as_usual(
    full: StandingOrder,
) -> None:
    institution = InstitutionFactory()
    approver(institution)
    person = SeatFactory(organization=institution, order_limit=0).user
    first = wait(wish(person))
    end_standing_order(full, actor=full.created_by, now=TUESDAY)
    serve()

    made = accept_offer(first, actor=person, now=TUESDAY + HOUR)

    assert made.standing_order is not None
    assert (made.status, made.standing_order.status) == ("done", "awaiting")


def test_what_cannot_be_had_any_more_when_it_is_accepted_expires_and_says_why(full: StandingOrder) -> None:
    first = wait(event_wish())
    end_standing_order(full, actor=full.created_by, now=TUESDAY)
    serve()
    first.bundle.slots.get().category.products.update(is_active=False)

    made = accept_offer(first, actor=first.asked_by, now=TUESDAY + HOUR)

    assert (made.status, made.reason) == ("expired", "no_product")


# -- Plans ----------------------------------------------------------------------------------------


@pytest.fixture
def plan() -> Plan:
    return PlanFactory(deliveries_per_month=2)


def plan_wish(plan: Plan, person: User | None = None, **changes: Any) -> Application:
    bundle = plan.bundles.first() or bundle_with("bread", kind="plan", plan=plan)
    rule = "FREQ=MONTHLY;BYDAY=1TU,3TU"
    return wish(person, **{"kind": "plan", "bundle": bundle, "rrule": rule, **changes})


def test_a_plan_on_full_days_is_refused_and_waits(full: StandingOrder, plan: Plan) -> None:
    person = orderer()
    with pytest.raises(DayFull):
        apply_for_plan(plan_wish(plan, person), now=TUESDAY)
    first = wait(plan_wish(plan, person))
    with pytest.raises(NotPossible, match="application_open"):
        wait(plan_wish(plan, person, headcount=12))
    end_standing_order(full, actor=full.created_by, now=TUESDAY)
    serve()

    made = accept_offer(first, actor=person, now=TUESDAY + HOUR)

    assert made.status == "done"
    assert Membership.objects.get().starts_on == DELIVERY_DATE
    assert StandingOrder.objects.latest("pk") == made.standing_order


def test_a_plan_whose_first_day_passed_in_line_begins_later_and_gives_approvers_time(
    full: StandingOrder, plan: Plan
) -> None:
    institution = InstitutionFactory()
    boss = approver(institution)
    first = wait(plan_wish(plan, SeatFactory(organization=institution, order_limit=0).user))
    later = seoul(date(2027, 1, 4), time(9))
    end_standing_order(full, actor=full.created_by, now=later)
    serve(later)

    made = accept_offer(first, actor=first.asked_by, now=later + HOUR)
    assert (made.status, made.starts_on) == ("awaiting", date(2027, 1, 6))
    assert Notification.objects.filter(kind="approval_asked", application=first, recipient=boss).count() == 1
    with pytest.raises(DayFull):
        place(event_at=seoul(date(2027, 1, 19), time(14)), now=later)

    approve_application(made, actor=boss, now=later + 2 * HOUR)
    made.refresh_from_db()
    assert (made.status, Membership.objects.get().starts_on) == ("done", date(2027, 1, 6))


def test_a_member_changes_its_plan_on_the_days_that_it_has(plan: Plan) -> None:
    DayLimitFactory()
    person = orderer()
    apply_for_plan(plan_wish(plan, person), now=TUESDAY)
    larger = PlanFactory(deliveries_per_month=4)

    with pytest.raises(DayFull):
        set_up(here())
    made = apply_for_plan(plan_wish(larger, person, starts_on=date(2027, 1, 1)), now=TUESDAY)

    assert made.status == "done"


# -- In vain --------------------------------------------------------------------------------------


def test_an_event_that_it_is_too_late_for_is_given_up() -> None:
    DayLimitFactory(deliveries=0)
    first = wait(event_wish())

    assert serve(CUTOFF) == [("waiting", 1)]

    first.refresh_from_db()
    assert (first.status, first.reason) == ("expired", "too_late")


def test_an_offer_never_outlasts_the_cutoff() -> None:
    DayLimitFactory(deliveries=0)
    first = wait(event_wish())
    set_weekly_limits(None, {1: 1})

    serve(CUTOFF - HOUR)

    first.refresh_from_db()
    assert first.offered_until == CUTOFF


def test_the_hub_takes_a_wish_off_the_list_and_says_so(full: StandingOrder) -> None:
    first = wait()
    call_off_waiting(first, actor=operator(), now=TUESDAY)
    after = everything()
    call_off_waiting(first, actor=operator(), now=TUESDAY)

    first.refresh_from_db()
    assert (first.status, first.reason) == ("expired", "called_off_by_hub")
    assert Notification.objects.filter(application=first).count() == 1
    assert everything()["orders.Notification"] == after["orders.Notification"]


def test_one_application_that_fails_holds_up_no_other(
    full: StandingOrder, monkeypatch: pytest.MonkeyPatch
) -> None:
    wait()
    wait(minutes=1)
    set_weekly_limits(None, {1: 3})
    told = cycle.offer_place

    def fail_first(pk: int, *, now: datetime) -> Any:
        if pk == Application.objects.earliest("pk").pk:
            raise ValueError("broken")
        return told(pk, now=now)

    monkeypatch.setattr(cycle, "offer_place", fail_first)
    [run] = cycle.serve_waiting_list(now=TUESDAY)

    assert (run.done, run.failed) == (1, 1)
    assert statuses() == ["waiting", "offered"]


def test_orders_made_from_the_list_are_like_any_other(full: StandingOrder) -> None:
    first = wait()
    end_standing_order(full, actor=full.created_by, now=TUESDAY)
    serve()
    accept_offer(first, actor=first.asked_by, now=TUESDAY + HOUR)
    cycle.preview(now=TUESDAY + HOUR)

    cycle.fix_due(now=CUTOFF)

    assert list(Order.objects.values_list("status", "organization")) == [("confirmed", first.organization.pk)]
