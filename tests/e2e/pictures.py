"""`make pictures`: the README's screenshots, taken from a freshly seeded service on a working morning."""

import tempfile
from datetime import datetime, time
from pathlib import Path

from orders.cutoff import SEOUL, seoul
from orders.working_days import WorkingDays
from tests.e2e.browser import Person, chromium
from tests.e2e.service import ROOT, Service

FOLDER = ROOT / "docs" / "pictures"
# (who, which page, name of the picture)
PAGES = (
    ("orderer", "/", "orderer"),
    ("producer", "/", "producer"),
    ("operator", "/", "operator"),
    ("courier", "/", "courier"),
    ("orderer", "/bundles/meeting-20/", "bundle"),
    ("operator", "/compose/", "compose"),
)


def take_pictures() -> None:
    """Photograph the home of each role, a bundle and the compose board."""
    morning = WorkingDays({}).next_on_or_after(datetime.now(SEOUL).date())
    with tempfile.TemporaryDirectory() as folder, chromium() as browser:
        service = Service(Path(folder))
        service.start(seoul(morning, time(8, 10)))
        try:
            for role, path, name in PAGES:
                email = f"{role}@demo.kkureomi.example"
                page = Person(browser, service.url, email, phone=role == "courier").go(path)
                page.wait_for_load_state("networkidle")
                page.screenshot(path=FOLDER / f"{name}.png")
        finally:
            service.stop()


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    take_pictures()
