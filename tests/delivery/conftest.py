"""The clock of the pages, where a test sets it."""

from collections.abc import Callable
from datetime import datetime

import pytest

from .. import factories as f


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], None]:
    """Set the clock of the pages; it stands at the morning of the delivery."""

    def stand(now: datetime) -> None:
        monkeypatch.setattr("membership.clock.now", lambda: now)

    stand(f.DELIVERY_MORNING)
    return stand
