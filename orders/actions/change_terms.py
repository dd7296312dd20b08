"""Decide something about a standing order for good or for a time: its terms, pauses, and its end."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from membership.models import User

from ..exceptions import NotPossible
from ..models import LaterTerms, Occurrence, Pause, StandingOrder, StandingOrderChange
from ..models.serving import SERVING
from ..models.terms import Terms, copy_terms
from .agreement_of_year import settle_agreement
from .authority import record
from .change_date import check
from .changing import ONE_DAY, change_for_good, lock

Kind = StandingOrderChange.Kind
Status = StandingOrder.Status


@transaction.atomic
def change_terms(
    standing_order: StandingOrder,
    changes: Mapping[str, Any],
    *,
    since: date | None = None,
    actor: User | None,
    now: datetime,
    seen: int | None = None,
) -> StandingOrderChange | None:
    """Change what comes and when, for the rule dates from `since` on, or for all; None if nothing changes.

    `changes` by the names of `TERMS`, or `ends_on`. Dates past their change deadline stay, and so does what
    was decided for single dates. A new rule counts from `starts_on`, or from `since`. What comes to cost more
    a year than was agreed waits for an approver. Raises ValidationError or NotPossible.
    """
    values = dict(changes)
    ends = {"ends_on": values.pop("ends_on")} if "ends_on" in values else {}
    if "rrule" in values:
        values.setdefault("starts_on", since or timezone.localdate(now) + ONE_DAY)
    check(standing_order, {name: value for name, value in values.items() if name in SERVING})

    def change(locked: StandingOrder) -> None:
        for name, value in ends.items():
            setattr(locked, name, value)
        for terms in _affected(locked, values, since):
            for name, value in values.items():
                setattr(terms, name, value)
            terms.full_clean(validate_unique=False, validate_constraints=False)
            if isinstance(terms, LaterTerms):
                terms.save()

    kind = Kind.FOLLOWING if since else Kind.ALL
    made = change_for_good(standing_order, kind, change, actor=actor, now=now, seen=seen, since=since)
    if made:
        settle_agreement(made.standing_order, actor=actor, now=now)
    return made


def _affected(locked: StandingOrder, values: Mapping[str, Any], since: date | None) -> list[Terms]:
    """Return the terms to change; from a date on, new ones begin there if they differ."""
    later = list(locked.later_terms.order_by("valid_from"))
    if since is None:
        return [locked, *later]
    before = [terms for terms in later if terms.valid_from <= since]
    base: Terms = before[-1] if before else locked
    following: list[Terms] = [terms for terms in later if terms.valid_from >= since]
    begins_here = bool(before) and before[-1].valid_from == since
    if not begins_here and any(getattr(base, name) != value for name, value in values.items()):
        first = LaterTerms(standing_order=locked, valid_from=since)
        copy_terms(base, first)
        following.insert(0, first)
    return following


@transaction.atomic
def at_all_sites(standing_order: StandingOrder, deed: Callable[[StandingOrder], object]) -> None:
    """Do it for a standing order and for all that were set up with it for other sites, or for none."""
    others = list(StandingOrder.objects.together_with(standing_order))
    for row in sorted([standing_order, *others], key=lambda each: each.pk):
        deed(row)


def change_terms_everywhere(
    standing_order: StandingOrder,
    changes: Mapping[str, Any],
    *,
    since: date | None = None,
    actor: User | None,
    now: datetime,
    seen: int | None = None,
) -> None:
    """Change it and all that were set up with it; those of other sites keep their site and people."""
    elsewhere = {name: value for name, value in changes.items() if name not in ("site_id", "headcount")}

    def change(row: StandingOrder) -> None:
        is_own = row == standing_order
        mine, revision = (changes, seen) if is_own else (elsewhere, None)
        change_terms(row, mine, since=since, actor=actor, now=now, seen=revision)

    at_all_sites(standing_order, change)


def pause_standing_order(
    standing_order: StandingOrder,
    first: date,
    last: date | None,
    *,
    actor: User | None,
    now: datetime,
    seen: int | None = None,
) -> StandingOrderChange | None:
    """Let nothing come of rule dates from `first` to `last`, or until it is resumed. Raises NotPossible."""
    if last and last < first:
        raise NotPossible("pause_ends_before")

    def pause(locked: StandingOrder) -> None:
        Pause.objects.get_or_create(standing_order=locked, first_on=first, last_on=last)

    return change_for_good(standing_order, Kind.PAUSE, pause, actor=actor, now=now, seen=seen, since=first)


def resume_standing_order(
    standing_order: StandingOrder,
    on: date,
    *,
    actor: User | None,
    now: datetime,
    seen: int | None = None,
) -> StandingOrderChange | None:
    """Let the rule dates from `on` come again. Raises NotPossible."""

    def resume(locked: StandingOrder) -> None:
        locked.pauses.filter(first_on__gte=on).delete()
        for pause in locked.pauses.all():
            if pause.last_on is None or pause.last_on >= on:
                pause.last_on = on - ONE_DAY
                pause.save(update_fields=["last_on"])

    return change_for_good(standing_order, Kind.RESUME, resume, actor=actor, now=now, seen=seen, since=on)


@transaction.atomic
def end_standing_order(
    standing_order: StandingOrder,
    *,
    last: date | None = None,
    actor: User | None,
    now: datetime,
    seen: int | None = None,
) -> StandingOrder:
    """Let nothing come of rule dates after `last`, or from now on; ending twice changes nothing.

    Dates past their change deadline still come; until then it stays active. Raises NotPossible.
    """
    standing_order.refresh_from_db()
    if standing_order.status == Status.ENDED:
        return standing_order
    last_on = last or _before_all_open(standing_order, timezone.localdate(now))

    def end(locked: StandingOrder) -> None:
        locked.ends_on = last_on
        locked.later_terms.filter(valid_from__gt=last_on).delete()

    made = change_for_good(
        standing_order, Kind.END, end, actor=actor, now=now, seen=seen, since=last_on + ONE_DAY
    )
    locked = made.standing_order if made else standing_order
    is_over = not locked.occurrences.filter(status=Occurrence.Status.PLANNED).exists()
    if last_on <= timezone.localdate(now) and is_over:
        was, locked.status = locked.status, Status.ENDED
        locked.save(update_fields=["status"])
        record(locked, was, actor=actor, now=now)
    return locked


def _before_all_open(standing_order: StandingOrder, today: date) -> date:
    """Return the day before the first rule date that may still come: a member may have moved it to later."""
    planned = standing_order.occurrences.filter(status=Occurrence.Status.PLANNED).order_by("rule_date")
    first = planned.values_list("rule_date", flat=True).first()
    return min(today, first - timedelta(days=1)) if first else today


@transaction.atomic
def stop_standing_order(
    standing_order: StandingOrder, *, reason: str, note: str, actor: User | None = None, now: datetime
) -> StandingOrder:
    """End it at once because nothing of it may come: every planned date is skipped, whatever its deadline."""
    locked = lock(standing_order)
    if locked.status == Status.ENDED:
        return locked
    was, locked.status = locked.status, Status.ENDED
    locked.ends_on = timezone.localdate(now)
    locked.save(update_fields=["status", "ends_on"])
    locked.occurrences.filter(status=Occurrence.Status.PLANNED).update(
        status=Occurrence.Status.SKIPPED, reason=reason, detail=""
    )
    record(locked, was, actor=actor, now=now, note=note)
    return locked
