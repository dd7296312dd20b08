"""Find what is stuck on the days that an operator watches.

`find_exceptions` asks every finder about the same days; a finder is one query or two, and one sentence.
"""

from collections.abc import Callable, Collection, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, Exists, Max, Min, OuterRef, Q, Sum
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from bundles.models import Bundle, Edition
from config.templatetags.ui import moment, won
from delivery.models import RoutePlan, Stop, Unassigned
from delivery.sheet import in_readers_language
from membership.exclusion_words import exclusion_words
from membership.models import Organization, Site, User
from orders.models import (
    CalendarDay,
    CycleItem,
    Notification,
    Occurrence,
    Order,
    PurchaseOrder,
    PurchaseOrderLine,
)

from .cutoff_finders import failed_occurrences, failed_orders, unapproved
from .exceptions import (
    KINDS,
    Action,
    DayException,
    Watch,
    both,
    call,
    locate,
    open_page,
    place,
    plan_routes,
    why,
)
from .road_finders import failed_stops, partial_stops, tried_stops, unsettled_records
from .site_finders import rough_sites

# A sweeper sends mail every half minute: after this long something is wrong with it.
MAIL_PATIENCE = timedelta(minutes=10)


def find_exceptions(days: Collection[date], *, now: datetime, user: User) -> list[DayException]:
    """Return the exceptions of these days, the worst first, with the actions that `user` may take.

    The number of queries depends neither on the number of days nor on that of exceptions.
    """
    watch = Watch(days, now, CalendarDay.objects.all().working_days())
    found = [exception for finder in FINDERS for exception in finder(watch)]
    return [
        replace(
            exception,
            actions=tuple(
                action
                for action in exception.actions
                if not action.permission or user.has_perm(action.permission)
            ),
        )
        for exception in sorted(found, key=lambda exception: list(KINDS).index(exception.kind))
    ]


# -- The cut-off ----------------------------------------------------------------------------------


def missing_editions(watch: Watch) -> Iterator[DayException]:
    """Editions that someone expects and whose contents could not be composed, by the latest try."""
    failed = CycleItem.objects.filter(
        run__step="compose", delivery_date__in=watch.days, outcome="failed", subject_id__isnull=False
    )
    key = {"delivery_date": OuterRef("delivery_date")}
    latest = (
        failed.filter(
            Exists(
                Occurrence.objects.filter(
                    **key,
                    status="planned",
                    bundle=OuterRef("subject_id"),
                    exclusions=OuterRef("exclusions"),
                )
            ),
            ~Exists(
                Edition.objects.filter(
                    **key, bundle=OuterRef("subject_id"), exclusions=OuterRef("exclusions")
                )
            ),
        )
        .order_by()
        .values("subject_id", "delivery_date", "exclusions")
        .annotate(latest=Max("pk"))
    )
    items = CycleItem.objects.filter(pk__in=latest.values("latest")).order_by("delivery_date", "pk")
    bundles = Bundle.objects.in_bulk()
    for item in items:
        yield DayException(
            "edition_missing",
            item.delivery_date,
            " · ".join([bundles[item.subject_id].display_name, *exclusion_words(item.exclusions)]),
            why(item.reason, item.detail),
            (
                Action(_("Products"), reverse("bundles:product_list"), "store"),
                open_page("orders:cycle_run_detail", item.run_id),
            ),
        )


def unlocated_sites(watch: Watch) -> Iterator[DayException]:
    """What will fail at its cut-off unless someone finds the site on the map before."""
    nowhere = {"cutoff_at__gt": watch.now, "delivery_date__in": watch.days}
    occurrences = Occurrence.objects.filter(
        ~Q(site__precision__in=Site.LOCATED), status="planned", **nowhere
    ).select_related("standing_order__organization", "site")
    for row in occurrences.order_by("delivery_date", "pk"):
        link = open_page("orders:standing_order_detail", row.standing_order_id)
        yield _unlocated(row, row.standing_order.organization, link)
    orders = Order.objects.filter(~Q(site__precision__in=Site.LOCATED), status__in=Order.OPEN, **nowhere)
    for order in orders.select_related("organization", "site").order_by("delivery_date", "number"):
        yield _unlocated(order, order.organization, open_page("orders:order_detail", order.number))


def _unlocated(coming: Occurrence | Order, member: Organization, link: Action) -> DayException:
    return DayException(
        "unlocated",
        coming.delivery_date,
        both(member.display_name, coming.site.display_name),
        _("Without a location no order can be made at the cut-off, %(at)s.")
        % {"at": moment(coming.cutoff_at)},
        (locate(coming.site), link),
    )


# -- The producers --------------------------------------------------------------------------------


def overdue_purchase_orders(watch: Watch) -> Iterator[DayException]:
    """Purchase orders that nobody answered in time."""
    rows = PurchaseOrder.objects.filter(status="overdue", delivery_date__in=watch.days)
    for row in rows.select_related("producer").order_by("delivery_date", "producer__name", "pk"):
        yield DayException(
            "overdue",
            row.delivery_date,
            row.producer.display_name,
            _("An answer was due by %(at)s.") % {"at": moment(row.acknowledge_by)},
            (*call(row.producer.phone), open_page("orders:purchase_order_detail", row.number)),
        )


def shortages(watch: Watch) -> Iterator[DayException]:
    """Lines of which a producer brings less than was ordered, and what became of the rest."""
    lines = (
        PurchaseOrderLine.objects.filter(purchase_order__delivery_date__in=watch.days)
        .filter(shortages__isnull=False)
        .annotate(
            short=Sum("shortages__quantity"),
            credited=Sum("shortages__amount", filter=Q(shortages__status="credited")),
            asked=Count("shortages", filter=Q(shortages__status="asked")),
            touched=Count("shortages__order_line__order", distinct=True),
        )
        .select_related("product", "purchase_order__producer")
    )
    for line in lines.order_by("purchase_order__delivery_date", "pk"):
        yield DayException(
            "shortage",
            line.purchase_order.delivery_date,
            f"{line.purchase_order.producer.display_name} · "
            f"{in_readers_language(line.product_name, line.product.name_en)}",
            _shortage_words(line),
            (open_page("orders:shortage_line", line.pk),),
        )


def _shortage_words(line: Any) -> str:
    missing = ngettext(
        "%(short)d of %(ordered)d units missing, on %(count)d order",
        "%(short)d of %(ordered)d units missing, on %(count)d orders",
        line.touched,
    ) % {"short": line.short, "ordered": line.ordered, "count": line.touched}
    parts = []
    if line.asked:
        parts.append(
            ngettext("%(count)d question open", "%(count)d questions open", line.asked)
            % {"count": line.asked}
        )
    if line.credited:
        parts.append(_("%(amount)s credited") % {"amount": won(line.credited)})
    return f"{missing}: {' · '.join(parts) or pgettext('shortage', 'replaced')}"


# -- The routes -----------------------------------------------------------------------------------


def unrouted_orders(watch: Watch) -> Iterator[DayException]:
    """Orders that no route brings: those that fit nowhere, and those fixed after the routes were made."""
    unassigned = Unassigned.objects.filter(
        plan__status="published", plan__date__in=watch.days, order__status__in=["confirmed", "packed"]
    ).select_related("order__organization", "order__site")
    for row in unassigned.order_by("plan__date", "pk"):
        detail = f" ({row.detail})" if row.detail else ""
        yield _unrouted(row.order, f"{row.get_reason_display()}{detail}".capitalize())
    plans = RoutePlan.objects.published().filter(date__in=watch.days)
    left = Count("routes", filter=~Q(routes__status="planned"))
    started = dict(plans.values_list("date").annotate(started=left))
    due = [day for day in watch.days if day in started or not watch.can_still_order(day)]
    missing = Order.objects.filter(
        ~Exists(Stop.objects.live().filter(order=OuterRef("pk"))),
        ~Exists(Unassigned.objects.filter(order=OuterRef("pk"), plan__status="published")),
        delivery_date__in=due,
        status__in=["confirmed", "packed"],
    ).select_related("organization", "site")
    for order in missing.order_by("delivery_date", "number"):
        if started.get(order.delivery_date):
            yield _unrouted(order, _("The routes had already left."))
            continue
        is_planned = order.delivery_date in started
        words = _("It came after the routes were planned.") if is_planned else _("No routes are planned yet.")
        can_plan = order.delivery_date >= watch.today
        yield _unrouted(order, words, *([plan_routes(order.delivery_date)] if can_plan else []))


def _unrouted(order: Order, reason: str, *actions: Action) -> DayException:
    link = open_page("orders:order_detail", order.number)
    return DayException("unrouted", order.delivery_date, place(order), reason, (*actions, link))


# -- The mail -------------------------------------------------------------------------------------


def unsent_mail(watch: Watch) -> Iterator[DayException]:
    """Messages that have waited too long, all in one."""
    late = Notification.objects.filter(sent_at=None, created_at__lte=watch.now - MAIL_PATIENCE)
    waiting = late.aggregate(count=Count("pk"), oldest=Min("created_at"))
    if not waiting["count"]:
        return
    title = ngettext("%(count)d message", "%(count)d messages", waiting["count"]) % waiting
    yield DayException(
        "mail",
        None,
        title,
        _("Waiting since %(at)s. Is the worker running, and does the mail server answer?")
        % {"at": moment(waiting["oldest"])},
        (
            Action(
                _("Show"),
                reverse("admin:orders_notification_changelist") + "?sent_at__isempty=1",
                "mail",
                permission="orders.view_notification",
            ),
        ),
    )


FINDERS: list[Callable[[Watch], Iterator[DayException]]] = [
    failed_occurrences,
    failed_orders,
    unapproved,
    missing_editions,
    unlocated_sites,
    rough_sites,
    overdue_purchase_orders,
    shortages,
    unrouted_orders,
    failed_stops,
    tried_stops,
    partial_stops,
    unsettled_records,
    unsent_mail,
]
