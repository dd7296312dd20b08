"""The cut-off: an occurrence or a placed order becomes a promise, with frozen lines and purchase orders.

All of it happens in one transaction: order, lines, reserved capacity, purchase orders, event, notifications.
"""

import secrets
from collections.abc import Callable
from datetime import date, datetime

import structlog
from django.db import OperationalError, transaction

from bundles.exceptions import CannotCompose
from bundles.models import Edition

from ..budgets import lock_left
from ..cutoff import last_call_at
from ..exceptions import CannotFix
from ..models import CalendarDay, Notification, Occurrence, Order, OrderEvent, OrderLine, StandingOrder
from .advance import advance_order
from .editions import ensure_edition, publish_edition
from .ledger import Outcome
from .lines import build_lines
from .notify import notify, notify_institution, operators, people
from .purchase import order_from_producers

log = structlog.get_logger(__name__)
NUMBER_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


def order_number(delivery_date: date) -> str:
    """Return a new number: the date and six random letters that nobody can count up."""
    return f"{delivery_date:%y%m%d}-" + "".join(secrets.choice(NUMBER_ALPHABET) for _ in range(6))


def fix_occurrence(occurrence_id: int, *, now: datetime) -> Outcome | None:
    """Make the order of a due occurrence; if that can't be done, keep the reason on the occurrence.

    None if it isn't due or another worker has it in hand.
    """

    def make() -> Outcome | None:
        due = Occurrence.objects.due(now).select_for_update(skip_locked=True)
        occurrence = due.filter(pk=occurrence_id).first()
        if occurrence is None:
            return None
        if reason := _why_not_wanted(occurrence.standing_order):
            return _skip(occurrence, reason, now=now)
        order = order_from(occurrence, now=now)
        _fix(order, now=now)
        # Last of all locks: whoever waits for the budget holds nothing that this needs.
        left = lock_left(order.department_id, order.delivery_date.year)
        if left is not None and left < 0:
            raise CannotFix("over_budget")
        Occurrence.objects.filter(pk=occurrence.pk).update(status=Occurrence.Status.ORDERED)
        return _outcome(order, "done")

    def fail(reason: str, detail: str) -> Outcome | None:
        if not Occurrence.objects.filter(pk=occurrence_id, status=Occurrence.Status.PLANNED).update(
            status=Occurrence.Status.FAILED, reason=reason, detail=detail[:300]
        ):
            return None  # undoing our attempt let another worker in, whose word holds
        occurrence = Occurrence.objects.select_related("standing_order__organization").get(pk=occurrence_id)
        told = [*people(occurrence.standing_order.organization, "orderer", "approver"), *operators()]
        notify(
            told,
            Notification.Kind.ORDER_NOT_MADE,
            now=now,
            occurrence=occurrence,
            detail=f"{occurrence.delivery_date} {reason}",
        )
        return _no_order(occurrence, "failed", reason, detail)

    return _guarded(make, fail)


def fix_order(order_id: int, *, now: datetime) -> Outcome | None:
    """Fix a placed (event) order whose cut-off has come; if that can't be done, fail it with the reason.

    None if it isn't due or another worker has it in hand.
    """

    def make() -> Outcome | None:
        order = Order.objects.due(now).select_for_update(skip_locked=True).filter(pk=order_id).first()
        if order is None:
            return None
        _fix(order, now=now)
        return _outcome(order, "done")

    def fail(reason: str, detail: str) -> Outcome | None:
        order = Order.objects.select_for_update().get(pk=order_id)
        if order.status != Order.Status.PLACED:
            return None
        advance_order(order, Order.Status.FAILED, actor=None, now=now, note=reason)
        Order.objects.filter(pk=order_id).update(reason=reason, detail=detail[:300])
        told = [*people(order.organization, "orderer", "approver"), *operators()]
        notify(told, Notification.Kind.ORDER_NOT_MADE, now=now, order=order, detail=reason)
        return _outcome(order, "failed", reason, detail)

    return _guarded(make, fail)


def _guarded(
    make: Callable[[], Outcome | None], fail: Callable[[str, str], Outcome | None]
) -> Outcome | None:
    """Do it, or undo it all and keep why. A database that is busy or gone is no reason: it is tried again."""
    try:
        with transaction.atomic():
            return make()
    except CannotFix as error:
        reason, detail = error.reason, error.detail
    except OperationalError:
        raise
    except Exception as error:
        log.exception("order_not_fixed")
        reason, detail = "unexpected", type(error).__name__
    with transaction.atomic():
        return fail(reason, detail)


def _outcome(order: Order, outcome: str, reason: str = "", detail: str = "") -> Outcome:
    return Outcome(outcome, order.number, order.pk, order.organization, order.delivery_date, reason, detail)


def _no_order(occurrence: Occurrence, outcome: str, reason: str, detail: str = "") -> Outcome:
    standing, day = occurrence.standing_order, occurrence.delivery_date
    return Outcome(outcome, str(standing), occurrence.pk, standing.organization, day, reason, detail)


def _why_not_wanted(standing_order: StandingOrder) -> str:
    """Return why the standing order makes no orders today, or ""."""
    if not standing_order.organization.is_active:
        return "institution_inactive"
    active = standing_order.status == StandingOrder.Status.ACTIVE
    return "" if active else f"standing_order_{standing_order.status}"


def _skip(occurrence: Occurrence, reason: str, *, now: datetime) -> Outcome:
    Occurrence.objects.filter(pk=occurrence.pk).update(
        status=Occurrence.Status.SKIPPED, reason=reason, detail=""
    )
    if reason == "standing_order_awaiting":
        told = people(occurrence.standing_order.organization, "orderer", "approver")
        notify(told, Notification.Kind.ORDER_NOT_MADE, now=now, detail=f"{occurrence.delivery_date} {reason}")
    return _no_order(occurrence, "skipped", reason)


def order_from(occurrence: Occurrence, *, now: datetime, waits: str = "") -> Order:
    """Store the order of an occurrence: placed, or awaiting approval for the reason `waits`."""
    standing = occurrence.standing_order
    status = Order.Status.AWAITING if waits else Order.Status.PLACED
    order = new_order(
        organization=standing.organization,
        site=standing.site,
        bundle=standing.bundle,
        headcount=standing.headcount,
        exclusions=standing.exclusions,
        delivery_date=occurrence.delivery_date,
        window_opens=standing.window_opens,
        window_closes=standing.window_closes,
        cutoff_at=occurrence.cutoff_at,
        department=standing.department,
        occurrence=occurrence,
        placed_by=standing.created_by,
        placed_at=now,
        status=status,
        reason=waits,
    )
    OrderEvent.objects.create(order=order, was="", to=status, actor=standing.created_by, at=now, note=waits)
    return order


def new_order(**fields: object) -> Order:
    """Store an order with the names and the price that hold today."""
    order = Order(number=order_number(fields["delivery_date"]), gross=0, **fields)  # type: ignore[arg-type]
    _copy_names(order)
    order.gross = order.bundle.price_for(order.headcount)
    order.save(force_insert=True)
    return order


def _copy_names(order: Order) -> None:
    site, organization, bundle = order.site, order.organization, order.bundle
    order.bundle_name, order.bundle_name_en = bundle.name, bundle.name_en
    order.organization_name, order.business_number = organization.name, organization.business_number
    order.site_name, order.address = site.name, f"{site.address} {site.address_detail}".strip()
    order.latitude, order.longitude = site.latitude, site.longitude
    order.contact_name, order.contact_phone = site.contact_name, site.contact_phone


def _fix(order: Order, *, now: datetime) -> None:
    """Freeze the order, reserve what it needs and ask the producers for it."""
    working_days = CalendarDay.objects.all().working_days()
    if now >= last_call_at(order.delivery_date, working_days):
        raise CannotFix("too_late")
    if not order.site.is_located:
        raise CannotFix("unlocated_site", order.site.name)
    edition = publish_edition(_edition(order, now), actor=None, now=now)
    _copy_names(order)
    lines = OrderLine.objects.bulk_create(build_lines(order, edition))
    order.supply = sum(line.supply for line in lines)
    order.vat = sum(line.vat for line in lines)
    order.save()
    order_from_producers(lines, order.delivery_date, now=now)
    advance_order(order, Order.Status.CONFIRMED, actor=None, now=now)
    notify_institution(order, Notification.Kind.ORDER_CONFIRMED, now=now)


def _edition(order: Order, now: datetime) -> Edition:
    if edition := Edition.objects.with_contents().with_key(order.edition_key).first():
        return edition
    try:
        return ensure_edition(order.edition_key, now=now, headcount=order.headcount)
    except CannotCompose as error:
        raise CannotFix(error.reason, error.detail) from error
