"""The address to which phones send: JSON or a form with a photo, answered the same however often it comes."""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from delivery.models import Proof, RoadRecord
from tests.api_client import api
from tests.pictures import png
from tests.snapshot import everything

from .. import factories as f
from .driving import a_route, on_the_way

pytestmark = pytest.mark.django_db
RECORDS = "/api/v1/road-records/"


@pytest.fixture(autouse=True)
def clock(at: Callable[[datetime], None]) -> Callable[[datetime], None]:
    return at


def record(**told: Any) -> dict[str, Any]:
    return {"key": str(uuid4()), "phone_at": "2026-12-01T08:55:00+09:00", **told}


def hand_over(stop_id: int, line_id: int, **told: Any) -> dict[str, Any]:
    """A form as the phone sends it, with everything at once."""
    return record(
        kind="deliver",
        stop=stop_id,
        receiver_name="박수령",
        lines=json.dumps([{"line": line_id, "quantity": 9, "reason": "missing"}]),
        signature=json.dumps([[[1, 2], [3, 4]]]),
        photo=SimpleUploadedFile("photo.png", png(2000, 1000), "image/png"),
        latitude="37.6",
        longitude="126.9",
        accuracy_m="8",
        **told,
    )


def test_a_hand_over_with_photo_and_signature_is_taken_in_once() -> None:
    route, (stop, _), _client = on_the_way(2)
    driver, sent = route.shift.courier, hand_over(stop.pk, stop.order.lines.get().pk)

    first = api(driver).post(RECORDS, sent)
    after = everything()
    sent["photo"].seek(0)
    again = api(driver).post(RECORDS, sent)

    assert (first.status_code, first.json()) == (
        200,
        {
            "key": sent["key"],
            "kind": "deliver",
            "route": route.pk,
            "stop": stop.pk,
            "received_at": "2026-12-01T09:00:00+09:00",
            "problem": "",
            "detail": "",
            "route_status": "started",
            "stop_status": "delivered",
        },
    )
    assert (again.status_code, again.json()) == (200, first.json())
    assert everything() == after
    proof = Proof.objects.get()
    assert (proof.photo.width, proof.photo.height) == (1600, 800)
    assert (proof.signature, proof.latitude, proof.accuracy_m) == ([[[1, 2], [3, 4]]], 37.6, 8)


def test_a_problem_is_answered_in_words_and_with_what_is_true() -> None:
    route = a_route()
    stop = route.stops.get()

    answer = api(route.shift.courier).post(RECORDS, record(kind="arrive", stop=stop.pk), format="json")

    shown = answer.json()
    assert (answer.status_code, shown["problem"], shown["detail"]) == (
        200,
        "wrong_state",
        "Its state does not allow this any more",
    )
    assert (shown["route_status"], shown["stop_status"]) == ("planned", "pending")


@pytest.mark.parametrize(
    ("told", "field"),
    [
        ({"kind": "deliver"}, "receiver_name"),
        ({"kind": "deliver", "receiver_name": "x" * 61}, "receiver_name"),
        ({"kind": "deliver", "receiver_name": "박", "signature": "scribble"}, "signature"),
        ({"kind": "deliver", "receiver_name": "박", "signature": [[[1, 9999]]]}, "signature"),
        ({"kind": "deliver", "receiver_name": "박", "lines": [{"line": 1}]}, "lines"),
        ({"kind": "deliver", "receiver_name": "박", "lines": "no"}, "lines"),
        ({"kind": "fail"}, "reason"),
        ({"kind": "fail", "reason": "tired"}, "reason"),
        ({"kind": "fail", "reason": "closed", "next_step": "nothing"}, "next_step"),
        ({"kind": "load", "boxes_missing": -1}, "boxes_missing"),
        ({"kind": "start"}, "route"),
        ({"kind": "fly"}, "kind"),
        ({"kind": "arrive", "latitude": 91}, "latitude"),
        ({"kind": "arrive", "phone_at": "soon"}, "phone_at"),
        ({"kind": "arrive", "key": "1"}, "key"),
    ],
)
def test_a_record_names_the_field_that_is_wrong(told: dict[str, Any], field: str) -> None:
    route, (stop,), _client = on_the_way()
    before = everything()

    answer = api(route.shift.courier).post(RECORDS, record(stop=stop.pk) | told, format="json")

    assert (answer.status_code, list(answer.json())) == (400, [field])
    assert everything() == before


def test_a_file_that_is_no_photo_is_refused_in_words() -> None:
    route, (stop,), _client = on_the_way()
    sent = hand_over(stop.pk, stop.order.lines.get().pk)
    sent["photo"] = SimpleUploadedFile("photo.jpg", b"no picture", "image/jpeg")
    before = everything()

    answer = api(route.shift.courier).post(RECORDS, sent)

    assert (answer.status_code, list(answer.json())) == (400, ["photo"])
    assert everything() == before


@pytest.mark.parametrize("kind", ["deliver", "start"])
def test_nobody_else_sends_for_a_courier(kind: str) -> None:
    route, (stop,), _client = on_the_way()
    told = {"stop": stop.pk, "receiver_name": "박수령"} if kind == "deliver" else {"route": route.pk}
    others = [f.courier(), f.operator(), f.orderer(stop.order.organization)]
    before = everything()

    answers = [
        api(other).post(RECORDS, record(kind=kind, **told), format="json").status_code for other in others
    ]

    assert answers == [404, 404, 404]
    assert everything() == before


def test_the_key_of_another_courier_tells_nothing() -> None:
    route, (stop,), _client = on_the_way()
    sent = record(kind="arrive", stop=stop.pk)
    api(route.shift.courier).post(RECORDS, sent, format="json")
    other = f.courier()

    answer = api(other).post(RECORDS, sent, format="json")

    assert answer.status_code == 404
    assert RoadRecord.objects.get().courier == route.shift.courier
