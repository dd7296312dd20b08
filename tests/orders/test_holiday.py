"""A date on a holiday with the policy "ask us each time": question, reminder, answer, and the default."""

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client

from membership.models import User
from orders import cycle
from orders.actions.changing import undo_change
from orders.actions.holiday import answer_holiday
from orders.cutoff import seoul
from orders.emails import send_pending
from orders.exceptions import NotPossible
from orders.models import CycleItem, Notification, Occurrence, Order, StandingOrderChange
from tests.factories import TUESDAY, CalendarDayFactory, StandingOrderFactory, operator, orderer, viewer
from tests.snapshot import everything

pytestmark = pytest.mark.django_db
CHRISTMAS = date(2026, 12, 25)  # a Friday
EVE, MONDAY = date(2026, 12, 24), date(2026, 12, 28)
# A day before the cut-off of the earlier of the two days: until then everything is possible.
DEADLINE = seoul(date(2026, 12, 20), time(15, 0))


def asking(default: str = "before", **fields: Any) -> User:
    """Every Friday from Christmas on; its orderer is asked where that date goes."""
    person = orderer()
    StandingOrderFactory(
        **{
            "organization": person.seats.get().organization,
            "rrule": "FREQ=WEEKLY;BYDAY=FR;COUNT=1",
            "starts_on": CHRISTMAS,
            "holiday_policy": "ask",
            "holiday_default": default,
            **fields,
        }
    )
    sweep(TUESDAY)
    return person


def sweep(now: datetime) -> None:
    cycle.preview(now=now)
    cycle.ask_about_holidays(now=now)


def the_date() -> Occurrence:
    return Occurrence.objects.select_related("standing_order").get()


def place() -> tuple[str, date | None, str, str]:
    row = the_date()
    return row.status, row.delivery_date, row.reason, row.answer


def told() -> list[tuple[str, str]]:
    return list(Notification.objects.order_by("pk").values_list("kind", "detail"))


ASKED = ("holiday_asked", "2026-12-25 asked_before")
SETTLED = ("holiday_settled", "2026-12-25 moved_before")


def test_the_institution_is_asked_once_as_soon_as_the_date_is_shown() -> None:
    asking()
    after = everything()
    sweep(TUESDAY)
    sweep(TUESDAY + timedelta(hours=1))

    assert everything() == after
    assert place() == ("planned", EVE, "asked_before", "")
    assert (the_date().asked_at, the_date().answer_by) == (TUESDAY, DEADLINE)
    assert told() == [ASKED]


def test_it_is_reminded_once_a_day_before_the_deadline() -> None:
    asking()

    for hours in (25, 24, 23):
        sweep(DEADLINE - timedelta(hours=hours))

    assert told() == [ASKED, ("holiday_reminder", "2026-12-25 asked_before")]
    assert the_date().reminded_at == DEADLINE - timedelta(hours=24)


@pytest.mark.parametrize(
    ("answer", "becomes"),
    [
        ("before", ("planned", EVE, "moved_before", "before")),
        ("after", ("planned", MONDAY, "moved_after", "after")),
        ("skip", ("skipped", None, "skipped_holiday", "skip")),
    ],
)
def test_an_answer_puts_the_date_where_it_says_and_ends_the_question(answer: str, becomes: Any) -> None:
    person = asking()

    for _ in range(2):
        answer_holiday(the_date(), answer, actor=person, now=DEADLINE - timedelta(days=2))
    sweep(DEADLINE - timedelta(hours=24))
    sweep(DEADLINE)

    assert place() == becomes
    assert told() == [ASKED]
    assert [change.kind for change in StandingOrderChange.objects.all()] == ["answer"]


@pytest.mark.parametrize(
    ("default", "becomes"),
    [
        ("before", ("planned", EVE, "moved_before", "before")),
        ("after", ("planned", MONDAY, "moved_after", "after")),
        ("skip", ("skipped", None, "skipped_holiday", "skip")),
    ],
)
def test_without_an_answer_the_default_holds_and_people_are_told(default: str, becomes: Any) -> None:
    person = asking(default)

    sweep(DEADLINE)
    after = everything()
    sweep(DEADLINE + timedelta(minutes=1))

    assert everything() == after
    assert place() == becomes
    assert told()[1:] == [("holiday_settled", f"2026-12-25 {becomes[2]}")]
    change = StandingOrderChange.objects.get()
    assert (change.kind, change.actor, change.occurrence) == ("default", None, the_date())
    with pytest.raises(NotPossible, match="answer_closed"):
        undo_change(change, actor=person, now=DEADLINE)


def test_a_late_worker_closes_the_question_before_the_cut_off_takes_the_date() -> None:
    asking()
    cutoff = seoul(date(2026, 12, 21), time(15, 0))

    for _ in range(2):
        cycle.fix_due(now=cutoff)

    assert place() == ("ordered", EVE, "moved_before", "before")
    assert Order.objects.get().delivery_date == EVE
    assert told()[1:] == [SETTLED, ("order_confirmed", "")]
    steps = CycleItem.objects.order_by("pk").values_list("run__step", "reason")
    assert [step for step in steps if step[0] in ("holiday", "fix")][1:] == [
        ("holiday", "by_default"),
        ("fix", ""),
    ]


def test_a_date_that_nobody_was_asked_about_is_settled_at_its_cut_off_too() -> None:
    StandingOrderFactory(
        rrule="FREQ=WEEKLY;BYDAY=FR;COUNT=1",
        starts_on=CHRISTMAS,
        holiday_policy="ask",
        holiday_default="after",
    )
    cycle.preview(now=TUESDAY)

    cycle.fix_due(now=seoul(date(2026, 12, 22), time(15, 0)))

    assert place() == ("ordered", MONDAY, "moved_after", "after")


def test_where_no_time_is_left_to_ask_the_default_holds_at_once() -> None:
    """The hub closes a day after its change deadline: nothing can be chosen any more."""
    person = orderer()
    StandingOrderFactory(
        organization=person.seats.get().organization, holiday_policy="ask", holiday_default="after"
    )
    cycle.preview(now=TUESDAY)
    late = seoul(date(2026, 11, 26), time(10, 0))
    CalendarDayFactory(day=date(2026, 12, 1))

    sweep(late)

    first = Occurrence.objects.order_by("rule_date")[0]
    assert (first.delivery_date, first.reason) == (date(2026, 12, 2), "moved_after")
    assert "holiday_asked" not in dict(told())


def test_an_answer_that_comes_too_late_for_its_day_changes_nothing() -> None:
    person = asking("after")
    between = DEADLINE + timedelta(hours=1)  # the day after can still be had, the day before can't
    hub = operator()
    before = everything()

    with pytest.raises(NotPossible, match="past_change_deadline"):
        answer_holiday(the_date(), "before", actor=person, now=between)
    with pytest.raises(NotPossible, match="too_late"):
        answer_holiday(the_date(), "before", actor=hub, now=DEADLINE + timedelta(hours=25))
    assert everything() == before
    answer_holiday(the_date(), "skip", actor=person, now=between)
    assert place() == ("skipped", None, "skipped_holiday", "skip")


def test_a_working_day_asks_nothing() -> None:
    person = orderer()
    StandingOrderFactory(organization=person.seats.get().organization, holiday_policy="ask")
    sweep(TUESDAY)
    before = everything()

    with pytest.raises(NotPossible, match="no_holiday"):
        answer_holiday(Occurrence.objects.order_by("rule_date")[0], "after", actor=person, now=TUESDAY)
    assert (everything(), told()) == (before, [])


def test_taking_an_answer_back_asks_again_until_the_deadline() -> None:
    person = asking()
    answer_holiday(the_date(), "skip", actor=person, now=TUESDAY)
    undo_change(StandingOrderChange.objects.get(), actor=person, now=TUESDAY)

    assert place() == ("planned", EVE, "asked_before", "")
    sweep(DEADLINE)
    assert told() == [ASKED, SETTLED]


# -- What people read -----------------------------------------------------------------------------


def test_the_mail_names_the_choices_the_deadline_and_the_page() -> None:
    person = asking()
    send_pending(now=TUESDAY)

    text = mail.outbox[0].body
    row = the_date()
    assert mail.outbox[0].to == [person.email]
    assert [
        part in text
        for part in (
            "2026-12-25",
            "2026-12-24",
            "2026-12-28",
            f"/standing-orders/{row.standing_order_id}/dates/2026-12-25/",
        )
    ] == [True] * 4


def test_the_mail_about_the_default_says_where_the_date_stands() -> None:
    person = asking()
    person.language = "en"
    person.save()
    sweep(DEADLINE)
    send_pending(now=DEADLINE)

    assert "Nobody answered in time, so this holds: it is delivered on Thu 24 Dec" in mail.outbox[1].body


def page_of(row: Occurrence) -> str:
    return f"/standing-orders/{row.standing_order_id}/dates/{row.rule_date}/"


def test_home_and_page_ask_and_one_tap_answers(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("membership.clock.now", lambda: TUESDAY)
    monkeypatch.setattr("membership.clock.today", TUESDAY.date)
    person = asking()
    client.force_login(person)
    page = page_of(the_date())

    assert page in client.get("/").content.decode()
    question = client.get(page).context["page"].question
    assert [(choice.answer, choice.day, choice.is_open) for choice in question.choices] == [
        ("before", EVE, True),
        ("after", MONDAY, True),
        ("skip", None, True),
    ]
    answered = client.post(f"{page}answer/", {"answer": "after", "next": page})
    assert (answered.status_code, answered.headers["Location"]) == (302, page)
    assert place() == ("planned", MONDAY, "moved_after", "after")
    assert client.get(page).context["page"].question is None
    assert page not in client.get("/").content.decode()


def test_a_viewer_sees_the_question_and_cannot_answer(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("membership.clock.now", lambda: TUESDAY)
    monkeypatch.setattr("membership.clock.today", TUESDAY.date)
    person = asking()
    client.force_login(viewer(person.seats.get().organization))
    page = page_of(the_date())
    before = place()

    assert client.get(page).context["page"].question.day == CHRISTMAS
    assert client.post(f"{page}answer/", {"answer": "after"}).status_code == 403
    assert place() == before
