"""Receiving hours as people type them."""

from datetime import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from membership.hours import BadHours, hours_text, parse_hours


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("", ""),
        ("  ", ""),
        ("9-18", "09:00–18:00"),
        ("09:00–12:00, 13:00–18:00", "09:00–12:00, 13:00–18:00"),
        ("13:30~17 9-12:15", "09:00–12:15, 13:30–17:00"),
        ("9시~18시", "09:00–18:00"),
        ("0900-1730", "09:00–17:30"),
        ("9-12;12-13", "09:00–12:00, 12:00–13:00"),
    ],
)
def test_hours_are_read_as_people_type_them(typed: str, shown: str) -> None:
    assert hours_text(parse_hours(typed)) == shown


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("always", "unreadable"),
        ("9-", "unreadable"),
        ("9-25", "unreadable"),
        ("9:60-10", "unreadable"),
        ("9-12 lunch", "unreadable"),
        ("18-9", "backwards"),
        ("9-9", "backwards"),
        ("9-13, 12-18", "overlapping"),
        ("1-2 3-4 5-6 7-8 9-10 11-12", "too_many"),
    ],
)
def test_bad_hours_have_a_reason(typed: str, reason: str) -> None:
    with pytest.raises(BadHours) as refused:
        parse_hours(typed)
    assert refused.value.reason == reason
    assert refused.value.part


@given(st.text(max_size=30))
def test_whatever_is_typed_is_read_or_refused(typed: str) -> None:
    try:
        hours = parse_hours(typed)
    except BadHours:
        return
    assert parse_hours(hours_text(hours)) == hours
    assert all(time(0) <= opens < closes for opens, closes in hours)
