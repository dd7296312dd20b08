"""Dates as an iCalendar file (RFC 5545); no Django, no clock."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

SEOUL = ZoneInfo("Asia/Seoul")
LINE_OCTETS = 75


@dataclass(frozen=True)
class IcsEvent:
    """One date. `uid` never changes, wherever it moves; without a window it takes the whole day."""

    uid: str
    day: date
    summary: str
    window: tuple[time, time] | None = None
    location: str = ""
    description: str = ""
    url: str = ""
    is_cancelled: bool = False
    is_certain: bool = False


def ics_file(name: str, events: Iterable[IcsEvent], *, now: datetime) -> str:
    """Return the calendar with these events."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Kkureomi//Standing orders//EN", "METHOD:PUBLISH"]
    lines += [f"X-WR-CALNAME:{escaped(name)}", "X-WR-TIMEZONE:Asia/Seoul"]
    for event in events:
        lines += _event(event, now)
    lines.append("END:VCALENDAR")
    return "".join(f"{folded(line)}\r\n" for line in lines)


def _event(event: IcsEvent, now: datetime) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:{event.uid}"
    yield f"DTSTAMP:{_utc(now)}"
    if event.window:
        opens, closes = (datetime.combine(event.day, at, SEOUL) for at in event.window)
        yield f"DTSTART:{_utc(opens)}"
        yield f"DTEND:{_utc(closes)}"
    else:
        yield f"DTSTART;VALUE=DATE:{event.day:%Y%m%d}"
        yield f"DTEND;VALUE=DATE:{event.day + timedelta(days=1):%Y%m%d}"
    yield f"SUMMARY:{escaped(event.summary)}"
    if event.location:
        yield f"LOCATION:{escaped(event.location)}"
    if event.description:
        yield f"DESCRIPTION:{escaped(event.description)}"
    if event.url:
        yield f"URL:{event.url}"
    state = "CANCELLED" if event.is_cancelled else "CONFIRMED" if event.is_certain else "TENTATIVE"
    yield f"STATUS:{state}"
    # A delivery doesn't make its receiver busy.
    yield "TRANSP:TRANSPARENT"
    yield "END:VEVENT"


def _utc(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def escaped(text: str) -> str:
    """Return text as a value: backslash, semicolon, comma and line break are written with a backslash."""
    for mark in "\\;,":
        text = text.replace(mark, f"\\{mark}")
    return "\\n".join(text.splitlines())


def folded(line: str) -> str:
    """Return the line broken so that no part has more than 75 octets; no letter is cut in two."""
    parts, part, size = [], "", 0
    for letter in line:
        octets = len(letter.encode())
        if size + octets > LINE_OCTETS:
            parts.append(part)
            part, size = " ", 1
        part, size = part + letter, size + octets
    return "\r\n".join([*parts, part])
