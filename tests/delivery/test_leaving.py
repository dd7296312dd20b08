"""A recipient says where to leave an order until its van is loaded; courier and hub read it."""

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO

import pytest
from django.test import Client
from pypdf import PdfReader

from delivery import tasks
from delivery.actions.driving import start_route
from delivery.actions.leave import say_where_to_leave
from delivery.actions.loading import check_boxes
from delivery.board import read_board
from delivery.models import LeaveInstructions, Promise, Stop
from orders.exceptions import NotPossible
from orders.models import Order

from .. import factories as f
from ..snapshot import everything
from .driving import a_route, logged_in
from .test_tracking import address

pytestmark = pytest.mark.django_db
MORNING = f.DELIVERY_MORNING
SAID = {"place": "desk", "note": "화물 승강기 앞", "door_code": "1234#"}


def said() -> list[tuple[str, str, str, str]]:
    rows = LeaveInstructions.objects.order_by("order")
    return list(rows.values_list("order__number", "place", "note", "door_code"))


def send(order: Order, **data: str) -> str:
    """What a visitor who reads English is answered in the end."""
    client = Client(headers={"Accept-Language": "en"})
    return client.post(f"{address(order)}leave/", data, follow=True).content.decode()


def test_what_is_said_holds_until_it_is_said_otherwise_or_taken_back(at: Callable) -> None:
    order = f.fixed_order()

    html = send(order, **SAID)
    assert html.count("Thank you. The courier will read it.") == 1
    assert said() == [(order.number, "desk", "화물 승강기 앞", "1234#")]

    send(order, place="reception")
    assert said() == [(order.number, "reception", "", "")]
    send(order)
    assert said() == []


@pytest.mark.parametrize(
    "wrong", [{"place": "roof"}, {"note": "가" * 201}, {"door_code": "1" * 21}, {"note": "\x00"}]
)
def test_what_cannot_be_kept_is_shown_again(at: Callable, wrong: dict[str, str]) -> None:
    order = f.fixed_order()
    before = everything()

    html = send(order, **wrong)

    assert html.count("field--error") == 1
    assert everything() == before


def loaded(stop: Stop) -> None:
    check_boxes(stop, 0)


def left(stop: Stop) -> None:
    start_route(stop.route, actor=stop.route.shift.courier, now=MORNING)


@pytest.mark.parametrize("happens", [loaded, left])
def test_nothing_can_be_said_once_the_van_is_loaded(at: Callable, happens: Callable) -> None:
    stop = a_route().stops.get()
    say_where_to_leave(stop.order, **SAID, now=MORNING)
    happens(stop)
    before = everything()

    html = send(stop.order, place="reception")
    assert html.count("The van is loaded already: please ask the hub if something has changed") == 1
    assert everything() == before
    with pytest.raises(NotPossible, match="van_loaded"):
        say_where_to_leave(stop.order, place="", note="", door_code="", now=MORNING)
    assert everything() == before

    html = Client(headers={"Accept-Language": "en"}).get(address(stop.order)).content.decode()
    assert html.count("The van is loaded, so this can no longer be changed.") == 1
    assert html.count("화물 승강기 앞") == 1
    assert html.count("1234#") == html.count("/leave/") == 0


def test_nothing_can_be_said_about_what_was_called_off_nor_after_the_day(at: Callable) -> None:
    order = f.fixed_order()
    Order.objects.filter(pk=order.pk).update(status="cancelled")
    before = everything()

    with pytest.raises(NotPossible, match="wrong_state"):
        say_where_to_leave(order, **SAID, now=MORNING)
    Order.objects.filter(pk=order.pk).update(status="confirmed")
    at(MORNING + timedelta(days=1))
    response = Client().post(f"{address(order)}leave/", SAID)
    assert response.status_code == 410
    Order.objects.filter(pk=order.pk).update(status="cancelled")
    assert everything() == before


def test_only_the_token_of_the_order_says_anything_about_it(at: Callable) -> None:
    order, other = f.fixed_order(), f.fixed_order()
    before = everything()
    signature = address(other).split(".")[1]

    answers = [
        Client().post(f"/track/{wrong}/leave/", SAID).status_code
        for wrong in (order.number, f"{order.number}.{signature.strip('/')}")
    ]

    assert answers == [404, 404]
    assert everything() == before


def test_courier_reads_it_on_the_card_and_on_paper_on_the_day_alone(at: Callable) -> None:
    route = a_route()
    say_where_to_leave(route.stops.get().order, **SAID, now=MORNING)
    courier = logged_in(route.shift.courier)

    def read(path: str) -> tuple[int, int]:
        response = courier.get(path)
        text = response.content.decode() if "html" in response["Content-Type"] else _text(response.content)
        return text.count("화물 승강기 앞"), text.count("1234#")

    assert read("/drive/") == (1, 1)
    assert read(f"/routes/{route.pk}/sheet.pdf") == (1, 1)
    at(MORNING - timedelta(days=1))
    assert read("/drive/") == (0, 0)
    assert read(f"/routes/{route.pk}/sheet.pdf") == (0, 0)


def _text(pdf: bytes) -> str:
    return "".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages)


def test_operator_reads_it_on_the_board_with_what_was_promised(at: Callable) -> None:
    route = a_route()
    stop = route.stops.get()
    say_where_to_leave(stop.order, **SAID, now=MORNING)
    Promise.objects.create(
        order=stop.order,
        eta=stop.eta,
        opens_at=stop.eta - timedelta(minutes=50),
        closes_at=stop.eta - timedelta(minutes=20),
        told_at=f.PLANNING_TIME,
    )

    [row] = read_board(route.plan, to_deliver=[], now=MORNING).routes
    assert (row.off_promise, row.stops[0].off_promise_minutes) == (1, 20)
    html = logged_in(f.operator(language="en")).get(f"/dispatch/{f.DELIVERY_DATE}/").content.decode()
    assert html.count("at the security desk · 화물 승강기 앞") == html.count("1234#") == 1
    assert html.count("1 off the promised time") == 1


def test_door_codes_are_forgotten_after_the_day(at: Callable) -> None:
    order = f.fixed_order()
    say_where_to_leave(order, **SAID, now=MORNING)

    tasks.forget_door_codes()
    assert said() == [(order.number, "desk", "화물 승강기 앞", "1234#")]
    at(MORNING + timedelta(days=1))
    for _sweep in range(2):
        tasks.forget_door_codes()
        assert said() == [(order.number, "desk", "화물 승강기 앞", "")]
