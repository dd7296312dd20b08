"""Set up standing orders, and try again what failed."""

from datetime import date, datetime, time

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
) -> StandingOrder:
    """Set up a standing order and show its coming dates at once; called again, return what is set up.

    Above what the actor orders alone in a year, or what the budget has left, it waits for an approver,
    unless one agreed already.

    Two running orders of the same bundle to the same site by the same rule would be one sent twice.
    Raises ValidationError for a bad rule, NotPossible for a department that isn't the institution's, DayFull
    if one of its dates has no place left, except for an application for which they are held.
    """
    standing_order = StandingOrder(
        organization=organization,
        site=site,
        bundle=bundle,
        department=department,
        headcount=headcount,
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
    standing_order.full_clean(exclude=["created_by"])
    check_department(organization, department)
    with transaction.atomic():
        # Two clicks at once wait for each other here.
        Site.objects.select_for_update(no_key=True).get(pk=site.pk)
        same = StandingOrder.objects.running().filter(
            site=site,
            bundle=bundle,
            rrule=rrule,
            starts_on=starts_on,
            headcount=headcount,
            exclusions=exclusions,
        )
        if existing := same.first():
            return existing
        if application is None:
            _require_places(standing_order, now=now)
        waits = "" if is_agreed else why_standing_order_waits(standing_order, now=now)
        standing_order.agreed_sum = None if waits else standing_order.yearly_sum
        standing_order.save()
        if waits:
            let_wait(standing_order, waits, was="", actor=actor, now=now)
        else:
            record(standing_order, "", actor=actor, now=now)
        preview_standing_order(standing_order, now=now)
    if bundle.plan_id:
        keep_to_plan(organization, now=now)
    compose_now({(bundle.pk, exclusions)}, now=now)
    return standing_order


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
