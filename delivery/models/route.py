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
    """One version of a day's routes from a depot; at most one is published, and it may be replaced."""

    class Status(models.TextChoices):
        PUBLISHED = "published", _("published")
        SUPERSEDED = "superseded", _("replaced")

    depot = models.ForeignKey(Depot, on_delete=models.PROTECT, related_name="plans", verbose_name=_("depot"))
    date = models.DateField(_("date"))
    version = models.PositiveSmallIntegerField(_("version"))
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.PUBLISHED)
    # What the plan was made from (orders, windows, shifts): equal input is never planned twice.
    fingerprint = models.CharField(_("fingerprint"), max_length=64)
    distance_m = models.PositiveIntegerField(_("distance (m)"))
    seconds = models.FloatField(_("planning time (s)"))
    published_at = models.DateTimeField(_("published at"))

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


class Proof(models.Model):
    """Who received a stop and when: the inspection record (검수) of the order."""

    stop = models.OneToOneField(Stop, on_delete=models.PROTECT, related_name="proof", verbose_name=_("stop"))
    receiver_name = models.CharField(_("received by"), max_length=60)
    note = models.CharField(_("note"), max_length=300, blank=True)
    delivered_at = models.DateTimeField(_("delivered at"))
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("recorded by")
    )

    class Meta:
        verbose_name = _("proof of delivery")
        verbose_name_plural = _("proofs of delivery")
        constraints = [
            models.CheckConstraint(condition=~Q(receiver_name=""), name="proof_names_the_receiver")
        ]

    def __str__(self) -> str:
        return f"{self.stop} → {self.receiver_name}"
