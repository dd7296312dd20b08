"""Change a membership: every change has its day, an event with who made it, and an undo until that day.

What a change means for deliveries follows from the terms (`orders/actions/plan.py`).
"""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone

from ..exceptions import CannotChange
from ..models import Membership, MembershipEvent, Organization, Plan, User
from ..terms import Pause

Kind = MembershipEvent.Kind
ONE_DAY = timedelta(days=1)


def begin_membership(
    organization: Organization, plan: Plan, starts_on: date, *, actor: User | None, now: datetime
) -> Membership:
    """Make the institution a member from the day on; a running one goes over to the plan on that day.

    The same once more changes nothing. Must run inside a transaction. Raises CannotChange while another
    change of plan is still to come, or if the membership will be over by then.
    """
    Organization.objects.select_for_update(no_key=True).get(pk=organization.pk)
    running = Membership.objects.running().filter(organization=organization).first()
    if running is None:
        membership = Membership.objects.create(organization=organization, starts_on=starts_on)
        _add_tier(membership, plan, starts_on)
        _record(membership, Kind.JOINED, starts_on, actor=actor, now=now, plan=plan)
        return membership
    _change_tier(running, plan, starts_on, actor=actor, now=now)
    return running


def _change_tier(
    membership: Membership, plan: Plan, starts_on: date, *, actor: User | None, now: datetime
) -> None:
    before = membership.tier_on(starts_on)
    if before.plan_id == plan.pk:
        return
    begun = max(timezone.localdate(now), membership.starts_on)
    if starts_on <= begun:
        raise CannotChange("too_late")
    if membership.tiers.filter(starts_on__gt=begun).exists():
        raise CannotChange("change_pending")
    if membership.ends_on and starts_on > membership.ends_on:
        raise CannotChange("membership_ended")
    _add_tier(membership, plan, starts_on)
    _record(membership, Kind.TIER, starts_on, actor=actor, now=now, plan=plan)


def _add_tier(membership: Membership, plan: Plan, starts_on: date) -> None:
    membership.tiers.create(
        plan=plan,
        starts_on=starts_on,
        monthly_fee=plan.monthly_fee,
        deliveries_per_month=plan.deliveries_per_month,
    )


@transaction.atomic
def pause_membership(
    membership: Membership, *, starts_on: date, ends_on: date | None, actor: User, now: datetime
) -> Membership:
    """Bring nothing from a coming day up to and including another one; the same twice is one pause.

    Raises CannotChange for a day that isn't to come, one after the membership, or on another pause.
    """
    locked = _lock(membership)
    wanted = Pause(starts_on, ends_on)
    if locked.pauses.filter(starts_on=starts_on, ends_on=ends_on).exists():
        return locked
    if starts_on <= timezone.localdate(now) or (ends_on and ends_on < starts_on):
        raise CannotChange("too_late")
    if locked.ends_on and starts_on > locked.ends_on:
        raise CannotChange("membership_ended")
    if any(wanted.overlaps(pause) for pause in locked.terms.pauses):
        raise CannotChange("pause_overlaps")
    locked.pauses.create(starts_on=starts_on, ends_on=ends_on)
    _record(locked, Kind.PAUSED, starts_on, actor=actor, now=now, until=ends_on)
    return locked


@transaction.atomic
def resume_membership(membership: Membership, *, resumes_on: date, actor: User, now: datetime) -> Membership:
    """End the pause that runs so that deliveries come from the day on. Raises CannotChange."""
    locked = _lock(membership)
    today = timezone.localdate(now)
    if resumes_on <= today:
        raise CannotChange("too_late")
    last = resumes_on - ONE_DAY
    pause = locked.pauses.filter(starts_on__lte=today).exclude(ends_on__lt=today).first()
    if pause is None or (pause.ends_on and pause.ends_on < last):
        raise CannotChange("not_paused")
    if pause.ends_on == last:
        return locked
    before, pause.ends_on = pause.ends_on, last
    pause.save(update_fields=["ends_on"])
    _record(locked, Kind.RESUMED, resumes_on, actor=actor, now=now, until=before)
    return locked


@transaction.atomic
def leave_membership(
    membership: Membership, *, last_day: date, actor: User, now: datetime, note: str = ""
) -> Membership:
    """End it after the day, which the page offers by the notice that the hub asks. Raises CannotChange."""
    locked = _lock(membership)
    if locked.ends_on == last_day:
        return locked
    if locked.ends_on:
        raise CannotChange("already_leaving")
    if last_day <= timezone.localdate(now) or last_day < locked.starts_on:
        raise CannotChange("too_late")
    if locked.tiers.filter(starts_on__gt=last_day).exists():
        raise CannotChange("change_pending")
    locked.ends_on = last_day
    locked.save(update_fields=["ends_on"])
    _record(locked, Kind.LEFT, last_day + ONE_DAY, actor=actor, now=now, note=note)
    return locked


@transaction.atomic
def undo_change(event: MembershipEvent, *, actor: User, now: datetime) -> Membership:
    """Take a change back that hasn't taken effect; twice changes nothing. Raises CannotChange."""
    locked = _lock(event.membership)
    if MembershipEvent.objects.filter(undoes=event).exists():
        return locked
    if event.kind not in MembershipEvent.UNDOABLE or event.effective_on <= timezone.localdate(now):
        raise CannotChange("too_late")
    match event.kind:
        case Kind.JOINED:
            _give_up(locked)
        case Kind.TIER:
            locked.tiers.filter(starts_on=event.effective_on).delete()
        case Kind.PAUSED:
            locked.pauses.filter(starts_on=event.effective_on).delete()
        case Kind.RESUMED:
            locked.pauses.filter(ends_on=event.effective_on - ONE_DAY).update(ends_on=event.until)
        case Kind.LEFT:
            locked.ends_on = None
            locked.save(update_fields=["ends_on"])
    _record(locked, Kind.UNDONE, event.effective_on, actor=actor, now=now, plan=event.plan, undoes=event)
    return locked


def _give_up(membership: Membership) -> None:
    """A membership that never begins is over on its first day."""
    membership.status, membership.ends_on = Membership.Status.ENDED, membership.starts_on
    membership.save(update_fields=["status", "ends_on"])


def end_membership(membership_id: int, *, now: datetime) -> Membership | None:
    """Close a membership whose last day is over; None if somebody did. Must run inside a transaction."""
    over = Membership.objects.over(timezone.localdate(now)).filter(pk=membership_id)
    if not over.update(status=Membership.Status.ENDED):
        return None
    membership: Membership = Membership.objects.get(pk=membership_id)
    _record(membership, Kind.ENDED, timezone.localdate(now), actor=None, now=now)
    return membership


def _lock(membership: Membership) -> Membership:
    """Return it locked. Raises CannotChange if it is over."""
    locked = Membership.objects.select_for_update().get(pk=membership.pk)
    if locked.status == Membership.Status.ENDED:
        raise CannotChange("membership_ended")
    return locked


def _record(
    membership: Membership,
    kind: str,
    effective_on: date,
    *,
    actor: User | None,
    now: datetime,
    plan: Plan | None = None,
    until: date | None = None,
    note: str = "",
    undoes: MembershipEvent | None = None,
) -> None:
    MembershipEvent.objects.create(
        membership=membership,
        kind=kind,
        effective_on=effective_on,
        actor=actor,
        at=now,
        plan=plan,
        until=until,
        note=note[:300],
        undoes=undoes,
    )
