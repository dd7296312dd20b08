"""The exceptions of a delivery day: what is stuck, why in words, and what an operator can do about it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from delivery.sheet import in_readers_language
from membership.models import Site
from orders.cutoff import last_call_at
from orders.models import Occurrence, Order
from orders.reasons import words
from orders.working_days import WorkingDays


@dataclass(frozen=True)
class Action:
    """Something to do about an exception: a link, or a button that posts `fields`."""

    label: str
    url: str
    icon: str = ""
    is_post: bool = False
    fields: tuple[tuple[str, str], ...] = ()
    permission: str = ""


@dataclass(frozen=True)
class DayException:
    """One thing that is stuck. `day` is None for what concerns no day in particular."""

    kind: str
    day: date | None
    title: str
    why: str
    actions: tuple[Action, ...] = ()

    @property
    def label(self) -> str:
        return str(KINDS[self.kind][0])

    @property
    def tone(self) -> str:
        return KINDS[self.kind][1]

    @property
    def icon(self) -> str:
        return KINDS[self.kind][2]


# kind: what people call it, tone, icon; the worst first
KINDS: dict[str, tuple[str | Promise, str, str]] = {
    "occurrence_failed": (gettext_lazy("Order not made"), "danger", "calendar-x"),
    "order_failed": (gettext_lazy("Order not made"), "danger", "package-x"),
    "stop_failed": (gettext_lazy("Delivery failed"), "danger", "circle-x"),
    "road_record": (gettext_lazy("Courier's record in conflict"), "danger", "wifi-off"),
    "unrouted": (gettext_lazy("On no route"), "danger", "route"),
    "edition_missing": (gettext_lazy("No contents"), "danger", "package-open"),
    "overdue": (gettext_lazy("No answer from the producer"), "danger", "hourglass"),
    "stop_tried": (gettext_lazy("Tried in vain"), "warning", "history"),
    "stop_partial": (gettext_lazy("Not everything handed over"), "warning", "package-x"),
    "unlocated": (gettext_lazy("Site not located"), "warning", "map-pin"),
    "shortage": (gettext_lazy("Shortage"), "warning", "triangle-alert"),
    "rough": (gettext_lazy("Place to be checked"), "warning", "map-pin"),
    "mail": (gettext_lazy("Mail not sent"), "warning", "mail"),
    "unapproved": (gettext_lazy("Not approved in time"), "neutral", "hourglass"),
}


@dataclass(frozen=True)
class Watch:
    """The days to look at, what time it is, and the calendar."""

    days: Collection[date]
    now: datetime
    working_days: WorkingDays

    @property
    def today(self) -> date:
        return timezone.localdate(self.now)

    def can_still_order(self, day: date) -> bool:
        return self.now < last_call_at(day, self.working_days)


# -- Words and actions ------------------------------------------------------------------------------


def why(reason: str, detail: str) -> str:
    """The reason in words; a detail that only repeats the code says nothing to people."""
    return words(reason) if not detail or detail.startswith(reason) else f"{words(reason)}: {detail}"


def institution(order: Order) -> str:
    """The institution's name in the reader's language, as it was when the order was fixed."""
    return in_readers_language(order.organization_name, order.organization.name_en)


def place(order: Order) -> str:
    """Institution and site, once if they are called the same."""
    return both(institution(order), in_readers_language(order.site_name, order.site.name_en))


def both(organization: str, site: str) -> str:
    return organization if organization == site else f"{organization} · {site}"


def open_page(name: str, key: object) -> Action:
    return Action(_("Open"), reverse(name, args=[key]), "arrow-right")


def retry(occurrence: Occurrence) -> Action:
    fields = (("next", f"{reverse('home')}?date={occurrence.delivery_date}"),)
    return Action(
        _("Try again"), reverse("orders:occurrence_retry", args=[occurrence.pk]), "refresh-cw", True, fields
    )


def plan_routes(day: date) -> Action:
    return Action(_("Plan routes now"), reverse("delivery:plan_ask", args=[day]), "route", True)


def locate(site: Site) -> Action:
    url = reverse("membership:site_place", args=[site.pk])
    return Action(_("Locate the site"), url, "map-pin")


def call(phone: str) -> tuple[Action, ...]:
    number = "".join(sign for sign in phone if sign.isdigit() or sign == "+")
    return (Action(_("Call"), f"tel:{number}", "phone"),) if number else ()
