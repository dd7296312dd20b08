"""When recipients may expect a van: the windows that they are told, and when these are no longer true."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

# Windows begin and end on a quarter of an hour the day before, on the road on five minutes.
PLANNED_GRID, LIVE_GRID = timedelta(minutes=15), timedelta(minutes=5)
# On the road a window is narrow for the next stop, and wider for each one before it.
LIVE_MARGIN, LIVE_MARGIN_PER_STOP = timedelta(minutes=10), timedelta(minutes=2)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
NOTHING = timedelta()


class Window(NamedTuple):
    """From when to when something may be expected, or somebody receives."""

    opens: datetime
    closes: datetime

    def missed_by(self, moment: datetime) -> timedelta:
        """By how much a moment lies before or after the window."""
        return max(self.opens - moment, moment - self.closes, NOTHING)


@dataclass(frozen=True)
class Rules:
    """How wide a window is to either side, by how much it may fail unsaid, and how long nothing is said."""

    margin: timedelta
    tolerance: timedelta
    pause: timedelta


@dataclass(frozen=True)
class Told:
    """What a recipient knows: the window, the planned time behind it, since when, and that the van left."""

    window: Window
    planned: datetime
    at: datetime
    has_left: bool


class Word(StrEnum):
    """What is to be told, by the kind of its notification."""

    FIRST = "order_eta"
    LEFT = "order_on_the_way"
    MOVED = "order_eta_moved"


def planned_window(eta: datetime, margin: timedelta, receiving: Sequence[Window] = ()) -> Window:
    """Return the window around a planned arrival, within the hours at which the site receives it.

    A van that is there before waits; one that comes after them was allowed to, and nothing is cut.
    """
    window = _on_grid(eta - margin, eta + margin, PLANNED_GRID)
    for opens, closes in receiving:
        if opens <= eta <= closes:
            return Window(max(window.opens, opens), min(window.closes, closes))
    return window


def live_window(expected: datetime, stops_before: int, margin: timedelta) -> Window:
    """Return the window around the time that is expected on the road, never wider than the planned one."""
    own = min(LIVE_MARGIN + LIVE_MARGIN_PER_STOP * stops_before, margin)
    return _on_grid(expected - own, expected + own, LIVE_GRID)


def word_due(
    told: Told | None, *, planned: datetime, expected: datetime, has_left: bool, now: datetime, rules: Rules
) -> Word | None:
    """Return what is to be told now, or None.

    The plan's time once; that the van has left once; and in between and after, what has become untrue: before
    the van leaves if the planned time moved, on the road if the expected time is outside of the window.
    """
    if has_left and not (told and told.has_left):
        return Word.LEFT
    if told is None:
        return Word.FIRST
    off = told.window.missed_by(expected) if has_left else abs(planned - told.planned)
    return Word.MOVED if off > rules.tolerance and now - told.at >= rules.pause else None


def _on_grid(opens: datetime, closes: datetime, grid: timedelta) -> Window:
    """Round outwards."""
    return Window(opens - (opens - EPOCH) % grid, closes + (EPOCH - closes) % grid)
