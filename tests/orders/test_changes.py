"""Decisions about standing orders: one date, from a date on, all; pauses and ends; undone in time."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from bundles.models import Product
from membership.models import User
from orders import cycle
from orders.actions.change_date import (
    bring_back_date,
    change_date,
    date_of,
    leave_out_date,
    move_date,
)
from orders.actions.change_terms import (
    change_terms,
    end_standing_order,
    pause_standing_order,
    resume_standing_order,
)
from orders.actions.changing import undo_change
from orders.actions.holiday import answer_holiday
from orders.actions.standing import create_standing_order
from orders.actions.standing_approval import decline_standing_order
from orders.exceptions import NotPossible
from orders.models import Notification, Occurrence, StandingOrder, StandingOrderChange, Swap
from tests.factories import (
    CUTOFF,
    DELIVERY_DATE,
    TUESDAY,
    CalendarDayFactory,
    SiteFactory,
    StandingOrderFactory,
    approver,
    bundle_with,
    fixed_order,
    operator,
    orderer,
)
from tests.snapshot import everything

pytestmark = pytest.mark.django_db
TUESDAYS = [date(2026, 12, day) for day in (1, 8, 15, 22, 29)]


def shown() -> StandingOrder:
    """Every Tuesday of December, shown and composed; somebody of the institution may change it."""
    standing_order: StandingOrder = StandingOrderFactory()
    cycle.preview(now=TUESDAY)
    return standing_order


def member(standing_order: StandingOrder) -> User:
    return orderer(standing_order.organization)


def rows(*fields: str) -> list[Any]:
    return list(Occurrence.objects.order_by("rule_date").values_list(*fields, flat=len(fields) == 1))


def on(rule_date: date) -> Occurrence:
    return Occurrence.objects.get(rule_date=rule_date)


def kinds() -> list[str]:
    return list(StandingOrderChange.objects.in_force().values_list("kind", flat=True))


# -- One date -------------------------------------------------------------------------------------


def test_one_date_has_its_own_contents_and_keeps_them_when_all_others_change() -> None:
    standing_order = shown()
    actor = member(standing_order)
    site = SiteFactory(organization=standing_order.organization)

    change_date(on(TUESDAYS[1]), {"headcount": 25, "site_id": site.pk}, actor=actor, now=TUESDAY)
    change_terms(standing_order, {"headcount": 12}, actor=actor, now=TUESDAY)
    cycle.preview(now=TUESDAY)

    assert rows("headcount") == [12, 25, 12, 12, 12]
    assert [site_id == site.pk for site_id in rows("site")] == [False, True, False, False, False]
    assert kinds() == ["date", "all"]


def test_a_date_that_is_as_usual_again_follows_again() -> None:
    standing_order = shown()
    change_date(on(TUESDAYS[1]), {"headcount": 25}, actor=None, now=TUESDAY)
    change_date(on(TUESDAYS[1]), {"headcount": 10}, actor=None, now=TUESDAY)
    change_terms(standing_order, {"headcount": 12}, actor=None, now=TUESDAY)

    assert rows("headcount") == [12] * 5


def test_a_moved_date_keeps_its_identity_and_comes_once() -> None:
    standing_order = shown()

    move_date(on(TUESDAYS[1]), date(2026, 12, 10), actor=member(standing_order), now=TUESDAY)
    for _ in range(2):
        cycle.preview(now=TUESDAY)

    assert rows("rule_date", "delivery_date", "reason") == [
        (
            day,
            date(2026, 12, 10) if day == TUESDAYS[1] else day,
            "moved_by_member" if day == TUESDAYS[1] else "",
        )
        for day in TUESDAYS
    ]
    move_date(on(TUESDAYS[1]), TUESDAYS[1], actor=None, now=TUESDAY)
    assert rows("delivery_date") == TUESDAYS


@pytest.mark.parametrize(
    ("to", "reason"),
    [
        (date(2026, 12, 25), "not_a_working_day"),
        (date(2026, 12, 15), "day_taken"),
        (date(2026, 11, 26), "too_late"),
        (date(2026, 11, 24), "too_late"),
    ],
)
def test_a_date_does_not_move_where_it_cannot_come(to: date, reason: str) -> None:
    actor = member(shown())
    before = everything()

    with pytest.raises(NotPossible, match=reason):
        move_date(on(TUESDAYS[1]), to, actor=actor, now=TUESDAY)
    assert everything() == before


def test_a_date_left_out_can_be_taken_in_again() -> None:
    standing_order = shown()
    actor = member(standing_order)

    leave_out_date(on(TUESDAYS[1]), actor=actor, now=TUESDAY)
    assert rows("status") == ["planned", "skipped", "planned", "planned", "planned"]
    bring_back_date(on(TUESDAYS[1]), actor=actor, now=TUESDAY)

    assert rows("status") == ["planned"] * 5
    assert kinds() == ["leave_out", "bring_back"]


def test_a_date_far_ahead_is_decided_before_it_is_shown() -> None:
    standing_order = shown()

    far = date_of(standing_order, date(2027, 3, 2))
    leave_out_date(far, actor=None, now=TUESDAY)
    with pytest.raises(NotPossible, match="rule_changed"):
        date_of(standing_order, date(2027, 3, 3))
    for days in range(0, 90, 10):
        cycle.preview(now=TUESDAY + timedelta(days=days))

    found = Occurrence.objects.get(rule_date=date(2027, 3, 2))
    assert (found.pk, found.status) == (far.pk, "skipped")


def test_swaps_go_with_the_contents_they_were_for_and_their_owner_is_told() -> None:
    standing_order = shown()
    actor = member(standing_order)
    row = on(TUESDAYS[1])
    product, other = Product.objects.all()[:2]
    slot = row.bundle.slots.get()
    swap = {
        "slot": slot,
        "product": product,
        "alternative": other,
        "swapped_by": actor,
        "swapped_at": TUESDAY,
    }
    Swap.objects.create(occurrence=row, **swap)

    change_date(row, {"headcount": 11}, actor=actor, now=TUESDAY)
    assert Swap.objects.count() == 1
    move_date(row, date(2026, 12, 10), actor=actor, now=TUESDAY)

    assert Swap.objects.count() == 0
    told = Notification.objects.get(kind="swaps_dropped")
    assert (told.recipient, told.occurrence) == (actor, row)


def test_a_dearer_date_above_the_orderers_limit_waits_for_an_approver() -> None:
    standing_order = shown()
    actor = member(standing_order)
    chief = approver(standing_order.organization)
    actor.seats.update(order_limit=on(TUESDAYS[1]).price)

    change_date(on(TUESDAYS[1]), {"headcount": 9}, actor=actor, now=TUESDAY)
    assert on(TUESDAYS[1]).status == "planned"
    changed = change_date(on(TUESDAYS[1]), {"headcount": 25}, actor=actor, now=TUESDAY)

    assert (changed.status, changed.order.status, changed.order.headcount) == ("ordered", "awaiting", 25)
    assert Notification.objects.get(kind="approval_asked").recipient == chief


@pytest.mark.parametrize("changes", [{"headcount": 0}, {"site_id": None}])
def test_what_makes_no_sense_for_a_date_is_refused(changes: dict[str, Any]) -> None:
    shown()
    before = everything()

    with pytest.raises(ValidationError):
        change_date(on(TUESDAYS[1]), changes, actor=None, now=TUESDAY)
    assert everything() == before


def test_a_site_of_another_institution_is_refused() -> None:
    shown()
    elsewhere = SiteFactory()
    before = everything()

    with pytest.raises(NotPossible, match="wrong_site"):
        change_date(on(TUESDAYS[1]), {"site_id": elsewhere.pk}, actor=None, now=TUESDAY)
    assert everything() == before


# -- From a date on, and all ----------------------------------------------------------------------


def test_a_change_from_a_date_on_leaves_the_dates_before() -> None:
    standing_order = shown()

    change_terms(standing_order, {"headcount": 20}, since=TUESDAYS[2], actor=None, now=TUESDAY)
    assert rows("headcount") == [10, 10, 20, 20, 20]
    change_terms(
        standing_order, {"window_opens": None, "headcount": 30}, since=TUESDAYS[3], actor=None, now=TUESDAY
    )
    assert rows("headcount") == [10, 10, 20, 30, 30]
    change_terms(standing_order, {"headcount": 15}, since=TUESDAYS[1], actor=None, now=TUESDAY)

    assert rows("headcount") == [10, 15, 15, 15, 15]
    for later in (TUESDAY + timedelta(days=10), TUESDAY + timedelta(days=11)):
        cycle.fix_due(now=later)
        cycle.preview(now=later)
    standing_order.refresh_from_db()
    assert standing_order.headcount == 15


def test_a_change_for_all_spares_what_is_past_its_deadline() -> None:
    standing_order = shown()

    change_terms(
        standing_order, {"headcount": 20}, actor=member(standing_order), now=CUTOFF - timedelta(hours=24)
    )

    assert rows("headcount") == [10, 20, 20, 20, 20]
    fixed_order(occurrence=on(TUESDAYS[0]))
    standing_order.refresh_from_db()
    assert standing_order.headcount == 20


def test_a_new_rule_from_a_date_on_takes_back_dates_and_gives_others() -> None:
    standing_order = shown()
    friday = "FREQ=WEEKLY;BYDAY=FR"

    made = change_terms(standing_order, {"rrule": friday}, since=date(2026, 12, 9), actor=None, now=TUESDAY)

    planned = Occurrence.objects.filter(status="planned").order_by("rule_date")
    assert list(planned.values_list("rule_date", "delivery_date")) == [
        (TUESDAYS[0], TUESDAYS[0]),
        (TUESDAYS[1], TUESDAYS[1]),
        (date(2026, 12, 11), date(2026, 12, 11)),
        (date(2026, 12, 18), date(2026, 12, 18)),
        (date(2026, 12, 25), date(2026, 12, 24)),
    ]
    assert set(Occurrence.objects.filter(status="skipped").values_list("rule_date", "reason")) == {
        (day, "rule_changed") for day in TUESDAYS[2:]
    }
    assert made
    undo_change(made, actor=member(standing_order), now=TUESDAY)
    assert list(planned.values_list("rule_date", flat=True)) == TUESDAYS


def test_the_same_change_twice_is_one() -> None:
    standing_order = shown()
    for since in (None, TUESDAYS[2]):
        change_terms(standing_order, {"headcount": 20}, since=since, actor=None, now=TUESDAY)
        after = everything()
        assert change_terms(standing_order, {"headcount": 20}, since=since, actor=None, now=TUESDAY) is None
        assert everything() == after


def test_who_decides_by_an_outdated_page_is_told_and_changes_nothing() -> None:
    standing_order = shown()
    change_terms(standing_order, {"headcount": 20}, actor=None, now=TUESDAY, seen=0)
    before = everything()

    with pytest.raises(NotPossible, match="changed_meanwhile"):
        change_terms(standing_order, {"headcount": 30}, actor=None, now=TUESDAY, seen=0)
    with pytest.raises(NotPossible, match="changed_meanwhile"):
        leave_out_date(on(TUESDAYS[1]), actor=None, now=TUESDAY, seen=0)
    assert everything() == before


# -- Pauses and ends ------------------------------------------------------------------------------


def test_a_pause_for_a_time_and_one_without_end() -> None:
    standing_order = shown()

    pause_standing_order(standing_order, TUESDAYS[1], TUESDAYS[2], actor=None, now=TUESDAY)
    assert rows("reason") == ["", "standing_order_paused", "standing_order_paused", "", ""]
    pause_standing_order(standing_order, TUESDAYS[3], None, actor=None, now=TUESDAY)
    cycle.preview(now=TUESDAY + timedelta(days=14))
    assert rows("status")[3:] == ["skipped"] * 4
    resume_standing_order(standing_order, TUESDAYS[4], actor=None, now=TUESDAY)

    assert rows("status") == ["planned", "skipped", "skipped", "skipped", "planned", "planned", "planned"]
    with pytest.raises(NotPossible, match="pause_ends_before"):
        pause_standing_order(standing_order, TUESDAYS[1], TUESDAYS[0], actor=None, now=TUESDAY)


def test_an_end_on_a_date_lets_the_dates_before_come() -> None:
    standing_order = shown()

    end_standing_order(standing_order, last=TUESDAYS[2], actor=None, now=TUESDAY)

    assert rows("reason") == ["", "", "", "standing_order_ended", "standing_order_ended"]
    standing_order.refresh_from_db()
    assert (standing_order.status, standing_order.ends_on) == ("active", TUESDAYS[2])


def test_an_end_past_the_deadline_of_a_date_lets_it_come_and_then_ends() -> None:
    standing_order = shown()

    end_standing_order(standing_order, actor=member(standing_order), now=CUTOFF - timedelta(hours=5))
    standing_order.refresh_from_db()
    assert (standing_order.status, rows("status")) == ("active", ["planned"] + ["skipped"] * 4)
    cycle.fix_due(now=CUTOFF)
    cycle.preview(now=CUTOFF + timedelta(days=10))

    standing_order.refresh_from_db()
    assert (standing_order.status, rows("status")) == ("ended", ["ordered"] + ["skipped"] * 4)


# -- Undoing --------------------------------------------------------------------------------------


def test_every_decision_can_be_undone_the_latest_first() -> None:
    standing_order = shown()
    actor = member(standing_order)
    start = (
        rows("status", "delivery_date", "headcount", "reason"),
        StandingOrder.objects.values("ends_on").get(),
    )
    change_terms(standing_order, {"headcount": 20}, actor=actor, now=TUESDAY)
    change_terms(standing_order, {"headcount": 30}, since=TUESDAYS[3], actor=actor, now=TUESDAY)
    pause_standing_order(standing_order, TUESDAYS[1], None, actor=actor, now=TUESDAY)
    move_date(on(TUESDAYS[0]), date(2026, 12, 3), actor=actor, now=TUESDAY)
    resume_standing_order(standing_order, TUESDAYS[3], actor=actor, now=TUESDAY)
    end_standing_order(standing_order, actor=actor, now=TUESDAY)
    assert StandingOrder.objects.get().status == "ended"

    changes = list(StandingOrderChange.objects.all())
    assert [change.kind for change in changes] == ["all", "following", "pause", "move", "resume", "end"]
    with pytest.raises(NotPossible, match="newer_change"):
        undo_change(changes[0], actor=actor, now=TUESDAY)
    for change in reversed(changes):
        undo_change(change, actor=actor, now=TUESDAY)
        after = everything()
        undo_change(change, actor=actor, now=TUESDAY)
        assert everything() == after

    assert StandingOrder.objects.get().status == "active"
    assert (
        rows("status", "delivery_date", "headcount", "reason"),
        StandingOrder.objects.values("ends_on").get(),
    ) == start


@pytest.mark.parametrize(("hours", "by_operator"), [(24, False), (0, True)])
def test_after_the_deadline_of_the_first_date_nothing_is_undone(hours: int, by_operator: bool) -> None:
    standing_order = shown()
    actor = operator() if by_operator else member(standing_order)
    made = change_terms(standing_order, {"headcount": 20}, actor=actor, now=TUESDAY)
    assert made
    before = everything()

    with pytest.raises(NotPossible, match="past_change_deadline"):
        undo_change(made, actor=actor, now=CUTOFF - timedelta(hours=hours))
    assert everything() == before
    undo_change(made, actor=actor, now=CUTOFF - timedelta(hours=hours, seconds=1))
    assert rows("headcount")[1:] == [10] * 4


# -- Holidays -------------------------------------------------------------------------------------


def test_a_day_that_closes_moves_even_a_date_past_its_deadline_and_tells_the_orderers() -> None:
    standing_order = shown()
    person = member(standing_order)
    CalendarDayFactory(day=TUESDAYS[0])

    cycle.preview(now=CUTOFF - timedelta(hours=5))

    # The working day before would be past its cut-off.
    assert rows("delivery_date", "reason")[0] == (date(2026, 12, 2), "moved_after")
    told = Notification.objects.get(kind="date_moved")
    assert (told.recipient, told.detail) == (person, "2026-12-01 moved_after")


def test_an_answer_about_a_holiday_moves_the_date() -> None:
    StandingOrderFactory(
        rrule="FREQ=WEEKLY;BYDAY=FR",
        starts_on=date(2026, 12, 25),
        holiday_policy="ask",
        holiday_default="skip",
    )
    cycle.preview(now=TUESDAY)
    assert rows("status", "delivery_date", "reason") == [("skipped", None, "asked_skip")]

    answer_holiday(on(date(2026, 12, 25)), "after", actor=None, now=TUESDAY)

    assert rows("status", "delivery_date", "reason") == [("planned", date(2026, 12, 28), "moved_after")]


# -- What it costs --------------------------------------------------------------------------------


def set_up() -> tuple[StandingOrder, User, User]:
    """One that its orderer decided alone, up to exactly what it costs a year; and an approver."""
    person = orderer()
    organization = person.seats.get().organization
    chief = approver(organization)
    standing_order = create_standing_order(
        organization=organization,
        site=SiteFactory(organization=organization),
        bundle=bundle_with("bread"),
        headcount=10,
        exclusions=0,
        rrule="FREQ=WEEKLY;BYDAY=TU",
        starts_on=DELIVERY_DATE,
        ends_on=None,
        holiday_policy="before",
        window_opens=None,
        window_closes=None,
        actor=person,
        now=TUESDAY,
    )
    person.seats.update(order_limit=standing_order.yearly_sum)
    return standing_order, person, chief


@pytest.mark.parametrize("since", [None, TUESDAYS[3]])
def test_what_comes_to_cost_more_than_agreed_waits_and_a_refusal_takes_it_back(since: date | None) -> None:
    standing_order, person, chief = set_up()

    change_terms(standing_order, {"headcount": 11}, since=since, actor=person, now=TUESDAY)
    waiting = StandingOrder.objects.get()
    assert waiting.status == "awaiting"
    assert Notification.objects.get(kind="approval_asked").recipient == chief
    decline_standing_order(waiting, note="예산이 없습니다", actor=chief, now=TUESDAY)

    assert StandingOrder.objects.get().status == "active"
    assert rows("headcount") == [10] * 5
    assert rows("status") == ["planned"] * 5


def test_undoing_what_made_it_wait_lets_it_run_again() -> None:
    standing_order, person, _chief = set_up()
    made = change_terms(standing_order, {"headcount": 11}, actor=person, now=TUESDAY)
    assert made

    undo_change(made, actor=person, now=TUESDAY)

    assert StandingOrder.objects.get().status == "active"


# -- Downtime -------------------------------------------------------------------------------------


@pytest.mark.parametrize("down", [3, 20, 70])
def test_dates_that_an_outage_swallowed_are_made_up_or_explained(down: int) -> None:
    shown()
    later: datetime = TUESDAY + timedelta(days=down)

    cycle.preview(now=later)
    cycle.fix_due(now=later)

    due = [day for day in rows("rule_date") if day <= (later + timedelta(days=1)).date()]
    expected = []
    day = DELIVERY_DATE
    while day <= (later + timedelta(days=1)).date():
        expected.append(day)
        day += timedelta(days=7)
    assert due == expected
    assert not Occurrence.objects.filter(status="planned", cutoff_at__lte=later).exists()
