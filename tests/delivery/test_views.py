"""The courier's day: today's route on a phone, the start, the stops."""

import json
import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.staticfiles import finders
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from delivery.actions.driving import deliver_stop
from delivery.models import FailedTry, Proof, Route, Shift, Stop, Vehicle
from delivery.sheet import read_sheet
from membership.actions.site_photo import add_site_photo
from membership.models import Site
from membership.photos import encoded
from orders.models import InspectedLine, Order
from tests.pictures import png

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

    html = logged_in(route.shift.courier).get("/drive/").content.decode()

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
    assert html.count("up to 2.15 m high") == 1
    assert html.count(f"{line.product_name_en} <small") == 2  # on the list, and to be counted
    assert texts(html, "number strong") == [f"× {s.order.lines.get().quantity}" for s in stops]
    offered, loading = re.findall(r'data-when="(?:offered|accepted)"( hidden)?>', html)
    assert (offered, loading) == ("", " hidden")
    assert html.count('data-when="started" hidden') == 3


def test_started_route_offers_both_ends_at_every_stop_and_marks_the_next(at: Callable) -> None:
    _, stops, client = on_the_way(3)
    client.post(f"/stops/{stops[0].pk}/deliver/", {"receiver_name": "박수령"})

    html = client.get("/drive/").content.decode()

    assert re.findall(r'action="/stops/(\d+)/deliver/"', html) == [str(s.pk) for s in stops[1:]]
    assert re.findall(r'action="/stops/(\d+)/fail/"', html) == [str(s.pk) for s in stops[1:]]
    assert re.findall(r'class="stop stop--(\w+)" id="stop-(\d+)"', html) == [
        ("delivered", str(stops[0].pk)),
        ("next", str(stops[1].pk)),
    ]
    assert re.findall(r'<progress class="meter" value="(\d)" max="(\d)"', html) == [("1", "3")]
    assert html.count('data-when="started" hidden') == 0
    assert html.count("09:00 · 박수령") == 1


def test_finished_route_says_thanks_and_what_to_bring_back(at: Callable) -> None:
    _, stops, client = on_the_way(2)
    client.post(f"/stops/{stops[0].pk}/deliver/", {"receiver_name": "박수령"})
    client.post(f"/stops/{stops[1].pk}/fail/", {"reason": "closed", "next_step": "return"})

    html = client.get("/drive/").content.decode()

    assert texts(html, "stop__number") == ["1", "2"]
    assert html.count("Please bring the goods of 1 failed stop back to Nokbeon hub.") == 1
    assert re.findall(r'id="finished">([^<]*)', html) == ["All done. Thank you!"]
    assert re.findall(r'action="(/stops/[^"]*)"', html) == []


def test_home_without_a_route_today_shows_the_next_one_without_a_start(at: Callable) -> None:
    driver = f.courier(language="en")
    client = logged_in(driver)
    assert client.get("/drive/").content.decode().count("No route today") == 1

    route = a_route(driver=driver)
    at(f.PLANNING_TIME)
    html = client.get("/drive/").content.decode()

    assert re.findall(r"<h1>([^<]*)</h1>", html) == ["Next route"]
    assert html.count(f"/routes/{route.pk}/start/") == 0


def test_route_that_was_left_open_yesterday_is_still_offered(at: Callable) -> None:
    route, stops, client = on_the_way()
    at(f.DELIVERY_MORNING + timedelta(days=1))

    html = client.get("/drive/").content.decode()
    client.post(f"/stops/{stops[0].pk}/deliver/", {"receiver_name": "박수령"})

    assert re.findall(r'<a href="(/routes/\d+/)">Finish it</a>', html) == [f"/routes/{route.pk}/"]
    assert Route.objects.get().status == "finished"


def test_start_twice_changes_nothing_the_second_time(at: Callable) -> None:
    route = a_route()
    client = logged_in(route.shift.courier)

    assert client.post(f"/routes/{route.pk}/start/")["Location"] == "/drive/"
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

    response = client.post(
        f"/stops/{stop.pk}/fail/", {"reason": "closed", "next_step": "return", "note": "셔터"}, follow=True
    )
    assert shown_messages(response.content.decode()) == [
        "Recorded: nobody there or closed. The hub has been told."
    ]
    once = state()
    client.post(f"/stops/{stop.pk}/fail/", {"reason": "damaged", "next_step": "return"}, follow=True)
    response = client.post(f"/stops/{stop.pk}/deliver/", {"receiver_name": "박수령"}, follow=True)

    assert shown_messages(response.content.decode()) == ["Its state does not allow this any more"]
    assert state() == once
    assert Stop.objects.values_list("status", "failure_reason").get() == ("failed", "closed")
    assert Order.objects.values_list("status", "detail").get() == ("failed", "nobody there or closed · 셔터")


@pytest.mark.parametrize(
    ("deed", "typed", "error"),
    [
        ("deliver", {"receiver_name": "  "}, "Please write down who received it."),
        ("fail", {"reason": "", "next_step": "return"}, "Please choose what happened."),
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

    response = client.post(f"/stops/{stop.pk}/fail/", {"reason": "weather", "next_step": "return"})

    assert response.status_code == 200
    assert state() == before


def test_route_that_finished_in_time_is_not_offered_as_left_open(at: Callable) -> None:
    route, [stop], client = on_the_way()
    deliver_stop(stop, receiver_name="박수령", note="", actor=route.shift.courier, now=f.DELIVERY_MORNING)
    at(f.DELIVERY_MORNING + timedelta(days=1))

    assert client.get("/drive/").content.decode().count("Finish it") == 0


def test_a_route_is_accepted_loaded_and_started_one_after_the_other(at: Callable) -> None:
    route = a_route(2)
    client, stops = logged_in(route.shift.courier), list(route.stops.order_by("sequence"))

    client.post(f"/routes/{route.pk}/accept/")
    at(f.DELIVERY_MORNING + timedelta(minutes=5))
    client.post(f"/routes/{route.pk}/accept/")
    client.post(f"/stops/{stops[0].pk}/load/", {"boxes_missing": "0"})
    client.post(f"/stops/{stops[1].pk}/load/", {"boxes_missing": "1"})
    html = client.get("/drive/").content.decode()

    route.refresh_from_db()
    assert route.accepted_at == f.DELIVERY_MORNING
    assert list(route.stops.order_by("sequence").values_list("boxes_missing", flat=True)) == [0, 1]
    assert re.findall(r'data-loaded="(\w+)"', html) == ["all", "short"]
    assert re.findall(r'data-when="(\w+)">', html) == ["accepted"]


def test_boxes_that_are_no_number_are_refused_in_words(at: Callable) -> None:
    route = a_route()
    before = state()

    answer = logged_in(route.shift.courier).post(
        f"/stops/{route.stops.get().pk}/load/", {"boxes_missing": "many"}, follow=True
    )

    assert shown_messages(answer.content.decode()) == ["This quantity is not possible"]
    assert state() == before


def test_arriving_is_recorded_once(at: Callable) -> None:
    _, [stop], client = on_the_way()

    client.post(f"/stops/{stop.pk}/arrive/")
    at(f.DELIVERY_MORNING + timedelta(minutes=5))
    client.post(f"/stops/{stop.pk}/arrive/")

    assert Stop.objects.get().arrived_at == f.DELIVERY_MORNING
    assert client.get("/drive/").content.decode().count("Arrived at 09:00") == 1


def test_units_that_are_missing_are_counted_with_their_reason_and_a_photo_is_kept(at: Callable) -> None:
    _, [stop], client = on_the_way()
    line = stop.order.lines.get()
    typed = {"receiver_name": "박수령", f"count_{line.pk}": "8", f"why_{line.pk}": "damaged"}
    photo = SimpleUploadedFile("photo.png", png(2000, 1000), "image/png")

    client.post(f"/stops/{stop.pk}/deliver/", {**typed, "photo": photo})

    assert InspectedLine.objects.values_list("quantity", "missing", "reason").get() == (8, 2, "damaged")
    assert (Proof.objects.get().photo.width, Proof.objects.get().photo.height) == (1600, 800)


@pytest.mark.parametrize(
    ("count", "why", "error"),
    [
        ("8", "", "Please choose why units are missing."),
        ("11", "", "Ensure this value is less than or equal to 10."),
        ("0", "refused", "Nothing was handed over: please report a failure instead."),
    ],
)
def test_a_wrong_count_is_said_and_keeps_what_was_typed(
    at: Callable, count: str, why: str, error: str
) -> None:
    _, [stop], client = on_the_way()
    line = stop.order.lines.get()
    before = state()

    html = client.post(
        f"/stops/{stop.pk}/deliver/",
        {"receiver_name": "박수령", f"count_{line.pk}": count, f"why_{line.pk}": why},
    ).content.decode()

    assert error in html
    assert re.findall(r'name="receiver_name" value="([^"]*)"', html) == ["박수령"]
    assert re.findall(rf'name="count_{line.pk}" value="([^"]*)"', html) == [count]
    assert state() == before


def test_what_a_neighbour_takes_is_handed_over_with_the_neighbours_name(at: Callable) -> None:
    _, [stop], client = on_the_way()
    before = state()

    html = client.post(
        f"/stops/{stop.pk}/fail/", {"reason": "closed", "next_step": "neighbour", "note": "휴관"}
    ).content.decode()
    assert state() == before
    assert re.findall(r'name="note" value="([^"]*)"', html)[0] == "nobody there or closed · 휴관"
    client.post(f"/stops/{stop.pk}/deliver/", {"receiver_name": "이웃", "neighbour": "1층 카페"})

    assert Proof.objects.values_list("receiver_name", "neighbour").get() == ("이웃", "1층 카페")


def test_a_form_that_is_sent_twice_is_one_try(at: Callable) -> None:
    _, [first, second], client = on_the_way(2)
    typed = {"reason": "closed", "next_step": "retry", "tries": "0"}

    client.post(f"/stops/{first.pk}/fail/", typed)
    client.post(f"/stops/{first.pk}/fail/", typed)

    assert FailedTry.objects.values_list("stop", "next_step").get() == (first.pk, "retry")
    html = client.get("/drive/").content.decode()
    assert re.findall(r'data-stop="(\d+)"', html) == [str(second.pk), str(first.pk)]
    assert html.count("nobody there or closed</p>") == 1


def test_the_page_may_be_kept_on_the_phone_until_midnight(at: Callable) -> None:
    route = a_route()
    client = logged_in(route.shift.courier)

    assert client.get("/drive/")["X-Drive-Seconds"] == str(15 * 3600)
    at(f.PLANNING_TIME)
    assert "X-Drive-Seconds" not in client.get("/drive/").headers


def test_the_worker_keeps_every_file_that_the_page_loads(at: Callable) -> None:
    route = a_route()
    html = logged_in(route.shift.courier).get("/drive/").content.decode()

    loaded = re.findall(r'<(?:link|script)[^>]* (?:href|src)="(/static/[^"?]+)"', html)
    worker = Client().get("/drive/worker.js")

    [kept] = re.findall(r"const ASSETS = (\[.*\]);", worker.content.decode())
    assert worker["Content-Type"] == "text/javascript; charset=utf-8"
    assert set(loaded) - set(json.loads(kept)) == set()


def test_the_manifest_names_icons_that_are_there() -> None:
    manifest = Client().get("/drive/manifest.webmanifest").json()

    assert (manifest["start_url"], manifest["scope"], manifest["display"]) == (
        "/drive/",
        "/drive/",
        "standalone",
    )
    for icon in manifest["icons"]:
        path = finders.find(icon["src"].removeprefix("/static/"))
        with Image.open(path) as picture:
            assert f"{picture.width}x{picture.height}" == icon["sizes"]


def test_the_way_in_is_shown_fact_by_fact_with_its_photos_on_the_day_alone(at: Callable) -> None:
    route = a_route()
    stop, driver = route.stops.get(), route.shift.courier
    site = stop.order.site
    site.reception_note, site.lift, site.unloading_note = "Sign in at the desk", "goods", "Bay B"
    site.save()
    photo = add_site_photo(site, encoded(Image.new("RGB", (40, 30))), actor=f.orderer(), now=f.TUESDAY)
    foreign = add_site_photo(
        f.SiteFactory(), encoded(Image.new("RGB", (40, 30))), actor=f.orderer(), now=f.TUESDAY
    )
    courier, operator = logged_in(driver), logged_in(f.operator())
    url = f"/stops/{stop.pk}/way-in/{photo.pk}/"

    html = courier.get("/drive/").content.decode()

    assert re.findall(r"</svg> ([^<]+)</dt><dd>([^<]+)</dd>", html) == [
        ("Unloading", "Bay B"),
        ("Entrance", "후문 하역장"),
        ("Reception", "Sign in at the desk"),
        ("Lift", "goods lift"),
    ]
    assert re.findall(r'<img src="([^"]+)"', html) == [url]
    assert [reader.get(url).status_code for reader in (courier, operator)] == [200, 200]
    assert courier.get(f"/stops/{stop.pk}/way-in/{foreign.pk}/").status_code == 404
    other = logged_in(f.courier(email="other@example.org"))
    assert [reader.get(url).status_code for reader in (other, logged_in(f.orderer()))] == [404, 404]
    at(f.DELIVERY_MORNING + timedelta(days=1))
    assert [reader.get(url).status_code for reader in (courier, operator)] == [404, 200]


@pytest.mark.parametrize(
    ("van", "limit", "warnings"), [(231, 230, 1), (230, 230, 0), (None, 230, 0), (250, None, 0)]
)
def test_a_van_that_is_too_high_for_the_car_park_is_warned(
    at: Callable, van: int | None, limit: int | None, warnings: int
) -> None:
    route = a_route()
    Vehicle.objects.update(height_cm=van)
    Site.objects.update(parking_height_cm=limit)

    html = logged_in(route.shift.courier).get("/drive/").content.decode()

    assert html.count("Your van is too high for this car park.") == warnings


def test_the_code_on_paper_opens_the_stop_for_who_may_see_it(at: Callable) -> None:
    route = a_route()
    stop, driver = route.stops.get(), route.shift.courier
    sheet = read_sheet(Route.objects.with_stops().get(), user=driver, today=f.DELIVERY_DATE)
    url = f"/stops/{stop.pk}/"
    courier, operator = logged_in(driver), logged_in(f.operator())

    assert [card.link for card in sheet.stops] == [f"http://127.0.0.1:8000{url}"]
    assert courier.get(url)["Location"] == f"/drive/#stop-{stop.pk}"
    assert operator.get(url)["Location"] == f"/routes/{route.pk}/?stop={stop.pk}#record"
    assert Client().get(url)["Location"] == f"/login/?next={url}"
    other = logged_in(f.courier(email="other@example.org"))
    assert [reader.get(url).status_code for reader in (other, logged_in(f.orderer()))] == [404, 404]


def test_the_code_on_replaced_paper_opens_the_stop_that_is_in_force(at: Callable) -> None:
    route = a_route()
    old, driver = route.stops.get(), route.shift.courier
    f.fixed_order()
    new = f.published_plan(now=f.PLANNING_TIME + timedelta(minutes=5)).stops.get(order=old.order)

    assert new != old
    assert logged_in(driver).get(f"/stops/{old.pk}/")["Location"] == f"/drive/#stop-{new.pk}"
    other = f.courier(email="other@example.org")
    Shift.objects.update(courier=other)
    assert logged_in(driver).get(f"/stops/{old.pk}/").status_code == 404
    assert logged_in(other).get(f"/stops/{old.pk}/")["Location"] == f"/drive/#stop-{new.pk}"
