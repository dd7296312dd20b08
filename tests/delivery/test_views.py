"""The courier's day: today's route on a phone, the start, the stops."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest

from delivery.actions.driving import deliver_stop
from delivery.models import Proof, Route, Stop
from orders.models import Order

from .. import factories as f
from .driving import a_route, logged_in, on_the_way, shown_messages, state, texts

pytestmark = pytest.mark.django_db


def test_home_shows_todays_stops_in_order_with_all_that_is_needed_at_the_door(at: Callable) -> None:
    route = a_route(3)
    stops = list(route.stops.order_by("sequence").select_related("order__site"))
    site = stops[0].order.site
    site.name_en, site.parking_height_cm, site.entrance_note_en = "City Hall, annexe", 215, "Back door"
    site.save()
    line = stops[0].order.lines.get()

    html = logged_in(route.shift.courier).get("/").content.decode()

    assert texts(html, "stop__name") == ["City Hall, annexe", *[s.order.site.name_en for s in stops[1:]]]
    assert texts(html, "stop__eta") == [f"{s.eta.astimezone(f.TUESDAY.tzinfo):%H:%M}" for s in stops]
    assert re.findall(r"\d\d:\d\d–\d\d:\d\d", html) == ["09:00–18:00"] * 3
    assert re.findall(r'href="(tel:[^"]+)"', html) == ["tel:021200000"] * 3
    position = f"{stops[0].order.latitude:.6f},{stops[0].order.longitude:.6f}"
    assert re.findall(r'href="(https://map\.kakao[^"]+)"', html)[0] == (
        f"https://map.kakao.com/link/to/City%20Hall%20%20annexe,{position}"
    )
    assert (
        re.findall(r'href="(geo:[^"]+)"', html)[0] == f"geo:{position}?q={position}(City%20Hall%2C%20annexe)"
    )
    assert html.count("Back door") == 1
    assert html.count("parking up to 2.15 m") == 1
    assert html.count(f"{line.product_name_en} <small") == 1
    assert texts(html, "number strong") == [f"× {s.order.lines.get().quantity}" for s in stops]
    assert html.count("Start route") == 1
    assert html.count("/deliver/") == 0


def test_started_route_offers_both_ends_at_every_stop_and_marks_the_next(at: Callable) -> None:
    _, stops, client = on_the_way(3)
    client.post(f"/stops/{stops[0].pk}/deliver/", {"receiver_name": "박수령"})

    html = client.get("/").content.decode()

    assert re.findall(r'action="/stops/(\d+)/deliver/"', html) == [str(s.pk) for s in stops[1:]]
    assert re.findall(r'action="/stops/(\d+)/fail/"', html) == [str(s.pk) for s in stops[1:]]
    assert re.findall(r'class="stop stop--(\w+)" id="stop-(\d+)"', html) == [
        ("delivered", str(stops[0].pk)),
        ("next", str(stops[1].pk)),
    ]
    assert re.findall(r'<progress class="meter" value="(\d)" max="(\d)"', html) == [("1", "3")]
    assert html.count("09:00 · 박수령") == 1


def test_finished_route_says_thanks_and_what_to_bring_back(at: Callable) -> None:
    _, stops, client = on_the_way(2)
    client.post(f"/stops/{stops[0].pk}/deliver/", {"receiver_name": "박수령"})
    client.post(f"/stops/{stops[1].pk}/fail/", {"reason": "closed"})

    html = client.get("/").content.decode()

    assert texts(html, "stop__number") == ["1", "2"]
    assert html.count("Please bring the goods of 1 failed stop back to Nokbeon hub.") == 1
    assert html.count("All done. Thank you!") == 1
    assert html.count("<form") == html.count('action="/language/"') + html.count('action="/logout/"')


def test_home_without_a_route_today_shows_the_next_one_without_a_start(at: Callable) -> None:
    driver = f.courier(language="en")
    client = logged_in(driver)
    assert client.get("/").content.decode().count("No route today") == 1

    route = a_route(driver=driver)
    at(f.PLANNING_TIME)
    html = client.get("/").content.decode()

    assert re.findall(r"<h1>([^<]*)</h1>", html) == ["Next route"]
    assert html.count(f"/routes/{route.pk}/start/") == 0


def test_route_that_was_left_open_yesterday_is_still_offered(at: Callable) -> None:
    route, stops, client = on_the_way()
    at(f.DELIVERY_MORNING + timedelta(days=1))

    html = client.get("/").content.decode()
    client.post(f"/stops/{stops[0].pk}/deliver/", {"receiver_name": "박수령"})

    assert re.findall(r'<a href="(/routes/\d+/)">Finish it</a>', html) == [f"/routes/{route.pk}/"]
    assert Route.objects.get().status == "finished"


def test_start_twice_changes_nothing_the_second_time(at: Callable) -> None:
    route = a_route()
    client = logged_in(route.shift.courier)

    assert client.post(f"/routes/{route.pk}/start/")["Location"] == "/"
    once = state()
    at(f.DELIVERY_MORNING + timedelta(minutes=5))
    client.post(f"/routes/{route.pk}/start/")

    assert state() == once
    assert Route.objects.values_list("status", "started_at").get() == ("started", f.DELIVERY_MORNING)
    assert Order.objects.get().status == "dispatched"


def test_start_on_the_day_before_is_refused_in_words(at: Callable) -> None:
    route = a_route()
    before = state()
    at(f.PLANNING_TIME)

    response = logged_in(route.shift.courier).post(f"/routes/{route.pk}/start/", follow=True)

    assert shown_messages(response.content.decode()) == ["It is too early for this"]
    assert state() == before


def test_deliver_records_the_receiver_once(at: Callable) -> None:
    _, [stop], client = on_the_way()

    response = client.post(
        f"/stops/{stop.pk}/deliver/", {"receiver_name": " 박수령 ", "note": "문 앞"}, follow=True
    )
    assert shown_messages(response.content.decode()) == ["Stop 1 is handed over."]
    once = state()
    at(f.DELIVERY_MORNING + timedelta(minutes=1))
    response = client.post(f"/stops/{stop.pk}/deliver/", {"receiver_name": "다른 사람"}, follow=True)

    assert shown_messages(response.content.decode()) == ["Stop 1 is handed over."]
    assert state() == once
    assert Proof.objects.values_list("receiver_name", "note").get() == ("박수령", "문 앞")
    assert Order.objects.get().status == "delivered"


def test_fail_records_the_reason_once_and_stands_against_a_later_delivery(at: Callable) -> None:
    _, [stop], client = on_the_way()

    response = client.post(f"/stops/{stop.pk}/fail/", {"reason": "closed", "note": "셔터"}, follow=True)
    assert shown_messages(response.content.decode()) == [
        "Recorded: nobody there or closed. The hub has been told."
    ]
    once = state()
    client.post(f"/stops/{stop.pk}/fail/", {"reason": "damaged"}, follow=True)
    response = client.post(f"/stops/{stop.pk}/deliver/", {"receiver_name": "박수령"}, follow=True)

    assert shown_messages(response.content.decode()) == ["Its state does not allow this any more"]
    assert state() == once
    assert Stop.objects.values_list("status", "failure_reason").get() == ("failed", "closed")
    assert Order.objects.values_list("status", "detail").get() == ("failed", "nobody there or closed · 셔터")


@pytest.mark.parametrize(
    ("deed", "typed", "error"),
    [
        ("deliver", {"receiver_name": "  "}, "Please write down who received it."),
        ("fail", {"reason": ""}, "Please choose what happened."),
    ],
)
@pytest.mark.parametrize("reader", ["courier", "operator"])
def test_bad_input_keeps_what_was_typed_and_says_what_is_wrong(
    at: Callable, reader: str, deed: str, typed: dict[str, str], error: str
) -> None:
    _, [_, later], client = on_the_way(2)
    if reader == "operator":
        client = logged_in(f.operator(language="en"))
    before = state()

    html = client.post(f"/stops/{later.pk}/{deed}/", {**typed, "note": "벨이 <고장>"}).content.decode()

    wrong = "receiver_name" if deed == "deliver" else "reason"
    field = f"{deed}form-{later.pk}-{wrong}"
    assert re.findall(r'<a href="#([^"]+)">[^<]+</a>: ([^<]+)', html) == [(field, error)]
    assert re.findall(r'value="([^"]*)" maxlength="300"', html) == ["벨이 &lt;고장&gt;"]
    [focused] = re.findall(r"<[^>]* autofocus[^>]*>", html)
    assert re.findall(r' id="([^"]+)"', focused) == [field]
    assert state() == before


def test_invented_failure_reason_is_refused(at: Callable) -> None:
    _, [stop], client = on_the_way()
    before = state()

    response = client.post(f"/stops/{stop.pk}/fail/", {"reason": "weather"})

    assert response.status_code == 200
    assert state() == before


def test_route_that_finished_in_time_is_not_offered_as_left_open(at: Callable) -> None:
    route, [stop], client = on_the_way()
    deliver_stop(stop, receiver_name="박수령", note="", actor=route.shift.courier, now=f.DELIVERY_MORNING)
    at(f.DELIVERY_MORNING + timedelta(days=1))

    assert client.get("/").content.decode().count("Finish it") == 0
