"""The hub's page of records in conflict: two versions beside each other, and a decision with its reason."""

import re
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from delivery.actions.driving import deliver_stop, start_route
from delivery.models import Proof, RoadRecord, Route, Stop
from membership.models import User
from membership.photos import whole_jpeg
from tests.pictures import png
from tests.snapshot import everything

from .. import factories as f
from .driving import a_route, logged_in, on_the_way, shown_messages

pytestmark = pytest.mark.django_db
PAGE = "/road-records/"


def hub() -> Client:
    return logged_in(f.operator(language="en"))


def conflict(stop: Stop, driver: User) -> RoadRecord:
    """The hub recorded 김대신 as receiver; the courier's phone says 박수령, with eight of ten units."""
    if not Proof.objects.filter(stop=stop).exists():
        deliver_stop(stop, receiver_name="김대신", note="", actor=f.operator(), now=f.DELIVERY_MORNING)
    line = stop.order.lines.get()
    return f.road_record(
        stop,
        "deliver",
        driver,
        photo=whole_jpeg(png()),
        lines=[{"line": line.pk, "quantity": 8, "reason": "damaged"}],
        note="문 앞",
    )


def moved() -> tuple[RoadRecord, Stop]:
    """A hand-over at a stop that went to another courier, who is on the way."""
    route = a_route()
    old, driver = route.stops.get(), route.shift.courier
    f.fixed_order()
    taken_over = f.published_plan(now=f.DELIVERY_MORNING).routes.get()
    shift = f.ShiftFactory(courier=f.courier())
    Route.objects.filter(pk=taken_over.pk).update(shift=shift)
    start_route(taken_over, actor=shift.courier, now=f.DELIVERY_MORNING)
    return f.road_record(old, "deliver", driver), taken_over.stops.get(order=old.order)


def test_both_versions_stand_beside_each_other(at: Callable) -> None:
    route, [stop], _ = on_the_way()
    record = conflict(stop, route.shift.courier)
    client = hub()

    html = client.get(PAGE).content.decode()

    facts = re.findall(r"<dt>([^<]+)</dt><dd>(?:<[^>]+>)?([^<]+)", html)
    driver, line = route.shift.courier.name_en, stop.order.lines.get().product_name_en
    assert [text for label, text in facts if label == "Courier"] == [driver, driver]
    assert [text for label, text in facts if label == "Received by"] == ["박수령", "김대신"]
    assert [text for label, text in facts if label == "Counted"] == [f"{line} × 8 (damaged)"]
    assert [text for label, text in facts if label == "Note"] == ["문 앞"]
    assert html.count("Already done") == 1
    assert html.count('<path d="M10 20 L300 200"/>') == 1
    assert re.findall(r'name="decision" value="(\w+)"', html) == ["kept"]
    assert client.get(f"{PAGE}{record.pk}/photo/").status_code == 200


def test_keeping_what_the_hub_has_changes_the_record_alone(at: Callable) -> None:
    route, [stop], _ = on_the_way()
    record = conflict(stop, route.shift.courier)
    operator = f.operator(language="en")
    client = logged_in(operator)
    url = f"{PAGE}{record.pk}/settle/"

    assert client.post(url, {"decision": "kept", "note": "전화로 확인"})["Location"] == PAGE
    record.refresh_from_db()
    assert (record.decision, record.settled_note) == ("kept", "전화로 확인")
    assert (record.settled_at, record.settled_by) == (f.DELIVERY_MORNING, operator)
    assert Proof.objects.get().receiver_name == "김대신"
    after = everything()
    client.post(url, {"decision": "taken", "note": "doch"})
    assert everything() == after
    html = client.get(PAGE).content.decode()
    assert [html.count(text) for text in ("Nothing to settle", "전화로 확인")] == [1, 1]


def test_taking_the_couriers_record_carries_it_out_where_the_order_is_now(at: Callable) -> None:
    record, stop = moved()
    client = hub()
    html = client.get(PAGE).content.decode()
    assert re.findall(r'name="decision" value="(\w+)"', html) == ["taken", "kept"]

    response = client.post(
        f"{PAGE}{record.pk}/settle/", {"decision": "taken", "note": "둘 다 물어봄"}, follow=True
    )

    assert shown_messages(response.content.decode()) == ["It is settled."]
    assert Proof.objects.get().stop == stop
    record.refresh_from_db()
    assert (record.decision, record.settled_note) == ("taken", "둘 다 물어봄")


@pytest.mark.parametrize("sent", [{"decision": "kept"}, {"note": "warum"}, {"decision": "both", "note": "x"}])
def test_a_decision_without_reason_or_meaning_is_refused(at: Callable, sent: dict[str, str]) -> None:
    route, [stop], _ = on_the_way()
    record = conflict(stop, route.shift.courier)
    client = hub()
    before = everything()

    response = client.post(f"{PAGE}{record.pk}/settle/", sent)

    assert response.status_code == 200
    assert everything() == before


def test_nobody_else_sees_or_settles_records(at: Callable) -> None:
    route, [stop], courier = on_the_way()
    record = conflict(stop, route.shift.courier)
    member = logged_in(f.orderer(organization=stop.order.organization))
    before = everything()

    for reader in (courier, member):
        assert reader.get(PAGE).status_code == 404
        assert reader.get(f"{PAGE}{record.pk}/photo/").status_code == 404
        answer = reader.post(f"{PAGE}{record.pk}/settle/", {"decision": "kept", "note": "x"})
        assert answer.status_code == 404
        assert reader.post(f"/stops/{stop.pk}/back/").status_code == 404
    assert everything() == before


def test_goods_that_are_back_are_recorded_once(at: Callable) -> None:
    _, [stop], courier = on_the_way()
    courier.post(f"/stops/{stop.pk}/fail/", {"reason": "closed", "next_step": "return"})
    client = hub()

    for _ in range(2):
        assert client.post(f"/stops/{stop.pk}/back/")["Location"] == "/?date=2026-12-01"

    stop.refresh_from_db()
    assert stop.returned_at == f.DELIVERY_MORNING


def test_page_asks_as_often_for_three_as_for_one(at: Callable) -> None:
    route, stops, _ = on_the_way(3)
    client = hub()

    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert client.get(PAGE).status_code == 200
        return len(asked)

    conflict(stops[0], route.shift.courier)
    one = queries()
    for stop in stops[1:]:
        conflict(stop, route.shift.courier)
    assert queries() == one
