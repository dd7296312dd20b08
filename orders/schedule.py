"""When a standing order delivers: its recurrence rule, holidays, and the cut-off counted back from there.

A rule is one line of RFC 5545, such as `FREQ=WEEKLY;INTERVAL=2;BYDAY=TH`, whose first day is the standing
order's own. "Every two weeks" counts from there, never by the parity of ISO weeks: 2026 has 53 of them.
"""

import re
from collections.abc import Iterator
from datetime import MAXYEAR, date, datetime, time
from itertools import takewhile
from typing import NamedTuple

from dateutil.rrule import rrulestr

from .working_days import WorkingDays

_WEEKDAY = "(MO|TU|WE|TH|FR|SA|SU)"
_PARTS = {
    "FREQ": "DAILY|WEEKLY|MONTHLY|YEARLY",
    "INTERVAL": "[1-9][0-9]{0,2}",
    "COUNT": "[1-9][0-9]{0,3}",
    "UNTIL": "[0-9]{8}",
    "WKST": _WEEKDAY,
    "BYDAY": rf"([+-]?[1-5])?{_WEEKDAY}(,([+-]?[1-5])?{_WEEKDAY})*",
    "BYMONTH": "([1-9]|1[0-2])(,([1-9]|1[0-2]))*",
    "BYMONTHDAY": "-?([1-9]|[12][0-9]|3[01])(,-?([1-9]|[12][0-9]|3[01]))*",
    "BYSETPOS": "-?[1-9][0-9]{0,2}(,-?[1-9][0-9]{0,2})*",
}
_CALENDAR_CYCLE = 400  # years after which dates, leap days and weekdays repeat
_NEAR_THE_END = date(MAXYEAR - 39, 1, 1)  # with all combinations of weekday and leap day still to come


class BadRule(ValueError):
    """The rule can't be used.

    `reason`: several_lines, start_in_rule, sub_daily, unsupported_part, unparsable or matches_nothing.
    """

    def __init__(self, reason: str, rrule: str) -> None:
        super().__init__(f"{reason}: {rrule[:200]!r}")
        self.reason = reason


class Reason(NamedTuple):
    """Why a delivery isn't on its rule date: a code, "" if it is; and the holiday's Korean name.

    Codes: moved_before, moved_after, skipped_holiday. The name is "" on a weekend or a day that was closed.
    """

    code: str
    holiday: str


def rule_dates(
    rrule: str, starts_on: date, *, after: date, until: date, ends_on: date | None = None
) -> list[date]:
    """Return the rule's dates later than `after`, up to and including `until` (and `ends_on`).

    Nothing comes before `starts_on`, and `starts_on` itself comes only if the rule says so. COUNT counts from
    `starts_on`. A month without the wanted day (the 31st) has no date. Raises BadRule for a rule that can't
    be read; one that matches nothing is merely empty here.
    """
    rule = _read(rrule)
    last = min(day for day in (until, ends_on, rule.until) if day)
    if last < starts_on or last <= after:
        return []
    return [
        day for day in takewhile(lambda day: day <= last, _occurrences(rule, starts_on, last)) if day > after
    ]


def validate(rrule: str, starts_on: date | None = None) -> None:
    """Raise BadRule, with the reason, unless the rule can be read and matches some day.

    Without `starts_on`, a rule passes if it matches from some start; with it, only if it does from there.
    """
    rule = _read(rrule)
    if starts_on is None:
        rule = _Rule(re.sub("INTERVAL=[0-9]+", "INTERVAL=1", rule.text), None)
        starts_on = _NEAR_THE_END
    first = next(_occurrences(rule, starts_on, starts_on), None)
    if first is None or (rule.until and first > rule.until):
        raise BadRule("matches_nothing", rrule)


def delivery_date(rule_date: date, policy: str, working_days: WorkingDays) -> tuple[date | None, Reason]:
    """Return the delivery date of a rule date, None if skipped, and why it differs.

    `policy` is what happens on a day that isn't worked: "before", "after" or "skip"; ValueError for others.
    """
    if working_days.is_working(rule_date):
        return rule_date, Reason("", "")
    holiday = working_days.name(rule_date)
    match policy:
        case "before":
            return working_days.previous_on_or_before(rule_date), Reason("moved_before", holiday)
        case "after":
            return working_days.next_on_or_after(rule_date), Reason("moved_after", holiday)
        case "skip":
            return None, Reason("skipped_holiday", holiday)
    raise ValueError(f"There is no holiday policy {policy!r}.")


def cutoff_date(delivery_date: date, lead_days: int, minimum: int, working_days: WorkingDays) -> date:
    """Return the day on which the order is fixed: business days before delivery, for the slowest producer.

    `lead_days` is the slowest producer's lead time, `minimum` what the hub needs in any case.
    """
    return working_days.add(delivery_date, -max(lead_days, minimum))


class _Rule(NamedTuple):
    text: str  # without UNTIL
    until: date | None


def _read(rrule: str) -> _Rule:
    """Return the rule if all its parts are allowed. Raises BadRule."""
    text = rrule.strip().upper()
    if len(text.splitlines()) > 1:
        raise BadRule("several_lines", rrule)
    if "DTSTART" in text:
        raise BadRule("start_in_rule", rrule)
    pairs = [part.partition("=") for part in text.split(";")]
    parts = {name: value for name, _, value in pairs}
    if parts.get("FREQ") in ("HOURLY", "MINUTELY", "SECONDLY"):
        raise BadRule("sub_daily", rrule)
    if any(equals and name.isalpha() and name not in _PARTS for name, equals, _ in pairs):
        raise BadRule("unsupported_part", rrule)  # BYWEEKNO is parity again, BYHOUR is a time
    if len(parts) < len(pairs) or "FREQ" not in parts or not all(map(_is_well_formed, parts.items())):
        raise BadRule("unparsable", rrule)
    if parts["FREQ"] in ("DAILY", "WEEKLY") and re.search("[0-9]", parts.get("BYDAY", "")):
        raise BadRule("unparsable", rrule)  # the second Tuesday of a week: dateutil would take every Tuesday
    try:
        until = date.fromisoformat(parts.pop("UNTIL")) if "UNTIL" in parts else None
        rule = _Rule(";".join(f"{name}={value}" for name, value in parts.items()), until)
        rrulestr(rule.text)
    except ValueError as error:
        raise BadRule("unparsable", rrule) from error
    return rule


def _is_well_formed(part: tuple[str, str]) -> bool:
    name, value = part
    return name in _PARTS and bool(re.fullmatch(_PARTS[name], value))


def _occurrences(rule: _Rule, starts_on: date, last: date) -> Iterator[date]:
    """Yield the rule's dates from `starts_on`; the end of time comes at most 400 years after `last`.

    dateutil looks for a match until year 9999, for seconds if there is none. The calendar repeats every 400
    years, so the rule is asked as late as possible, where that end is near.
    """
    shift = (MAXYEAR - last.year) // _CALENDAR_CYCLE * _CALENDAR_CYCLE
    start = datetime.combine(starts_on.replace(year=starts_on.year + shift), time())
    for moment in rrulestr(rule.text, dtstart=start):
        yield moment.date().replace(year=moment.year - shift)
