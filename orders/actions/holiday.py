"""An institution is asked where a date goes that falls on a holiday: question, reminder, answer, default."""

from datetime import datetime

from django.db import transaction

from membership.models import User
from membership.permissions import ORDERING_ROLES

from ..exceptions import NotPossible
from ..holiday import BY_DEFAULT, SETTLED, answer_by, choices_for, holiday_of
from ..models import CalendarDay, Notification, Occurrence, StandingOrderChange
from ..schedule import delivery_date
from .changing import change_one_date, lock, own_state_of, require_open
from .ledger import Outcome
from .notify import notify, people

Kind = StandingOrderChange.Kind
Told = Notification.Kind


@transaction.atomic
def ask_about_holiday(occurrence_id: int, *, now: datetime) -> Outcome | None:
    """Ask the institution, once. Where no time is left to ask, the default holds, and it is told so."""
    row = _locked(occurrence_id)
    if not Occurrence.objects.to_ask(now).filter(pk=row.pk).exists():
        return None
    working_days = CalendarDay.objects.all().working_days()
    row.asked_at = now
    row.answer_by = answer_by(choices_for(row, working_days, now=now), now)
    row.save(update_fields=["asked_at", "answer_by"])
    if row.answer_by <= now:
        return _settle(row, now)
    _tell(row, Told.HOLIDAY_ASKED, now)
    return _outcome(row)


@transaction.atomic
def remind_of_holiday(occurrence_id: int, *, now: datetime) -> Outcome | None:
    """Remind the institution of the question, once."""
    row = _locked(occurrence_id)
    if not Occurrence.objects.to_remind_of_holiday(now).filter(pk=row.pk).update(reminded_at=now):
        return None
    _tell(row, Told.HOLIDAY_REMINDER, now)
    return _outcome(row)


@transaction.atomic
def settle_unanswered_holiday(occurrence_id: int, *, now: datetime) -> Outcome | None:
    """Nobody answered in time: the default becomes the answer, wherever the date is in its life by now."""
    row = _locked(occurrence_id)
    if not Occurrence.objects.to_settle(now).filter(pk=row.pk).exists():
        return None
    return _settle(row, now)


def _locked(occurrence_id: int) -> Occurrence:
    """Return the date with its row and its standing order locked, in that order of all changes."""
    row = Occurrence.objects.select_related("standing_order").get(pk=occurrence_id)
    standing_order = lock(row.standing_order)
    row = Occurrence.objects.select_for_update().get(pk=occurrence_id)
    row.standing_order = standing_order
    return row


def _settle(row: Occurrence, now: datetime) -> Outcome:
    """Keep the default as the answer. The date already stands where that puts it."""
    was = own_state_of(row)
    row.answer, row.reason = BY_DEFAULT[row.reason], SETTLED[row.reason]
    row.save(update_fields=["answer", "reason"])
    StandingOrderChange.objects.create(
        standing_order=row.standing_order,
        occurrence=row,
        kind=Kind.DEFAULT,
        was=was,
        became=own_state_of(row),
        at=now,
        undo_until=now,
    )
    _tell(row, Told.HOLIDAY_SETTLED, now)
    return _outcome(row, "by_default")


def _tell(row: Occurrence, kind: str, now: datetime) -> None:
    told = people(row.standing_order.organization, *ORDERING_ROLES)
    notify(told, kind, now=now, occurrence=row, detail=f"{holiday_of(row)} {row.reason}")


def _outcome(row: Occurrence, reason: str = "") -> Outcome:
    standing_order = row.standing_order
    return Outcome(
        "done", str(standing_order), row.pk, standing_order.organization, row.delivery_date, reason=reason
    )


@transaction.atomic
def answer_holiday(
    row: Occurrence, answer: str, *, actor: User | None, now: datetime, seen: int | None = None
) -> Occurrence:
    """Say where a date goes that falls on a holiday: before, after or skip; twice changes nothing.

    Raises NotPossible on a working day, after the change deadline of the day where it stands, and for a day
    whose own deadline has passed.
    """
    working_days = CalendarDay.objects.all().working_days()
    if working_days.is_working(holiday_of(row)):
        raise NotPossible("no_holiday")

    row.refresh_from_db()
    if row.answer == answer:
        return row

    def say(row: Occurrence) -> None:
        row.answer = answer

    answered = change_one_date(row, Kind.ANSWER, say, actor=actor, now=now, seen=seen)
    day, _reason = delivery_date(holiday_of(answered), answer, working_days)
    if answered.delivery_date != day:
        raise NotPossible("too_late")
    if answered.status == Occurrence.Status.PLANNED:
        require_open(answered, actor=actor, now=now)
    return answered
