"""What somebody says of an event in a sentence, such as "행사 12월 10일 14시, 35명"; no Django, no clock."""

import re
from datetime import date, time, timedelta
from typing import NamedTuple

MOST_PEOPLE = 999
# An hour from one to six that doesn't say of which half of the day is one of the afternoon.
AFTERNOON = range(1, 7)
KOREAN_WEEKDAYS = "월화수목금토일"
ENGLISH_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = "(" + "|".join(MONTHS) + ")[a-z]*"
_DAY = r"(\d{1,2})(?:st|nd|rd|th)?"

_PEOPLE = re.compile(
    r"(?<!\d)(\d{1,3})\s*(?:명|인분|인(?!\w)|people|persons?|guests?|attendees|pax)|for\s+(\d{1,3})(?!\s*[:\d]|\s*[ap]\.?m)",
)
_CLOCK = re.compile(r"(오전|오후|am|pm)?\s*(?<![\d-])([01]?\d|2[0-3]):([0-5]\d)\s*([ap]\.?m\.?)?")
_KOREAN_TIME = re.compile(
    r"(오전|오후|낮|저녁|밤|아침)?\s*(?<!\d)(\d{1,2})\s*시(?!간)(?:\s*(\d{1,2})\s*분|\s*(반))?",
)
_ENGLISH_TIME = re.compile(r"(?<!\d)(1[0-2]|[1-9])\s*([ap])\.?m\b")
_DATES = (
    (re.compile(r"(?<!\d)(20\d\d)\s*[-./]\s*(\d{1,2})\s*[-./]\s*(\d{1,2})(?!\d)"), "ymd"),
    (re.compile(r"(?:(20\d\d)\s*년\s*)?(?<!\d)(\d{1,2})\s*월\s*(\d{1,2})\s*일"), "ymd"),
    (re.compile(rf"{_MONTH}\.?\s+{_DAY}(?!\d|:)(?:,?\s*(20\d\d))?"), "Mdy"),
    (re.compile(rf"(?<!\d){_DAY}\s+(?:of\s+)?{_MONTH}\.?(?:,?\s*(20\d\d))?"), "dMy"),
    (re.compile(r"(?<![\d.:/])(\d{1,2})\s*[./]\s*(\d{1,2})(?![\d:])"), "md"),
)
_NEAR = {"오늘": 0, "today": 0, "내일": 1, "tomorrow": 1, "모레": 2}
_KOREAN_WEEKDAY = re.compile(r"(이번\s*주|다음\s*주|담주)?\s*([월화수목금토일])요일")
_ENGLISH_WEEKDAY = re.compile(rf"\b(next\s+)?({'|'.join(ENGLISH_WEEKDAYS)})[a-z]*day\b")


class Said(NamedTuple):
    """What could be read; None where nothing, or nothing sure, was said."""

    day: date | None = None
    at: time | None = None
    headcount: int | None = None


def read_event(text: str, today: date) -> Said:
    """Return the day, the time and the number of people that a sentence in Korean or English names.

    A day without its year is the next such day. Nothing is guessed: 30 February is no day.
    """
    words = text.casefold()
    return Said(_day(words, today), _time(words), _people(words))


def _people(words: str) -> int | None:
    found = {int(match[1] or match[2]) for match in _PEOPLE.finditer(words)}
    return found.pop() if len(found) == 1 and min(found) >= 1 else None


def _time(words: str) -> time | None:
    if match := _CLOCK.search(words):
        half = match[1] or match[4] or ""
        return _of_day(half, int(match[2]), int(match[3]), is_said_fully=len(match[2]) == 2)
    if match := _KOREAN_TIME.search(words):
        minute = 30 if match[4] else int(match[3] or 0)
        return _of_day(match[1] or "", int(match[2]), minute)
    if match := _ENGLISH_TIME.search(words):
        return _of_day(match[2] + "m", int(match[1]), 0)
    return None


def _of_day(half: str, hour: int, minute: int, *, is_said_fully: bool = False) -> time | None:
    """Return the time, if there is such a one; `is_said_fully`: with a leading zero, as on a clock."""
    is_late = half[:1] == "p" or half in ("오후", "저녁", "밤") or (half == "낮" and hour < 6)
    is_early = half[:1] == "a" or half in ("오전", "아침")
    if (is_late and hour < 12) or (not half and hour in AFTERNOON and not is_said_fully):
        hour += 12
    elif is_early and hour == 12:
        hour = 0
    return time(hour, minute) if hour < 24 and minute < 60 else None


def _day(words: str, today: date) -> date | None:
    for pattern, order in _DATES:
        if match := pattern.search(words):
            parts = dict(zip(order, match.groups(), strict=True))
            month = MONTHS.index(parts["M"]) + 1 if "M" in parts else int(parts["m"])
            return _next(int(parts.get("y") or 0), month, int(parts["d"]), today)
    for word, days in _NEAR.items():
        if word in words:
            return today + timedelta(days=days)
    return _weekday(words, today)


def _next(year: int, month: int, day: int, today: date) -> date | None:
    """Return the day of the year, or of this or else the next year; None if there is no such day."""
    for tried in [year] if year else [today.year, today.year + 1]:
        try:
            found = date(tried, month, day)
        except ValueError:
            continue
        if year or found >= today:
            return found
    return None


def _weekday(words: str, today: date) -> date | None:
    """Return the weekday of this week or the next (weeks begin on Monday), or the next one there is."""
    if match := _KOREAN_WEEKDAY.search(words):
        week, weekday = match[1] or "", KOREAN_WEEKDAYS.index(match[2])
    elif match := _ENGLISH_WEEKDAY.search(words):
        week, weekday = match[1] or "", ENGLISH_WEEKDAYS.index(match[2])
    else:
        return None
    if not week:
        return today + timedelta(days=(weekday - today.weekday() - 1) % 7 + 1)
    monday = today - timedelta(days=today.weekday())
    return monday + timedelta(days=weekday + (0 if week.startswith("이번") else 7))
