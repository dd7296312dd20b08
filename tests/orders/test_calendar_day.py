"""A day is closed or opened: everything it touches is shown first, follows, and people are told."""

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from membership.models import User
from orders import cycle
from orders.actions.calendar_day import StalePreview, change_calendar_day, preview_calendar_day
from orders.actions.change_date import leave_out_date
from orders.calendar_effects import CalendarChange, by_institution, counts, fingerprint
from orders.cutoff import seoul
from orders.emails import send_pending
from orders.exceptions import NotPossible
from orders.models import CalendarDay, Notification, Occurrence, Order, StandingOrder
from tests.factories import (
    CUTOFF,
    DELIVERY_DATE,
    EVENT_AT,
    TUESDAY,
    CalendarDayFactory,
    EditionFactory,
    OccurrenceFactory,
    OrderFactory,
    StandingOrderFactory,
    fixed_order,
    operator,
    orderer,
)
from tests.snapshot import everything

pytestmark = pytest.mark.django_db
NEXT = DELIVERY_DATE + timedelta(days=1)
BEFORE = DELIVERY_DATE - timedelta(days=1)
CLOSED = CalendarChange(DELIVERY_DATE, False, "임시공휴일")


def tuesdays(**fields: Any) -> StandingOrder:
    """Every Tuesday from `DELIVERY_DATE`, shown until the end of December."""
    standing: StandingOrder = StandingOrderFactory(**fields)
    orderer(standing.organization)
    cycle.preview(now=TUESDAY)
    return standing


def event_order(**fields: Any) -> Order:
    window = {"window_opens": time(10, 30), "window_closes": time(13, 30)}
    order: Order = OrderFactory(**{"event_at": EVENT_AT, **window, **fields})
    orderer(order.organization)
    return order


def apply(change: CalendarChange, now: datetime = TUESDAY, **decisions: str) -> Any:
    seen = fingerprint(preview_calendar_day(change, now=now))
    named = {number.removeprefix("n"): word for number, word in decisions.items()}
    return change_calendar_day(change, named, seen=seen, actor=operator(), now=now)


def told() -> list[tuple[str, str]]:
    return sorted(Notification.objects.values_list("kind", "detail"))


# -- Before ---------------------------------------------------------------------------------------


def test_a_preview_shows_every_delivery_and_keeps_nothing() -> None:
    before_, after, skip = (tuesdays(holiday_policy=policy) for policy in ("before", "after", "skip"))
    event = event_order()
    rows = everything()

    effects = preview_calendar_day(CLOSED, now=TUESDAY)

    assert everything() == rows
    found = {(each.organization, each.what): (each.was_day, each.day) for each in effects}
    assert found[before_.organization, "moved"] == (DELIVERY_DATE, BEFORE)
    assert found[after.organization, "moved"] == (DELIVERY_DATE, NEXT)
    assert found[skip.organization, "left_out"] == (DELIVERY_DATE, None)
    assert found[event.organization, "moved"] == (DELIVERY_DATE, BEFORE)
    assert counts(effects) == {"to_decide": 0, "left_out": 1, "moved": 3, "cutoff": 0}
    assert len(by_institution(effects)) == 4


def test_what_is_fixed_is_to_be_decided() -> None:
    order = fixed_order()
    now = CUTOFF + timedelta(hours=1)

    [effect] = preview_calendar_day(CLOSED, now=now)

    assert (effect.what, effect.number, effect.moves_to) == ("to_decide", order.number, NEXT)


def test_a_day_that_is_counted_over_moves_cutoffs() -> None:
    tuesdays()
    friday = CalendarChange(date(2026, 12, 11), False, "재량휴업")

    effects = preview_calendar_day(friday, now=TUESDAY)

    assert [(each.what, each.day, each.cutoff) for each in effects] == [
        ("cutoff", date(2026, 12, 15), seoul(date(2026, 12, 9), time(15)))
    ]


# -- After ----------------------------------------------------------------------------------------


def test_dates_and_events_follow_and_people_are_told_once() -> None:
    tuesdays()
    event = event_order()

    effects = apply(CLOSED)
    cycle.preview(now=TUESDAY)

    assert len(effects) == 2
    row, event = Occurrence.objects.get(rule_date=DELIVERY_DATE), Order.objects.get()
    assert (row.delivery_date, row.reason) == (BEFORE, "moved_before")
    assert (event.delivery_date, event.window_opens, event.window_closes) == (BEFORE, time(15), time(18))
    assert event.cutoff_at == seoul(date(2026, 11, 25), time(15))
    assert told() == [
        ("date_moved", "2026-12-01 moved_before"),
        ("order_moved", "2026-12-01 → 2026-11-30 (임시공휴일)"),
    ]
    assert CalendarDay.objects.get().name == "임시공휴일"


def test_whose_cutoff_moves_is_told_before_and_after() -> None:
    tuesdays()
    event = event_order(event_at=EVENT_AT + timedelta(days=14), delivery_date=date(2026, 12, 15))
    Order.objects.update(cutoff_at=seoul(date(2026, 12, 10), time(15)))
    friday = CalendarChange(date(2026, 12, 11), False, "재량휴업")

    preview_calendar_day(friday, now=TUESDAY)
    assert told() == []
    apply(friday)

    said = "2026-12-10 15:00 → 2026-12-09 15:00"
    rows = Notification.objects.order_by("pk").values_list("kind", "occurrence__rule_date", "order", "detail")
    assert list(rows) == [
        ("cutoff_moved", date(2026, 12, 15), None, said),
        ("cutoff_moved", None, event.pk, said),
    ]
    send_pending(now=TUESDAY)
    assert [said in each.body for each in mail.outbox] == [True, True]


def test_the_mail_says_where_a_date_went_and_links_to_it() -> None:
    standing = tuesdays()
    User.objects.update(language="en")
    apply(CLOSED)
    send_pending(now=TUESDAY)

    lines = mail.outbox[0].body.splitlines()
    assert [line for line in lines if line.startswith(("Until now", "From now on", "Cut-off"))] == [
        "Until now: 2026-12-01",
        "From now on: 2026-11-30 (Mon)",
        "Cut-off: 2026-11-25 15:00",
    ]
    assert f"/standing-orders/{standing.pk}/dates/2026-12-01/" in mail.outbox[0].body


def test_opening_a_day_again_brings_everything_back_that_may() -> None:
    tuesdays()
    apply(CLOSED)
    apply(CalendarChange(DELIVERY_DATE, None))

    assert Occurrence.objects.get(rule_date=DELIVERY_DATE).delivery_date == DELIVERY_DATE
    assert not CalendarDay.objects.exists()


def test_a_public_holiday_can_be_opened() -> None:
    tuesdays(rrule="FREQ=WEEKLY;BYDAY=FR")
    christmas = date(2026, 12, 25)
    assert Occurrence.objects.get(rule_date=christmas).delivery_date == date(2026, 12, 24)

    apply(CalendarChange(christmas, True, "성탄절 배송"))

    assert Occurrence.objects.get(rule_date=christmas).delivery_date == christmas


def test_twice_changes_nothing_more() -> None:
    tuesdays()
    apply(CLOSED)
    hub = operator()
    seen = fingerprint(preview_calendar_day(CLOSED, now=TUESDAY))
    before = everything()

    assert change_calendar_day(CLOSED, {}, seen=seen, actor=hub, now=TUESDAY) == []
    assert everything() == before


def test_a_stale_preview_changes_nothing_and_says_what_is_now() -> None:
    standing, other = tuesdays(), tuesdays()
    hub = operator()
    seen = fingerprint(preview_calendar_day(CLOSED, now=TUESDAY))
    row = other.occurrences.get(rule_date=DELIVERY_DATE)
    leave_out_date(row, actor=orderer(other.organization), now=TUESDAY)
    before = everything()

    with pytest.raises(StalePreview) as stale:
        change_calendar_day(CLOSED, {}, seen=seen, actor=hub, now=TUESDAY)

    assert everything() == before
    assert [each.organization for each in stale.value.effects if each.what == "moved"] == [
        standing.organization
    ]


# -- What is fixed --------------------------------------------------------------------------------


def fixed_date() -> Order:
    """The order of a standing order's date, fixed for `DELIVERY_DATE`."""
    occurrence = OccurrenceFactory()
    EditionFactory(bundle=occurrence.bundle)
    order = fixed_order(occurrence=occurrence)
    orderer(order.organization)
    Notification.objects.all().delete()
    return order


LATE = CUTOFF + timedelta(hours=1)


def test_without_a_decision_nothing_is_done() -> None:
    fixed_date()
    hub = operator()
    seen = fingerprint(preview_calendar_day(CLOSED, now=LATE))
    before = everything()

    with pytest.raises(NotPossible, match="not_decided"):
        change_calendar_day(CLOSED, {}, seen=seen, actor=hub, now=LATE)
    assert everything() == before


def test_it_is_delivered_all_the_same() -> None:
    order = fixed_date()

    apply(CLOSED, LATE, **{f"n{order.number}": "keep"})

    assert Order.objects.get().status == "confirmed"
    assert Order.objects.get().delivery_date == DELIVERY_DATE


def test_it_is_called_off() -> None:
    order = fixed_date()

    apply(CLOSED, LATE, **{f"n{order.number}": "call_off"})

    assert Order.objects.get().status == "cancelled"
    assert ("order_cancelled", "임시공휴일") in told()


def test_it_is_moved_as_another_order_of_the_same_date() -> None:
    order = fixed_date()

    apply(CLOSED, LATE, **{f"n{order.number}": "move"})
    cycle.fix_due(now=LATE)

    was, new = Order.objects.order_by("pk")
    assert (was.status, was.occurrence, was.delivery_date) == ("cancelled", None, DELIVERY_DATE)
    assert (new.status, new.delivery_date, new.gross) == ("confirmed", NEXT, was.gross)
    occurrence = Occurrence.objects.get()
    assert (new.occurrence, occurrence.status, occurrence.delivery_date) == (occurrence, "ordered", NEXT)


# -- The page -------------------------------------------------------------------------------------


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Client:
    monkeypatch.setattr("membership.clock.now", lambda: TUESDAY)
    user = operator()
    User.objects.filter(pk=user.pk).update(language="en")
    client = Client()
    client.force_login(User.objects.get(pk=user.pk))
    return client


URL = reverse("orders:working_days")
TYPED = {"day": str(DELIVERY_DATE), "word": "closed", "name": "임시공휴일"}


def test_the_page_previews_and_applies(hub: Client) -> None:
    tuesdays()

    shown = hub.post(URL, TYPED)
    assert not CalendarDay.objects.exists()
    assert shown.context["counts"]["moved"] == 1
    answer = hub.post(URL, TYPED | {"seen": shown.context["seen"], "apply": "1"}, follow=True)

    assert "Deliveries that changed: 1" in answer.content.decode()
    assert "임시공휴일" in answer.content.decode()
    assert CalendarDay.objects.get().day == DELIVERY_DATE


def test_the_page_shows_a_stale_preview_again(hub: Client) -> None:
    tuesdays()
    shown = hub.post(URL, TYPED)
    tuesdays()

    answer = hub.post(URL, TYPED | {"seen": shown.context["seen"], "apply": "1"})

    assert not CalendarDay.objects.exists()
    assert "nothing was done" in answer.content.decode()
    assert answer.context["counts"]["moved"] == 2


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [({"day": str(TUESDAY.date())}, "day"), ({"day": "2028-01-01"}, "day"), ({"name": ""}, "name")],
)
def test_a_day_that_cannot_be_changed_is_refused(hub: Client, changes: dict[str, str], wrong: str) -> None:
    answer = hub.post(URL, TYPED | changes)

    assert list(answer.context["form"].errors) == [wrong]
    assert "affected" not in answer.context


def test_the_year_lists_holidays_and_overrides(hub: Client) -> None:
    CalendarDayFactory(day=date(2026, 12, 12), is_working=True, name="토요 배송")

    days = {row["day"]: row for row in hub.get(URL).context["days"]}

    assert days[date(2026, 12, 12)]["is_working"]
    assert days[date(2026, 12, 25)]["holiday"] == "Christmas Day"
    assert not days[date(2027, 2, 9)]["is_working"]
