"""Ask for a plan with its deliveries; what an approver or the waiting list has agreed to is set up.

Agreeing and setting up are two steps, for contents are composed in between and nobody should wait for that:
an application that is agreed and not set up is finished by the next sweep.
"""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from membership.actions.subscribe import begin_membership
from membership.exceptions import CannotChange
from membership.models import Organization, User

from ..exceptions import NotPossible
from ..models import Application, ApplicationEvent, Notification
from ..permissions import may_approve
from ..places import Places
from .advance import advance_application
from .authority import approvers_of, check_department, why_standing_order_waits
from .event_order import place_event_order
from .ledger import Outcome
from .notify import notify, people
from .places import require_places
from .standing import create_standing_order

Kind, Status = Application.Kind, Application.Status


def apply_for_plan(application: Application, *, now: datetime) -> Application:
    """Ask for what the unsaved application says; above what its person decides alone an approver is asked.

    The same once more returns the one that is open. Raises ValidationError or NotPossible, DayFull if one of
    its dates has no place left.
    """
    application.kind, application.asked_at = Kind.PLAN, now
    application.status = Status.AGREED
    # Whether one is open already is asked below, where two clicks wait for each other.
    application.full_clean(validate_unique=False, validate_constraints=False)
    check_department(application.organization, application.department)
    if application.starts_on <= timezone.localdate(now):
        raise NotPossible("too_late")
    with transaction.atomic():
        # Two clicks at once wait for each other here.
        Organization.objects.select_for_update(no_key=True).get(pk=application.organization_id)
        if earlier := Application.objects.of_plan(application.organization).first():
            if _says_the_same(earlier, application):
                return earlier
            raise NotPossible("application_open")
        places = Places(now=now)
        require_places(places.of_application(application), places)
        waits = why_standing_order_waits(application.as_standing_order(), now=now)
        application.status, application.reason = (Status.AWAITING, waits) if waits else (Status.AGREED, "")
        application.save()
        _record(application, actor=application.asked_by, now=now)
        if waits:
            let_wait_for_approval(application, now=now)
        else:
            begin_plan(application, actor=application.asked_by, now=now)
    return finish_application(application, now=now)


def _says_the_same(one: Application, other: Application) -> bool:
    said = ("bundle_id", "site_id", "headcount", "rrule", "starts_on", "asked_by_id")
    return all(getattr(one, name) == getattr(other, name) for name in said)


def _record(application: Application, *, actor: User, now: datetime) -> None:
    ApplicationEvent.objects.create(
        application=application, was="", to=application.status, actor=actor, at=now, note=application.reason
    )


def let_wait_for_approval(application: Application, *, now: datetime) -> None:
    """Tell those who may approve what it costs in a year; if nobody may, every approver."""
    organization = application.organization
    approvers = approvers_of(organization, application.yearly_sum) or people(organization, "approver")
    notify(approvers, Notification.Kind.APPROVAL_ASKED, now=now, application=application)


def begin_plan(application: Application, *, actor: User, now: datetime) -> None:
    """Begin the membership, or change its plan. Raises NotPossible."""
    plan = application.bundle.plan
    if application.kind != Kind.PLAN or plan is None:
        return
    try:
        begin_membership(application.organization, plan, application.starts_on, actor=actor, now=now)
    except CannotChange as error:
        raise NotPossible(error.reason) from error


def finish_application(application: Application, *, now: datetime) -> Application:
    """Set up what was agreed; called again, or by two at once, it makes one.

    What can't be had any more expires, and its institution is told.
    """
    application.refresh_from_db()
    if application.status != Status.AGREED:
        return application
    try:
        made = _set_up(application, now=now)
    except NotPossible as error:
        expire(application, error.reason, now=now)
        application.refresh_from_db()
        return application
    with transaction.atomic():
        locked = Application.objects.select_for_update().get(pk=application.pk)
        if locked.status == Status.AGREED:
            advance_application(locked, Status.DONE, actor=None, now=now)
            Application.objects.filter(pk=locked.pk).update(reason="", **made)
    application.refresh_from_db()
    return application


def _set_up(application: Application, *, now: datetime) -> dict[str, object]:
    """Return what was made, by the column that keeps it."""
    shared = ("site", "bundle", "department", "headcount", "exclusions")
    fields = {name: getattr(application, name) for name in shared} | {"application": application}
    if application.event_at:
        order = place_event_order(
            **fields,
            event_at=application.event_at,
            note=application.note,
            request_key=application.request_key,
            actor=application.asked_by,
            now=now,
        )
        return {"order": order}
    standing_order = create_standing_order(
        **fields,
        organization=application.organization,
        rrule=application.rrule,
        starts_on=application.starts_on,
        ends_on=application.ends_on,
        holiday_policy=application.holiday_policy,
        window_opens=application.window_opens,
        window_closes=application.window_closes,
        is_agreed=application.kind == Kind.PLAN,
        actor=application.asked_by,
        now=now,
    )
    return {"standing_order": standing_order}


@transaction.atomic
def expire(application: Application, reason: str, *, actor: User | None = None, now: datetime) -> None:
    """Give it up for a reason, and tell its institution; what isn't open any more stays as it is."""
    locked = Application.objects.select_for_update().get(pk=application.pk)
    if not locked.is_open:
        return
    advance_application(locked, Status.EXPIRED, actor=actor, now=now, note=reason)
    Application.objects.filter(pk=locked.pk).update(reason=reason)
    told = people(locked.organization, "orderer", "approver")
    notify(told, Notification.Kind.APPLICATION_EXPIRED, now=now, application=locked, detail=reason)


# -- An approver's word ---------------------------------------------------------------------------


def approve_application(application: Application, *, actor: User, now: datetime) -> Application:
    """Agree to what it costs a year; approving twice changes nothing. Raises NotPossible."""
    with transaction.atomic():
        locked = _lock(application)
        if locked.status in (Status.AGREED, Status.DONE):
            return finish_application(locked, now=now)
        _require_authority(locked, actor)
        if locked.starts_on <= timezone.localdate(now):
            raise NotPossible("too_late")
        advance_application(locked, Status.AGREED, actor=actor, now=now)
        begin_plan(locked, actor=actor, now=now)
        _tell_asker(locked, Notification.Kind.ORDER_APPROVED, actor=actor, now=now)
    return finish_application(locked, now=now)


@transaction.atomic
def decline_application(application: Application, *, note: str, actor: User, now: datetime) -> Application:
    """Refuse it, with a word to who asked; twice changes nothing. Raises NotPossible."""
    locked = _lock(application)
    if locked.status == Status.DECLINED:
        return locked
    _require_authority(locked, actor)
    advance_application(locked, Status.DECLINED, actor=actor, now=now, note=note)
    _tell_asker(locked, Notification.Kind.ORDER_DECLINED, actor=actor, now=now, detail=note)
    return locked


@transaction.atomic
def withdraw_application(application: Application, *, actor: User, now: datetime) -> Application:
    """Take it back before it is agreed to; twice changes nothing. Raises NotPossible."""
    locked = _lock(application)
    if locked.status == Status.WITHDRAWN:
        return locked
    if not locked.is_open or locked.status == Status.AGREED:
        raise NotPossible("wrong_state")
    advance_application(locked, Status.WITHDRAWN, actor=actor, now=now)
    return locked


def _lock(application: Application) -> Application:
    locked: Application = Application.objects.select_for_update().get(pk=application.pk)
    return locked


def _require_authority(application: Application, actor: User) -> None:
    if application.status != Status.AWAITING:
        raise NotPossible("wrong_state")
    if not may_approve(actor, application.organization_id, application.yearly_sum):
        raise NotPossible("no_authority")


def _tell_asker(application: Application, kind: str, *, actor: User, now: datetime, detail: str = "") -> None:
    if application.asked_by != actor:
        notify([application.asked_by], kind, now=now, application=application, detail=detail)


# -- By themselves --------------------------------------------------------------------------------


def follow_up(application: Application, *, now: datetime) -> Outcome | None:
    """Finish what is agreed, and give up what nobody approved before it was to start."""
    if application.status == Status.AWAITING:
        expire(application, "not_approved_in_time", now=now)
    application = finish_application(application, now=now)
    if application.is_open:
        return None
    outcome = "done" if application.status == Status.DONE else "skipped"
    return Outcome(
        outcome, str(application), application.pk, application.organization, reason=application.reason
    )
