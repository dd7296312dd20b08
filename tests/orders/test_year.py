"""Twelve months of a standing order, on the page and as a file; and the page of each date."""

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from membership.models import User
from orders import cycle
from orders.actions.change_date import leave_out_date, move_date
from orders.actions.changing import undo_change
from orders.cutoff import seoul
from orders.models import CalendarDay, Occurrence, StandingOrder, StandingOrderChange
from orders.year import months_of, read_year
from tests.factories import (
    TUESDAY,
    StandingOrderFactory,
    operator,
    orderer,
    viewer,
)

pytestmark = pytest.mark.django_db
TODAY = TUESDAY.date()
CHRISTMAS = date(2026, 12, 25)


@pytest.fixture(autouse=True)
def at(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Set the clock of the pages."""

    def stand(now: datetime) -> None:
        monkeypatch.setattr("membership.clock.now", lambda: now)

    stand(TUESDAY)
    return stand


def fridays(**fields: Any) -> StandingOrder:
    """Every Friday from 27 November, shown until the end of December."""
    standing: StandingOrder = StandingOrderFactory(
        rrule="FREQ=WEEKLY;BYDAY=FR", starts_on=date(2026, 11, 27), **fields
    )
    cycle.preview(now=TUESDAY)
    standing.refresh_from_db()
    return standing


def year_of(*standing: StandingOrder) -> list[tuple[date, date | None, str, str]]:
    days = CalendarDay.objects.all().working_days()
    rows = StandingOrder.objects.filter(pk__in=[each.pk for each in standing])
    dates = read_year(rows.prefetch_related("later_terms", "pauses"), days, today=TODAY)
    return [(each.rule_date, each.day, each.state, each.why) for each in dates]


def client_of(user: User) -> Client:
    User.objects.filter(pk=user.pk).update(language="en")
    client = Client()
    client.force_login(User.objects.get(pk=user.pk))
    return client


def on(standing: StandingOrder, rule_date: date) -> str:
    return reverse("orders:standing_order_date", args=[standing.pk, rule_date.isoformat()])


# -- The months -----------------------------------------------------------------------------------


def test_stored_dates_and_the_forecast_make_one_year_without_gap_or_double() -> None:
    standing = fridays()

    with translation.override("en"):
        year = year_of(standing)

    dates = [rule_date for rule_date, *_ in year]
    assert dates == [date(2026, 11, 27) + timedelta(weeks=n) for n in range(len(dates))]
    assert dates[-1] == date(2027, 10, 29)
    assert {state for _rule, _day, state, _why in year if _rule <= date(2026, 12, 25)} == {"planned"}
    assert {state for _rule, _day, state, _why in year if _rule > date(2026, 12, 31)} == {"forecast"}
    moved = {rule: (day, why) for rule, day, _state, why in year if day != rule}
    assert moved == {
        CHRISTMAS: (date(2026, 12, 24), "Moved to the working day before a holiday (Christmas Day)"),
        date(2027, 1, 1): (
            date(2026, 12, 31),
            "Moved to the working day before a holiday (New Year's Day)",
        ),
    }


def test_what_is_left_out_paused_or_ended_is_said() -> None:
    standing = fridays(holiday_policy="skip")
    person = orderer(standing.organization)
    leave_out_date(standing.occurrences.get(rule_date=date(2026, 12, 11)), actor=person, now=TUESDAY)
    standing.pauses.create(first_on=date(2027, 2, 1), last_on=date(2027, 2, 28))
    StandingOrder.objects.update(ends_on=date(2027, 3, 12))

    with translation.override("en"):
        year = {rule: (day, state, why) for rule, day, state, why in year_of(standing)}

    assert year[date(2026, 12, 11)] == (None, "skipped", "Skipped by the institution")
    assert year[CHRISTMAS] == (None, "skipped", "Skipped because of a holiday (Christmas Day)")
    assert [year[date(2027, 2, day)][1:] for day in (5, 12, 19, 26)] == [
        ("skipped", "The standing order is paused")
    ] * 4
    assert max(year) == date(2027, 3, 12)


def test_a_moved_date_stands_on_both_days_of_its_months() -> None:
    standing = fridays()
    days = CalendarDay.objects.all().working_days()

    months = months_of(read_year([standing], days, today=TODAY), days, today=TODAY)

    assert [month.first for month in months] == [
        date(2026 + (10 + n) // 12, (10 + n) % 12 + 1, 1) for n in range(12)
    ]
    cells = {cell.day: cell for month in months for week in month.weeks for cell in week if cell}
    assert len(cells) == 365
    [here], [there] = cells[date(2026, 12, 31)].dates, cells[date(2027, 1, 1)].left
    assert here is there
    assert cells[date(2027, 1, 1)].holiday
    assert not cells[date(2027, 1, 1)].dates


def test_the_year_takes_as_many_queries_for_three_as_for_one(django_assert_num_queries: Any) -> None:
    first = fridays()
    client = client_of(viewer(first.organization))
    url = reverse("orders:institution_calendar")
    client.get(url)
    with django_assert_num_queries(11) as few:
        assert client.get(url).context["count"] == 49
    for _ in range(2):
        fridays(organization=first.organization)
    with django_assert_num_queries(len(few.captured_queries)):
        assert client.get(url).context["count"] == 3 * 49


@pytest.mark.parametrize("language", ["ko", "en"])
def test_the_pages_show_the_year(language: str) -> None:
    standing = fridays()
    client = client_of(viewer(standing.organization))
    User.objects.update(language=language)

    for url in (
        reverse("orders:standing_order_calendar", args=[standing.pk]),
        reverse("orders:institution_calendar"),
    ):
        shown = client.get(url).content.decode()
        assert on(standing, CHRISTMAS) in shown
        assert {"ko": "기독탄신일", "en": "Christmas Day"}[language] in shown


def test_operators_choose_an_institution() -> None:
    standing = fridays()
    client, url = client_of(operator()), reverse("orders:institution_calendar")

    assert client.get(url).context["count"] == 0
    assert client.get(url, {"institution": standing.organization_id}).context["count"] == 49


def test_the_file_keeps_a_dates_identity_when_it_moves() -> None:
    standing = fridays()
    person = orderer(standing.organization)
    client, url = client_of(person), reverse("orders:standing_order_ics", args=[standing.pk])
    uid = f"UID:{standing.pk}-20261204@testserver"

    before = client.get(url)
    move_date(
        standing.occurrences.get(rule_date=date(2026, 12, 4)), date(2026, 12, 7), actor=person, now=TUESDAY
    )
    after = client.get(url).content.decode()

    assert before["Content-Type"] == "text/calendar; charset=utf-8"
    assert f"{uid}\r\nDTSTAMP:20261124T000000Z\r\nDTSTART;VALUE=DATE:20261204" in before.content.decode()
    assert f"{uid}\r\nDTSTAMP:20261124T000000Z\r\nDTSTART;VALUE=DATE:20261207" in after
    assert after.count("BEGIN:VEVENT") == 49


# -- One date -------------------------------------------------------------------------------------


def test_a_stored_date_says_what_comes_until_when_and_what_happened() -> None:
    standing = fridays()
    person = orderer(standing.organization)
    row = standing.occurrences.get(rule_date=date(2026, 12, 4))
    leave_out_date(row, actor=person, now=TUESDAY)
    undo_change(StandingOrderChange.objects.get(), actor=person, now=TUESDAY + timedelta(hours=1))

    page = client_of(person).get(on(standing, row.rule_date)).context["page"]

    assert (page.state, page.price, page.is_open) == ("planned", 20_000, True)
    assert page.quote.is_composed
    assert page.cutoff_at == seoul(date(2026, 12, 1), time(15))
    assert page.change_until == seoul(date(2026, 11, 30), time(15))
    assert [event["text"] for event in page.events] == ["Undone: date left out", "date left out"]
    hub = client_of(operator()).get(on(standing, row.rule_date)).context["page"]
    assert hub.change_until == page.cutoff_at


def test_a_date_beyond_what_is_stored_is_a_forecast() -> None:
    standing = fridays()
    client = client_of(viewer(standing.organization))

    response = client.get(on(standing, date(2027, 6, 4)))

    page = response.context["page"]
    assert (page.is_forecast, page.state, page.events, page.quote.is_composed) == (
        True,
        "forecast",
        [],
        False,
    )
    assert "It is too early" in response.content.decode()
    assert not Occurrence.objects.filter(rule_date__gt=date(2027, 1, 5)).exists()


@pytest.mark.parametrize("day", ["2027-06-05", "2026-11-20", "2026-02-30", "soon"])
def test_a_day_that_the_rule_does_not_give_has_no_page(day: str) -> None:
    standing = fridays()
    client = client_of(viewer(standing.organization))

    url = reverse("orders:standing_order_date", args=[standing.pk, day])
    assert client.get(url).status_code == 404


def test_the_ledger_says_why_an_order_was_or_was_not_made(at: Any) -> None:
    standing = fridays()
    other = fridays()
    StandingOrder.objects.filter(pk=other.pk).update(status="awaiting")
    cutoff = seoul(date(2026, 12, 1), time(15))
    at(cutoff)
    cycle.fix_due(now=cutoff)

    def shown(row: StandingOrder) -> Any:
        return client_of(viewer(row.organization)).get(on(row, date(2026, 12, 4)))

    made, missed = shown(standing), shown(other)
    assert "An order was made for this date." in made.content.decode()
    assert "fix orders at cut-off: done" in [event["text"] for event in made.context["page"].events]
    assert ("fix orders at cut-off: skipped", "The standing order was not approved before the cut-off") in [
        (event["text"], str(event["note"])) for event in missed.context["page"].events
    ]
    assert missed.context["page"].why == "The standing order was not approved before the cut-off"
