"""The page of a membership: join, change, pause, resume, leave and undo, with what it means shown before."""

from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from membership.models import Membership, Organization, User
from orders import cycle
from orders.models import Application, StandingOrder
from tests.factories import (
    TUESDAY,
    DepartmentFactory,
    InstitutionFactory,
    MembershipFactory,
    PlanFactory,
    SeatFactory,
    SiteFactory,
    StandingOrderFactory,
    approver,
    bundle_with,
    operator,
    orderer,
    viewer,
)
from tests.snapshot import everything

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("membership.clock.now", lambda: TUESDAY)


@pytest.fixture
def office() -> Organization:
    office = InstitutionFactory()
    SiteFactory(organization=office)
    return office


@pytest.fixture
def member(office: Organization) -> StandingOrder:
    """Two Tuesdays of each month, previewed for December."""
    plan = PlanFactory(deliveries_per_month=2)
    MembershipFactory(organization=office, plan=plan)
    bundle = bundle_with("bread", kind="plan", plan=plan)
    standing = StandingOrderFactory(organization=office, bundle=bundle)
    cycle.preview(now=TUESDAY)
    return standing


def browser(user: User) -> Client:
    User.objects.filter(pk=user.pk).update(language="en")
    client = Client()
    client.force_login(User.objects.get(pk=user.pk))
    return client


def url(name: str, office: Organization) -> str:
    return reverse(f"orders:membership_{name}", args=[office.pk])


def filled(office: Organization, deliveries: int = 2, **changes: Any) -> dict[str, Any]:
    plan = PlanFactory(deliveries_per_month=deliveries, delivery_days="TU,TH")
    return {
        "bundle": bundle_with("bread", kind="plan", plan=plan).pk,
        "site": office.sites.first().pk,
        "headcount": 12,
        "starts_on": "2026-12-01",
        "weekday": "TU",
        "weeks": ["1", "3"],
        "holiday_policy": "before",
        **changes,
    }


def test_joining_from_the_page_sets_everything_up(office: Organization) -> None:
    client = browser(orderer(office))
    answer = client.post(url("plan", office), filled(office), follow=True)

    assert answer.redirect_chain == [(url("detail", office), 302)]
    standing = StandingOrder.objects.get()
    assert (standing.rrule, standing.headcount) == ("FREQ=MONTHLY;BYDAY=1TU,3TU", 12)
    assert Membership.objects.get().starts_on == date(2026, 12, 1)


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"weeks": ["1"]}, "weeks"),
        ({"weeks": ["1", "2", "3"]}, "weeks"),
        ({"weekday": "MO"}, "weekday"),
        ({"starts_on": "2026-11-24"}, "starts_on"),
        ({"headcount": ""}, "headcount"),
    ],
)
def test_what_the_plan_does_not_bring_is_refused_and_nothing_typed_is_lost(
    office: Organization, changes: dict[str, Any], wrong: str
) -> None:
    sent, client = filled(office, **changes), browser(orderer(office))
    before = everything()

    answer = client.post(url("plan", office), sent)

    form = answer.context["form"]
    assert (answer.status_code, list(form.errors)) == (422, [wrong])
    assert form["headcount"].value() == str(sent["headcount"])
    assert everything() == before


def test_looking_first_shows_dates_price_and_approval_and_changes_nothing(office: Organization) -> None:
    person = SeatFactory(organization=office, order_limit=0).user
    answer = browser(person).post(url("plan", office), {**filled(office), "check": "1"})

    assert [each["day"] for each in answer.context["first_dates"]][:2] == [
        date(2026, 12, 1),
        date(2026, 12, 15),
    ]
    assert answer.context["waits"]
    assert answer.context["yearly_sum"]
    assert not Application.objects.exists()


def test_an_approver_agrees_on_the_page(office: Organization) -> None:
    person = SeatFactory(organization=office, order_limit=0).user
    browser(person).post(url("plan", office), filled(office))
    application = Application.objects.get()
    boss = browser(approver(office))
    approve = reverse("orders:application_approve", args=[application.pk])
    assert approve in boss.get(url("detail", office)).content.decode()
    assert approve in boss.get("/").content.decode()

    boss.post(approve)

    application.refresh_from_db()
    assert application.status == "done"
    assert approve not in boss.get(url("detail", office)).content.decode()


def test_departments_are_asked_for_where_there_are_some(office: Organization) -> None:
    department = DepartmentFactory(organization=office)
    client = browser(orderer(office))
    refused = client.post(url("plan", office), filled(office))
    assert list(refused.context["form"].errors) == ["department"]

    client.post(url("plan", office), filled(office, department=department.pk))
    assert StandingOrder.objects.get().department == department


def test_a_pause_is_foretold_set_and_undone(member: StandingOrder) -> None:
    office = member.organization
    client = browser(orderer(office))
    sent = {"starts_on": "2026-11-30", "ends_on": "2026-12-05"}
    foretold = client.post(url("pause", office), {**sent, "check": "1"}).context["foresight"]
    assert [row.rule_date.day for row in foretold.stops] == [1]
    assert [row.rule_date.day for row in foretold.comes] == [15]
    assert not office.memberships.get().pauses.exists()

    client.post(url("pause", office), sent)
    [pending] = client.get(url("detail", office)).context["pending"]
    assert member.occurrences.get(rule_date=date(2026, 12, 1)).reason == "membership_paused"

    client.post(reverse("orders:membership_undo", args=[pending["event"].pk]))
    assert client.get(url("detail", office)).context["pending"] == []
    assert member.occurrences.get(rule_date=date(2026, 12, 1)).status == "planned"


def test_leaving_is_foretold_and_dated(member: StandingOrder) -> None:
    office = member.organization
    client = browser(orderer(office))
    choices = client.get(url("leave", office)).context["form"].fields["last_day"].choices
    assert choices[0][0] == "2026-12-31"

    client.post(url("leave", office), {"last_day": "2026-12-31", "note": "이사합니다"})

    assert office.memberships.get().ends_on == date(2026, 12, 31)
    assert "이사합니다" in client.get(url("detail", office)).content.decode()


def test_a_change_of_plan_offers_months_and_the_other_plans(member: StandingOrder) -> None:
    office = member.organization
    sent = filled(office, starts_on="2027-01-01")
    client = browser(orderer(office))
    form = client.get(url("plan", office)).context["form"]
    assert [day for day, _label in form.fields["starts_on"].choices][:2] == ["2026-12-01", "2027-01-01"]
    assert member.bundle not in form.fields["bundle"].queryset

    client.post(url("plan", office), sent)

    assert [tier.starts_on for tier in office.memberships.get().tiers.all()] == [
        date(2026, 1, 1),
        date(2027, 1, 1),
    ]


def test_who_may_only_look_changes_nothing(member: StandingOrder) -> None:
    office = member.organization
    client = browser(viewer(office))
    before = everything()

    assert client.get(url("detail", office)).status_code == 200
    for name in ("plan", "pause", "resume", "leave"):
        assert client.post(url(name, office), {"starts_on": "2026-12-01"}).status_code == 403

    assert everything() == before
    assert browser(orderer()).get(url("detail", office)).status_code == 404
    assert browser(operator()).get(url("detail", office)).status_code == 200
