"""Orders for one event, placed by a person; and taking an order back before its cut-off."""

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from bundles.edition_key import EditionKey
from bundles.exceptions import CannotCompose
from bundles.models import Bundle, Edition
from membership.models import Department, Site, User

from ..choosing import choose_products
from ..cutoff import cutoff_at
from ..event_times import delivery_for
from ..exceptions import CannotFix, NotPossible
from ..models import Application, CalendarDay, Order
from ..places import Places
from ..states import IllegalTransition
from ..working_days import WorkingDays
from .advance import advance_order
from .authority import ask_approvers, check_department, why_order_waits
from .editions import ensure_edition, planned_rooms
from .places import require_places
from .placing import new_order


def place_event_order(
    *,
    site: Site,
    bundle: Bundle,
    headcount: int,
    exclusions: int,
    event_at: datetime,
    note: str,
    request_key: UUID,
    actor: User,
    now: datetime,
    department: Department | None = None,
    application: Application | None = None,
) -> Order:
    """Place an order for an event; it is fixed at its cut-off and can be cancelled until then.

    Day and window of the delivery are counted back from the time at which the event begins.

    Above what the actor orders alone, or what the department's budget has left, it waits for an approver.

    The same `request_key` from the same person returns the order that it already made.

    Raises NotPossible if nobody receives the goods before the event, the cut-off has passed, the site has no
    usable location, nothing can be composed, too little is left besides what is reserved and planned for
    others, or the department isn't one of the institution's; DayFull if the day has no place left, except for
    the application for which one is held.
    """
    made = Order.objects.filter(placed_by=actor, request_key=request_key)
    if earlier := made.first():
        return earlier
    working_days = CalendarDay.objects.all().working_days()
    if not site.is_located:
        raise NotPossible("unlocated_site", site.name)
    check_department(site.organization, department)
    delivery = delivery_for(event_at, site, working_days)
    edition = edition_in_time(EditionKey(bundle.pk, delivery.day, exclusions), headcount, working_days, now)
    try:
        with transaction.atomic():
            cutoff = require_cutoff(edition, working_days, now)
            require_enough(edition, headcount, working_days)
            if application is None:
                places = Places(now=now)
                require_places(places.of_delivery(delivery.day, site.district), places)
            waits = why_order_waits(
                bundle.price_for(headcount),
                organization=site.organization,
                department=department,
                year=delivery.day.year,
                actor=actor,
            )
            status = Order.Status.AWAITING if waits else Order.Status.PLACED
            order = new_order(
                f"{actor.pk}/{request_key}",
                organization=site.organization,
                department=department,
                status=status,
                reason=waits,
                site=site,
                bundle=bundle,
                headcount=headcount,
                exclusions=exclusions,
                event_at=event_at,
                delivery_date=delivery.day,
                window_opens=delivery.opens,
                window_closes=delivery.closes,
                cutoff_at=cutoff,
                note=note,
                request_key=request_key,
                placed_by=actor,
                placed_at=now,
            )
            if waits:
                ask_approvers(order, now=now)
    except IntegrityError:
        # The same request came twice at once, and the other one was first.
        if earlier := made.first():
            return earlier
        raise
    return order


def edition_in_time(key: EditionKey, headcount: int, working_days: WorkingDays, now: datetime) -> Edition:
    """Return the edition, composed if need be: outside of transactions, since nobody should wait for that."""
    if key.day <= timezone.localdate(now) or cutoff_at(key.day, 0, working_days) <= now:
        raise NotPossible("too_late", str(key.day))
    try:
        return ensure_edition(key, now=now, headcount=headcount)
    except CannotCompose as error:
        raise NotPossible(error.reason, error.detail) from error


def require_cutoff(edition: Edition, working_days: WorkingDays, now: datetime) -> datetime:
    """Return the cut-off that the edition's slowest producer sets. Raises NotPossible if it has passed."""
    items = edition.items.select_related("product")
    slowest = max((item.product.lead_days for item in items), default=0)
    cutoff = cutoff_at(edition.delivery_date, slowest, working_days)
    if cutoff <= now:
        raise NotPossible("too_late", str(edition.delivery_date))
    return cutoff


def require_enough(edition: Edition, headcount: int, working_days: WorkingDays) -> None:
    """Raise NotPossible if the order could not be fixed even now. What is placed is not reserved yet."""
    day = edition.delivery_date
    items = edition.items.select_related("slot", "product__producer", "product__pool")
    wanted = [(item.slot, item.product) for item in items]
    planned = planned_rooms([day], working_days)
    try:
        choose_products(wanted, headcount, edition.exclusions, day, working_days, planned)
    except CannotFix as error:
        raise NotPossible(error.reason, error.detail) from error


@transaction.atomic
def cancel_order(order: Order, *, actor: User, now: datetime) -> Order:
    """Take back an order before its cut-off; cancelling twice changes nothing. Raises NotPossible."""
    locked = Order.objects.select_for_update().get(pk=order.pk)
    if locked.status == Order.Status.CANCELLED:
        return locked
    if locked.status not in Order.OPEN or locked.cutoff_at <= now:
        raise NotPossible("past_cutoff")
    try:
        advance_order(locked, Order.Status.CANCELLED, actor=actor, now=now)
    except IllegalTransition as error:
        raise NotPossible("wrong_state") from error
    return locked
