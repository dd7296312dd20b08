"""The operators' list of institutions and their plans: states, usage, what changes, and filters."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from membership.models import Membership, Organization, User
from orders import cycle
from orders.actions import memberships
from orders.models import Application
from tests.factories import (
    TUESDAY,
    InstitutionFactory,
    MembershipFactory,
    PlanFactory,
    SiteFactory,
    StandingOrderFactory,
    bundle_with,
    operator,
    orderer,
)

pytestmark = pytest.mark.django_db
LIST = reverse("orders:membership_list")
TODAY = TUESDAY.date()
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("membership.clock.now", lambda: TUESDAY)


@pytest.fixture
def client() -> Client:
    user = operator()
    User.objects.filter(pk=user.pk).update(language="en")
    client = Client()
    client.force_login(User.objects.get(pk=user.pk))
    return client


def member(name: str, **fields: Any) -> Membership:
    organization = InstitutionFactory(name=name)
    made: Membership = MembershipFactory(
        organization=organization, **{"starts_on": TODAY - 60 * DAY, **fields}
    )
    return made


def applied(name: str) -> Organization:
    """An institution whose application for a plan waits for its approver."""
    site = SiteFactory(organization=InstitutionFactory(name=name))
    Application.objects.create(
        organization=site.organization,
        site=site,
        bundle=bundle_with("bread", kind="plan", plan=PlanFactory()),
        headcount=10,
        kind="plan",
        status="awaiting",
        rrule="FREQ=MONTHLY;BYDAY=1TU",
        starts_on=TODAY + 30 * DAY,
        asked_by=orderer(site.organization),
        asked_at=TUESDAY,
    )
    return site.organization


def states(client: Client, **query: Any) -> list[tuple[str, str]]:
    return [(row.organization.name, row.state) for row in client.get(LIST, query).context["rows"]]


def everybody() -> list[tuple[str, str]]:
    """An institution in each state, by name."""
    member("active")
    paused = member("paused")
    paused.pauses.create(starts_on=TODAY - DAY, ends_on=TODAY)
    over = member("active again")
    over.pauses.create(starts_on=TODAY - 9 * DAY, ends_on=TODAY - DAY)
    member("leaving", ends_on=TODAY + 30 * DAY)
    member("coming", starts_on=TODAY + DAY)
    member("ended", status="ended", ends_on=TODAY - DAY)
    applied("applied")
    InstitutionFactory(name="none")
    InstitutionFactory(name="gone", is_active=False)
    return [
        ("active", "active"),
        ("active again", "active"),
        ("applied", "applied"),
        ("coming", "coming"),
        ("ended", "ended"),
        ("leaving", "leaving"),
        ("none", "none"),
        ("paused", "paused"),
    ]


def test_each_institution_is_in_one_state_and_filters_agree(client: Client) -> None:
    all_ = everybody()

    assert states(client) == all_
    for state in {state for _name, state in all_}:
        assert states(client, state=state) == [pair for pair in all_ if pair[1] == state]
    assert states(client, state="lost") == all_


def test_search_and_plan_narrow_the_list_and_pages_have_a_size(client: Client) -> None:
    first, second = member("가나 도서관"), member("다라 학교")
    for number in range(26):
        InstitutionFactory(name=f"하나 {number:02}")

    assert states(client, q="도서관") == [("가나 도서관", "active")]
    assert states(client, q=second.organization.business_number) == [("다라 학교", "active")]
    assert states(client, plan=first.tiers.get().plan_id) == [("가나 도서관", "active")]
    assert states(client, q="없음") == []
    assert (len(states(client)), len(states(client, page=2)), len(states(client, size=50))) == (25, 3, 28)
    assert len(states(client, size=7)) == 25


def test_usage_and_coming_changes_are_shown(client: Client) -> None:
    plan = PlanFactory(deliveries_per_month=2)
    membership = member("도서관", plan=plan)
    bundle = bundle_with("bread", kind="plan", plan=plan)
    StandingOrderFactory(organization=membership.organization, bundle=bundle)
    cycle.preview(now=TUESDAY)
    memberships.pause(
        membership,
        starts_on=date(2026, 12, 10),
        ends_on=date(2026, 12, 20),
        actor=orderer(membership.organization),
        now=TUESDAY,
    )

    (row,) = client.get(LIST).context["rows"]

    assert row.usage.limit == 2
    assert row.changes == ["Paused from 2026-12-10 to 2026-12-20"]
    assert (
        reverse("orders:membership_detail", args=[membership.organization_id])
        in client.get(LIST).content.decode()
    )


def test_the_list_asks_as_often_for_many_institutions(client: Client) -> None:
    counts = []
    for count in (1, 2):
        for number in range(count):
            membership = member(f"{count}{number}", ends_on=TODAY + 30 * DAY)
            membership.pauses.create(starts_on=TODAY - DAY, ends_on=TODAY)
        with CaptureQueriesContext(connection) as queries:
            client.get(LIST)
        counts.append(len(queries))
    assert counts[0] == counts[1]
