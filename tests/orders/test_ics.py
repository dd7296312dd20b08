"""An iCalendar file that calendars read: identities, whole days and windows in UTC, escapes, folding."""

from datetime import date, time

from hypothesis import given
from hypothesis import strategies as st

from orders.cutoff import seoul
from orders.ics import IcsEvent, escaped, folded, ics_file

NOW = seoul(date(2026, 11, 24), time(9))


def test_a_calendar_has_an_event_for_each_date() -> None:
    events = [
        IcsEvent("7-20261201@hub", date(2026, 12, 1), "다과; 열 명", (time(10), time(12)), is_certain=True),
        IcsEvent("7-20261225@hub", date(2026, 12, 24), "다과", description="성탄절, 하루 전"),
        IcsEvent("7-20270101@hub", date(2027, 1, 1), "다과", is_cancelled=True),
    ]

    assert ics_file("꾸러미", events, now=NOW).split("\r\n") == [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Kkureomi//Standing orders//EN",
        "METHOD:PUBLISH",
        "X-WR-CALNAME:꾸러미",
        "X-WR-TIMEZONE:Asia/Seoul",
        "BEGIN:VEVENT",
        "UID:7-20261201@hub",
        "DTSTAMP:20261124T000000Z",
        "DTSTART:20261201T010000Z",
        "DTEND:20261201T030000Z",
        "SUMMARY:다과\\; 열 명",
        "STATUS:CONFIRMED",
        "TRANSP:TRANSPARENT",
        "END:VEVENT",
        "BEGIN:VEVENT",
        "UID:7-20261225@hub",
        "DTSTAMP:20261124T000000Z",
        "DTSTART;VALUE=DATE:20261224",
        "DTEND;VALUE=DATE:20261225",
        "SUMMARY:다과",
        "DESCRIPTION:성탄절\\, 하루 전",
        "STATUS:TENTATIVE",
        "TRANSP:TRANSPARENT",
        "END:VEVENT",
        "BEGIN:VEVENT",
        "UID:7-20270101@hub",
        "DTSTAMP:20261124T000000Z",
        "DTSTART;VALUE=DATE:20270101",
        "DTEND;VALUE=DATE:20270102",
        "SUMMARY:다과",
        "STATUS:CANCELLED",
        "TRANSP:TRANSPARENT",
        "END:VEVENT",
        "END:VCALENDAR",
        "",
    ]


@given(st.text(st.characters(blacklist_categories=["Cs", "Cc", "Zl", "Zp"])))
def test_a_folded_line_unfolds_to_itself_and_is_never_too_long(line: str) -> None:
    parts = folded(line).split("\r\n")

    assert all(len(part.encode()) <= 75 for part in parts)
    assert parts[0] + "".join(part.removeprefix(" ") for part in parts[1:]) == line


def test_marks_of_the_format_are_escaped() -> None:
    assert escaped("a;b,c\\d\ne\r\nf") == "a\\;b\\,c\\\\d\\ne\\nf"
