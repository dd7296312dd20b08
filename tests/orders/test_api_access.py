"""Who may see and do what with orders through the API, and how many queries that takes."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from membership.models import Site, User
from orders.models import Order, StandingOrder
from tests.api_client import api, listed, queries
from tests.factories import (
    TUESDAY,
    InstitutionFactory,
    OccurrenceFactory,
    OrderFactory,
    SeatFactory,
    SiteFactory,
    StandingOrderFactory,
    approver,
    bundle_with,
    courier,
    fixed_order,
    operator,
    orderer,
    producer_user,
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


def sent(noun: type, site: Site, **changes: Any) -> dict[str, Any]:
    """A request that would be fine, if the caller were."""
    bundle = changes.get("bundle") or bundle_with("bread").pk
    when = (
        {"event_at": "2026-12-01T14:00:00+09:00"}
        if noun is Order
        else {"starts_on": "2026-12-01", "rrule": "FREQ=DAILY"}
    )
    return {"site": site.pk, "bundle": bundle, "headcount": 10, **when}


def test_strangers_find_nothing_and_change_nothing() -> None:
    occurrence, order = OccurrenceFactory(), OrderFactory()
    standing = occurrence.standing_order
    details = [f"{STANDING}{standing.pk}/", f"{OCCURRENCES}{occurrence.pk}/", f"{ORDERS}{order.number}/"]
    writes = [f"{details[0]}end/", f"{details[1]}skip/", f"{details[2]}cancel/"]
    for stranger in (orderer(), approver(), viewer(), producer_user(), courier()):
        before = everything()
        assert [api(stranger).get(path).status_code for path in details] == [404] * 3
        assert [api(stranger).post(path).status_code for path in writes] == [404] * 3
        assert [listed(stranger, path, "status") for path in (STANDING, OCCURRENCES, ORDERS)] == [[]] * 3
        assert everything() == before


def test_readers_may_not_act() -> None:
    occurrence = OccurrenceFactory()
    standing = occurrence.standing_order
    order = OrderFactory(organization=standing.organization, site=standing.site)
    reader = viewer(standing.organization)
    before = everything()
    writes = [
        (f"{STANDING}{standing.pk}/end/", {}),
        (f"{OCCURRENCES}{occurrence.pk}/skip/", {}),
        (f"{ORDERS}{order.number}/cancel/", {}),
        (STANDING, sent(StandingOrder, standing.site, bundle=standing.bundle_id)),
        (ORDERS, sent(Order, standing.site, bundle=standing.bundle_id)),
    ]
    assert [api(reader).post(path, sent, format="json").status_code for path, sent in writes] == [403] * 5
    assert everything() == before


def test_an_orderer_elsewhere_may_not_order_where_they_only_read() -> None:
    site = SiteFactory()
    reader = viewer(site.organization)
    SeatFactory(user=reader, organization=InstitutionFactory(), role="orderer")
    assert api(reader).post(ORDERS, sent(Order, site), format="json").status_code == 403
    assert api(reader).post(STANDING, sent(StandingOrder, site), format="json").status_code == 403
    assert (Order.objects.count(), StandingOrder.objects.count()) == (0, 0)


@pytest.mark.parametrize("role", [producer_user, courier])
def test_producers_and_couriers_may_not_order(role: Callable[[], User]) -> None:
    site, user = SiteFactory(), role()
    assert api(user).post(ORDERS, sent(Order, site), format="json").status_code == 403
    assert api(user).post(STANDING, {}, format="json").status_code == 403
    assert (Order.objects.count(), StandingOrder.objects.count()) == (0, 0)


def test_operators_act_for_every_institution() -> None:
    occurrence, order, site = OccurrenceFactory(), OrderFactory(), SiteFactory()
    user = operator()
    assert api(user).post(f"{OCCURRENCES}{occurrence.pk}/skip/").status_code == 200
    assert api(user).post(f"{ORDERS}{order.number}/cancel/").status_code == 200
    assert api(user).post(ORDERS, sent(Order, site), format="json").status_code == 201
    occurrence.refresh_from_db()
    assert occurrence.status == "skipped"
    assert [row.status for row in Order.objects.order_by("pk")] == ["cancelled", "placed"]


def test_lists_take_as_many_queries_for_three_rows_as_for_one() -> None:
    institution, bundle = InstitutionFactory(), bundle_with("bread")
    user = orderer(institution)

    def another() -> None:
        standing = StandingOrderFactory(organization=institution, bundle=bundle)
        fixed_order(occurrence=OccurrenceFactory(standing_order=standing))

    lists = (STANDING, OCCURRENCES, ORDERS)
    another()
    published_plan()
    one = queries(user, *lists)
    another()
    another()
    published_plan()
    assert queries(user, *lists) == one
