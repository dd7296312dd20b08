"""One order from standing order to statement, as its people see it, on the service that `make run` starts.

The service's own worker and beat do the work; between the scenes it is stopped and started again at a later
time, as after a night.
"""

import re
import time
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from datetime import time as clock
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from config import demo_town
from orders.cutoff import SEOUL, seoul
from orders.working_days import WorkingDays
from tests.e2e.browser import Person, chromium, sign
from tests.e2e.service import Service

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("service")]

CALENDAR = WorkingDays({})
PATIENCE_SECONDS = 90


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    service = Service(tmp_path)
    yield service
    if service.process and service.process.poll() is None:
        service.stop()
    service.drop_database()


@pytest.fixture
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


def reload_until(page: Page, is_there: Callable[[], bool], what: str) -> None:
    """Look again until the worker has done it."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not is_there():
        assert time.monotonic() < deadline, f"{what} did not happen:\n{page.inner_text('main')[:2000]}"
        page.wait_for_timeout(500)
        page.reload()


def email_of(name: str) -> str:
    """The log-in of a producer or a courier by the English name that pages show."""
    keys = {producer.name_en: producer.key for producer in demo_town.load_producers()}
    for person in demo_town.load_people():
        if person.name_en == name or person.organization == keys.get(name):
            return person.email
    raise AssertionError(f"nobody is called {name}")


def test_order_goes_from_standing_order_to_statement(service: Service, browser: Browser) -> None:
    lines = service.start()
    assert any("orderer@demo.kkureomi.example" in line for line in lines), lines

    # The next working day whose cut-off is still ahead tomorrow.
    today = datetime.now(SEOUL).date()
    day = CALENDAR.add(CALENDAR.next_on_or_after(today + timedelta(days=1)), 3)
    eve, cutoff_day = CALENDAR.add(day, -1), CALENDAR.add(day, -3)

    institution = Person(browser, service.url, "orderer@demo.kkureomi.example")
    institution.speak_english()
    page = set_up_standing_order(institution, day)
    assert page.locator("main a[href^='/orders/']").count() == 0, "nothing is ordered before the cut-off"
    approve_standing_order(browser, service, page.url)

    service.restart(seoul(cutoff_day, clock(15, 1)))
    order_path = follow_to_order(institution, day)
    assert institution.page.locator(".page-head .badge").inner_text() == "confirmed"
    producers = institution.page.locator("td[data-label=Producer] > div").evaluate_all(
        "cells => cells.map(cell => cell.firstChild.textContent.trim())"
    )
    accept_as_producer(browser, service, producers[0], day)

    service.restart(seoul(eve, clock(16, 1)))
    page = institution.go(order_path)
    reload_until(page, lambda: "expected at" in page.inner_text(".page-head"), "routing")

    service.restart(seoul(day, clock(8)))
    order_number = order_path.strip("/").rsplit("/", 1)[-1]
    courier = pack_and_find_courier(browser, service, day, order_number)
    deliver_as_courier(browser, service, courier, institution_site="Eunpyeong District Office")

    page = institution.go(order_path)
    assert page.locator(".page-head .badge").inner_text() == "delivered"
    assert "한수령" in page.inner_text("main")
    statement = page.locator("a[href$='statement.pdf']")
    reload_until(page, lambda: statement.count() > 0, "the statement")
    answer = institution.page.request.get(f"{service.url}{statement.get_attribute('href')}")
    assert (answer.status, answer.body()[:5]) == (200, b"%PDF-")
    assert institution.complaints == []
    assert service.stop() == 0


def set_up_standing_order(institution: Person, day: date) -> Page:
    page = institution.go("/standing-orders/new/")
    bundle = page.locator("select[name=bundle] option", has_text="Event bundle for 50")
    page.locator("select[name=bundle]").select_option(value=bundle.get_attribute("value"))
    page.fill("input[name=headcount]", "40")
    page.locator("select[name=site]").select_option(index=0)
    page.check("input[name=repeat][value=weekly]")
    page.check(f"input[name=weekdays] >> nth={day.weekday()}")
    page.fill("input[name=starts_on]", day.isoformat())
    page.check("input[name=holiday_policy][value=after]")
    with page.expect_navigation():
        page.locator("#order-form button[type=submit]").first.click()
    assert re.search(r"/standing-orders/\d+/$", page.url), page.inner_text("main")
    return page


def approve_standing_order(browser: Browser, service: Service, url: str) -> None:
    """What it costs in a year is more than its orderer may spend alone; the approver agrees, on the phone."""
    approver = Person(browser, service.url, "approver@demo.kkureomi.example", phone=True)
    approver.speak_english()
    path = url.removeprefix(service.url)
    page = approver.go(path)
    assert page.locator(".page-head .badge").first.inner_text() == "awaiting approval"
    approver.submit(f"{path}approve/")
    assert page.locator(".page-head .badge").first.inner_text() == "active"
    assert approver.complaints == []


def follow_to_order(institution: Person, day: date) -> str:
    """Wait on the standing order's page until the worker has made the order; open it."""
    page = institution.page
    link = page.locator("main a[href^='/orders/']")
    reload_until(page, lambda: link.count() > 0, "the order")
    path = str(link.first.get_attribute("href"))
    assert path.startswith(f"/orders/{day:%y%m%d}-")
    institution.go(path)
    return path


def accept_as_producer(browser: Browser, service: Service, name: str, day: date) -> None:
    producer = Person(browser, service.url, email_of(name))
    form = producer.page.locator(f"form[action^='/purchase-orders/P{day:%y%m%d}-'][action$='/accept/']")
    assert form.count() == 1
    with producer.page.expect_navigation():
        form.locator("button[type=submit]").click()
    assert form.count() == 0
    assert producer.complaints == []


def pack_and_find_courier(browser: Browser, service: Service, day: date, number: str) -> str:
    """The operator packs the order, and reads on the day board who brings it."""
    operator = Person(browser, service.url, "operator@demo.kkureomi.example")
    operator.speak_english()
    page = operator.go(f"/packing/?date={day}")
    if page.locator(f"form[action='/orders/{number}/pack/']").count() == 0:
        page.locator("nav.tabs a", has_text="Pack by order").click()
    operator.submit(f"/orders/{number}/pack/")
    page = operator.go("/")
    for path in page.locator("main a[href^='/routes/']").evaluate_all(
        "links => links.map(link => link.getAttribute('href'))"
    ):
        if not re.fullmatch(r"/routes/\d+/", path):
            continue
        page = operator.go(path)
        if number in page.content():
            text = page.inner_text("main")
            break
    else:
        raise AssertionError(f"{number} is on no route of the board")
    couriers = [person.name_en for person in demo_town.load_people() if person.role == "courier"]
    assert operator.complaints == []
    return next(name for name in couriers if name in text)


def deliver_as_courier(browser: Browser, service: Service, name: str, institution_site: str) -> None:
    courier = Person(browser, service.url, email_of(name), phone=True)
    courier.speak_english()
    page = courier.page
    for step in ("accept", "start"):
        button = page.locator(f"form[data-record={step}] button:visible")
        if button.count():
            button.click()
            page.locator("[data-drive-words]", has_text="Everything is sent").wait_for()
    stop = page.locator("li.stop", has_text=institution_site).first
    more = stop.locator("[data-stop-more]")
    if more.get_attribute("open") is None:
        more.locator(":scope > summary").click()
    stop.locator("details > summary", has_text="Hand over").click()
    stop.locator("input[name=receiver_name]").fill("한수령")
    sign(page, stop.locator(".sign__field"))
    stop.locator("form[action$='/deliver/'] button[type=submit]").click()
    stop.locator("[data-stop-note]", has_text="handed over").wait_for()
    page.locator("[data-drive-words]", has_text="Everything is sent").wait_for()
    assert courier.complaints == []
