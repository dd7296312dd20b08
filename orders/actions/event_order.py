"""Orders for one event, placed by a person; and taking an order back before its cut-off."""

from datetime import date, datetime, time
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from bundles.edition_key import EditionKey
from bundles.exceptions import CannotCompose
from bundles.models import Bundle, Edition
from membership.models import Department, Site, User

from ..choosing import choose_products
from ..cutoff import cutoff_at
from ..exceptions import CannotFix, NotPossible
from ..models import CalendarDay, Occurrence, Order, OrderEvent
from ..states import IllegalTransition
from ..working_days import WorkingDays
from .advance import advance_order
from .authority import ask_approvers, check_department, why_order_waits
from .editions import ensure_edition, planned_rooms
from .fix import new_order


def place_event_order(
    *,
    site: Site,
    bundle: Bundle,
    headcount: int,
    exclusions: int,
    delivery_date: date,
    window_opens: time | None,
    window_closes: time | None,
    note: str,
    request_key: UUID,
    actor: User,
    now: datetime,
    department: Department | None = None,
) -> Order:
    """Place an order for one day; it is fixed at its cut-off and can be cancelled until then.

    Above what the actor orders alone, or what the department's budget has left, it waits for an approver.

    The same `request_key` from the same person returns the order that it already made.

    Raises NotPossible if the day is no working day, its cut-off has passed, the site has no usable location,
    nothing can be composed, too little is left besides what is reserved and planned for others, or the
    department isn't one of the institution's.
    """
    made = Order.objects.filter(placed_by=actor, request_key=request_key)
    if earlier := made.first():
        return earlier
    working_days = CalendarDay.objects.all().working_days()
    if not working_days.is_working(delivery_date):
        raise NotPossible("not_a_working_day", str(delivery_date))
    if not site.is_located:
        raise NotPossible("unlocated_site", site.name)
    if delivery_date <= timezone.localdate(now) or cutoff_at(delivery_date, 0, working_days) <= now:
        raise NotPossible("too_late", str(delivery_date))
    check_department(site.organization, department)
    # Before the transaction: composing takes its time, and nobody should wait for it.
    edition = _edition(EditionKey(bundle.pk, delivery_date, exclusions), headcount, now)
    try:
        with transaction.atomic():
            slowest = max(
                (item.product.lead_days for item in edition.items.select_related("product")), default=0
            )
            cutoff = cutoff_at(delivery_date, slowest, working_days)
            if cutoff <= now:
                raise NotPossible("too_late", str(delivery_date))
            _require_enough(edition, headcount, working_days)
            waits = why_order_waits(
                bundle.price_for(headcount),
                organization=site.organization,
                department=department,
                year=delivery_date.year,
                actor=actor,
            )
            status = Order.Status.AWAITING if waits else Order.Status.PLACED
            order = new_order(
                organization=site.organization,
                department=department,
                status=status,
                reason=waits,
                site=site,
                bundle=bundle,
                headcount=headcount,
                exclusions=exclusions,
                delivery_date=delivery_date,
                window_opens=window_opens,
                window_closes=window_closes,
                cutoff_at=cutoff,
                note=note,
                request_key=request_key,
                placed_by=actor,
                placed_at=now,
            )
            OrderEvent.objects.create(order=order, was="", to=status, actor=actor, at=now, note=waits)
            if waits:
                ask_approvers(order, now=now)
    except IntegrityError:
        # The same request came twice at once, and the other one was first.
        if earlier := made.first():
            return earlier
        raise
    return order


def _edition(key: EditionKey, headcount: int, now: datetime) -> Edition:
    try:
        return ensure_edition(key, now=now, headcount=headcount)
    except CannotCompose as error:
        raise NotPossible(error.reason, error.detail) from error


def _require_enough(edition: Edition, headcount: int, working_days: WorkingDays) -> None:
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


@transaction.atomic
def skip_occurrence(occurrence: Occurrence, *, now: datetime) -> Occurrence:
    """Leave out a date of a standing order before its cut-off; twice changes nothing. Raises NotPossible."""
    locked = Occurrence.objects.select_for_update().get(pk=occurrence.pk)
    if locked.status == Occurrence.Status.SKIPPED:
        return locked
    if locked.status != Occurrence.Status.PLANNED or not locked.cutoff_at or locked.cutoff_at <= now:
        raise NotPossible("past_cutoff")
    locked.status, locked.reason, locked.detail = Occurrence.Status.SKIPPED, "skipped_by_member", ""
    locked.save(update_fields=["status", "reason", "detail"])
    return locked
