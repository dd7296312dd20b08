"""What the page of a membership shows: the plan, what comes, what changes when, and what happened."""

from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from membership.models import Membership, MembershipEvent, Organization

from .models import Application, Occurrence
from .plan_usage import usage_of
from .reasons import words

Kind = MembershipEvent.Kind
# A state's look for each kind of event (`config.templatetags.ui`).
LOOKS = {
    Kind.JOINED: "active",
    Kind.TIER: "accepted",
    Kind.PAUSED: "paused",
    Kind.RESUMED: "active",
    Kind.LEFT: "ended",
    Kind.UNDONE: "cancelled",
    Kind.ENDED: "ended",
}


def membership_page(organization: Organization, *, today: date) -> dict[str, Any]:
    """Return everything that the page needs besides what its reader may do."""
    memberships = Membership.objects.filter(organization=organization).with_terms()
    membership = memberships.running().first()
    events = list(
        MembershipEvent.objects.filter(membership__organization=organization)
        .select_related("actor", "plan")
        .prefetch_related("undone_by")
        .order_by("-at", "-pk")
    )
    open_ = Application.objects.of_plan(organization).select_related(
        "bundle__plan", "asked_by", "site", "department", "organization"
    )
    return {
        "membership": membership,
        "tier": membership.tier_on(max(today, membership.starts_on)) if membership else None,
        "usage": usage_of(membership, today=today) if membership else None,
        "pause": _pause(membership, today),
        "pending": [_shown(event) for event in events if is_pending(event, today)],
        "history": [
            {
                "at": event.at,
                "text": event_words(event),
                "who": event.actor.display_name if event.actor else _("automatically"),
                "state": LOOKS[Kind(event.kind)],
                "note": words(event.note),
            }
            for event in events
        ],
        "coming": _coming(organization, today) if membership else [],
        "application": open_.first(),
    }


def _pause(membership: Membership | None, today: date) -> Any:
    """Return the pause that runs today."""
    pauses = membership.pauses.all() if membership else []
    return next(
        (row for row in pauses if row.starts_on <= today and (not row.ends_on or today <= row.ends_on)), None
    )


def is_pending(event: MembershipEvent, today: date) -> bool:
    """Whether the change is still to come, and nobody undid it."""
    return (
        event.kind in MembershipEvent.UNDOABLE
        and event.effective_on > today
        and not hasattr(event, "undone_by")
    )


def _shown(event: MembershipEvent) -> dict[str, Any]:
    return {"event": event, "text": event_words(event)}


def _coming(organization: Organization, today: date) -> Any:
    """Return the plan's coming dates, with those that it leaves out."""
    rows = Occurrence.objects.of_plans(organization).coming(today)
    return rows.select_related("bundle", "site", "order").order_by("rule_date", "pk")


def event_words(event: MembershipEvent) -> str:
    """Return the change in a sentence with its days."""
    day, until = _date(event.effective_on), _date(event.until)
    plan = event.plan.display_name if event.plan else ""
    match event.kind:
        case Kind.JOINED:
            return _("%(plan)s from %(day)s") % {"plan": plan, "day": day}
        case Kind.TIER:
            return _("Changes to %(plan)s on %(day)s") % {"plan": plan, "day": day}
        case Kind.PAUSED if event.until:
            return _("Paused from %(day)s to %(until)s") % {"day": day, "until": until}
        case Kind.PAUSED:
            return _("Paused from %(day)s until you resume") % {"day": day}
        case Kind.RESUMED:
            return _("Deliveries again from %(day)s") % {"day": day}
        case Kind.LEFT:
            return _("Nothing more comes from %(day)s") % {"day": day}
        case Kind.UNDONE:
            return _("A change for %(day)s was undone") % {"day": day}
    return _("The membership ended")


def _date(day: date | datetime | None) -> str:
    return f"{day:%Y-%m-%d}" if day else ""
