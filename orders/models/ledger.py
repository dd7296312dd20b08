"""The run ledger: what each step of the cycle found due, did, skipped, and why."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from membership.exclusions import FULL_MASK
from membership.models import Organization

from ..querysets import CycleItemQuerySet


class CycleRun(models.Model):
    """One run of one step that found something due."""

    class Step(models.TextChoices):
        PREVIEW = "preview", _("preview occurrences")
        PLAN = "plan", _("keep to plans")
        COMPOSE = "compose", _("compose editions")
        PUBLISH = "publish", _("publish editions")
        APPROVAL = "approval", _("approvals")
        WAITING = "waiting", _("waiting list")
        FIX = "fix", _("fix orders at cut-off")
        HOLIDAY = "holiday", _("questions about holidays")
        REMIND = "remind", _("remind producers")
        ACKNOWLEDGE = "acknowledge", _("producers' deadline")
        ANSWER = "answer", _("questions about shortages")
        ROUTE = "route", _("plan routes")
        TELL = "tell", _("tell recipients")
        STATEMENT = "statement", _("statements of delivery")

    step = models.CharField(_("step"), max_length=12, choices=Step)
    started_at = models.DateTimeField(_("started at"))
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)
    done = models.PositiveIntegerField(_("done"), default=0)
    skipped = models.PositiveIntegerField(_("skipped"), default=0)
    failed = models.PositiveIntegerField(_("failed"), default=0)

    class Meta:
        verbose_name = _("run")
        verbose_name_plural = _("runs")
        ordering = ["-started_at", "-pk"]
        indexes = [models.Index(fields=["-started_at"])]

    def __str__(self) -> str:
        return f"{self.step} {self.started_at:%Y-%m-%d %H:%M}"


class CycleItem(models.Model):
    """One thing that was due in a run, and what became of it."""

    class Outcome(models.TextChoices):
        DONE = "done", _("done")
        SKIPPED = "skipped", _("skipped")
        FAILED = "failed", _("failed")

    run = models.ForeignKey(CycleRun, on_delete=models.CASCADE, related_name="items", verbose_name=_("run"))
    subject = models.CharField(_("subject"), max_length=200)
    subject_id = models.PositiveBigIntegerField(_("subject id"), null=True)
    organization = models.ForeignKey(
        Organization, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("organization")
    )
    delivery_date = models.DateField(_("delivery date"), null=True)
    # Of an edition: `subject_id` is its bundle.
    exclusions = models.PositiveIntegerField(_("exclusions"), default=0)
    outcome = models.CharField(_("outcome"), max_length=8, choices=Outcome)
    reason = models.CharField(_("reason"), max_length=40, blank=True)
    detail = models.CharField(_("detail"), max_length=300, blank=True)
    at = models.DateTimeField(_("at"))

    objects = CycleItemQuerySet.as_manager()

    class Meta:
        verbose_name = _("run item")
        verbose_name_plural = _("run items")
        ordering = ["run", "pk"]
        indexes = [
            models.Index(fields=["organization", "delivery_date"]),
            models.Index(fields=["delivery_date"]),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(outcome="failed", reason=""), name="failed_item_has_a_reason"
            ),
            models.CheckConstraint(condition=Q(exclusions__lte=FULL_MASK), name="run_item_exclusions_known"),
        ]

    def __str__(self) -> str:
        return f"{self.subject}: {self.outcome}"
