"""The small words of the pages: won, days, states, icons."""

import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from django.template import Context, Template
from django.test import RequestFactory
from django.utils import translation

from config.context_processors import NAVIGATION
from config.templatetags import ui

ROOT = Path(__file__).resolve().parents[2]
SPRITE_ICONS = set(re.findall(r'symbol id="([^"]+)"', (ROOT / "config/static/icons.svg").read_text()))


@pytest.mark.parametrize(
    ("amount", "korean", "english"),
    [(12_300, "12,300원", "₩12,300"), (0, "0원", "₩0"), (-909, "−909원", "−₩909"), (None, "–", "–")],
)
def test_won_is_written_as_people_write_it(amount: int | None, korean: str, english: str) -> None:
    with translation.override("ko"):
        assert ui.won(amount) == korean
    with translation.override("en"):
        assert ui.won(amount) == english


def test_day_and_moment_name_the_weekday_in_local_time() -> None:
    late_evening_in_utc = datetime(2026, 12, 2, 20, 5, tzinfo=UTC)
    with translation.override("ko"):
        assert ui.day(date(2026, 12, 3)) == "12월 3일 (목)"
        assert ui.moment(late_evening_in_utc) == "12월 3일 (목) 05:05"
    with translation.override("en"):
        assert ui.day(date(2026, 12, 3)) == "Thu 3 Dec"
        assert ui.moment(late_evening_in_utc) == "Thu 3 Dec 05:05"


def test_page_url_keeps_the_filters() -> None:
    request = RequestFactory().get("/orders/", {"state": "placed", "page": "2"})
    template = Template("{% load ui %}{% page_url 3 %}")
    assert template.render(Context({"request": request})) == "?state=placed&amp;page=3"


def test_state_badge_escapes_its_label() -> None:
    badge = ui.state_badge("packed", "<b>")
    assert badge.endswith("&lt;b&gt;</span>")
    assert badge.startswith('<span class="badge tone-plum"><svg class="icon" aria-hidden="true"')


def test_every_icon_that_is_named_exists() -> None:
    named = {picture for _tone, picture in ui.STATE_LOOKS.values()}
    named |= {picture for items in NAVIGATION.values() for *_rest, picture in items}
    for page in ROOT.glob("*/templates/**/*.html"):
        text = page.read_text()
        named |= set(re.findall(r'{% icon "([^"]+)"', text))
        named |= set(re.findall(r'\bicon="([^"]+)"', text))
    assert named - SPRITE_ICONS == set()
