"""Rules in words: the shapes of the form read like a sentence, every other one stays a rule."""

import pytest

from orders.rule_words import rule_words


@pytest.mark.parametrize(
    ("rrule", "korean", "english"),
    [
        ("FREQ=DAILY", "매일", "Every day"),
        ("FREQ=DAILY;INTERVAL=3", "3일마다", "Every 3 days"),
        ("FREQ=WEEKLY", "매주", "Every week"),
        ("FREQ=WEEKLY;BYDAY=TH", "매주 목요일", "Every Thursday"),
        ("FREQ=WEEKLY;BYDAY=MO,WE,FR", "매주 월·수·금요일", "Every Monday, Wednesday and Friday"),
        ("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", "매주 평일", "Every weekday"),
        ("FREQ=WEEKLY;INTERVAL=2", "2주마다", "Every 2 weeks"),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=TH", "2주마다 목요일", "Every 2 weeks on Thursday"),
        (
            "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TU,WE,TH,FR",
            "2주마다 평일",
            "Every 2 weeks on every weekday",
        ),
        ("FREQ=MONTHLY;BYDAY=2TU", "매월 둘째 화요일", "The second Tuesday of every month"),
        (
            "FREQ=MONTHLY;BYDAY=1WE,3WE",
            "매월 첫째·셋째 수요일",
            "The first and third Wednesday of every month",
        ),
        (
            "FREQ=MONTHLY;BYDAY=1WE,-1FR",
            "매월 첫째 수요일, 마지막 금요일",
            "The first Wednesday and the last Friday of every month",
        ),
        ("FREQ=MONTHLY;INTERVAL=2;BYMONTHDAY=15", "2개월마다 15일", "Day 15 of every 2 months"),
        ("FREQ=MONTHLY;BYMONTHDAY=5,-1", "매월 5일·마지막 날", "Day 5 and the last day of every month"),
        ("FREQ=WEEKLY;BYDAY=TH;COUNT=10", "매주 목요일 (10회)", "Every Thursday, 10 times"),
        (
            "FREQ=WEEKLY;BYDAY=TH;UNTIL=20261231",
            "매주 목요일 (2026년 12월 31일까지)",
            "Every Thursday, until 31 Dec 2026",
        ),
    ],
)
def test_known_shape_reads_as_a_sentence(rrule: str, korean: str, english: str) -> None:
    assert (rule_words(rrule, "ko"), rule_words(rrule, "en")) == (korean, english)


@pytest.mark.parametrize(
    "rrule",
    [
        "FREQ=YEARLY;BYMONTH=5;BYMONTHDAY=1",
        "FREQ=MONTHLY;BYDAY=MO,TU;BYSETPOS=-1",
        "FREQ=MONTHLY;BYDAY=MO",
        "FREQ=MONTHLY",
        "FREQ=WEEKLY;WKST=SU;BYDAY=TH",
        "FREQ=WEEKLY;BYDAY=2TH",
        "FREQ=MONTHLY;BYMONTHDAY=-2",
        "not a rule",
        "",
    ],
)
def test_other_shape_stays_as_it_is(rrule: str) -> None:
    assert rule_words(rrule, "en") == rrule
