"""Planning that somebody asked for: how far it is, and what became of it."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from ..querysets import PlanRunQuerySet
from .fleet import Depot
from .route import RoutePlan

LONGEST_S = 900


class PlanRun(models.Model):
    """One search for the routes of a day; a worker carries it out and it ends in a draft.

    While it runs, `searched_s`, `vans`, `left_out` and `cost` are of the best plan so far. `wish` is what
    was asked of it meanwhile: to stop and take that plan, or to stop and forget it.
    """

    class Status(models.TextChoices):
        ASKED = "asked", _("waiting for a worker")
        RUNNING = "running", _("being planned")
        DONE = "done", _("planned")
        CANCELLED = "cancelled", _("cancelled")
        FAILED = "failed", _("not planned")

    class Wish(models.TextChoices):
        TAKE = "take", _("take the best so far")
        CANCEL = "cancel", _("cancel")

    ALIVE = (Status.ASKED, Status.RUNNING)

    depot = models.ForeignKey(
        Depot, on_delete=models.PROTECT, related_name="plan_runs", verbose_name=_("depot")
    )
    date = models.DateField(_("date"))
    seconds = models.PositiveSmallIntegerField(
        _("time for the search (s)"), validators=[MinValueValidator(1), MaxValueValidator(LONGEST_S)]
    )
    # The plan whose locks hold; the search starts from it if it `is_warm`.
    base = models.ForeignKey(
        RoutePlan,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("from the plan"),
    )
    is_warm = models.BooleanField(_("keeps couriers"), default=False)
    status = models.CharField(_("status"), max_length=9, choices=Status, default=Status.ASKED)
    wish = models.CharField(_("wish"), max_length=6, choices=Wish, blank=True)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("asked by")
    )
    asked_at = models.DateTimeField(_("asked at"))
    started_at = models.DateTimeField(_("started at"), null=True, blank=True)
    # When the worker was last heard of: one that was killed says nothing, and another takes over.
    alive_at = models.DateTimeField(_("last sign of life"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    searched_s = models.FloatField(_("searched (s)"), default=0)
    vans = models.PositiveSmallIntegerField(_("vehicles"), null=True, blank=True)
    left_out = models.PositiveSmallIntegerField(_("left out"), null=True, blank=True)
    cost = models.BigIntegerField(_("cost (m)"), null=True, blank=True)
    plan = models.OneToOneField(
        RoutePlan,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="run",
        verbose_name=_("draft"),
    )
    fault = models.CharField(_("fault"), max_length=300, blank=True)

    objects = PlanRunQuerySet.as_manager()

    class Meta:
        verbose_name = _("planning")
        verbose_name_plural = _("plannings")
        ordering = ["-asked_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["depot", "date"],
                condition=Q(status__in=["asked", "running"]),
                name="one_planning_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["asked", "running"], ended_at=None)
                | Q(status__in=["done", "cancelled", "failed"], ended_at__isnull=False),
                name="ended_planning_says_when",
            ),
            models.CheckConstraint(
                condition=Q(status="done") ^ Q(plan=None), name="finished_planning_has_a_plan"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.date} {self.status}"

    @property
    def is_alive(self) -> bool:
        return self.status in self.ALIVE

    @property
    def percent(self) -> int:
        """How much of its time is spent."""
        return min(100, round(100 * self.searched_s / self.seconds))
