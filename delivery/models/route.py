"""How a day's orders are carried: a published plan of routes with their stops."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from orders.models import Order

from ..querysets import RoutePlanQuerySet, RouteQuerySet, StopQuerySet
from .fleet import Depot, Shift


class RoutePlan(models.Model):
    """One version of a day's routes from a depot: a draft until it is published, replaced by the next one.

    At most one is published and one a draft. `revision` counts what was changed in a draft, so that
    nobody changes or publishes what they haven't seen.
    """

    class Status(models.TextChoices):
        DRAFT = "draft", pgettext_lazy("routes", "draft")
        PUBLISHED = "published", _("published")
        SUPERSEDED = "superseded", _("replaced")
        DISCARDED = "discarded", _("discarded")

    depot = models.ForeignKey(Depot, on_delete=models.PROTECT, related_name="plans", verbose_name=_("depot"))
    date = models.DateField(_("date"))
    version = models.PositiveSmallIntegerField(_("version"))
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.PUBLISHED)
    revision = models.PositiveIntegerField(_("revision"), default=1)
    # What the plan was made from (orders, windows, shifts): equal input is never planned twice.
    fingerprint = models.CharField(_("fingerprint"), max_length=64)
    distance_m = models.PositiveIntegerField(_("distance (m)"))
    seconds = models.FloatField(_("planning time (s)"))
    published_at = models.DateTimeField(_("published at"), null=True, blank=True)
    # Empty where the rule published it: such a plan is replaced by the rule when the day changes.
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("published by"),
    )

    objects = RoutePlanQuerySet.as_manager()

    class Meta:
        verbose_name = _("route plan")
        verbose_name_plural = _("route plans")
        ordering = ["-date", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["depot", "date", "version"], name="route_plan_version_once"),
            models.UniqueConstraint(
                fields=["depot", "date"],
                condition=Q(status="published"),
                name="one_published_plan_per_depot_and_date",
            ),
            models.UniqueConstraint(
                fields=["depot", "date"],
                condition=Q(status="draft"),
                name="one_draft_plan_per_depot_and_date",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["draft", "discarded"], published_at=None)
                | Q(status__in=["published", "superseded"], published_at__isnull=False),
                name="published_plan_says_when",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.date} v{self.version}"


class Route(models.Model):
    """One courier's round: distance in metres, times as instants."""

    class Status(models.TextChoices):
        PLANNED = "planned", _("planned")
        STARTED = "started", _("on the way")
        FINISHED = "finished", _("finished")

    plan = models.ForeignKey(
        RoutePlan,
        on_delete=models.PROTECT,
        related_name="routes",
        verbose_name=pgettext_lazy("routes", "plan"),
    )
    shift = models.ForeignKey(Shift, on_delete=models.PROTECT, related_name="routes", verbose_name=_("shift"))
    status = models.CharField(_("status"), max_length=8, choices=Status, default=Status.PLANNED)
    departs_at = models.DateTimeField(_("departs at"))
    returns_at = models.DateTimeField(_("returns at"))
    distance_m = models.PositiveIntegerField(_("distance (m)"))
    weight_g = models.PositiveIntegerField(_("weight (g)"))
    volume_ml = models.PositiveBigIntegerField(_("volume (ml)"))
    # What an operator allowed: so much more than the vehicle takes.
    over_percent = models.PositiveSmallIntegerField(_("overloaded (%)"), default=0)
    keeps_order = models.BooleanField(_("keeps its order"), default=False)
    accepted_at = models.DateTimeField(_("accepted at"), null=True, blank=True)
    started_at = models.DateTimeField(_("started at"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)

    objects = RouteQuerySet.as_manager()

    class Meta:
        verbose_name = _("route")
        verbose_name_plural = _("routes")
        ordering = ["plan", "departs_at", "pk"]
        constraints = [models.UniqueConstraint(fields=["plan", "shift"], name="one_route_per_plan_and_shift")]

    def __str__(self) -> str:
        return f"{self.plan} · {self.shift.courier}"

    @property
    def distance_km(self) -> float:
        return self.distance_m / 1000

    @property
    def weight_kg(self) -> float:
        return self.weight_g / 1000

    @property
    def volume_l(self) -> float:
        return self.volume_ml / 1000


class Stop(models.Model):
    """One order on a route."""

    class Status(models.TextChoices):
        PENDING = "pending", _("to deliver")
        DELIVERED = "delivered", _("delivered")
        FAILED = "failed", pgettext_lazy("stop", "failed")
        CANCELLED = "cancelled", _("cancelled")

    class FailureReason(models.TextChoices):
        CLOSED = "closed", _("nobody there or closed")
        REFUSED = "refused", _("refused by the recipient")
        NO_ACCESS = "no_access", _("no access")
        DAMAGED = "damaged", _("goods damaged")
        OUT_OF_TIME = "out_of_time", _("not reached in time")

    plan = models.ForeignKey(
        RoutePlan,
        on_delete=models.PROTECT,
        related_name="stops",
        verbose_name=pgettext_lazy("routes", "plan"),
    )
    route = models.ForeignKey(Route, on_delete=models.PROTECT, related_name="stops", verbose_name=_("route"))
    sequence = models.PositiveSmallIntegerField(_("sequence"))
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="stops", verbose_name=_("order"))
    eta = models.DateTimeField(_("expected at"))
    leaves_at = models.DateTimeField(_("leaves at"))
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.PENDING)
    failure_reason = models.CharField(_("reason"), max_length=12, choices=FailureReason, blank=True)
    is_locked = models.BooleanField(_("stays with its courier"), default=False)
    # What an operator allowed: so many seconds after the site closes.
    late_s = models.PositiveIntegerField(_("late (s)"), default=0)
    # Boxes that weren't at the depot when the van was loaded; None until somebody has looked.
    boxes_missing = models.PositiveSmallIntegerField(_("boxes missing"), null=True, blank=True)
    arrived_at = models.DateTimeField(_("arrived at"), null=True, blank=True)
    # The goods of a failed stop are back at the depot.
    returned_at = models.DateTimeField(_("returned at"), null=True, blank=True)

    objects = StopQuerySet.as_manager()

    class Meta:
        verbose_name = _("stop")
        verbose_name_plural = _("stops")
        ordering = ["route", "sequence"]
        constraints = [
            models.UniqueConstraint(fields=["route", "sequence"], name="stop_sequence_once_per_route"),
            models.UniqueConstraint(fields=["plan", "order"], name="order_once_per_plan"),
            models.CheckConstraint(
                condition=Q(status="failed") ^ Q(failure_reason=""), name="only_failed_stop_has_a_reason"
            ),
            models.CheckConstraint(
                condition=Q(returned_at=None) | Q(status="failed"), name="only_failed_stop_is_returned"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sequence}. {self.order}"


class Unassigned(models.Model):
    """An order that fits on no route, and why."""

    class Reason(models.TextChoices):
        NO_VAN = "no_van", _("no vehicle on that day")
        LOCKED = "locked", _("meant for a vehicle that cannot take it")
        OTHER_DEPOT = "other_depot", _("packed at another depot than any vehicle loads at")
        TOO_HEAVY = "too_heavy", _("heavier than any vehicle carries")
        TOO_BIG = "too_big", _("bigger than any vehicle carries")
        TOO_MANY = "too_many", _("more crates than any vehicle takes")
        NEEDS_CHILLED = "needs_chilled", _("needs a refrigerated vehicle")
        OUTSIDE_HOURS = "outside_hours", _("cannot be reached within its receiving hours")
        NO_ROOM = "no_room", _("fits alone, but not with the rest of the day")
        NOT_PLANNED = "not_planned", _("came in after the plan was made")
        TAKEN_OFF = "taken_off", _("taken off its route by an operator")

    plan = models.ForeignKey(
        RoutePlan,
        on_delete=models.PROTECT,
        related_name="unassigned",
        verbose_name=pgettext_lazy("routes", "plan"),
    )
    order = models.ForeignKey(
        Order, on_delete=models.PROTECT, related_name="unassigned", verbose_name=_("order")
    )
    reason = models.CharField(_("reason"), max_length=16, choices=Reason)
    detail = models.CharField(_("detail"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("unassigned order")
        verbose_name_plural = _("unassigned orders")
        ordering = ["plan", "order"]
        constraints = [models.UniqueConstraint(fields=["plan", "order"], name="unassigned_once_per_plan")]

    def __str__(self) -> str:
        return f"{self.order}: {self.reason}"
