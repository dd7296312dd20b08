"""Routes for operators and strangers: who may see and do what, the list, planning by hand."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from delivery.models import Stop
from membership.models import User

from .. import factories as f
from .driving import a_route, a_route_of_another_day, logged_in, on_the_way, state

pytestmark = pytest.mark.django_db


# -- Who may ----------------------------------------------------------------------------------------


def test_strangers_find_nothing_and_change_nothing(at: Callable) -> None:
    route, [stop], _ = on_the_way()
    planned = a_route_of_another_day()
    before = state()

    strangers = [
        f.courier(),
        f.orderer(stop.order.organization),
        f.viewer(stop.order.organization),
        f.producer_user(),
    ]
    for client in map(logged_in, strangers):
        answers = [
            client.get(f"/routes/{route.pk}/"),
            client.get(f"/routes/{route.pk}/sheet.pdf"),
            client.post(f"/routes/{planned.pk}/start/"),
            client.post(f"/stops/{stop.pk}/deliver/", {"receiver_name": "나"}),
            client.post(f"/stops/{stop.pk}/deliver/", {}),
            client.post(f"/stops/{stop.pk}/fail/", {"reason": "closed"}),
            client.post("/routes/plan/", {"date": "2026-12-01"}),
        ]
        assert [answer.status_code for answer in answers] == [404] * 7
    assert state() == before


def test_writing_by_get_is_not_possible(at: Callable) -> None:
    route, [stop], client = on_the_way()

    addresses = [f"/routes/{route.pk}/start/", f"/stops/{stop.pk}/deliver/", f"/stops/{stop.pk}/fail/"]

    assert [client.get(address).status_code for address in addresses] == [405] * 3


def test_replaced_plan_is_gone_for_its_courier_and_marked_for_operators(at: Callable) -> None:
    route = a_route()
    f.fixed_order()
    f.published_plan()
    operator = logged_in(f.operator(language="en"))

    assert logged_in(route.shift.courier).get(f"/routes/{route.pk}/").status_code == 404
    html = operator.get(f"/routes/{route.pk}/").content.decode()
    assert html.count("This plan was replaced by a newer one.") == 1
    assert html.count(f"/routes/{route.pk}/start/") == 0
    listed = operator.get("/routes/?status=replaced").context["page_obj"].object_list
    assert [row.pk for row in listed] == [route.pk]


def test_contacts_are_shown_to_couriers_on_the_day_alone(at: Callable) -> None:
    route, [stop], client = on_the_way()
    client.post(f"/stops/{stop.pk}/deliver/", {"receiver_name": "박수령"})
    operator = logged_in(f.operator(language="en"))

    def people(reader: Client, days: int) -> list[str]:
        at(f.DELIVERY_MORNING + timedelta(days=days))
        return re.findall("이담당|02-120-0000|박수령", reader.get(f"/routes/{route.pk}/").content.decode())

    shown = ["이담당", "02-120-0000", "박수령"]
    assert people(client, 0) == shown
    assert people(client, 1) == people(client, -1) == []
    assert people(operator, 2) == shown


def test_operator_records_a_stop_for_a_courier_without_a_phone(at: Callable) -> None:
    route, [stop], _ = on_the_way()
    client = logged_in(f.operator(language="en"))
    html = client.get(f"/routes/{route.pk}/?stop={stop.pk}").content.decode()
    assert re.findall(r'action="/stops/(\d+)/deliver/"', html) == [str(stop.pk)]

    response = client.post(f"/stops/{stop.pk}/deliver/", {"receiver_name": "박수령"})

    assert response["Location"] == f"/routes/{route.pk}/"
    assert Stop.objects.get().status == "delivered"


# -- The list ---------------------------------------------------------------------------------------


def test_list_shows_couriers_their_own_and_operators_all_the_latest_first(at: Callable) -> None:
    mine = a_route()
    other = a_route_of_another_day()

    def listed(user: User, query: str = "") -> list[int]:
        return [row.pk for row in logged_in(user).get(f"/routes/{query}").context["page_obj"].object_list]

    operator = f.operator()
    assert listed(mine.shift.courier) == [mine.pk]
    assert listed(operator) == [other.pk, mine.pk]
    assert listed(operator, "?date=2026-12-01") == [mine.pk]
    assert listed(operator, "?status=finished") == []
    assert logged_in(f.orderer()).get("/routes/").status_code == 404


@pytest.mark.parametrize("query", ["?date=2026-13-40", "?status=lost", "?date=%00", "?page=x"])
def test_list_survives_filters_that_make_no_sense(at: Callable, query: str) -> None:
    route = a_route()

    response = logged_in(route.shift.courier).get(f"/routes/{query}")

    assert [row.pk for row in response.context["page_obj"].object_list] == [route.pk]
    assert bool(response.context["filters"].errors) == ("page" not in query)


def test_pages_ask_as_often_for_three_as_for_one(at: Callable) -> None:
    small, _, client = on_the_way(1)
    operator = logged_in(f.operator())

    def queries(reader: Client, address: str) -> int:
        with CaptureQueriesContext(connection) as asked:
            assert reader.get(address).status_code == 200
        return len(asked)

    pages = [(client, "/drive/"), (operator, "/routes/"), (operator, f"/routes/{small.pk}/")]
    few = [queries(*page) for page in pages]
    stop = small.stops.get()
    for sequence in (2, 3):
        order = f.fixed_order()
        Stop.objects.create(
            plan=small.plan,
            route=small,
            sequence=sequence,
            order=order,
            eta=stop.eta,
            leaves_at=stop.leaves_at,
        )
    for days in (1, 2):
        day = f.DELIVERY_DATE + timedelta(days=days)
        f.fixed_order(delivery_date=day)
        f.published_plan(day)

    assert [queries(*page) for page in pages] == few
