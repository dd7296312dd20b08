"""The recipient's private page: who gets in, and what it says at each step."""

import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape

import pytest
from django.core.signing import Signer
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from delivery.actions.driving import deliver_stop, fail_stop, retry_stop, start_route
from delivery.actions.loading import arrive_at_stop
from delivery.cycle import tell_recipients
from delivery.models import Promise, Stop
from delivery.tracking import masked
from orders.actions.call_off import call_off_order
from orders.cutoff import SEOUL
from orders.models import Order
from orders.private_address import number_in, token_of

from .. import factories as f
from ..snapshot import everything
from .driving import logged_in, on_the_way

pytestmark = pytest.mark.django_db
MORNING = f.DELIVERY_MORNING


def address(order: Order) -> str:
    return f"/track/{token_of(order)}/"


def page(order: Order, **headers: str) -> str:
    """What a visitor who reads English is shown, without tags."""
    client = Client(headers={"Accept-Language": "en", **headers})
    response = client.get(address(order))
    assert response.status_code == 200
    text = re.sub(r"<[^>]+>", " ", re.sub(r"<head>.*</head>", "", response.content.decode(), flags=re.DOTALL))
    return unescape(re.sub(r"\s+", " ", text))


def stage(order: Order) -> str:
    client = Client(headers={"Accept-Language": "en"})
    html = client.get(address(order)).content.decode()
    [said] = re.findall(r'<h2 id="track-stage"[^>]*>(.*?)</h2>', html, flags=re.DOTALL)
    return said.strip()


# -- Who gets in ------------------------------------------------------------------------------------


def test_a_token_opens_its_own_order_alone() -> None:
    order, other = f.fixed_order(), f.fixed_order()
    number, _dot, signature = token_of(order).partition(".")

    assert number_in(token_of(order)) == order.number
    for wrong in (
        number,
        f"{number}.",
        f"{number}.{signature[:-1]}",
        f"{other.number}.{signature}",
        Signer(sep=".", salt="elsewhere").sign(number),
        Signer(sep=".", salt="orders.private_address").sign("261201-NOBODY"),
        "\x00",
    ):
        assert Client().get(f"/track/{wrong}/").status_code == 404


def test_nobody_has_to_log_in_and_nothing_is_listed_or_kept(at: Callable) -> None:
    order = f.fixed_order()

    response = Client().get(address(order))

    assert response.status_code == 200
    assert response["X-Robots-Tag"] == "noindex, nofollow"
    assert response["Referrer-Policy"] == "same-origin"
    assert "no-store" in response["Cache-Control"]
    assert response.content.decode().count('<meta name="robots" content="noindex, nofollow">') == 1


def test_after_its_day_the_page_says_that_it_has_closed(at: Callable) -> None:
    order = f.delivered_order()
    at(MORNING + timedelta(hours=14, minutes=59))
    assert Client().get(address(order)).status_code == 200

    at(MORNING + timedelta(hours=15))
    client = Client(headers={"Accept-Language": "en"})
    response = client.get(address(order))

    assert response.status_code == 410
    html = response.content.decode()
    assert html.count('<p class="empty__title">This page has closed</p>') == 1
    assert order.site_name not in html
    part = client.get(address(order), headers={"HX-Request": "true"})
    assert part["HX-Refresh"] == "true"


def test_reading_changes_nothing_and_writing_is_not_possible(at: Callable) -> None:
    order = f.fixed_order()
    before = everything()

    assert [Client().get(address(order)).status_code, Client().post(address(order)).status_code] == [200, 405]
    assert everything() == before


# -- What it says -----------------------------------------------------------------------------------


def test_before_the_route_is_planned_it_says_when_one_will_be_told(at: Callable) -> None:
    at(f.PLANNING_TIME)
    order = f.fixed_order()

    assert stage(order) == "Being prepared"
    assert page(order).count("You will be told on the working day before when to expect it.") == 1


def test_it_shows_the_window_that_was_told(at: Callable) -> None:
    at(f.PLANNING_TIME)
    order = f.fixed_order()
    f.published_plan()
    tell_recipients(now=f.PLANNING_TIME)
    Promise.objects.update(
        opens_at=MORNING + timedelta(minutes=10), closes_at=MORNING + timedelta(minutes=50)
    )

    assert page(order).count("Expected 09:10–09:50") == 1


def test_on_the_road_it_counts_the_stops_before_and_follows_the_delay(at: Callable) -> None:
    route, [first, second, third], _ = on_the_way(3)
    actor = route.shift.courier

    assert [stage(stop.order) for stop in (first, second, third)] == [
        "You are next",
        "1 stop before you",
        "2 stops before you",
    ]
    at(now := first.eta)
    arrive_at_stop(first, now=now)
    assert stage(first.order) == "The van is at your door"

    at(now := first.leaves_at + timedelta(minutes=60))
    deliver_stop(first, receiver_name="박수령", note="", actor=actor, now=now)
    expected = second.eta + timedelta(minutes=60)
    said = page(second.order)
    [(opens, closes)] = re.findall(r"Expected (\d\d:\d\d)–(\d\d:\d\d)", said)
    assert opens <= f"{expected.astimezone(SEOUL):%H:%M}" <= closes
    assert stage(second.order) == "You are next"
    assert stage(third.order) == "1 stop before you"


def test_delivered_it_says_when_and_to_whom_without_the_whole_name(at: Callable) -> None:
    _route, [stop], client = on_the_way()
    client.post(f"/stops/{stop.pk}/deliver/", {"receiver_name": "박수령", "neighbour": "경비실"})

    said = page(stop.order)

    assert said.count("Handed over at 09:00 to 박*령. It was left with: 경비실") == 1
    assert said.count("박수령") == 0
    assert stage(stop.order) == "Delivered"


def test_a_failure_says_why_and_a_second_try_that_it_comes_again(at: Callable) -> None:
    route, [first, second], _ = on_the_way(2)
    actor = route.shift.courier

    retry_stop(first, reason="closed", note="비밀", actor=actor, now=MORNING)
    said = page(first.order)
    assert said.count("Tried at 09:00: nobody there or closed. It comes again today.") == 1
    assert said.count("비밀") == 0
    assert stage(first.order) == "1 stop before you"

    fail_stop(second, reason="refused", note="비밀", actor=actor, now=MORNING)
    said = page(second.order)
    assert stage(second.order) == "Not delivered"
    assert said.count("The delivery failed: refused by the recipient") == 1
    assert said.count("비밀") == 0


def test_an_order_that_was_called_off_is_cancelled_and_shows_no_goods(at: Callable) -> None:
    order = f.fixed_order()
    call_off_order(order, reason="비밀", actor=f.operator(), now=f.PLANNING_TIME)

    assert stage(order) == "Cancelled"
    assert page(order).count("비밀") == page(order).count("What comes") == 0


def test_it_tells_nothing_about_couriers_contacts_or_other_institutions(at: Callable) -> None:
    route, [first, second], _ = on_the_way(2)
    secrets = [
        route.shift.courier.name,
        route.shift.vehicle.plate,
        first.order.contact_name,
        first.order.contact_phone,
        second.order.site_name,
        second.order.organization_name,
    ]

    said = page(first.order)

    assert [secret for secret in secrets if secret in said] == []


def test_the_part_that_is_fetched_again_is_fetched_until_all_is_over(at: Callable) -> None:
    _route, [stop], courier = on_the_way()
    client = Client(headers={"Accept-Language": "en"})
    trigger = 'hx-trigger="every 30s"'
    assert client.get(address(stop.order)).content.decode().count(trigger) == 1

    part = client.get(address(stop.order), headers={"HX-Request": "true"}).content.decode()
    assert (part.count("<html"), part.count('<section class="card card--accent track" id="track"')) == (0, 1)

    courier.post(f"/stops/{stop.pk}/deliver/", {"receiver_name": "박수령"})
    assert client.get(address(stop.order), headers={"HX-Request": "true"})["HX-Refresh"] == "true"
    assert client.get(address(stop.order)).content.decode().count(trigger) == 0


@pytest.mark.parametrize(
    ("name", "shown"),
    [("박수령", "박*령"), ("박수", "박*"), ("남궁민수", "남**수"), ("John Smith", "J**n S***h"), ("Z", "Z")],
)
def test_names_keep_their_first_and_last_letter(name: str, shown: str) -> None:
    assert masked(name) == shown


def test_the_page_asks_as_often_for_three_stops_as_for_one(at: Callable) -> None:
    def queries(order: Order) -> int:
        with CaptureQueriesContext(connection) as asked:
            assert Client().get(address(order)).status_code == 200
        return len(asked)

    _route, [alone], _ = on_the_way()
    few = queries(alone.order)
    stop = Stop.objects.get()
    for sequence in (2, 3):
        Stop.objects.create(
            plan=stop.plan,
            route=stop.route,
            sequence=sequence,
            order=f.fixed_order(),
            eta=stop.eta,
            leaves_at=stop.leaves_at,
        )

    assert queries(alone.order) == few


# -- The way to it ----------------------------------------------------------------------------------


def test_the_institution_finds_it_on_its_order_until_the_day_is_over(at: Callable) -> None:
    person = f.orderer(language="en")
    order = f.fixed_order(organization=person.seats.get().organization)
    placed = f.OrderFactory(organization=order.organization)
    client = logged_in(person)

    def links(wanted: Order) -> int:
        html = client.get(f"/orders/{wanted.number}/").content.decode()
        return html.count(f'href="{address(wanted)}"')

    assert (links(order), links(placed)) == (1, 0)
    start_route(f.published_plan().routes.get(), actor=f.courier(), now=MORNING)
    assert links(order) == 1
    at(MORNING + timedelta(days=1))
    assert links(order) == 0
