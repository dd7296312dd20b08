"""`make pictures`: the README's screenshots, taken from a freshly seeded service on a working morning."""

import tempfile
from datetime import datetime, time
from pathlib import Path

from orders.cutoff import SEOUL, seoul
from orders.working_days import WorkingDays
from tests.e2e.browser import Person, chromium
from tests.e2e.service import ROOT, Service

FOLDER = ROOT / "docs" / "pictures"


def take_pictures() -> None:
    """Photograph the home of each role."""
    morning = WorkingDays({}).next_on_or_after(datetime.now(SEOUL).date())
    with tempfile.TemporaryDirectory() as folder, chromium() as browser:
        service = Service(Path(folder))
        service.start(seoul(morning, time(8, 10)))
        try:
            for role in ("orderer", "producer", "operator", "courier"):
                person = Person(
                    browser, service.url, f"{role}@demo.kkureomi.example", phone=role == "courier"
                )
                person.page.wait_for_load_state("networkidle")
                person.page.screenshot(path=FOLDER / f"{role}.png")
        finally:
            service.stop()


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    take_pictures()
