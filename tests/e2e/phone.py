"""A courier's phone: a browser with a profile that outlives it, behind a tunnel that loses the signal."""

from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import BrowserContext, Locator, Page, Playwright

from tests.conftest import CHROMIUM
from tests.e2e.browser import ARGUMENTS, PHONE, sign
from tests.e2e.tunnel import Tunnel
from tests.factories import PASSWORD

# Who is logged in, in the words of the page's scripts.
COURIER = "Number(document.querySelector('[data-drive]').dataset.courier)"

UNTIL = """async () => {
    for (let turn = 0; turn < 600; turn += 1) {
        if (await (%s)) return;
        await new Promise((wake) => setTimeout(wake, 50));
    }
    throw new Error("waited for 30 seconds");
}"""


def photo() -> bytes:
    """A photo as a phone's camera takes it, larger than what is kept."""
    buffer = BytesIO()
    Image.effect_noise((2400, 1800), 40).convert("RGB").save(buffer, "JPEG")
    return buffer.getvalue()


class Phone:
    """The browser of one phone; closing it is what happens when the app is closed."""

    def __init__(self, playwright: Playwright, folder: Path, tunnel: Tunnel) -> None:
        self.playwright, self.folder, self.tunnel = playwright, folder, tunnel
        self.context: BrowserContext
        self.page: Page
        self.open()

    def open(self) -> None:
        self.context = self.playwright.chromium.launch_persistent_context(
            str(self.folder),
            executable_path=CHROMIUM,
            args=ARGUMENTS,
            viewport=PHONE,  # type: ignore[arg-type]
            has_touch=True,
            locale="en",
            geolocation={"latitude": 37.61, "longitude": 126.93},
            permissions=["geolocation"],
        )
        self.context.set_offline(not self.tunnel.is_open)
        self.page = self.context.pages[0]

    def close(self) -> None:
        self.context.close()

    def lose_signal(self) -> None:
        self.tunnel.close()
        self.context.set_offline(True)

    def find_signal(self) -> None:
        self.tunnel.open()
        self.context.set_offline(False)

    def log_in(self, email: str) -> None:
        self.page.goto(f"{self.tunnel.url}/login/?next=/drive/")
        self.page.fill("input[name=username]", email)
        self.page.fill("input[name=password]", PASSWORD)
        self.page.locator("form[action$='/login/'] button[type=submit]").click()
        self.page.wait_for_url("**/drive/")

    def wait_until_kept(self) -> None:
        """The page is on the phone now."""
        self.until("caches.match('/drive/', {cacheName: 'drive-pages'})")

    def tap(self, kind: str) -> None:
        """Press the button of the first form of this kind that is shown."""
        self.page.locator(f"form[data-record={kind}] button[type=submit]:visible").first.click()

    def stop(self, number: int) -> Locator:
        return self.page.locator("[data-stop]").nth(number)

    def hand_over(self, number: int, receiver: str, *, missing: int = 0) -> None:
        """Count, sign, take a photo, done."""
        stop = self.stop(number)
        more = stop.locator("[data-stop-more]")
        if more.get_attribute("open") is None:
            more.locator(":scope > summary").click()
        stop.locator("summary", has_text="Hand over").click()
        for _ in range(missing):
            stop.locator("button[data-step='-1']").first.click()
        if missing:
            stop.locator("select[name^=why_]").first.select_option("damaged")
        stop.locator("input[name=receiver_name]").fill(receiver)
        sign(self.page, stop.locator(".sign__field"))
        taken = {"name": "photo.jpg", "mimeType": "image/jpeg", "buffer": photo()}
        stop.locator("input[type=file]").set_input_files([taken])  # type: ignore[list-item]
        stop.locator(".photo__preview").wait_for()
        stop.locator("form[data-record=deliver] button[type=submit]").click()
        stop.locator("[data-stop-note]").wait_for()

    def says(self, words: str) -> None:
        """Wait until the line on top says so."""
        self.page.locator("[data-drive-words]", has_text=words).wait_for()

    def kept(self) -> int:
        """How many records wait on the phone."""
        return int(self.page.evaluate(f"() => Drive.store.waiting({COURIER}).then((all) => all.length)"))

    def wait_until_sent(self) -> None:
        self.until(f"Drive.store.waiting({COURIER}).then((all) => !all.length)")

    def wait_until_drafted(self, number: int) -> None:
        """What was typed into the form of a stop is on the phone."""
        stop = self.stop(number).get_attribute("data-stop")
        self.until(f"Drive.store.draft({COURIER}, {stop})")

    def until(self, promise: str) -> None:
        """Wait until the promise is kept with something true.

        Playwright's `wait_for_function` takes the promise itself for true.
        """
        self.page.evaluate(UNTIL % promise)


@contextmanager
def phone(playwright: Playwright, folder: Path, port: int) -> Iterator[Phone]:
    """A phone and its way to the hub."""
    tunnel = Tunnel(port)
    one = Phone(playwright, folder, tunnel)
    try:
        yield one
    finally:
        one.close()
        tunnel.stop()
