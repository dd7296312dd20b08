"""Plans of 맺음 and the institutions that subscribed to them."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from ..querysets import MembershipQuerySet
from .naming import BilingualName
from .organization import Organization


class Plan(BilingualName):
    """A monthly fee in won for a number of deliveries a month."""

    code = models.SlugField(_("code"), unique=True)
    monthly_fee = models.PositiveIntegerField(_("monthly fee (won)"))
    deliveries_per_month = models.PositiveSmallIntegerField(
        _("deliveries a month"), validators=[MinValueValidator(1), MaxValueValidator(31)]
    )
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("plan")
        verbose_name_plural = _("plans")
        ordering = ["monthly_fee"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(deliveries_per_month__range=(1, 31)), name="plan_has_deliveries"
            ),
        ]


class Membership(models.Model):
    """An institution's subscription to a plan; only one runs at a time."""

    class Status(models.TextChoices):
        ACTIVE = "active", _("active")
        PAUSED = "paused", _("paused")
        ENDED = "ended", _("ended")

    organization = models.ForeignKey(
        Organization, on_delete=models.PROTECT, related_name="memberships", verbose_name=_("organization")
    )
    plan = models.ForeignKey(
        Plan, on_delete=models.PROTECT, related_name="memberships", verbose_name=_("plan")
    )
    status = models.CharField(_("status"), max_length=8, choices=Status, default=Status.ACTIVE)
    starts_on = models.DateField(_("starts on"))
    ends_on = models.DateField(_("ends on"), null=True, blank=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        ordering = ["-starts_on"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization"],
                condition=models.Q(status__in=["active", "paused"]),
                name="one_running_membership_per_organization",
            ),
            models.CheckConstraint(
                condition=models.Q(ends_on=None) | models.Q(ends_on__gte=models.F("starts_on")),
                name="membership_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organization} · {self.plan}"
