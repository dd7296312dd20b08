"""The windows that recipients are told, and when they are told (again)."""

from datetime import date, datetime, time, timedelta

import pytest

from delivery.arrival import Rules, Told, Window, Word, live_window, planned_window, word_due
from orders.cutoff import seoul

DAY = date(2026, 12, 1)
MARGIN = timedelta(minutes=30)
RULES = Rules(margin=MARGIN, tolerance=timedelta(minutes=15), pause=timedelta(minutes=30))


def at(clock: str) -> datetime:
    return seoul(DAY, time.fromisoformat(clock))


def window(words: str) -> Window:
    opens, closes = words.split("–")
    return Window(at(opens), at(closes))


@pytest.mark.parametrize(
    ("eta", "receiving", "expected"),
    [
        ("10:30", "", "10:00–11:00"),
        ("10:37", "", "10:00–11:15"),
        ("10:44", "", "10:00–11:15"),
        ("10:45", "", "10:15–11:15"),
        # Within the hours at which the site receives
        ("09:05", "09:00–12:00 13:00–18:00", "09:00–09:45"),
        ("11:50", "09:00–12:00 13:00–18:00", "11:15–12:00"),
        ("13:00", "09:00–12:00 13:00–18:00", "13:00–13:30"),
        # Late, as somebody allowed
        ("12:20", "09:00–12:00 13:00–18:00", "11:45–13:00"),
    ],
)
def test_planned_window_is_rounded_and_within_the_receiving_hours(
    eta: str, receiving: str, expected: str
) -> None:
    assert planned_window(at(eta), MARGIN, [window(each) for each in receiving.split()]) == window(expected)


@pytest.mark.parametrize(
    ("before", "expected"),
    [(0, "10:20–10:45"), (1, "10:20–10:45"), (5, "10:10–10:55"), (10, "10:00–11:05"), (40, "10:00–11:05")],
)
def test_live_window_is_the_narrower_the_fewer_stops_come_before(before: int, expected: str) -> None:
    assert live_window(at("10:32"), before, MARGIN) == window(expected)


def test_a_window_is_missed_before_and_after_it() -> None:
    own = window("10:00–11:00")

    missed = [own.missed_by(at(clock)) for clock in ("09:50", "10:00", "10:30", "11:00", "11:20")]

    assert missed == [timedelta(minutes=n) for n in (10, 0, 0, 0, 20)]


@pytest.mark.parametrize(
    ("known", "planned", "expected", "has_left", "word"),
    [
        # Before the van leaves: the plan's time, and again if that moves by more than the tolerance
        (None, "10:30", "10:30", False, Word.FIRST),
        ("planned", "10:30", "10:30", False, None),
        ("planned", "10:45", "10:45", False, None),
        ("planned", "10:46", "10:46", False, Word.MOVED),
        ("planned", "10:14", "10:14", False, Word.MOVED),
        ("a minute ago", "12:00", "12:00", False, None),
        # The van leaves, whatever was told before
        (None, "10:30", "10:30", True, Word.LEFT),
        ("planned", "10:30", "10:30", True, Word.LEFT),
        ("a minute ago", "10:30", "12:30", True, Word.LEFT),
        # On the road: if the expected time is outside of the window by more than the tolerance
        ("left", "10:30", "10:30", True, None),
        ("left", "10:30", "11:15", True, None),
        ("left", "10:30", "11:16", True, Word.MOVED),
        ("left", "09:00", "09:44", True, Word.MOVED),
        ("left a minute ago", "10:30", "11:16", True, None),
    ],
)
def test_recipients_are_told_once_each_thing_and_what_becomes_untrue(
    known: str | None, planned: str, expected: str, has_left: bool, word: Word | None
) -> None:
    now = at("09:00")
    since = now - timedelta(minutes=1 if known and "minute" in known else 30)
    told = known and Told(window("10:00–11:00"), at("10:30"), since, known.startswith("left"))

    due = word_due(
        told or None,
        planned=at(planned),
        expected=at(expected),
        has_left=has_left,
        now=now,
        rules=RULES,
    )

    assert due == word
