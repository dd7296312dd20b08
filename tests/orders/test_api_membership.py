"""Plan memberships for programs of institutions: read, join, change the plan, pause, resume, leave, undo."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from bundles.models import Bundle
from membership.models import Membership, User
from orders.models import Application, StandingOrder
from tests.api_client import api, listed
from tests.factories import (
    TUESDAY,
    MembershipFactory,
    PlanFactory,
    SiteFactory,
    bundle_with,
    orderer,
    viewer,
)
from tests.snapshot import everything

pytestmark = pytest.mark.django_db
PATH = "/api/v1/memberships/"


@pytest.fixture(autouse=True)
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[[Any], None]:
    def stand(now: Any) -> None:
        monkeypatch.setattr("membership.clock.now", lambda: now)

    stand(TUESDAY)
    return stand


def member() -> tuple[Membership, User]:
    person = orderer()
    membership = MembershipFactory(
        organization=person.seats.get().organization, plan=PlanFactory(), starts_on=date(2026, 1, 1)
    )
    return membership, person


def wanted(person: User, **changes: Any) -> dict[str, Any]:
    bundle: Bundle = changes.pop("bundle", None) or bundle_with("bread", kind="plan", plan=PlanFactory())
    return {
        "site": SiteFactory(organization=person.seats.get().organization).pk,
        "bundle": bundle.pk,
        "headcount": 10,
        "rrule": "FREQ=MONTHLY;BYDAY=2TU",
        "starts_on": "2027-01-01",
        **changes,
    }


def test_joining_sets_up_the_membership_and_its_deliveries() -> None:
    person = orderer()
    sent = wanted(person)

    answer = api(person).post(PATH, sent, format="json")

    assert (answer.status_code, answer.json()["status"]) == (201, "done")
    assert (Membership.objects.get().starts_on, StandingOrder.objects.get().rrule) == (
        date(2027, 1, 1),
        "FREQ=MONTHLY;BYDAY=2TU",
    )
    shown = api(person).get(f"{PATH}{Membership.objects.get().pk}/").json()
    assert [tier["starts_on"] for tier in shown["tiers"]] == ["2027-01-01"]
    assert [event["kind"] for event in shown["events"]] == ["joined"]


def test_what_one_may_not_decide_alone_waits_for_an_approver() -> None:
    person = orderer()
    person.seats.update(order_limit=1)
    answer = api(person).post(PATH, wanted(person), format="json").json()
    assert (answer["status"], answer["reason"]) == ("awaiting", "over_limit")
    assert (Membership.objects.count(), Application.objects.get().asked_by) == (0, person)


@pytest.mark.parametrize(
    ("changes", "field"), [({"starts_on": "2026-11-24"}, "starts_on"), ({"rrule": ""}, "rrule")]
)
def test_joining_names_the_field_that_is_wrong(changes: dict[str, Any], field: str) -> None:
    person = orderer()
    sent = wanted(person, **changes)
    before = everything()
    answer = api(person).post(PATH, sent, format="json")
    assert (answer.status_code, list(answer.json())) == (400, [field])
    assert everything() == before


def test_pausing_and_leaving_can_be_undone() -> None:
    membership, person = member()
    path = f"{PATH}{membership.pk}/"
    client = api(person)

    paused = client.post(f"{path}pause/", {"starts_on": "2026-12-01", "ends_on": "2026-12-31"}, format="json")
    assert paused.json()["pauses"] == [{"starts_on": "2026-12-01", "ends_on": "2026-12-31"}]
    left = client.post(f"{path}leave/", {"last_day": "2027-01-31"}, format="json")
    assert left.json()["ends_on"] == "2027-01-31"
    soon = client.post(f"{path}leave/", {"last_day": "2026-11-30"}, format="json")
    assert (soon.status_code, soon.json()["code"]) == (409, "notice_too_short")
    not_paused = client.post(f"{path}resume/", {"resumes_on": "2026-12-20"}, format="json")
    assert (not_paused.status_code, not_paused.json()["code"]) == (409, "not_paused")
    for event in reversed(left.json()["events"]):
        assert client.post(f"{path}events/{event['id']}/undo/").status_code == 200
    row = client.get(path).json()
    assert (row["pauses"], row["ends_on"]) == ([], None)


def test_readers_read_and_strangers_find_nothing() -> None:
    membership, _person = member()
    reader = viewer(membership.organization)
    before = everything()

    assert listed(reader, PATH) == [membership.pk]
    pause = api(reader).post(f"{PATH}{membership.pk}/pause/", {"starts_on": "2026-12-01"}, format="json")
    assert pause.status_code == 403
    assert everything() == before
    stranger = orderer()
    assert listed(stranger, PATH) == []
    assert api(stranger).post(f"{PATH}{membership.pk}/pause/", {}).status_code == 404
