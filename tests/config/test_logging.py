"""Logs are events with fields, and carry nobody's data by accident."""

import io
import json
import logging
import logging.config
from collections.abc import Iterator

import pytest
import structlog

from config.logging import configure_events, log_settings


@pytest.fixture
def output() -> Iterator[io.StringIO]:
    """Send the logs of one test to a text, then back to where the settings want them."""
    from django.conf import settings

    text = io.StringIO()
    wanted = log_settings(json=True)
    wanted["handlers"]["stderr"]["stream"] = text
    logging.config.dictConfig(wanted)
    configure_events()
    yield text
    logging.config.dictConfig(settings.LOGGING)


def test_event_becomes_one_line_of_json(output: io.StringIO) -> None:
    structlog.get_logger("orders.tasks").info("order fixed", order=4711)

    event = json.loads(output.getvalue())
    del event["timestamp"]
    assert event == {"event": "order fixed", "order": 4711, "level": "info", "logger": "orders.tasks"}


def test_exception_is_logged_without_local_variables(output: io.StringIO) -> None:
    name = "Hong Gildong"
    try:
        raise LookupError("no such seat")
    except LookupError:
        logging.getLogger("membership").exception("failed", extra={"request": f"/?q={name}"})

    assert json.loads(output.getvalue())["exception"][0]["exc_type"] == "LookupError"
    assert "Gildong" not in output.getvalue()
