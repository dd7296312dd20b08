"""A part of a large day that is being planned: some routes that any free worker may improve."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .plan_run import PlanRun


class PlanPart(models.Model):
    """What one worker is asked to do for a planning, and what it found.

    Whoever sets `claimed_at` works on it; `found` is written once. Rows go with their planning's turn: the
    plan that comes of them is what is kept.
    """

    run = models.ForeignKey(
        PlanRun, on_delete=models.CASCADE, related_name="parts", verbose_name=_("planning")
    )
    seed = models.PositiveSmallIntegerField(_("seed"))
    number = models.PositiveSmallIntegerField(_("number"))
    seconds = models.FloatField(_("time for the search (s)"))
    # As `delivery.part_data` writes them: jobs, vans and the routes to begin with; then keys in order.
    task = models.JSONField(_("task"))
    claimed_at = models.DateTimeField(_("begun at"), null=True, blank=True)
    found = models.JSONField(_("found"), null=True, blank=True)

    class Meta:
        verbose_name = _("part of a planning")
        verbose_name_plural = _("parts of plannings")
        ordering = ["run", "seed", "number"]
        constraints = [
            models.UniqueConstraint(fields=["run", "seed", "number"], name="planning_has_a_part_once"),
            models.CheckConstraint(
                condition=Q(found=None) | Q(claimed_at__isnull=False), name="found_part_was_begun"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.run} {self.seed}/{self.number}"
