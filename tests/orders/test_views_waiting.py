"""Pages of full days: what the forms say, the waiting list, and the hub's limits."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from membership.models import Membership, Organization, User
from orders import cycle
from orders.actions.places import set_limit_on, set_weekly_limits
from orders.emails import send_pending
from orders.models import Application, DayLimit, Order, StandingOrder, Zone
from tests.factories import (
    DELIVERY_DATE,
    TUESDAY,
    ApplicationFactory,
    DayLimitFactory,
    InstitutionFactory,
    OrderFactory,
    PlanFactory,
    SiteFactory,
    ZoneFactory,
    bundle_with,
    operator,
    orderer,
    viewer,
)
from tests.orders.test_places import set_up
from tests.snapshot import everything

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("membership.clock.now", lambda: TUESDAY)


def browser(user: User) -> Client:
    User.objects.filter(pk=user.pk).update(language="en")
    client = Client()
    client.force_login(User.objects.get(pk=user.pk))
    return client


@pytest.fixture
def office() -> Organization:
    office = InstitutionFactory()
    SiteFactory(organization=office)
    return office


def standing_form(office: Organization, **changes: Any) -> dict[str, Any]:
    return {
        "site": office.sites.get().pk,
        "bundle": bundle_with("bread").pk,
        "headcount": 10,
        "repeat": "weekly",
        "weekdays": ["TU"],
        "interval": "1",
        "starts_on": str(DELIVERY_DATE),
        "holiday_policy": "before",
        "holiday_default": "before",
        "count": "",
        **changes,
    }


def event_form(office: Organization, **changes: Any) -> dict[str, Any]:
    return {
        "site": office.sites.get().pk,
        "bundle": bundle_with("bread").pk,
        "headcount": 10,
        "event_on": str(DELIVERY_DATE),
        "event_time": "14:00",
        "note": "",
        "request_key": str(uuid4()),
        **changes,
    }


# -- Forms ----------------------------------------------------------------------------------------


def test_a_full_weekday_is_named_with_those_that_are_free(office: Organization) -> None:
    DayLimitFactory(deliveries=0)
    DayLimitFactory(weekday=2, deliveries=0)
    page = browser(orderer(office))
    form = standing_form(office)

    answer = page.post(reverse("orders:standing_order_create"), form)
    text = answer.content.decode()

    assert "All delivery places of these days are taken" in text
    assert "0 / 0 places" in text
    free = [each.value for each in answer.context["other_weekdays"]]
    assert free == ["TU-MO", "TU-TH", "TU-FR"]
    changed = page.post(reverse("orders:standing_order_create"), form | {"instead": "TU-TH"})
    assert changed.context["form"].cleaned_data["weekdays"] == ["TH"]
    assert "full" not in changed.context
    assert not StandingOrder.objects.exists()


def test_who_wants_a_full_weekday_joins_the_list_with_what_was_filled_in(office: Organization) -> None:
    DayLimitFactory(deliveries=0)
    person = orderer(office)
    form = standing_form(office, headcount=33, queue="1")
    page = browser(person)

    for _twice in range(2):
        assert page.post(reverse("orders:standing_order_create"), form)["Location"] == reverse(
            "orders:waiting_list"
        )

    made = Application.objects.get()
    assert (made.kind, made.headcount, made.rrule, made.asked_by) == (
        "standing",
        33,
        "FREQ=WEEKLY;BYDAY=TU",
        person,
    )
    assert "Number 1 in line" in page.get(reverse("orders:waiting_list")).content.decode()


def test_a_place_that_became_free_is_said_and_nothing_waits(office: Organization) -> None:
    DayLimitFactory(deliveries=1)
    form = standing_form(office, queue="1")
    answer = browser(orderer(office)).post(reverse("orders:standing_order_create"), form)
    assert "There is a place" in answer.content.decode()
    assert not Application.objects.exists()


def test_a_full_event_day_offers_other_days_and_the_list(office: Organization) -> None:
    DayLimitFactory(deliveries=0)
    page = browser(orderer(office))
    form = event_form(office)

    answer = page.post(reverse("orders:event_order_create"), form)

    assert [each.day for each in answer.context["full"]] == [DELIVERY_DATE]
    days = [each.day for each in answer.context["alternatives"]]
    assert days == [DELIVERY_DATE + timedelta(days=n) for n in (1, 2, 3)]
    page.post(reverse("orders:event_order_create"), form | {"queue": "1"})
    made = Application.objects.get()
    assert (made.kind, made.starts_on, made.status) == ("event", DELIVERY_DATE, "waiting")
    assert not Order.objects.exists()


def test_a_plan_on_a_full_day_waits(office: Organization) -> None:
    DayLimitFactory(deliveries=0)
    plan = PlanFactory(deliveries_per_month=2)
    bundle = bundle_with("bread", kind="plan", plan=plan)
    form = {
        "bundle": bundle.pk,
        "starts_on": str(DELIVERY_DATE),
        "headcount": 10,
        "weeks": ["1", "3"],
        "weekday": "TU",
        "site": office.sites.get().pk,
        "holiday_policy": "before",
        "holiday_default": "before",
    }
    url = reverse("orders:membership_plan", args=[office.pk])
    page = browser(orderer(office))

    refused = page.post(url, form)
    assert "All delivery places of these days are taken" in refused.content.decode()
    assert "Join the waiting list" in refused.content.decode()
    assert page.post(url, form | {"queue": "1"}).status_code == 302

    assert Application.objects.get().status == "waiting"
    assert not Membership.objects.exists()


def test_a_date_is_not_moved_to_a_full_day_and_free_ones_are_named(office: Organization) -> None:
    standing = set_up(office.sites.get(), actor=orderer(office))
    DayLimitFactory(weekday=2, deliveries=0)
    row = standing.occurrences.get(rule_date=DELIVERY_DATE)
    url = reverse("orders:date_move", args=[standing.pk, row.rule_date])
    to = DELIVERY_DATE + timedelta(days=1)

    answer = browser(standing.created_by).post(url, {"to": str(to)}, follow=True)

    assert "Free near it" in answer.content.decode()
    row.refresh_from_db()
    assert row.delivery_date == DELIVERY_DATE


# -- The list -------------------------------------------------------------------------------------


def offered(office: Organization) -> Application:
    return ApplicationFactory(
        organization=office,
        site=office.sites.get(),
        status="offered",
        offered_until=TUESDAY + timedelta(hours=9),
    )


def test_an_offer_is_accepted_on_its_page(office: Organization) -> None:
    application = offered(office)
    page = browser(application.asked_by)
    assert "A place is held until" in page.get(reverse("orders:waiting_list")).content.decode()
    assert "a place is free for you" in page.get(reverse("home")).content.decode()

    answer = page.post(reverse("orders:application_accept", args=[application.pk]))

    standing = StandingOrder.objects.get()
    assert answer["Location"] == reverse("orders:standing_order_detail", args=[standing.pk])


def test_an_offer_is_declined_on_its_page(office: Organization) -> None:
    application = offered(office)
    page = browser(application.asked_by)
    back = reverse("orders:waiting_list")
    answer = page.post(reverse("orders:application_withdraw", args=[application.pk]), {"next": back})
    application.refresh_from_db()
    assert (answer["Location"], application.status) == (back, "withdrawn")


def test_readers_see_the_list_and_answer_nothing(office: Organization) -> None:
    application = offered(office)
    page = browser(viewer(office))
    text = page.get(reverse("orders:waiting_list")).content.decode()
    assert "A place is held until" in text
    assert "Accept" not in text
    before = everything()
    assert page.post(reverse("orders:application_accept", args=[application.pk])).status_code == 403
    assert page.post(reverse("orders:application_call_off", args=[application.pk])).status_code == 404
    assert everything() == before


def test_the_hub_sees_everybody_in_line_and_calls_off(office: Organization) -> None:
    DayLimitFactory(deliveries=0)
    first = ApplicationFactory()
    second = ApplicationFactory(asked_at=TUESDAY + timedelta(minutes=1))
    page = browser(operator())
    text = page.get(reverse("orders:waiting_list")).content.decode()
    assert "Number 1 in line" in text
    assert "Number 2 in line" in text

    page.post(reverse("orders:application_call_off", args=[first.pk]))

    first.refresh_from_db()
    assert (first.status, first.reason) == ("expired", "called_off_by_hub")
    assert "Number 2 in line" not in page.get(reverse("orders:waiting_list")).content.decode()
    assert second.pk


def test_an_offer_is_mailed_with_its_deadline_and_the_way(office: Organization) -> None:
    DayLimitFactory(deliveries=0)
    application = ApplicationFactory(organization=office, site=office.sites.get())
    User.objects.update(language="en")
    set_weekly_limits(None, {1: 1})
    cycle.serve_waiting_list(now=TUESDAY)

    send_pending(now=TUESDAY)

    application.refresh_from_db()
    [sent] = mail.outbox
    assert sent.to == [application.asked_by.email]
    assert sent.subject == "[Kkureomi] a place is free for you: please answer"
    assert f"{timezone.localtime(application.offered_until):%Y-%m-%d %H:%M}" in sent.body
    assert reverse("orders:waiting_list") in sent.body


# -- Limits ---------------------------------------------------------------------------------------


def test_the_load_is_shown_by_hub_and_zone_with_what_is_too_much() -> None:
    zone = ZoneFactory(districts=["중구"], name_en="Centre")
    for _ in range(3):
        OrderFactory()
    set_limit_on(zone, DELIVERY_DATE, 2)
    DayLimitFactory(deliveries=4)
    ApplicationFactory(status="waiting")

    answer = browser(operator()).get(reverse("orders:day_limits"))
    text = answer.content.decode()

    day = next(each for each in answer.context["load"].days if each.day == DELIVERY_DATE)
    hub_cell, zone_cell = (cell for _zone, cell in day.cells)
    assert (hub_cell.taken, hub_cell.limit, hub_cell.over) == (3, 4, 0)
    assert (zone_cell.taken, zone_cell.limit, zone_cell.over, zone_cell.waiting) == (3, 2, 1, 1)
    assert "Days on which more is promised than they take: 1" in text
    assert "3 of 2" in text


def test_limits_are_set_by_weekday_and_on_a_date_and_taken_back() -> None:
    page, zone = browser(operator()), ZoneFactory()
    page.post(
        reverse("orders:day_limits_weekly"),
        {"limit-hub-1": "40", f"limit-{zone.pk}-1": "8", f"limit-{zone.pk}-4": ""},
    )
    page.post(
        reverse("orders:day_limit_add"), {"day": str(DELIVERY_DATE), "zone": zone.pk, "deliveries": "3"}
    )
    rows = DayLimit.objects.values_list("zone", "weekday", "on_date", "deliveries")
    assert set(rows) == {
        (None, 1, None, 40),
        (zone.pk, 1, None, 8),
        (zone.pk, None, DELIVERY_DATE, 3),
    }
    of_date = DayLimit.objects.get(on_date=DELIVERY_DATE)
    page.post(reverse("orders:day_limit_remove", args=[of_date.pk]))
    assert DayLimit.objects.count() == 2


def test_a_wrong_limit_is_marked_and_nothing_changes() -> None:
    before = everything()
    page = browser(operator())
    answer = page.post(reverse("orders:day_limits_weekly"), {"limit-hub-1": "-1"})
    assert answer.status_code == 200
    assert "Please check what is marked below" in answer.content.decode()
    past = page.post(reverse("orders:day_limit_add"), {"day": "2026-11-01", "deliveries": "3"})
    assert "Choose a day from today on" in past.content.decode()
    assert {name: rows for name, rows in everything().items() if name.startswith("orders.")} == {
        name: rows for name, rows in before.items() if name.startswith("orders.")
    }


def test_a_zone_is_made_changed_and_removed() -> None:
    page = browser(operator())
    page.post(reverse("orders:zone_create"), {"name": "서북권", "districts": ["은평구", "마포구"]})
    zone = Zone.objects.get()
    page.post(reverse("orders:zone_edit", args=[zone.pk]), {"name": "서북", "districts": ["은평구"]})
    zone.refresh_from_db()
    assert (zone.name, [row.district for row in zone.districts.all()]) == ("서북", ["은평구"])
    page.post(reverse("orders:zone_remove", args=[zone.pk]))
    assert not Zone.objects.exists()
