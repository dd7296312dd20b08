"""Set up standing orders, and try again what failed."""

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import NamedTuple

from django.db import transaction
from django.utils import timezone

from bundles.models import Bundle
from membership.models import Department, Organization, Site, User

from ..exceptions import NotPossible
from ..models import Application, Occurrence, StandingOrder
from ..models.terms import HolidayPolicy
from ..places import Places, has_limits
from ..standing_plan import read_plan
from .authority import check_department, let_wait, record, why_standing_order_waits
from .editions import compose_now
from .places import require_places
from .plan import keep_to_plan
from .preview import preview_standing_order


class Place(NamedTuple):
    """One of the sites of a standing order, and for how many people."""

    site: Site
    headcount: int


def create_standing_order(
    *,
    organization: Organization,
    site: Site,
    bundle: Bundle,
    headcount: int,
    exclusions: int,
    rrule: str,
    starts_on: date,
    ends_on: date | None,
    holiday_policy: str,
    window_opens: time | None,
    window_closes: time | None,
    actor: User | None,
    now: datetime,
    department: Department | None = None,
    is_agreed: bool = False,
    holiday_default: str = HolidayPolicy.BEFORE,
    application: Application | None = None,
    more_places: Sequence[Place] = (),
) -> StandingOrder:
    """Set up a standing order and show its coming dates at once; called again, return what is set up.

    For `more_places` each gets one of its own, joined to the first: a date is known by its standing order
    and its rule date, so what is decided for one site's date touches no other's.

    Above what the actor orders alone in a year, or what the budget has left, it waits for an approver,
    unless one agreed already.

    Two running orders of the same bundle to the same site by the same rule would be one sent twice.
    Raises ValidationError for a bad rule, NotPossible for a department or a site of somebody else, DayFull
    if one of its dates has no place left, except for an application for which they are held.
    """
    wanted = [
        StandingOrder(
            organization=organization,
            site=place.site,
            bundle=bundle,
            department=department,
            headcount=place.headcount,
            exclusions=exclusions,
            rrule=rrule,
            starts_on=starts_on,
            ends_on=ends_on,
            holiday_policy=holiday_policy,
            holiday_default=holiday_default,
            window_opens=window_opens,
            window_closes=window_closes,
            created_by=actor,
            created_at=now,
        )
        for place in (Place(site, headcount), *more_places)
    ]
    for each in wanted:
        each.full_clean(exclude=["created_by"])
        if each.site.organization_id != organization.pk:
            raise NotPossible("wrong_site")
    check_department(organization, department)
    with transaction.atomic():
        made = _set_up(wanted, is_agreed=is_agreed, has_places=application is not None, actor=actor, now=now)
    if bundle.plan_id:
        keep_to_plan(organization, now=now)
    compose_now({(bundle.pk, exclusions)}, now=now)
    return made


def _set_up(
    wanted: Sequence[StandingOrder],
    *,
    is_agreed: bool,
    has_places: bool,
    actor: User | None,
    now: datetime,
) -> StandingOrder:
    """Store those that don't run yet, joined to the first; return that."""
    # Two clicks at once wait for each other here.
    sites = Site.objects.select_for_update(no_key=True).order_by("pk")
    list(sites.filter(pk__in=[each.site_id for each in wanted]))
    total = sum(each.yearly_price for each in wanted)
    running: list[StandingOrder] = []
    for each in wanted:
        row = _running(each)
        if row is None:
            if not has_places:
                _require_places(each, now=now)
            beside = total - each.yearly_price
            waits = "" if is_agreed else why_standing_order_waits(each, now=now, beside=beside)
            each.agreed_sum = None if waits else each.yearly_sum
            each.together_with = (running[0].together_with or running[0]) if running else None
            each.save()
            if waits:
                let_wait(each, waits, was="", actor=actor, now=now)
            else:
                record(each, "", actor=actor, now=now)
            preview_standing_order(each, now=now)
        running.append(row or each)
    return running[0]


def _running(wanted: StandingOrder) -> StandingOrder | None:
    """Return the standing order that runs already and says just the same."""
    same = StandingOrder.objects.running().filter(
        site=wanted.site_id,
        bundle=wanted.bundle_id,
        rrule=wanted.rrule,
        starts_on=wanted.starts_on,
        headcount=wanted.headcount,
        exclusions=wanted.exclusions,
    )
    row: StandingOrder | None = same.first()
    return row


def _require_places(standing_order: StandingOrder, *, now: datetime) -> None:
    if not has_limits():
        return
    places, plan = Places(now=now), read_plan(standing_order)
    require_places(places.of_plan(plan, places.until(plan)), places)


@transaction.atomic
def retry_occurrence(occurrence: Occurrence, *, now: datetime) -> Occurrence:
    """Put a failed occurrence back among the planned ones; the next sweep tries again. Raises NotPossible."""
    locked = Occurrence.objects.select_for_update().get(pk=occurrence.pk)
    if locked.status == Occurrence.Status.PLANNED:
        return locked
    if locked.status != Occurrence.Status.FAILED:
        raise NotPossible("wrong_state")
    if locked.delivery_date is None or locked.delivery_date <= timezone.localdate(now):
        raise NotPossible("too_late")
    locked.status, locked.reason, locked.detail = Occurrence.Status.PLANNED, "", ""
    locked.save(update_fields=["status", "reason", "detail"])
    return locked
