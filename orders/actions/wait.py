"""The waiting list: ask for a place on full days, and be offered the next one that is free.

Who asked first is offered first; a place is held until the offer ends, and goes to the next then. An offer
that is accepted becomes what was asked for, as everything that is agreed to does (`apply.py`).
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from membership.models import Organization, User

from ..cutoff import cutoff_at, in_office_hours
from ..exceptions import NotPossible
from ..models import Application, ApplicationEvent, Notification
from ..places import Places
from ..waiting_list import board_behind_line, whom_to_offer
from .advance import advance_application
from .apply import begin_plan, expire, finish_application, let_wait_for_approval
from .authority import check_department, why_standing_order_waits
from .ledger import Outcome
from .notify import notify, people
from .places import lock_limits

Kind, Status = Application.Kind, Application.Status
ONE_DAY = timedelta(days=1)
# What makes it the same wish when it is sent once more.
SAID = ("kind", "site_id", "bundle_id", "headcount", "exclusions", "rrule", "starts_on", "event_at")


def join_waiting_list(application: Application, *, now: datetime) -> Application:
    """Let what the unsaved application asks for wait until its days have a place; the same twice waits once.

    Raises ValidationError, or NotPossible: "not_full" if nothing keeps it from being ordered.
    """
    application.asked_at, application.status, application.reason = now, Status.WAITING, "day_full"
    application.full_clean(validate_unique=False, validate_constraints=False)
    check_department(application.organization, application.department)
    with transaction.atomic():
        # Two clicks at once wait for each other here.
        Organization.objects.select_for_update(no_key=True).get(pk=application.organization_id)
        for earlier in Application.objects.open().filter(organization=application.organization_id):
            if all(getattr(earlier, name) == getattr(application, name) for name in SAID):
                return earlier
            if earlier.kind == application.kind == Kind.PLAN:
                raise NotPossible("application_open")
        places = Places(now=now)
        wanted = places.of_application(application)
        lock_limits(wanted)
        if not board_behind_line(places, wanted).full(wanted):
            raise NotPossible("not_full")
        application.save()
        ApplicationEvent.objects.create(
            application=application, was="", to=application.status, actor=application.asked_by, at=now
        )
    return application


def offer_place(application_id: int, *, now: datetime) -> Outcome | None:
    """Hold a place for who is first in line for it, and ask them; None if it isn't their turn after all.

    Must run inside a transaction.
    """
    rows = Application.objects.in_line().select_for_update(skip_locked=True, of=("self",))
    application = rows.filter(pk=application_id).select_related("site", "organization").first()
    if application is None:
        return None
    places = Places(now=now)
    lock_limits(places.of_application(application))
    if application.pk not in whom_to_offer(places):
        return None
    application.offered_until = offer_ends(application, places)
    application.save(update_fields=["offered_until"])
    advance_application(application, Status.OFFERED, actor=None, now=now)
    told = people(application.organization, "orderer", "approver")
    notify(told, Notification.Kind.PLACE_OFFERED, now=now, application=application)
    return Outcome("done", str(application), application.pk, application.organization, application.starts_on)


def offer_ends(application: Application, places: Places) -> datetime:
    """Return until when a place that is offered now is held: some office hours, and before it is too late."""
    hours = timedelta(hours=settings.PLACE_OFFER_HOURS)
    ends = in_office_hours(places.now, hours, places.working_days)
    if application.event_at:
        return min(ends, cutoff_at(application.starts_on, 0, places.working_days))
    return ends


def accept_offer(application: Application, *, actor: User, now: datetime) -> Application:
    """Take the place: what was asked for is set up, or waits for an approver. Twice changes nothing.

    Raises NotPossible if none is offered, or not any more.
    """
    with transaction.atomic():
        locked = Application.objects.select_for_update().get(pk=application.pk)
        if locked.status not in (Status.AWAITING, Status.AGREED, Status.DONE):
            _accept(locked, actor=actor, now=now)
    return finish_application(locked, now=now)


def _accept(locked: Application, *, actor: User, now: datetime) -> None:
    if locked.status != Status.OFFERED or locked.offered_until is None:
        raise NotPossible("wrong_state")
    if locked.offered_until <= now:
        raise NotPossible("answer_closed")
    waits = ""
    if locked.kind == Kind.PLAN:
        waits = why_standing_order_waits(locked.as_standing_order(), now=now)
        # Its first day may have passed while it waited; an approver gets as long as an offer lasts.
        earliest = timezone.localdate(offer_ends(locked, Places(now=now)) if waits else now) + ONE_DAY
        locked.starts_on = max(locked.starts_on, earliest)
    locked.reason = waits
    locked.save(update_fields=["starts_on", "reason"])
    advance_application(locked, Status.AWAITING if waits else Status.AGREED, actor=actor, now=now)
    if waits:
        let_wait_for_approval(locked, now=now)
    else:
        begin_plan(locked, actor=actor, now=now)


def call_off_waiting(application: Application, *, actor: User, now: datetime) -> Application:
    """Take it off the list, and tell its institution; twice changes nothing. Raises NotPossible."""
    application.refresh_from_db()
    if application.status not in (Status.WAITING, Status.OFFERED, Status.EXPIRED):
        raise NotPossible("wrong_state")
    expire(application, "called_off_by_hub", actor=actor, now=now)
    application.refresh_from_db()
    return application


def give_up_waiting(application_id: int, *, now: datetime) -> Outcome | None:
    """End an offer that nobody accepted, or a wish that it is too late for; None if it isn't due."""
    rows = Application.objects.select_for_update(skip_locked=True, of=("self",)).select_related(
        "organization"
    )
    application = rows.filter(pk=application_id).first()
    reason = application and why_over(application, now=now)
    if application is None or not reason:
        return None
    expire(application, reason, now=now)
    return Outcome(
        "skipped", str(application), application.pk, application.organization, application.starts_on, reason
    )


def why_over(application: Application, *, now: datetime) -> str:
    """Return why an application waits in vain by now, or ""."""
    if (
        application.status == Status.OFFERED
        and application.offered_until
        and application.offered_until <= now
    ):
        return "offer_not_taken"
    if application.status != Status.WAITING:
        return ""
    if not application.organization.is_active:
        return "institution_inactive"
    places = Places(now=now)
    is_late = (
        cutoff_at(application.starts_on, 0, places.working_days) <= now
        if application.event_at
        else bool(application.ends_on and application.ends_on <= places.today)
    )
    return "too_late" if is_late else ""
