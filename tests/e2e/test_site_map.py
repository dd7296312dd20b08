"""A person marks a site on the map: with the mouse, with keys alone, and without any script."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page

from membership.models import Site
from tests import factories as f

from .browser import chromium

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
HALL = "서울특별시 은평구 은평로 195"


@pytest.fixture(autouse=True)
def _rows_beside_the_browser(monkeypatch: pytest.MonkeyPatch) -> None:
    """Playwright's loop runs in this thread; nobody else uses this connection."""
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")


@pytest.fixture
def site() -> Site:
    site: Site = f.SiteFactory(
        organization=f.InstitutionFactory(),
        address=HALL,
        district="은평구",
        precision="district",
        latitude=37.619,
        longitude=126.927,
    )
    return site


def opened(browser: Any, url: str, site: Site, **context: Any) -> tuple[Page, list[str]]:
    """The page of the mark, open for somebody who orders there."""
    user = f.orderer(site.organization, language="en")
    complaints: list[str] = []
    page = browser.new_context(**context).new_page()
    page.on("console", lambda message: message.type == "error" and complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(f"{url}/login/?next=/sites/{site.pk}/place/")
    page.fill("input[name=username]", user.email)
    page.fill("input[name=password]", f.PASSWORD)
    page.press("input[name=password]", "Enter")
    page.wait_for_url(re.compile("/place/"))
    return page, complaints


def point(page: Page) -> tuple[float, float]:
    latitude, longitude = page.input_value("#id_point").split(",")
    return float(latitude), float(longitude)


def test_a_mark_is_moved_by_click_and_by_keys_and_saved(site: Site, live_server: Any, settings: Any) -> None:
    settings.MAP_TILE_URL = ""
    with chromium() as browser:
        page, complaints = opened(browser, live_server.url, site)
        assert page.input_value("#id_point") == ""
        assert page.locator(".map-district").count() == 25

        page.locator("[data-site-map]").click(position={"x": 200, "y": 120})
        clicked = point(page)
        mark = page.locator(".leaflet-marker-icon[title='Mark of the site']")
        mark.focus()
        page.keyboard.press("ArrowUp")
        page.keyboard.press("Shift+ArrowRight")
        moved = point(page)
        assert moved[0] > clicked[0]
        assert 0 < moved[1] - clicked[1] < moved[0] - clicked[0]

        page.check("input[value=entrance]")
        page.click("text=This is the place")
        page.wait_for_url(re.compile(rf"/sites/{site.pk}/$"))
        assert complaints == []
    site.refresh_from_db()
    assert (site.latitude, site.longitude, site.precision) == (*moved, "entrance")


def test_a_place_is_typed_without_any_script(site: Site, live_server: Any) -> None:
    with chromium() as browser:
        page, _complaints = opened(browser, live_server.url, site, java_script_enabled=False)
        page.fill("#id_point", "37.60271, 126.92911")
        page.click("text=This is the place")
        page.wait_for_url(re.compile(rf"/sites/{site.pk}/$"))
    site.refresh_from_db()
    assert (site.latitude, site.longitude, site.located_by) == (37.60271, 126.92911, "person")
