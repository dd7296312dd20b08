"""What orders do when membership asks."""

from typing import Any

from django.dispatch import receiver
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from membership.models import Site
from membership.signals import Coming, site_retiring

from .models import Occurrence, Order, StandingOrder

ON_THE_WAY = ("awaiting", "placed", "confirmed", "packed", "dispatched")


@receiver(site_retiring)
def name_what_comes(site: Site, **_kwargs: Any) -> list[Coming]:
    """Speak against retiring a site to which something still comes: standing orders, their dates, orders."""
    standing = StandingOrder.objects.not_ended().filter(site=site).select_related("bundle")
    dates = (
        Occurrence.objects.filter(site=site, status=Occurrence.Status.PLANNED)
        .exclude(standing_order__site=site)
        .select_related("bundle")
    )
    orders = Order.objects.filter(site=site, status__in=ON_THE_WAY).select_related("bundle")
    return [
        *(_standing(row) for row in standing.order_by("pk")),
        *(_date(row) for row in dates.order_by("rule_date", "pk")),
        *(_order(row) for row in orders.order_by("delivery_date", "pk")),
    ]


def _standing(standing: StandingOrder) -> Coming:
    text = _("Standing order: %(bundle)s") % {"bundle": standing.bundle.display_name}
    return Coming(text, reverse("orders:standing_order_detail", args=[standing.pk]))


def _date(occurrence: Occurrence) -> Coming:
    day = date_format(occurrence.delivery_date or occurrence.rule_date)
    text = _("One date of a standing order, %(day)s: %(bundle)s")
    return Coming(
        text % {"day": day, "bundle": occurrence.bundle.display_name},
        reverse("orders:standing_order_detail", args=[occurrence.standing_order_id]),
    )


def _order(order: Order) -> Coming:
    text = _("Order for %(day)s: %(bundle)s")
    return Coming(
        text % {"day": date_format(order.delivery_date), "bundle": order.bundle_display_name},
        reverse("orders:order_detail", args=[order.number]),
    )
