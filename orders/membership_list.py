"""Every institution with its plan, as operators look at them: its state, what it used, what changes when."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from membership.models import Membership, MembershipEvent, MembershipTier, Organization
from membership.models.plan import MembershipPause

from .membership_page import event_words, is_pending
from .models import Application
from .plan_usage import PlanUsage, usages_of

ACTIVE, COMING, PAUSED, LEAVING, APPLIED, ENDED, NONE = (
    "active",
    "coming",
    "paused",
    "leaving",
    "applied",
    "ended",
    "none",
)
LABELS: dict[str, str | Promise] = {
    ACTIVE: pgettext_lazy("membership", "runs"),
    PAUSED: _("paused"),
    LEAVING: _("leaving"),
    COMING: _("begins later"),
    APPLIED: _("applied for"),
    ENDED: pgettext_lazy("membership", "ended"),
    NONE: _("no plan"),
}
# How each is drawn (`config.templatetags.ui`).
LOOKS = {COMING: "planned", LEAVING: "skipped", APPLIED: "awaiting", NONE: "pending"}


@dataclass(frozen=True)
class Row:
    """An institution with the membership that runs, else its last one, if it ever had one."""

    organization: Organization
    membership: Membership | None
    tier: MembershipTier | None
    state: str
    usage: PlanUsage | None
    changes: list[str]

    @property
    def label(self) -> str | Promise:
        return LABELS[self.state]

    @property
    def look(self) -> str:
        return LOOKS.get(self.state, self.state)


def institutions_in(state: str, *, today: date) -> QuerySet[Organization]:
    """Return the institutions in a state, or with "" all that take part or ever had a plan."""
    running = Membership.objects.running().filter(organization=OuterRef("pk"))
    paused = MembershipPause.objects.filter(
        Q(ends_on=None) | Q(ends_on__gte=today), membership=OuterRef("pk"), starts_on__lte=today
    )
    applied = Application.objects.open().filter(organization=OuterRef("pk"), kind=Application.Kind.PLAN)
    begun = running.filter(starts_on__lte=today)
    institutions: QuerySet[Organization] = Organization.objects.institutions()
    without = institutions.exclude(Exists(running))
    match state:
        case "active":
            return institutions.filter(Exists(begun.filter(~Exists(paused), ends_on=None)))
        case "paused":
            return institutions.filter(Exists(begun.filter(Exists(paused), ends_on=None)))
        case "leaving":
            return institutions.filter(Exists(begun.filter(ends_on__isnull=False)))
        case "coming":
            return institutions.filter(Exists(running.filter(starts_on__gt=today)))
        case "applied":
            return without.filter(Exists(applied))
        case "ended":
            return without.exclude(Exists(applied)).filter(memberships__isnull=False).distinct()
        case "none":
            return without.exclude(Exists(applied)).filter(memberships=None, is_active=True)
    return institutions.filter(Q(is_active=True) | Q(memberships__isnull=False)).distinct()


def read_rows(institutions: Collection[Organization], *, today: date) -> list[Row]:
    """Return what the list says of them, in their order; as many queries for one as for all."""
    events = MembershipEvent.objects.select_related("plan").prefetch_related("undone_by")
    rows = Membership.objects.filter(organization__in=institutions).with_terms()
    rows = rows.select_related("organization").prefetch_related(
        Prefetch("events", events.filter(effective_on__gt=today))
    )
    latest: dict[int, Membership] = {}
    # The one that runs comes last: it is the one that stays.
    for membership in sorted(rows, key=lambda row: (row.status == Membership.Status.ACTIVE, row.starts_on)):
        latest[membership.organization_id] = membership
    usages = usages_of(latest.values(), today=today)
    applied = set(
        Application.objects.open()
        .filter(organization__in=institutions, kind=Application.Kind.PLAN)
        .values_list("organization", flat=True)
    )
    return [
        _row(each, latest.get(each.pk), usages.get(each.pk), each.pk in applied, today)
        for each in institutions
    ]


def _row(
    organization: Organization,
    membership: Membership | None,
    usage: PlanUsage | None,
    has_applied: bool,
    today: date,
) -> Row:
    state = _state(membership, today)
    if state in (NONE, ENDED) and has_applied:
        state = APPLIED
    is_running = membership is not None and state not in (ENDED, APPLIED, NONE)
    return Row(
        organization,
        membership,
        membership.tier_on(max(today, membership.starts_on)) if membership else None,
        state,
        usage if is_running else None,
        [event_words(event) for event in membership.events.all() if is_pending(event, today)]
        if membership and is_running
        else [],
    )


def _state(membership: Membership | None, today: date) -> str:
    if membership is None:
        return NONE
    if membership.status == Membership.Status.ENDED:
        return ENDED
    if membership.starts_on > today:
        return COMING
    if membership.ends_on:
        return LEAVING
    return PAUSED if membership.terms.why_closed(today) == "membership_paused" else ACTIVE
