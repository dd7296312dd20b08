"""A date on a holiday of which the institution is asked: where it can go, and until when it may say so."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import get_language

from .cutoff import change_until, cutoff_at
from .models import Occurrence
from .models.terms import ANSWERS
from .repeating import ASKED
from .schedule import delivery_date
from .working_days import WorkingDays

# What holds while nobody has answered: the reason on the row says where the default put the date.
BY_DEFAULT = {
    ASKED["moved_before"]: "before",
    ASKED["moved_after"]: "after",
    ASKED["skipped_holiday"]: "skip",
}
# The reason on the row once the default is the answer.
SETTLED = {asked: code for code, asked in ASKED.items()}


@dataclass(frozen=True)
class Choice:
    """One answer: the day on which it delivers, None if nothing comes, and until when members may give it."""

    answer: str
    label: str
    day: date | None
    until: datetime | None
    is_default: bool
    is_open: bool


@dataclass(frozen=True)
class Question:
    """What the institution is asked about a date, in the reader's language."""

    row: Occurrence
    day: date
    holiday: str
    choices: list[Choice]


def holiday_of(row: Occurrence) -> date:
    """Return the day that the question is about: that of the rule, or the one it was moved to."""
    return row.moved_to or row.rule_date


def is_asked(row: Occurrence) -> bool:
    """Whether the institution has still to say where the date goes."""
    return row.reason in BY_DEFAULT and not row.answer


def question_of(row: Occurrence, working_days: WorkingDays, *, now: datetime) -> Question | None:
    """Return what is asked about the date; None if nothing is, or if the time to answer is over."""
    if not is_asked(row) or (row.answer_by and row.answer_by <= now):
        return None
    return Question(
        row, holiday_of(row), holiday_name(row, working_days), choices_for(row, working_days, now=now)
    )


def holiday_name(row: Occurrence, working_days: WorkingDays) -> str:
    """Return the name of the holiday in the reader's language; "" of a day that was closed without one."""
    in_english = working_days.name(holiday_of(row), "en") if get_language() == "en" else ""
    return in_english or row.detail


def choices_for(row: Occurrence, working_days: WorkingDays, *, now: datetime) -> list[Choice]:
    """Return all answers. To leave it out is possible as long as the day on which it stands can be left."""
    found = []
    for answer, label in ANSWERS:
        day, _reason = delivery_date(holiday_of(row), answer, working_days)
        cutoff = cutoff_at(day, 0, working_days) if day else row.cutoff_at
        if day == row.delivery_date and row.cutoff_at:
            cutoff = row.cutoff_at  # a slow producer may need longer
        until = cutoff and change_until(cutoff)
        found.append(
            Choice(
                answer,
                str(label),
                day,
                until,
                is_default=BY_DEFAULT.get(row.reason) == answer,
                is_open=until is None or until > now,
            )
        )
    return found


def answer_by(choices: Sequence[Choice], now: datetime) -> datetime:
    """Return until when the institution answers: as long as all is possible that still is; `now` if nothing.

    After that the default holds, and is still far enough ahead to be changed by whoever reads of it.
    """
    deadlines = [choice.until for choice in choices if choice.until and choice.until > now]
    return min(deadlines, default=now)
