"""A day without signal: what the courier records reaches the hub once, whatever happens in between."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.contrib.sessions.models import Session
from django.core.files.storage import default_storage
from playwright.sync_api import sync_playwright

from delivery.actions.driving import deliver_stop
from delivery.models import Proof, RoadRecord, Route
from membership.actions.site_photo import add_site_photo
from membership.models import User
from orders.models import InspectedLine, OrderEvent
from tests import factories as f
from tests.delivery.driving import a_route
from tests.e2e.phone import Phone, phone, photo

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.xdist_group("service"),
    pytest.mark.django_db(transaction=True),
]
POST = b"POST /api/v1/road-records/"
# The hub's clock stands at the morning of the delivery and goes on from there.
OFFSET = f.DELIVERY_MORNING - datetime.now(UTC)


@pytest.fixture
def route(monkeypatch: pytest.MonkeyPatch) -> Route:
    monkeypatch.setattr("membership.clock.now", lambda: datetime.now(UTC) + OFFSET)
    # Playwright's own loop runs in this thread; the database is asked by nobody else in it.
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    return a_route(3)


@pytest.fixture
def courier(route: Route) -> User:
    courier = route.shift.courier
    courier.language = "en"
    courier.save()
    return courier


@pytest.fixture
def device(live_server: object, tmp_path: Path) -> Iterator[Phone]:
    with (
        sync_playwright() as playwright,
        phone(playwright, tmp_path / "profile", live_server.thread.port) as one,
    ):  # type: ignore[attr-defined]
        yield one


def set_out(device: Phone, courier: User) -> None:
    """Log in, accept, check the boxes, start."""
    device.log_in(courier.email)
    device.page.locator("[data-drive-status]").wait_for()  # the page's own scripts have begun
    device.tap("accept")
    device.tap("load")
    device.tap("start")
    device.page.locator("[data-phase=started]").wait_for()
    device.wait_until_sent()
    device.wait_until_kept()


def at_the_hub() -> list[tuple[object, ...]]:
    """Each hand-over with its order, as the hub has it."""
    return [
        (
            proof.receiver_name,
            proof.stop.order.status,
            len(proof.signature) > 0,
            default_storage.exists(proof.photo.name),
        )
        for proof in Proof.objects.select_related("stop__order").order_by("stop__sequence")
    ]


EVERYTHING = [(name, "delivered", True, True) for name in ("가수령", "나수령", "다수령")]


def test_three_stops_without_signal_reach_the_hub_once_after_the_app_was_closed(
    route: Route, courier: User, device: Phone
) -> None:
    set_out(device, courier)
    device.lose_signal()
    device.hand_over(0, "가수령")
    device.hand_over(1, "나수령", missing=2)
    device.hand_over(2, "다수령")
    device.says("No signal · 3 kept on this phone")
    device.close()
    assert at_the_hub() == []

    device.open()
    device.page.goto(f"{device.tunnel.url}/drive/")
    device.says("No signal · 3 kept on this phone")
    notes = device.page.locator("[data-stop-note]").all_inner_texts()
    assert [note.split(" ", 1)[1] for note in notes] == ["handed over · kept on this phone"] * 3

    device.find_signal()
    device.says("Everything is sent")
    assert device.kept() == 0
    assert at_the_hub() == EVERYTHING
    kinds = RoadRecord.objects.order_by("pk").values_list("kind", "problem")
    assert list(kinds) == [(kind, "") for kind in ("accept", "load", "start", *["deliver"] * 3)]
    counted = InspectedLine.objects.order_by("order_line__order__stops__sequence")
    assert list(counted.values_list("quantity", "missing", "reason")) == [
        (10, 0, ""),
        (8, 2, "damaged"),
        (10, 0, ""),
    ]
    files = " ".join(default_storage.listdir("proofs")[1])
    keys = RoadRecord.objects.filter(kind="deliver").values_list("key", flat=True)
    assert [files.count(str(key)) for key in keys] == [1, 1, 1]
    route.refresh_from_db()
    assert route.status == "finished"
    proof = Proof.objects.first()
    assert proof
    assert (proof.latitude, proof.longitude) == (37.61, 126.93)


def test_an_answer_that_was_lost_after_it_was_stored_makes_nothing_twice(
    route: Route, courier: User, device: Phone
) -> None:
    set_out(device, courier)
    device.lose_signal()
    for number, name in enumerate(("가수령", "나수령", "다수령")):
        device.hand_over(number, name)
    device.tunnel.lose_answers(POST, 2)
    device.find_signal()

    device.says("Everything is sent")

    assert device.tunnel.lost == 2
    assert device.tunnel.requests >= 5
    assert at_the_hub() == EVERYTHING
    assert RoadRecord.objects.filter(kind="deliver", problem="").count() == 3
    assert OrderEvent.objects.filter(to="delivered").count() == 3


def test_a_log_in_that_is_over_keeps_the_records_and_nobody_else_sends_them(
    route: Route, courier: User, device: Phone
) -> None:
    other = f.courier(language="en")
    set_out(device, courier)
    device.lose_signal()
    device.hand_over(0, "가수령")
    Session.objects.all().delete()
    device.find_signal()
    device.says("Logged out · 1 kept")
    assert at_the_hub() == []

    device.log_in(other.email)
    device.page.wait_for_timeout(1000)
    assert "가수령" not in device.page.content()
    assert device.page.locator("[data-stop]").count() == 0
    assert at_the_hub() == []

    device.page.locator("details.menu summary").click()
    device.page.locator("form[action$='/logout/'] button").click()
    device.page.wait_for_url("**/login/")
    assert device.page.evaluate("() => caches.has('drive-pages')") is False
    device.log_in(courier.email)
    device.says("Everything is sent")
    assert [entry[0] for entry in at_the_hub()] == ["가수령"]
    assert Proof.objects.get().recorded_by == courier


def test_what_was_filled_in_is_there_again_when_the_camera_has_closed_the_page(
    route: Route, courier: User, device: Phone
) -> None:
    set_out(device, courier)
    stop = device.stop(0)
    stop.locator("summary", has_text="Hand over").click()
    stop.locator("input[name=receiver_name]").fill("가수령")
    stop.locator("input[name=receiver_name]").blur()
    device.wait_until_drafted(0)
    device.close()

    device.open()
    device.page.goto(f"{device.tunnel.url}/drive/")

    device.page.wait_for_function(
        "() => document.querySelector('input[name=receiver_name]').value === '가수령'"
    )


def test_a_record_that_the_hub_cannot_carry_out_is_shown(route: Route, courier: User, device: Phone) -> None:
    set_out(device, courier)
    device.lose_signal()
    device.hand_over(0, "가수령")
    deliver_stop(
        route.stops.get(sequence=1),
        receiver_name="허브",
        note="",
        actor=f.operator(),
        now=f.DELIVERY_MORNING + timedelta(minutes=1),
    )
    device.find_signal()

    device.page.locator("[data-problem-detail]", has_text="Already done").wait_for()
    assert [entry[0] for entry in at_the_hub()] == ["허브"]
    assert RoadRecord.objects.get(kind="deliver").problem == "already_done"
    device.page.locator("[data-drive-problems] button").click()
    device.page.locator("[data-problem-detail]").wait_for(state="detached")


def test_photos_of_the_way_in_are_seen_without_signal(route: Route, courier: User, device: Phone) -> None:
    site = route.stops.order_by("sequence")[0].order.site
    add_site_photo(site, photo(), actor=courier, now=f.TUESDAY)
    device.log_in(courier.email)
    device.page.locator("[data-drive-status]").wait_for()
    device.wait_until_kept()
    device.until("caches.open('drive-pages').then((pages) => pages.keys()).then((all) => all.length === 2)")
    device.lose_signal()
    device.page.goto(f"{device.tunnel.url}/drive/")

    device.stop(0).locator("[data-stop-more] > summary").click()

    device.until("document.querySelector('.stop__photos img').naturalWidth === 2400")


def drafts(device: Phone) -> list[int]:
    """The stops of which the phone keeps what was typed."""
    return device.page.evaluate(
        """() => new Promise((resolve) => {
            indexedDB.open('drive').onsuccess = ({ target }) => {
                const asked = target.result.transaction('drafts').objectStore('drafts').getAllKeys();
                asked.onsuccess = () => resolve(asked.result.map(([, stop]) => stop));
            };
        })"""
    )


def start_typing(device: Phone, number: int) -> None:
    stop = device.stop(number)
    if stop.locator("[data-stop-more]").get_attribute("open") is None:
        stop.locator("[data-stop-more] > summary").click()
    stop.locator("summary", has_text="Hand over").click()
    stop.locator("input[name=receiver_name]").fill("가수령")
    stop.locator("input[name=receiver_name]").blur()
    device.wait_until_drafted(number)


def test_logging_out_leaves_nothing_that_was_typed_on_the_phone(
    route: Route, courier: User, device: Phone
) -> None:
    set_out(device, courier)
    start_typing(device, 0)
    assert drafts(device) == [route.stops.get(sequence=1).pk]

    device.page.locator("details.menu summary").click()
    device.page.locator("form[action$='/logout/'] button").click()
    device.page.wait_for_url("**/login/")

    assert drafts(device) == []
    assert device.page.evaluate("() => caches.has('drive-pages')") is False


def test_what_was_typed_at_a_stop_that_is_gone_is_forgotten(
    route: Route, courier: User, device: Phone
) -> None:
    set_out(device, courier)
    first, second, _third = route.stops.order_by("sequence")
    start_typing(device, 0)
    start_typing(device, 1)
    deliver_stop(first, receiver_name="허브", note="", actor=f.operator(), now=f.DELIVERY_MORNING)

    device.page.goto(f"{device.tunnel.url}/drive/")
    device.page.locator("[data-drive-status]").wait_for()

    device.until(f"Drive.store.draft({courier.pk}, {first.pk}).then((kept) => !kept)")
    assert drafts(device) == [second.pk]


def test_the_page_is_gone_from_the_phone_when_its_day_is_over(
    route: Route, courier: User, device: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("membership.clock.seconds_left_today", lambda: 2)
    device.log_in(courier.email)
    device.page.locator("[data-drive-status]").wait_for()
    device.wait_until_kept()
    device.lose_signal()
    device.page.wait_for_timeout(2500)

    device.page.goto(f"{device.tunnel.url}/drive/")

    assert device.page.locator("h1").inner_text() == "No signal"
    assert device.page.evaluate("() => caches.has('drive-pages')") is False


def test_the_code_on_paper_opens_its_stop(route: Route, courier: User, device: Phone) -> None:
    last = route.stops.get(sequence=3)
    device.log_in(courier.email)
    device.page.locator("[data-drive-status]").wait_for()
    device.wait_until_kept()

    device.page.goto(f"{device.tunnel.url}/stops/{last.pk}/")

    assert device.page.url == f"{device.tunnel.url}/drive/#stop-{last.pk}"
    device.page.locator(f"#stop-{last.pk} [data-stop-more][open]").wait_for()
