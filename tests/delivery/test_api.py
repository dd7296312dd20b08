"""Routes and stops for programs of couriers; names of people only as long as they are needed."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from delivery.models import RoutePlan
from tests.api_client import api, listed, queries
from tests.snapshot import everything

from .. import factories as f
from .driving import a_route, a_route_of_another_day, on_the_way, state

pytestmark = pytest.mark.django_db
ROUTES, STOPS = "/api/v1/routes/", "/api/v1/stops/"


@pytest.fixture(autouse=True)
def clock(at: Callable[[datetime], None]) -> Callable[[datetime], None]:
    return at


def test_route_is_shown_as_its_sheet() -> None:
    route = a_route()
    driver, stop = route.shift.courier, route.stops.get()
    order = stop.order
    shown = api(driver).get(f"{ROUTES}{route.pk}/").json()
    stops = shown.pop("stops")
    times = {name: datetime.fromisoformat(shown.pop(name)) for name in ("departs_at", "returns_at")}
    assert times == {"departs_at": route.departs_at, "returns_at": route.returns_at}
    assert shown == {
        "id": route.pk,
        "date": "2026-12-01",
        "plan_status": "published",
        "depot": "Nokbeon hub",
        "courier": driver.name_en,
        "vehicle": route.shift.vehicle.plate,
        "status": "planned",
        "started_at": None,
        "finished_at": None,
        "distance_m": route.distance_m,
        "weight_g": 2000,
        "volume_ml": 5000,
        "stop_count": 1,
        "done_count": 0,
    }
    assert [datetime.fromisoformat(stops[0].pop(name)) for name in ("eta", "leaves_at")] == [
        stop.eta,
        stop.leaves_at,
    ]
    assert stops == [
        {
            "id": stop.pk,
            "route": route.pk,
            "sequence": 1,
            "order": order.number,
            "status": "pending",
            "failure_reason": "",
            "name": order.site.name_en,
            "organization": order.organization.name_en,
            "address": order.address,
            "latitude": order.latitude,
            "longitude": order.longitude,
            "windows": ["09:00–18:00"],
            "goods": [
                {"name": order.lines.get().product_name_en, "unit": "1 piece", "quantity": 10, "storage": ""}
            ],
            "boxes": 1,
            "weight_kg": 2.0,
            "facts": [{"name": "Entrance", "text": "후문 하역장"}],
            "parking_height_m": None,
            "note": "",
            "contact": {"name": "이담당", "phone": "02-120-0000"},
            "proof": None,
        }
    ]


def test_routes_are_filtered_by_date_and_state() -> None:
    today, later = a_route(), a_route_of_another_day()
    user = f.operator()
    assert listed(user, ROUTES) == [later.pk, today.pk]
    assert listed(user, f"{ROUTES}?date=2026-12-01") == [today.pk]
    assert listed(user, f"{ROUTES}?date_from=2026-12-02") == [later.pk]
    assert listed(user, f"{ROUTES}?date_until=2026-12-01&status=planned") == [today.pk]
    assert listed(user, f"{ROUTES}?status=started") == []
    RoutePlan.objects.filter(pk=today.plan_id).update(status="superseded")
    assert listed(user, f"{ROUTES}?plan_status=superseded") == [today.pk]


def test_starting_twice_changes_nothing_more() -> None:
    route = a_route(2)
    driver = route.shift.courier
    first = api(driver).post(f"{ROUTES}{route.pk}/start/")
    assert (first.status_code, first.json()["status"], first.json()["started_at"]) == (
        200,
        "started",
        "2026-12-01T09:00:00+09:00",
    )
    after = everything()
    assert api(driver).post(f"{ROUTES}{route.pk}/start/").json() == first.json()
    assert everything() == after


def test_a_route_of_another_day_does_not_start_yet(at: Callable[[datetime], None]) -> None:
    route = a_route()
    at(f.PLANNING_TIME)
    before = everything()
    answer = api(route.shift.courier).post(f"{ROUTES}{route.pk}/start/")
    assert (answer.status_code, answer.json()["code"]) == (409, "not_yet")
    assert everything() == before


def test_delivering_twice_keeps_the_first_proof() -> None:
    route, (stop, _), _client = on_the_way(2)
    driver = route.shift.courier
    sent = {"receiver_name": "박수령", "note": "1층"}
    first = api(driver).post(f"{STOPS}{stop.pk}/deliver/", sent, format="json")
    assert (first.status_code, first.json()["status"], first.json()["proof"]) == (
        200,
        "delivered",
        {"receiver_name": "박수령", "note": "1층", "delivered_at": "2026-12-01T09:00:00+09:00"},
    )
    after = everything()
    again = api(driver).post(f"{STOPS}{stop.pk}/deliver/", {"receiver_name": "다른 이"}, format="json")
    assert again.json() == first.json()
    assert api(driver).get(f"{STOPS}{stop.pk}/").json() == first.json()
    failed = api(driver).post(f"{STOPS}{stop.pk}/fail/", {"reason": "closed"}, format="json")
    assert (failed.status_code, failed.json()["code"]) == (409, "wrong_state")
    assert everything() == after


def test_failing_twice_changes_nothing_more() -> None:
    route, (stop,), _client = on_the_way()
    driver = route.shift.courier
    sent = {"reason": "closed", "note": "불이 꺼져 있음"}
    first = api(driver).post(f"{STOPS}{stop.pk}/fail/", sent, format="json")
    shown = first.json()
    assert (first.status_code, shown["status"], shown["failure_reason"]) == (200, "failed", "closed")
    after = everything()
    assert api(driver).post(f"{STOPS}{stop.pk}/fail/", sent, format="json").json() == first.json()
    assert everything() == after


@pytest.mark.parametrize(
    ("what", "sent", "field"),
    [
        ("deliver", {}, "receiver_name"),
        ("deliver", {"receiver_name": " "}, "receiver_name"),
        ("deliver", {"receiver_name": "x" * 61}, "receiver_name"),
        ("deliver", {"receiver_name": "박수령", "note": "x" * 301}, "note"),
        ("fail", {}, "reason"),
        ("fail", {"reason": "tired"}, "reason"),
        ("fail", {"reason": "closed", "note": "x" * 301}, "note"),
    ],
)
def test_a_stop_names_the_field_that_is_wrong(what: str, sent: dict[str, Any], field: str) -> None:
    route, (stop,), _client = on_the_way()
    before = everything()
    answer = api(route.shift.courier).post(f"{STOPS}{stop.pk}/{what}/", sent, format="json")
    assert (answer.status_code, list(answer.json())) == (400, [field])
    assert everything() == before


def test_a_stop_of_a_route_that_has_not_started_is_a_conflict() -> None:
    route = a_route()
    path = f"{STOPS}{route.stops.get().pk}/deliver/"
    before = everything()
    answer = api(route.shift.courier).post(path, {"receiver_name": "박수령"}, format="json")
    assert (answer.status_code, answer.json()["code"]) == (409, "wrong_state")
    assert everything() == before


def test_couriers_read_names_of_people_on_the_day_alone(at: Callable[[datetime], None]) -> None:
    route, (stop,), _client = on_the_way()
    driver, hub = route.shift.courier, f.operator()
    api(driver).post(f"{STOPS}{stop.pk}/deliver/", {"receiver_name": "박수령"}, format="json")

    def people(user: Any) -> list[bool]:
        sheet = api(user).get(f"{ROUTES}{route.pk}/").json()
        shown = [api(user).get(f"{STOPS}{stop.pk}/").json(), *sheet["stops"]]
        return [entry[who] is not None for entry in shown for who in ("contact", "proof")]

    assert people(driver) == [True] * 4
    at(f.DELIVERY_MORNING + timedelta(days=1))
    assert people(driver) == [False] * 4
    assert people(hub) == [True] * 4


def test_strangers_find_nothing_and_change_nothing() -> None:
    route, (stop,), _client = on_the_way()
    institution, producer = stop.order.organization, stop.order.lines.get().producer
    others = (f.courier(), f.orderer(institution), f.viewer(institution), f.producer_user(producer))
    details = (f"{ROUTES}{route.pk}/", f"{STOPS}{stop.pk}/")
    before = state()
    for stranger in others:
        client = api(stranger)
        assert listed(stranger, ROUTES) == []
        assert [client.get(path).status_code for path in details] == [404] * 2
        assert [
            client.post(path, sent, format="json").status_code
            for path, sent in (
                (f"{ROUTES}{route.pk}/start/", {}),
                (f"{STOPS}{stop.pk}/deliver/", {"receiver_name": "x"}),
                (f"{STOPS}{stop.pk}/fail/", {"reason": "closed"}),
            )
        ] == [404] * 3
    assert state() == before


def test_a_replaced_route_is_gone_for_its_courier() -> None:
    route, (stop,), _client = on_the_way()
    RoutePlan.objects.filter(pk=route.plan_id).update(status="superseded")
    client = api(route.shift.courier)
    details = (f"{ROUTES}{route.pk}/", f"{STOPS}{stop.pk}/")
    assert [client.get(path).status_code for path in details] == [404] * 2
    assert api(f.operator()).get(f"{ROUTES}{route.pk}/").json()["plan_status"] == "superseded"


def test_the_list_takes_as_many_queries_for_three_rows_as_for_one() -> None:
    user = f.operator()
    f.ShiftFactory()
    f.fixed_order()
    f.published_plan()
    one = queries(user, ROUTES)
    for days in (1, 2):
        day = f.DELIVERY_DATE + timedelta(days=days)
        f.fixed_order(delivery_date=day)
        f.published_plan(day)
    assert len(listed(user, ROUTES)) == 3
    assert queries(user, ROUTES) == one


def test_a_route_takes_as_many_queries_for_three_stops_as_for_one() -> None:
    user = f.operator()
    one = queries(user, f"{ROUTES}{a_route().pk}/")
    day = f.DELIVERY_DATE + timedelta(days=1)
    for _ in range(3):
        f.fixed_order(delivery_date=day)
    longer = f.published_plan(day).routes.get()
    assert longer.stops.count() == 3
    assert queries(user, f"{ROUTES}{longer.pk}/", f"{STOPS}{longer.stops.first().pk}/")[0] == one[0]
