"""Standing orders and their dates for programs of institutions."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from membership.models import Site
from orders.models import StandingOrder
from tests.api_client import api, listed
from tests.factories import (
    CUTOFF,
    DELIVERY_DATE,
    TUESDAY,
    MembershipFactory,
    OccurrenceFactory,
    PlanFactory,
    SiteFactory,
    bundle_with,
    fixed_order,
    orderer,
    viewer,
)
from tests.snapshot import everything

pytestmark = pytest.mark.django_db
STANDING, OCCURRENCES, ORDERS = "/api/v1/standing-orders/", "/api/v1/occurrences/", "/api/v1/orders/"


@pytest.fixture(autouse=True)
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], None]:
    """Set the clock of the API; it stands on the Tuesday a week before the delivery."""

    def stand(now: datetime) -> None:
        monkeypatch.setattr("membership.clock.now", lambda: now)

    stand(TUESDAY)
    return stand


def sent_for(site: Site, **changes: Any) -> dict[str, Any]:
    return {
        "site": site.pk,
        "bundle": changes.pop("bundle", None) or bundle_with("bread").pk,
        "headcount": 10,
        "rrule": "FREQ=WEEKLY;BYDAY=TU",
        "starts_on": "2026-12-01",
        **changes,
    }


def test_standing_order_is_set_up_once_and_shows_its_dates() -> None:
    site = SiteFactory()
    user = orderer(site.organization)
    sent = sent_for(site, holiday_policy="skip", window_opens="09:00", window_closes="10:00")
    first, second = (api(user).post(STANDING, sent, format="json") for _ in range(2))
    row = StandingOrder.objects.get()
    assert (first.status_code, first.json(), second.status_code, second.json()) == (
        201,
        {
            "id": row.pk,
            "organization": {
                "id": site.organization_id,
                "name": site.organization.name,
                "name_en": site.organization.name_en,
            },
            "department": None,
            "site": {"id": site.pk, "name": site.name, "name_en": site.name_en},
            "bundle": {
                "id": row.bundle_id,
                "code": row.bundle.code,
                "name": row.bundle.name,
                "name_en": row.bundle.name_en,
            },
            "headcount": 10,
            "exclusions": [],
            "rrule": "FREQ=WEEKLY;BYDAY=TU",
            "starts_on": "2026-12-01",
            "ends_on": None,
            "holiday_policy": "skip",
            "holiday_default": "before",
            "window_opens": "09:00:00",
            "window_closes": "10:00:00",
            "status": "active",
            "revision": 0,
            "together_with": None,
            "created_at": "2026-11-24T09:00:00+09:00",
        },
        201,
        first.json(),
    )
    assert row.created_by == user
    dates = listed(user, f"{OCCURRENCES}?standing_order={row.pk}&status=planned", "delivery_date")
    assert dates == ["2026-12-01", "2026-12-08", "2026-12-15", "2026-12-22", "2026-12-29"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"rrule": "FREQ=HOURLY"}, "rrule"),
        ({"rrule": "weekly"}, "rrule"),
        ({"starts_on": "2026-11-23"}, "starts_on"),
        ({"starts_on": "2027-11-25"}, "starts_on"),
        ({"ends_on": "2026-11-30"}, "ends_on"),
        ({"holiday_policy": "dance"}, "holiday_policy"),
        ({"window_opens": "10:00"}, "window_closes"),
    ],
)
def test_standing_order_names_the_field_that_is_wrong(changes: dict[str, Any], field: str) -> None:
    site = SiteFactory()
    answer = api(orderer(site.organization)).post(STANDING, sent_for(site) | changes, format="json")
    assert (answer.status_code, list(answer.json())) == (400, [field])
    assert StandingOrder.objects.count() == 0


def test_a_plans_bundle_goes_to_its_members_only() -> None:
    site, plan = SiteFactory(), PlanFactory()
    bundle = bundle_with("bread", kind="plan", plan=plan)
    user = orderer(site.organization)
    refused = api(user).post(STANDING, sent_for(site, bundle=bundle.pk), format="json")
    assert (refused.status_code, list(refused.json())) == (400, ["bundle"])
    MembershipFactory(organization=site.organization, plan=plan)
    assert api(user).post(STANDING, sent_for(site, bundle=bundle.pk), format="json").status_code == 201


def test_ending_twice_changes_nothing_more() -> None:
    occurrence = OccurrenceFactory()
    standing = occurrence.standing_order
    user = orderer(standing.organization)
    first = api(user).post(f"{STANDING}{standing.pk}/end/")
    assert (first.status_code, first.json()["status"]) == (200, "ended")
    after = everything()
    assert api(user).post(f"{STANDING}{standing.pk}/end/").json() == first.json()
    assert everything() == after
    shown = api(user).get(f"{OCCURRENCES}{occurrence.pk}/").json()
    assert (shown["status"], shown["reason"], shown["why"]) == (
        "skipped",
        "standing_order_ended",
        "The standing order was ended",
    )


def test_skipping_twice_changes_nothing_more_and_is_refused_after_the_cutoff(at: Any) -> None:
    occurrence = OccurrenceFactory()
    late = OccurrenceFactory(
        standing_order=occurrence.standing_order, rule_date=DELIVERY_DATE + timedelta(days=7)
    )
    organization = occurrence.standing_order.organization
    user = orderer(organization)
    first = api(user).post(f"{OCCURRENCES}{occurrence.pk}/skip/")
    assert (first.status_code, first.json()) == (
        200,
        {
            "id": occurrence.pk,
            "standing_order": occurrence.standing_order_id,
            "organization": {
                "id": organization.pk,
                "name": organization.name,
                "name_en": organization.name_en,
            },
            "bundle": {
                "id": occurrence.standing_order.bundle_id,
                "code": occurrence.standing_order.bundle.code,
                "name": occurrence.standing_order.bundle.name,
                "name_en": occurrence.standing_order.bundle.name_en,
            },
            "site": {
                "id": occurrence.site_id,
                "name": occurrence.site.name,
                "name_en": occurrence.site.name_en,
            },
            "headcount": 10,
            "exclusions": [],
            "window_opens": None,
            "window_closes": None,
            "rule_date": "2026-12-01",
            "delivery_date": "2026-12-01",
            "cutoff_at": "2026-11-26T15:00:00+09:00",
            "status": "skipped",
            "reason": "skipped_by_member",
            "why": "Skipped by the institution",
            "answer": "",
            "answer_by": None,
            "order": None,
        },
    )
    after = everything()
    assert api(user).post(f"{OCCURRENCES}{occurrence.pk}/skip/").json() == first.json()
    assert everything() == after

    at(CUTOFF + timedelta(days=6))
    answer = api(user).post(f"{OCCURRENCES}{late.pk}/skip/")
    assert (answer.status_code, answer.json()["code"]) == (409, "past_change_deadline")
    assert everything() == after


def test_an_ordered_date_names_its_order() -> None:
    order = fixed_order(occurrence=OccurrenceFactory())
    user = viewer(order.organization)
    assert listed(user, f"{OCCURRENCES}?status=ordered&delivery_date=2026-12-01", "order") == [order.number]
    assert api(user).get(f"{ORDERS}{order.number}/").json()["occurrence"] == order.occurrence_id
