"""How a decision about a standing order is made: locked, kept with what was, followed by its dates."""

import json
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.utils import timezone

from membership.models import Department, User
from membership.permissions import is_operator

from ..cutoff import change_until
from ..exceptions import NotPossible
from ..models import LaterTerms, Occurrence, Pause, StandingOrder, StandingOrderChange
from ..models.terms import TERMS
from ..repeating import Plan
from ..standing_plan import thawed
from .agreement_of_year import settle_agreement
from .authority import record
from .places import plan_before, require_places_for_change
from .reconcile import Moved, reconcile

Kind = StandingOrderChange.Kind
Status = StandingOrder.Status
ONE_DAY = timedelta(days=1)
Snapshot = dict[str, Any]
OWN = ("is_left_out", "moved_to", "answer", "own")


def lock(standing_order: StandingOrder) -> StandingOrder:
    """Return the standing order locked and read again. Must run inside a transaction."""
    locked: StandingOrder = StandingOrder.objects.select_for_update().get(pk=standing_order.pk)
    return locked


@transaction.atomic
def change_for_good(
    standing_order: StandingOrder,
    kind: str,
    apply: Callable[[StandingOrder], None],
    *,
    actor: User | None,
    now: datetime,
    seen: int | None = None,
    since: date | None = None,
) -> StandingOrderChange | None:
    """Let `apply` change the locked standing order, its later terms and pauses; its open dates follow.

    None if that changed nothing. `seen` is the revision that the actor decided by. Raises NotPossible if it
    has ended, or was changed since then.
    """
    locked = lock(standing_order)
    if locked.status == Status.ENDED:
        raise NotPossible("standing_order_ended")
    was, before = state_of(locked), plan_before(locked, today=timezone.localdate(now))
    apply(locked)
    if (became := state_of(locked)) == was:
        return None
    moved = _follow(locked, seen, now, before=before)
    return StandingOrderChange.objects.create(
        standing_order=locked,
        kind=kind,
        since=since,
        was=was,
        became=became,
        actor=actor,
        at=now,
        undo_until=_undo_until(moved),
    )


@transaction.atomic
def change_one_date(
    row: Occurrence,
    kind: str,
    apply: Callable[[Occurrence], None],
    *,
    actor: User | None,
    now: datetime,
    seen: int | None = None,
) -> Occurrence:
    """Let `apply` decide something for one date, which follows; return the date as it is then.

    The date's row and its standing order are locked. Raises NotPossible if it may not be changed any more.
    """
    locked = lock(row.standing_order)
    row = Occurrence.objects.select_for_update().get(pk=row.pk)
    was = own_state_of(row)
    before = plan_before(locked, today=timezone.localdate(now)) if actor else None
    apply(row)
    if (became := own_state_of(row)) == was:
        return row
    if locked.status == Status.ENDED:
        raise NotPossible("standing_order_ended")
    require_open(row, actor=actor, now=now)
    row.save(update_fields=OWN)
    forced = row.rule_date if _may_force(actor) else None
    moved = _follow(locked, seen, now, before=before, forced=forced)
    StandingOrderChange.objects.create(
        standing_order=locked,
        occurrence=row,
        kind=kind,
        was=was,
        became=became,
        actor=actor,
        at=now,
        undo_until=_undo_until(moved),
    )
    row.refresh_from_db()
    return row


def _follow(
    locked: StandingOrder,
    seen: int | None,
    now: datetime,
    *,
    before: Plan | None = None,
    forced: date | None = None,
) -> list[Moved]:
    """Let the dates follow what was just changed, and count the change.

    `before` is the plan as it was; without it nobody asks whether the days that it takes have a place.
    """
    if seen is not None and seen != locked.revision:
        raise NotPossible("changed_meanwhile")
    require_places_for_change(locked, before, now=now)
    locked.revision += 1
    locked.save()
    return reconcile(locked, now=now, is_asked=True, forced=forced)


def _undo_until(moved: list[Moved]) -> datetime | None:
    return min((change.deadline for change in moved if change.deadline), default=None)


def require_open(row: Occurrence, *, actor: User | None, now: datetime) -> None:
    """Raise NotPossible, naming the deadline, unless the actor may still change the date."""
    if row.status not in (Occurrence.Status.PLANNED, Occurrence.Status.SKIPPED):
        raise NotPossible("past_cutoff")
    if row.cutoff_at is None:
        if row.rule_date <= timezone.localdate(now):
            raise NotPossible("too_late")
        return
    if row.cutoff_at <= now:
        raise NotPossible("past_cutoff")
    deadline = deadline_of(row.cutoff_at, actor)
    if deadline <= now:
        raise NotPossible("past_change_deadline", f"{timezone.localtime(deadline):%Y-%m-%d %H:%M}")


def deadline_of(cutoff: datetime, actor: User | None) -> datetime:
    """Return until when the actor may change what is fixed at the cut-off."""
    return cutoff if _may_force(actor) else change_until(cutoff)


def _may_force(actor: User | None) -> bool:
    """Whether the actor may change a date between the members' deadline and the cut-off."""
    return actor is not None and is_operator(actor)


# -- What is kept ---------------------------------------------------------------------------------


def state_of(standing_order: StandingOrder) -> Snapshot:
    """Return all that a change for good can touch, as JSON keeps it."""
    later = LaterTerms.objects.filter(standing_order=standing_order)
    pauses = Pause.objects.filter(standing_order=standing_order).order_by("first_on", "last_on")
    return _plain(
        {
            "terms": _terms(standing_order),
            "later": [{"valid_from": terms.valid_from, **_terms(terms)} for terms in later],
            "pauses": list(pauses.values_list("first_on", "last_on")),
            "ends_on": standing_order.ends_on,
        }
    )


def own_state_of(row: Occurrence) -> Snapshot:
    """Return all that a change of one date can touch, as JSON keeps it."""
    return _plain({name: getattr(row, name) for name in OWN})


def _terms(row: StandingOrder | LaterTerms) -> Snapshot:
    return {name: getattr(row, name) for name in TERMS}


def _plain(values: Snapshot) -> Snapshot:
    plain: Snapshot = json.loads(json.dumps(values, cls=DjangoJSONEncoder))
    return plain


def _restore(standing_order: StandingOrder, state: Snapshot) -> None:
    for name, value in thawed(state["terms"]).items():
        setattr(standing_order, name, value)
    standing_order.ends_on = state["ends_on"] and date.fromisoformat(state["ends_on"])
    standing_order.later_terms.all().delete()
    standing_order.pauses.all().delete()
    LaterTerms.objects.bulk_create(
        LaterTerms(standing_order=standing_order, **thawed(terms)) for terms in state["later"]
    )
    Pause.objects.bulk_create(
        Pause(
            standing_order=standing_order,
            first_on=date.fromisoformat(first),
            last_on=last and date.fromisoformat(last),
        )
        for first, last in state["pauses"]
    )


# -- Undoing --------------------------------------------------------------------------------------


@transaction.atomic
def undo_change(change: StandingOrderChange, *, actor: User, now: datetime) -> StandingOrderChange:
    """Bring back what was before the change; twice changes nothing. What is past its deadline stays as it is.

    Raises NotPossible after the deadline, or where something newer hangs on it: that is undone first.
    """
    locked = lock(change.standing_order)
    change = StandingOrderChange.objects.select_related("occurrence").get(pk=change.pk)
    if change.undone_at:
        return change
    require_undoable(change, actor=actor, now=now)
    before = plan_before(locked, today=timezone.localdate(now))
    take_back(change, locked, actor=actor, now=now, before=before)
    return change


def require_undoable(change: StandingOrderChange, *, actor: User, now: datetime) -> None:
    """Raise NotPossible unless the actor may undo the change now."""
    if change.kind == Kind.DEFAULT:
        raise NotPossible("answer_closed")
    same = StandingOrderChange.objects.in_force().filter(
        standing_order=change.standing_order_id, occurrence=change.occurrence_id
    )
    if same.filter(pk__gt=change.pk).exists():
        raise NotPossible("newer_change")
    if change.undo_until is None:
        return
    deadline = change.undo_until
    if _may_force(actor):
        deadline += timedelta(hours=settings.CHANGE_HOURS)
    if deadline <= now:
        raise NotPossible("past_change_deadline", f"{timezone.localtime(deadline):%Y-%m-%d %H:%M}")


def take_back(
    change: StandingOrderChange,
    locked: StandingOrder,
    *,
    actor: User | None,
    now: datetime,
    before: Plan | None = None,
) -> None:
    """Bring back what was before the change, whoever asks and whenever; its open dates follow.

    With `before`, the plan until now, only where the days that it takes again have a place. Raises DayFull.
    """
    change.undone_at, change.undone_by = now, actor
    change.save(update_fields=["undone_at", "undone_by"])
    if change.occurrence:
        row = Occurrence.objects.select_for_update().get(pk=change.occurrence.pk)
        require_open(row, actor=actor, now=now)
        for name in OWN:
            value = change.was[name]
            setattr(row, name, date.fromisoformat(value) if name == "moved_to" and value else value)
        _require_in_use([row.own])
        row.save(update_fields=OWN)
        forced = row.rule_date if _may_force(actor) else None
        _follow(locked, None, now, before=before, forced=forced)
        require_followed(row)
    else:
        _restore(locked, change.was)
        _require_in_use([change.was["terms"], *change.was["later"]])
        if locked.status == Status.ENDED:
            was, locked.status = locked.status, Status.ACTIVE
            record(locked, was, actor=actor, now=now)
        _follow(locked, None, now, before=before)
    settle_agreement(locked, actor=actor, now=now)


def _require_in_use(terms: list[Snapshot]) -> None:
    """Raise NotPossible if a department that paid by then was retired since: it pays for nothing new."""
    departments = {each["department_id"] for each in terms if each.get("department_id")}
    if Department.objects.filter(pk__in=departments, is_active=False).exists():
        raise NotPossible("department_retired")


def require_followed(row: Occurrence) -> None:
    """Raise NotPossible if the stored date could not follow what was decided: its day comes too late."""
    row.refresh_from_db()
    if row.moved_to and row.delivery_date != row.moved_to:
        raise NotPossible("too_late")
