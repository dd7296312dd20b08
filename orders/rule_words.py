"""A recurrence rule in words, Korean or English, for the shapes that people choose on the form.

"Every 2 weeks on Thursday" reads better than `FREQ=WEEKLY;INTERVAL=2;BYDAY=TH`. A rule of another shape is
shown as it is: a sentence that leaves something out would be worse than a code.
"""

import re
from datetime import date

WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_NAMES = {
    "ko": dict(zip(WEEKDAYS, "월화수목금토일", strict=True)),
    "en": dict(
        zip(
            WEEKDAYS,
            ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
            strict=True,
        )
    ),
}
_NTH = {
    "ko": {1: "첫째", 2: "둘째", 3: "셋째", 4: "넷째", 5: "다섯째", -1: "마지막"},
    "en": {1: "first", 2: "second", 3: "third", 4: "fourth", 5: "fifth", -1: "last"},
}
_OFFICE_DAYS = "MO,TU,WE,TH,FR"


def rule_words(rrule: str, language: str) -> str:
    """Return the rule in words; in Korean if `language` is "ko", else in English.

    Described are daily, weekly with weekdays, monthly by weekday or by day, each with INTERVAL, COUNT and
    UNTIL. Anything else comes back unchanged.
    """
    parts = dict(part.split("=", 1) for part in rrule.upper().split(";") if "=" in part)
    frequency = parts.pop("FREQ", "")
    count, until = parts.pop("COUNT", ""), parts.pop("UNTIL", "")
    interval = parts.pop("INTERVAL", "1")
    language = "ko" if language == "ko" else "en"
    describe = {"DAILY": _daily, "WEEKLY": _weekly, "MONTHLY": _monthly}.get(frequency)
    words = describe(int(interval), parts, language) if describe and interval.isdigit() else None
    if words is None or parts or (until and not re.fullmatch("[0-9]{8}", until)):
        return rrule
    return words + _end(count, until, language)


def _daily(interval: int, parts: dict[str, str], language: str) -> str:
    if language == "ko":
        return "매일" if interval == 1 else f"{interval}일마다"
    return "Every day" if interval == 1 else f"Every {interval} days"


def _weekly(interval: int, parts: dict[str, str], language: str) -> str | None:
    days = parts.pop("BYDAY", "")
    if not days:
        names = ""
    elif days == _OFFICE_DAYS:
        names = "평일" if language == "ko" else "weekday"
    elif all(day in WEEKDAYS for day in days.split(",")):
        names = _weekday_names(days.split(","), language)
    else:
        return None
    if language == "ko":
        return f"{'매주' if interval == 1 else f'{interval}주마다'} {names}".strip()
    if interval == 1:
        return f"Every {names or 'week'}"
    every = f"Every {interval} weeks"
    return every + (f" on every {names}" if days == _OFFICE_DAYS else f" on {names}" if names else "")


def _weekday_names(days: list[str], language: str) -> str:
    names = [_NAMES[language][day] for day in days]
    return "·".join(names) + "요일" if language == "ko" else _listed(names)


def _monthly(interval: int, parts: dict[str, str], language: str) -> str | None:
    if len(parts) != 1:
        return None
    kind, value = parts.popitem()
    if kind == "BYDAY":
        which = _nth_weekdays(value, language)
    elif kind == "BYMONTHDAY":
        which = _days_of_month(value, language)
    else:
        return None
    if which is None:
        return None
    if language == "ko":
        return f"{'매월' if interval == 1 else f'{interval}개월마다'} {which}"
    every = "every month" if interval == 1 else f"every {interval} months"
    return f"{which[0].upper()}{which[1:]} of {every}"


def _nth_weekdays(value: str, language: str) -> str | None:
    """Return "the first and third Wednesday" for 1WE,3WE, weekday by weekday."""
    by_weekday: dict[str, list[str]] = {}
    for item in value.split(","):
        match = re.fullmatch(r"\+?(-?[0-9])([A-Z]{2})", item)
        if not match or int(match[1]) not in _NTH[language] or match[2] not in WEEKDAYS:
            return None
        by_weekday.setdefault(match[2], []).append(_NTH[language][int(match[1])])
    if language == "ko":
        return ", ".join(
            f"{'·'.join(nth)} {_NAMES['ko'][weekday]}요일" for weekday, nth in by_weekday.items()
        )
    return _listed([f"the {_listed(nth)} {_NAMES['en'][weekday]}" for weekday, nth in by_weekday.items()])


def _days_of_month(value: str, language: str) -> str | None:
    days = [int(day) for day in value.split(",") if re.fullmatch("-?[0-9]{1,2}", day)]
    if len(days) != len(value.split(",")) or any(day < -1 or day == 0 for day in days):
        return None
    if language == "ko":
        return "·".join("마지막 날" if day == -1 else f"{day}일" for day in days)
    return _listed(["the last day" if day == -1 else f"day {day}" for day in days])


def _listed(words: list[str]) -> str:
    """Join as English does: a, b and c."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def _end(count: str, until: str, language: str) -> str:
    end = ""
    if count:
        end += f" ({count}회)" if language == "ko" else f", {count} times"
    if until:
        last = date.fromisoformat(until)
        if language == "ko":
            end += f" ({last.year}년 {last.month}월 {last.day}일까지)"
        else:
            end += f", until {last.day} {last:%b %Y}"
    return end
