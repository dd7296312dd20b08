"""Receiving hours of one weekday as people type them: "09:00–12:00, 13:00–18:00", "9-12 13-18"."""

import re
from collections.abc import Iterable
from datetime import time
from itertools import pairwise

Hours = tuple[tuple[time, time], ...]

CLOCK = r"(\d{1,2})(?::?(\d{2}))?\s*시?"
SPAN = re.compile(rf"{CLOCK}\s*[-–—~～]\s*{CLOCK}")
BETWEEN = re.compile(r"[\s,;·/]*")
MOST_SPANS = 5


class BadHours(ValueError):
    """`reason` is unreadable, backwards, overlapping or too_many; `part` is what can't be used."""

    def __init__(self, reason: str, part: str) -> None:
        super().__init__(f"{reason}: {part}")
        self.reason, self.part = reason, part


def parse_hours(text: str) -> Hours:
    """Return the spans in their order; nothing typed means closed. Raises BadHours."""
    spans: list[tuple[time, time]] = []
    rest = text.strip()
    while rest:
        match = SPAN.match(rest)
        if match is None:
            raise BadHours("unreadable", rest)
        spans.append(_span(match))
        rest = rest[match.end() :]
        between = BETWEEN.match(rest)
        rest = rest[between.end() :] if between else rest
    return ordered(spans)


def ordered(spans: Iterable[tuple[time, time]]) -> Hours:
    """Return the spans in their order. Raises BadHours if one ends before it begins or meets another."""
    hours = tuple(sorted(spans))
    for span in hours:
        if span[1] <= span[0]:
            raise BadHours("backwards", hours_text((span,)))
    for before, after in pairwise(hours):
        if after[0] < before[1]:
            raise BadHours("overlapping", hours_text((before, after)))
    if len(hours) > MOST_SPANS:
        raise BadHours("too_many", hours_text(hours))
    return hours


def hours_text(hours: Iterable[tuple[time, time]]) -> str:
    """Return the spans as they are shown and typed again."""
    return ", ".join(f"{opens:%H:%M}–{closes:%H:%M}" for opens, closes in hours)


def _span(match: re.Match[str]) -> tuple[time, time]:
    numbers = [int(part or 0) for part in match.groups()]
    try:
        return time(numbers[0], numbers[1]), time(numbers[2], numbers[3])
    except ValueError as error:
        raise BadHours("unreadable", match.group()) from error
