"""What a sentence says of an event, in Korean and English; what isn't sure isn't read."""

from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders.event_words import Said, read_event

TODAY = date(2026, 11, 24)  # a Tuesday
TENTH = date(2026, 12, 10)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("행사 12월 10일 14시, 35명", Said(TENTH, time(14), 35)),
        ("12월10일 오후 2시 반 35명", Said(TENTH, time(14, 30), 35)),
        ("12/10 2시 30분 회의, 35인분", Said(TENTH, time(14, 30), 35)),
        ("2026. 12. 10 오전 10시, 8명", Said(TENTH, time(10), 8)),
        ("2027년 1월 5일 9시 100명", Said(date(2027, 1, 5), time(9), 100)),
        ("1월 5일 오전 12시 10분", Said(date(2027, 1, 5), time(0, 10), None)),
        ("내일 낮 12시 20명", Said(date(2026, 11, 25), time(12), 20)),
        ("모레 저녁 7시", Said(date(2026, 11, 26), time(19), None)),
        ("다음 주 화요일 10시 30분 12명", Said(date(2026, 12, 1), time(10, 30), 12)),
        ("이번 주 금요일 15:00", Said(date(2026, 11, 27), time(15), None)),
        ("화요일 05:30 30명", Said(date(2026, 12, 1), time(5, 30), 30)),
        ("December 10 at 2 pm, 35 people", Said(TENTH, time(14), 35)),
        ("10th Dec 2026, 14:00, for 35", Said(TENTH, time(14), 35)),
        ("2026-12-10 2:15 p.m. 35 guests", Said(TENTH, time(14, 15), 35)),
        ("tomorrow 9:30 am for 8", Said(date(2026, 11, 25), time(9, 30), 8)),
        ("next Friday 3pm", Said(date(2026, 12, 4), time(15), None)),
        # Nothing is guessed.
        ("2월 30일 25시", Said()),
        ("3시간 회의, 10명", Said(None, None, 10)),
        ("10명이나 12명", Said()),
        ("meeting for 2 pm", Said(None, time(14), None)),
        ("0명", Said()),
        ("회의", Said()),
        ("", Said()),
    ],
)
def test_a_sentence_is_read(text: str, said: Said) -> None:
    assert read_event(text, TODAY) == said


@given(st.text())
def test_any_text_is_read_without_an_error(text: str) -> None:
    read_event(text, TODAY)


@given(st.dates(TODAY, date(2027, 11, 23)), st.times(), st.integers(1, 999))
def test_what_is_said_in_full_is_read_in_full(day: date, at: time, people: int) -> None:
    at = at.replace(second=0, microsecond=0)
    said = Said(day, at, people)

    assert read_event(f"{day:%Y년 %m월 %d일} {at:%H:%M}, {people}명", TODAY) == said
    assert read_event(f"{day:%B} {day.day}, {day.year} at {at:%H:%M} for {people}", TODAY) == said
