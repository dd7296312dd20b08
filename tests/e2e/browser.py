"""A person at a browser: Debian's Chromium, one context for each person."""

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Locator, Page, sync_playwright

from config.demo_town.logins import DEMO_PASSWORD
from tests.conftest import CHROMIUM

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
DESKTOP = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start the browser that this machine has."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


class Person:
    """Somebody logged in, who notices every error that the browser's console reports."""

    def __init__(self, browser: Browser, url: str, email: str, *, phone: bool = False) -> None:
        self.url = url
        self.page: Page = browser.new_context(viewport=PHONE if phone else DESKTOP).new_page()  # type: ignore[arg-type]
        self.complaints: list[str] = []
        self.page.on("console", lambda message: self._listen(message.type, message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.goto(f"{url}/login/")
        self.page.fill("input[name=username]", email)
        self.page.fill("input[name=password]", DEMO_PASSWORD)
        self.submit("/login/")
        assert self.page.url in (f"{url}/", f"{url}/drive/"), self.page.url

    def _listen(self, kind: str, text: str) -> None:
        if kind in ("error", "warning"):
            self.complaints.append(text)

    def go(self, path: str) -> Page:
        """Open a page of the service."""
        answer = self.page.goto(f"{self.url}{path}")
        assert answer
        assert answer.status == 200, f"{path}: {answer.status}"
        return self.page

    def submit(self, action: str, within: str = "") -> None:
        """Press the button of the form that posts to an address ending in `action`; wait for the answer."""
        button = self.page.locator(f"{within} form[action$='{action}'] button[type=submit]").first
        with self.page.expect_navigation():
            button.click()

    def speak_english(self) -> None:
        """Choose English in the menu."""
        self.page.locator("details.menu summary").click()
        with self.page.expect_navigation():
            self.page.locator("details.menu button[name=language][value=en]").click()


def sign(page: Page, field: Locator) -> None:
    """Draw a line on a field to sign on."""
    field.scroll_into_view_if_needed()
    box = field.bounding_box()
    assert box
    page.mouse.move(box["x"] + 20, box["y"] + 20)
    page.mouse.down()
    for step in range(1, 8):
        page.mouse.move(box["x"] + 20 + 30 * step, box["y"] + 20 + 40 * (step % 2))
    page.mouse.up()
