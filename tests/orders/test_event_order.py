"""Orders for one event: placed once, refused with the reason, taken back before the cut-off."""

from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

import pytest

from bundles.models import Capacity
from orders.actions.event_order import cancel_order, place_event_order
from orders.cutoff import seoul
from orders.exceptions import NotPossible
from orders.models import Order
from tests.factories import (
    CUTOFF,
    EVENT_AT,
    TUESDAY,
    BundleFactory,
    CategoryFactory,
    EditionFactory,
    OrderFactory,
    ProductFactory,
    SiteFactory,
    SlotFactory,
    bundle_with,
    fixed_order,
    orderer,
)
from tests.snapshot import everything

pytestmark = pytest.mark.django_db
KEY = UUID(int=1)


def wanted(**changes: Any) -> dict[str, Any]:
    person = orderer()
    return {
        "site": SiteFactory(organization=person.seats.get().organization),
        "bundle": bundle_with("bread", "coffee"),
        "headcount": 15,
        "exclusions": 0,
        "event_at": EVENT_AT,
        "note": "2층 회의실",
        "request_key": KEY,
        "actor": person,
        "now": TUESDAY,
        **changes,
    }


def test_an_event_order_is_placed_at_todays_price() -> None:
    details = wanted()

    order = place_event_order(**details)

    assert (order.status, order.gross, order.cutoff_at) == ("placed", 60_000, CUTOFF)
    assert (order.organization, order.placed_by) == (details["site"].organization, details["actor"])
    assert order.number.startswith("261201-")
    assert order.bundle.editions.get().items.count() == 2
    assert [(event.was, event.to) for event in order.events.all()] == [("", "placed")]
    assert not Capacity.objects.exists()


def test_the_same_request_gives_the_same_order_and_another_key_another() -> None:
    details = wanted()
    first = place_event_order(**details)
    after = everything()

    assert place_event_order(**details) == first
    assert everything() == after
    assert place_event_order(**details | {"request_key": UUID(int=2)}) != first
    assert place_event_order(**details | {"actor": orderer()}) != first


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"now": CUTOFF}, "too_late"),
        ({"now": seoul(date(2026, 12, 2), time(9))}, "too_late"),
    ],
)
def test_an_impossible_day_is_refused(change: dict[str, Any], reason: str) -> None:
    details = wanted(**change)
    before = everything()

    with pytest.raises(NotPossible, match=reason):
        place_event_order(**details)
    assert everything() == before


def test_an_unlocated_site_is_refused() -> None:
    details = wanted()
    details["site"].precision = "district"

    with pytest.raises(NotPossible, match="unlocated_site"):
        place_event_order(**details)
    assert not Order.objects.exists()


@pytest.mark.parametrize(("hour", "is_possible"), [(14, True), (15, False)])
def test_a_slow_producer_in_the_edition_sets_an_earlier_cutoff(hour: int, is_possible: bool) -> None:
    slow = ProductFactory(category=CategoryFactory(code="banner"), lead_days=5)
    bundle = SlotFactory(bundle=BundleFactory(), category=slow.category).bundle
    EditionFactory(bundle=bundle)
    details = wanted(bundle=bundle, now=seoul(date(2026, 11, 24), time(hour)))

    if is_possible:
        assert place_event_order(**details).cutoff_at == seoul(date(2026, 11, 24), time(15))
    else:
        with pytest.raises(NotPossible, match="too_late"):
            place_event_order(**details)
        assert not Order.objects.exists()


def test_what_cannot_be_composed_is_refused() -> None:
    details = wanted(bundle=bundle_with("bread"), headcount=500)
    before = everything()

    with pytest.raises(NotPossible, match="no_capacity"):
        place_event_order(**details)
    assert everything() == before


def test_an_order_is_cancelled_once_before_its_cutoff() -> None:
    order, person = OrderFactory(), orderer()

    cancel_order(order, actor=person, now=CUTOFF - timedelta(seconds=1))
    after = everything()
    cancelled = cancel_order(order, actor=person, now=CUTOFF)

    assert cancelled.status == "cancelled"
    assert [(event.was, event.to, event.actor) for event in order.events.all()] == [
        ("placed", "cancelled", person)
    ]
    assert everything() == after


@pytest.mark.parametrize("now", [CUTOFF, CUTOFF + timedelta(days=1)])
def test_an_order_past_its_cutoff_is_not_cancelled(now: datetime) -> None:
    placed, fixed, person = OrderFactory(), fixed_order(), orderer()
    before = everything()

    for order in (placed, fixed):
        with pytest.raises(NotPossible, match="past_cutoff"):
            cancel_order(order, actor=person, now=now)
    assert everything() == before
