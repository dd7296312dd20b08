"""What the cut-off left undone: orders that weren't made, with the reason and what an operator can do."""

from collections.abc import Iterator

from orders.models import Occurrence, Order

from .exceptions import DayException, Watch, institution, locate, open_page, retry, why
from .progress import DELIVERY_FAILED


def failed_occurrences(watch: Watch) -> Iterator[DayException]:
    """Dates of standing orders of which no order was made."""
    rows = Occurrence.objects.filter(status="failed", delivery_date__in=watch.days).select_related(
        "standing_order__organization", "site", "bundle"
    )
    for row in rows.order_by("delivery_date", "pk"):
        actions = [open_page("orders:standing_order_detail", row.standing_order_id)]
        if row.delivery_date and watch.can_still_order(row.delivery_date):
            actions.insert(0, retry(row))
        if not row.site.is_located:
            actions.insert(0, locate(row.site))
        yield DayException(
            "occurrence_failed",
            row.delivery_date,
            f"{row.standing_order.organization.display_name} · {row.bundle.display_name}",
            why(row.reason, row.detail),
            tuple(actions),
        )


def failed_orders(watch: Watch) -> Iterator[DayException]:
    """Orders that could not be fixed."""
    rows = Order.objects.filter(status="failed", delivery_date__in=watch.days).exclude(
        reason__in=[DELIVERY_FAILED, "not_approved", "declined"]
    )
    for row in rows.select_related("organization").order_by("delivery_date", "number"):
        yield DayException(
            "order_failed",
            row.delivery_date,
            f"{institution(row)} · {row.bundle_display_name}",
            why(row.reason, row.detail),
            (open_page("orders:order_detail", row.number),),
        )


def unapproved(watch: Watch) -> Iterator[DayException]:
    """What nobody at the institution approved before its cut-off: the hub can't mend it, but may be asked."""
    orders = Order.objects.filter(
        status="failed", reason="not_approved", delivery_date__in=watch.days
    ).select_related("organization")
    for order in orders.order_by("delivery_date", "number"):
        yield DayException(
            "unapproved",
            order.delivery_date,
            f"{institution(order)} · {order.bundle_display_name}",
            why(order.reason, order.detail),
            (open_page("orders:order_detail", order.number),),
        )
    dates = Occurrence.objects.filter(
        status="skipped", reason="standing_order_awaiting", delivery_date__in=watch.days
    ).select_related("standing_order__organization", "bundle")
    for row in dates.order_by("delivery_date", "pk"):
        yield DayException(
            "unapproved",
            row.delivery_date,
            f"{row.standing_order.organization.display_name} · {row.bundle.display_name}",
            why(row.reason, row.detail),
            (open_page("orders:standing_order_detail", row.standing_order_id),),
        )
