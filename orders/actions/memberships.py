"""Changes of a membership with what they mean for deliveries, and what its terms ask for by themselves."""

from dataclasses import replace
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from membership.actions import subscribe
from membership.exceptions import CannotChange
from membership.models import Membership, MembershipEvent, Organization, User
from membership.terms import Terms, last_of_month

from ..models import StandingOrder
from ..orderable import granted_plans
from .change_terms import stop_standing_order
from .ledger import Outcome
from .plan import keep_to_plan


@transaction.atomic
def pause(
    membership: Membership, *, starts_on: date, ends_on: date | None, actor: User, now: datetime
) -> None:
    """Bring nothing on these days. Orders that are already fixed still come. Raises CannotChange."""
    subscribe.pause_membership(membership, starts_on=starts_on, ends_on=ends_on, actor=actor, now=now)
    keep_to_plan(membership.organization, now=now)


@transaction.atomic
def resume(membership: Membership, *, resumes_on: date, actor: User, now: datetime) -> None:
    """End a pause so that deliveries come again from the day on. Raises CannotChange."""
    subscribe.resume_membership(membership, resumes_on=resumes_on, actor=actor, now=now)
    keep_to_plan(membership.organization, now=now)


def resumed(terms: Terms, resumes_on: date, today: date) -> Terms:
    """Return the terms with the pause that runs ended before the day."""
    last = resumes_on - timedelta(days=1)
    pauses = [replace(pause, ends_on=last) if pause.holds(today) else pause for pause in terms.pauses]
    return replace(terms, pauses=pauses)


@transaction.atomic
def leave(membership: Membership, *, last_day: date, actor: User, now: datetime, note: str = "") -> None:
    """End it after the day. Raises CannotChange for one before the notice that the hub asks for."""
    if last_day < earliest_last_day(timezone.localdate(now)):
        raise CannotChange("notice_too_short")
    subscribe.leave_membership(membership, last_day=last_day, actor=actor, now=now, note=note)
    keep_to_plan(membership.organization, now=now)


def earliest_last_day(today: date) -> date:
    """Return the end of the first month that leaves the hub its notice."""
    return last_of_month(today + timedelta(days=settings.LEAVE_NOTICE_DAYS))


@transaction.atomic
def undo(event: MembershipEvent, *, actor: User, now: datetime) -> None:
    """Take a change back before its day, and plan again what it took. Raises CannotChange."""
    membership = subscribe.undo_change(event, actor=actor, now=now)
    end_what_no_plan_brings(membership.organization, now=now)
    keep_to_plan(membership.organization, now=now)


@transaction.atomic
def end_what_no_plan_brings(organization: Organization, *, now: datetime) -> int:
    """End standing orders of plans that the membership grants neither today nor later."""
    plans = granted_plans([organization.pk], today=timezone.localdate(now))
    running = StandingOrder.objects.not_ended().filter(organization=organization, bundle__plan__isnull=False)
    left = list(running.exclude(bundle__plan__in=plans).order_by("pk"))
    for standing_order in left:
        stop_standing_order(standing_order, reason="no_plan", note="no_plan", now=now)
    return len(left)


def keep_membership(membership: Membership, *, now: datetime) -> Outcome | None:
    """Do what its terms ask for by today; says nothing if nothing changed. Must run inside a transaction."""
    ended = subscribe.end_membership(membership.pk, now=now)
    changed = keep_to_plan(membership.organization, now=now)
    ended_orders = end_what_no_plan_brings(membership.organization, now=now)
    if not (ended or changed or ended_orders):
        return None
    return Outcome(
        "done",
        str(membership),
        membership.pk,
        membership.organization,
        reason="membership_ended" if ended else "",
        detail=f"{changed + ended_orders}",
    )
