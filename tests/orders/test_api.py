"""Orders for programs of institutions: shown, placed once, taken back."""

from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import Any
from uuid import uuid4

import pytest

from membership.models import Site
from orders.models import Order
from tests.api_client import api, listed
from tests.factories import (
    CUTOFF,
    DELIVERY_DATE,
    TUESDAY,
    BundleFactory,
    InstitutionFactory,
    OrderFactory,
    PlanFactory,
    SeatFactory,
    SiteFactory,
    approver,
    bundle_with,
    delivered_order,
    fixed_order,
    orderer,
    published_plan,
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


def event_order(site: Site, **changes: Any) -> dict[str, Any]:
    return {
        "site": site.pk,
        "bundle": changes.pop("bundle", None) or bundle_with("bread").pk,
        "headcount": 10,
        "event_at": "2026-12-01T14:00:00+09:00",
        **changes,
    }


def test_order_is_shown_with_lines_events_and_times_in_seoul() -> None:
    order = delivered_order(window_opens=time(10), window_closes=time(12))
    line = order.lines.get()
    reader = viewer(order.organization)
    shown = api(reader).get(f"{ORDERS}{order.number}/").json()
    events = shown.pop("events")
    assert shown == {
        "number": order.number,
        "organization": order.organization_id,
        "organization_name": order.organization.name,
        "department": None,
        "site": order.site_id,
        "site_name": order.site.name,
        "bundle": order.bundle_id,
        "bundle_name": order.bundle.name,
        "bundle_name_en": order.bundle.name_en,
        "headcount": 10,
        "exclusions": [],
        "event_at": None,
        "delivery_date": "2026-12-01",
        "window_opens": "10:00:00",
        "window_closes": "12:00:00",
        "cutoff_at": "2026-11-26T15:00:00+09:00",
        "on_shortage": "substitute",
        "status": "delivered",
        "reason": "",
        "why": "",
        "eta": None,
        "occurrence": None,
        "placed_at": "2026-11-24T09:00:00+09:00",
        "gross": 20_000,
        "supply": 18_182,
        "vat": 1_818,
        "address": f"{order.site.address} 3층 회의실",
        "contact_name": "이담당",
        "contact_phone": "02-120-0000",
        "note": "",
        "statement": None,
        "lines": [
            {
                "id": line.pk,
                "product": line.product_id,
                "product_name": line.product.name,
                "product_name_en": line.product.name_en,
                "unit": "1개",
                "unit_en": "1 piece",
                "producer": line.producer_id,
                "producer_name": line.producer.name,
                "producer_name_en": line.producer.name_en,
                "certifications": "",
                "quantity": 10,
                "short_quantity": 0,
                "substitutes": None,
                "list_price": 2000,
                "tax_type": "taxable",
                "gross": 20_000,
                "supply": 18_182,
                "vat": 1_818,
                "allergens": [],
                "storage": "ambient",
            }
        ],
    }
    assert [(event["was"], event["to"]) for event in events] == [
        ("placed", "confirmed"),
        ("confirmed", "dispatched"),
        ("dispatched", "delivered"),
    ]
    driver = order.stops.get().route.shift.courier
    assert events[0]["actor"] is None
    assert events[2] == {
        "was": "dispatched",
        "to": "delivered",
        "at": "2026-12-01T09:00:00+09:00",
        "actor": {"name": driver.name, "name_en": driver.name_en},
        "note": "박수령",
    }


def test_order_on_a_route_says_when_it_is_expected() -> None:
    order = fixed_order()
    stop = published_plan().stops.get(order=order)
    shown = api(orderer(order.organization)).get(f"{ORDERS}{order.number}/").json()
    assert datetime.fromisoformat(shown["eta"]) == stop.eta
    assert shown["eta"].endswith("+09:00")


def test_orders_are_filtered_by_state_date_site_and_institution() -> None:
    own, later = (
        OrderFactory(),
        OrderFactory(delivery_date=DELIVERY_DATE + timedelta(days=7), status="cancelled"),
    )
    reader = viewer(own.organization)
    SeatFactory(user=reader, organization=later.organization)
    OrderFactory()
    assert listed(reader, ORDERS, "number") == [later.number, own.number]
    assert listed(reader, f"{ORDERS}?status=placed", "number") == [own.number]
    assert listed(reader, f"{ORDERS}?delivery_date=2026-12-08", "number") == [later.number]
    assert listed(reader, f"{ORDERS}?delivery_date_from=2026-12-02", "number") == [later.number]
    assert listed(reader, f"{ORDERS}?delivery_date_until=2026-12-07", "number") == [own.number]
    assert listed(reader, f"{ORDERS}?site={own.site_id}", "number") == [own.number]
    assert listed(reader, f"{ORDERS}?organization={later.organization_id}", "number") == [later.number]
    answer = api(reader).get(f"{ORDERS}?status=eaten&delivery_date_from=tomorrow")
    assert (answer.status_code, sorted(answer.json())) == (400, ["delivery_date_from", "status"])


def test_orders_come_in_pages_of_fifty() -> None:
    institution, bundle = InstitutionFactory(), bundle_with("bread")
    site = SiteFactory(organization=institution)
    OrderFactory.create_batch(51, organization=institution, site=site, bundle=bundle)
    reader = orderer(institution)
    first = api(reader).get(ORDERS).json()
    assert (first["count"], len(first["results"]), first["previous"]) == (51, 50, None)
    assert len(api(reader).get(first["next"]).json()["results"]) == 1
    assert api(reader).get(f"{ORDERS}?page=3").status_code == 404


def test_event_order_is_placed_once_for_a_key_and_again_without() -> None:
    site = SiteFactory()
    user = orderer(site.organization)
    sent, key = event_order(site, note="2층"), str(uuid4())

    def place(**headers: str) -> Any:
        return api(user).post(ORDERS, sent, format="json", headers=headers)

    first, second = place(idempotency_key=key), place(idempotency_key=key)
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    order = Order.objects.get()
    assert (order.number, order.site, order.bundle_id, order.headcount, order.delivery_date, order.note) == (
        first.json()["number"],
        site,
        sent["bundle"],
        10,
        DELIVERY_DATE,
        "2층",
    )
    assert (order.window_opens, order.window_closes, order.placed_by, order.placed_at, order.gross) == (
        time(10, 30),
        time(13, 30),
        user,
        TUESDAY,
        20_000,
    )
    place()
    assert Order.objects.count() == 2


def test_event_order_with_a_bad_or_used_key_is_refused() -> None:
    site = SiteFactory()
    user, key = orderer(site.organization), str(uuid4())
    sent = event_order(site)
    api(user).post(ORDERS, sent, format="json", headers={"idempotency-key": key})
    for changes, used in (({}, "today"), ({"headcount": 20}, key)):
        answer = api(user).post(ORDERS, sent | changes, format="json", headers={"idempotency-key": used})
        assert (answer.status_code, list(answer.json())) == (400, ["Idempotency-Key"])
    assert Order.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"headcount": 0}, "headcount"),
        ({"headcount": 501}, "headcount"),
        ({"event_at": "2027-11-25T14:00+09:00"}, "event_at"),
        ({"event_at": "soon"}, "event_at"),
        ({"event_at": None}, "event_at"),
        ({"note": "x" * 301}, "note"),
        ({"site": 10**30}, "site"),
        ({"bundle": 10**30}, "bundle"),
    ],
)
def test_event_order_names_the_field_that_is_wrong(changes: dict[str, Any], field: str) -> None:
    site = SiteFactory()
    answer = api(orderer(site.organization)).post(ORDERS, event_order(site) | changes, format="json")
    assert (answer.status_code, list(answer.json())) == (400, [field])
    assert Order.objects.count() == 0


def test_event_order_takes_only_what_is_open_to_the_institution() -> None:
    site, other = SiteFactory(), SiteFactory()
    closed = SiteFactory(organization=site.organization, is_active=False)
    user = orderer(site.organization)
    plan = BundleFactory(kind="plan", plan=PlanFactory())
    gone = BundleFactory(is_active=False)
    for changes, field in (
        ({"site": other.pk}, "site"),
        ({"site": closed.pk}, "site"),
        ({"bundle": plan.pk}, "bundle"),
        ({"bundle": gone.pk}, "bundle"),
    ):
        answer = api(user).post(ORDERS, event_order(site) | changes, format="json")
        assert (answer.status_code, list(answer.json())) == (400, [field])
    assert Order.objects.count() == 0


def test_what_is_not_possible_is_a_conflict_with_code_and_words() -> None:
    site = SiteFactory()
    user = orderer(site.organization)
    site.windows.update(opens=time(6), closes=time(7))
    closed = api(user).post(ORDERS, event_order(site), format="json")
    assert (closed.status_code, closed.json()) == (
        409,
        {
            "code": "nobody_receives",
            "detail": "Nobody receives anything at the site in time before the event",
        },
    )
    site.windows.update(closes=time(18))
    late = api(user).post(ORDERS, event_order(site, event_at="2026-11-25T14:00+09:00"), format="json")
    assert (late.status_code, late.json()) == (
        409,
        {"code": "too_late", "detail": "It is too late for this delivery date"},
    )
    assert Order.objects.count() == 0


def test_cancelling_twice_changes_nothing_more_and_is_refused_after_the_cutoff(at: Any) -> None:
    order = OrderFactory()
    user = approver(order.organization)
    first = api(user).post(f"{ORDERS}{order.number}/cancel/")
    assert (first.status_code, first.json()["status"]) == (200, "cancelled")
    after = everything()
    assert api(user).post(f"{ORDERS}{order.number}/cancel/").json() == first.json()
    assert everything() == after

    late = OrderFactory(organization=order.organization)
    at(CUTOFF)
    before = everything()
    answer = api(user).post(f"{ORDERS}{late.number}/cancel/")
    assert (answer.status_code, answer.json()["code"]) == (409, "past_cutoff")
    assert everything() == before
