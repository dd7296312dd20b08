"""What every page knows: the service itself and the way around it for the reader's role."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from config.demo_town.logins import DEMO_LOGINS, DEMO_PASSWORD
from membership.models import Organization, User
from membership.permissions import home_role

# (label, URL name, icon) for each role, in the order in which they are used on a day.
NAVIGATION = {
    "institution": [
        (_("Home"), "home", "home"),
        (_("Orders"), "orders:order_list", "package"),
        (_("Standing orders"), "orders:standing_order_list", "repeat"),
        (_("Order for an event"), "orders:event_order_create", "plus"),
        (_("Bundles"), "bundles:bundle_list", "shopping-basket"),
        (_("Membership"), "orders:membership", "hand-heart"),
        (_("Sites"), "membership:site_list", "map-pin"),
        (_("Budgets"), "orders:budget", "wallet"),
        (_("Purchases"), "orders:purchases", "badge-check"),
    ],
    "producer": [
        (_("Home"), "home", "home"),
        (_("Purchase orders"), "orders:purchase_order_list", "clipboard-list"),
        (_("What to make"), "orders:production", "calendar"),
        (_("Capacity"), "orders:capacity_calendar", "calendar-days"),
        (_("Products"), "bundles:product_list", "store"),
    ],
    "courier": [
        (_("Today's route"), "delivery:drive", "truck"),
        (_("My routes"), "delivery:route_list", "route"),
    ],
    "operator": [
        (_("Day board"), "home", "layout-dashboard"),
        (_("Orders"), "orders:order_list", "package"),
        (_("Standing orders"), "orders:standing_order_list", "repeat"),
        (_("Purchase orders"), "orders:purchase_order_list", "clipboard-list"),
        (_("Shortages"), "orders:shortage_list", "triangle-alert"),
        (_("Composition"), "orders:compose_board", "scale"),
        (_("Packing"), "orders:packing", "boxes"),
        (_("Dispatch"), "delivery:dispatch_home", "route"),
        (_("Routes"), "delivery:route_list", "truck"),
        (_("Couriers' records"), "delivery:record_list", "wifi-off"),
        (_("Products"), "bundles:product_list", "store"),
        (_("Memberships"), "orders:membership_list", "hand-heart"),
        (_("Sites"), "membership:site_list", "map-pin"),
        (_("Working days"), "orders:working_days", "calendar-days"),
        (_("Delivery limits"), "orders:day_limits", "timer"),
        (_("Waiting list"), "orders:waiting_list", "hourglass"),
        (_("Runs"), "orders:cycle_run_list", "history"),
    ],
}


def service(request: HttpRequest) -> dict[str, Any]:
    """Return `service` (facts about this installation and the reader's seat) and `nav_items`."""
    # An error page of a broken request may come before anybody was recognised.
    user: User | None = getattr(request, "user", None)
    known = user if user is not None and user.is_authenticated else None
    role = home_role(known) if known else None
    return {
        "service": {
            "name": _("Kkureomi"),
            "demo": _is_demo(),
            "demo_logins": [] if known else _demo_logins(),
            "role": role,
            "seat": _seat(known) if known else "",
            "map_tile_url": settings.MAP_TILE_URL,
        },
        "nav_items": [
            {"label": label, "url": reverse(name), "icon": icon, "active": request.path == reverse(name)}
            for label, name, icon in NAVIGATION.get(role or "", [])
        ],
    }


def _seat(user: User) -> str:
    """Where the user works and as what, such as "은평구청 · 주문 담당"."""
    seats = user.active_seats
    return f"{seats[0].organization} · {seats[0].get_role_display()}" if seats else ""


def _is_demo() -> bool:
    return not settings.PRODUCTION and Organization.objects.filter(is_demo=True).exists()


def _demo_logins() -> list[dict[str, Any]]:
    if not _is_demo():
        return []
    return [{"role": role, "email": email, "password": DEMO_PASSWORD} for role, email in DEMO_LOGINS]
