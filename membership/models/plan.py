"""Plans of 맺음, the institutions that subscribe to them, and how their subscriptions change over time."""

from datetime import date

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from .. import terms
from ..querysets import MembershipQuerySet
from .naming import BilingualName
from .organization import Organization

# Weekdays as RFC 5545 writes them.
DAYS = "^(MO|TU|WE|TH|FR|SA|SU)(,(MO|TU|WE|TH|FR|SA|SU))*$"


class Plan(BilingualName):
    """A monthly fee in won for a number of deliveries a month, on one of the plan's weekdays."""

    code = models.SlugField(_("code"), unique=True)
    monthly_fee = models.PositiveIntegerField(_("monthly fee (won)"))
    deliveries_per_month = models.PositiveSmallIntegerField(
        _("deliveries a month"), validators=[MinValueValidator(1), MaxValueValidator(31)]
    )
    delivery_days = models.CharField(
        _("delivery days"),
        max_length=20,
        default="MO,TU,WE,TH,FR",
        validators=[RegexValidator(DAYS, _("Weekdays such as TU,TH."))],
        help_text=_("Weekdays that members choose from, such as TU,TH."),
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
            models.CheckConstraint(condition=Q(delivery_days__regex=DAYS), name="plan_delivers_on_weekdays"),
        ]


class Membership(models.Model):
    """An institution's subscription from its first day to its last; only one runs at a time."""

    class Status(models.TextChoices):
        ACTIVE = "active", _("active")
        ENDED = "ended", _("ended")

    organization = models.ForeignKey(
        Organization, on_delete=models.PROTECT, related_name="memberships", verbose_name=_("organization")
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
                condition=Q(status="active"),
                name="one_running_membership_per_organization",
            ),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
                name="membership_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organization} {self.starts_on}"

    @property
    def terms(self) -> terms.Terms:
        """What it grants on which day. Needs `tiers` and `pauses` prefetched where there are several."""
        return terms.Terms(
            self.starts_on,
            self.ends_on,
            [terms.Tier(row.plan_id, row.starts_on, row.deliveries_per_month) for row in self.tiers.all()],
            [terms.Pause(row.starts_on, row.ends_on) for row in self.pauses.all()],
        )

    def tier_on(self, day: date) -> "MembershipTier":
        """The tier that runs on the day; before the first one, the first. Needs `tiers` as above."""
        started = [row for row in self.tiers.all() if row.starts_on <= day]
        return started[-1] if started else self.tiers.all()[0]


class MembershipTier(models.Model):
    """The plan from a day on, as it was agreed: until the next tier begins, so that none overlap."""

    membership = models.ForeignKey(
        Membership, on_delete=models.CASCADE, related_name="tiers", verbose_name=_("membership")
    )
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="tiers", verbose_name=_("plan"))
    starts_on = models.DateField(_("starts on"))
    # As the plan was on the day on which it was agreed.
    monthly_fee = models.PositiveIntegerField(_("monthly fee (won)"))
    deliveries_per_month = models.PositiveSmallIntegerField(_("deliveries a month"))

    class Meta:
        verbose_name = _("tier")
        verbose_name_plural = _("tiers")
        ordering = ["starts_on"]
        constraints = [
            models.UniqueConstraint(fields=["membership", "starts_on"], name="one_tier_at_a_time"),
        ]

    def __str__(self) -> str:
        return f"{self.plan} {self.starts_on}"


class MembershipPause(models.Model):
    """Days on which the plan brings nothing, both included; without a last day until it is resumed."""

    membership = models.ForeignKey(
        Membership, on_delete=models.CASCADE, related_name="pauses", verbose_name=_("membership")
    )
    starts_on = models.DateField(_("starts on"))
    ends_on = models.DateField(_("ends on"), null=True, blank=True)

    class Meta:
        verbose_name = _("pause")
        verbose_name_plural = _("pauses")
        ordering = ["starts_on"]
        constraints = [
            # Whether two overlap is asked under a lock on the membership.
            models.UniqueConstraint(fields=["membership", "starts_on"], name="one_pause_per_first_day"),
            models.UniqueConstraint(
                fields=["membership"], condition=Q(ends_on=None), name="one_open_pause_per_membership"
            ),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")), name="pause_ends_after_start"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.starts_on}–{self.ends_on or ''}"


class MembershipEvent(models.Model):
    """Who changed what of a membership, when, and from which day it counts; until then it can be undone."""

    class Kind(models.TextChoices):
        JOINED = "joined", _("joined")
        TIER = "tier", _("plan changed")
        PAUSED = "paused", _("paused")
        RESUMED = "resumed", _("resumed")
        LEFT = "left", _("leaving")
        UNDONE = "undone", _("change undone")
        ENDED = "ended", _("ended")

    UNDOABLE = (Kind.JOINED, Kind.TIER, Kind.PAUSED, Kind.RESUMED, Kind.LEFT)

    membership = models.ForeignKey(
        Membership, on_delete=models.CASCADE, related_name="events", verbose_name=_("membership")
    )
    kind = models.CharField(_("kind"), max_length=8, choices=Kind)
    effective_on = models.DateField(_("takes effect on"))
    # Of a pause: its last day. Of a resumption: what the last day had been.
    until = models.DateField(_("until"), null=True, blank=True)
    plan = models.ForeignKey(
        Plan, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("plan")
    )
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("actor"),
    )
    at = models.DateTimeField(_("at"))
    note = models.CharField(_("note"), max_length=300, blank=True)
    undoes = models.OneToOneField(
        "self",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="undone_by",
        verbose_name=_("undoes"),
    )

    class Meta:
        verbose_name = _("membership event")
        verbose_name_plural = _("membership events")
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.kind} {self.effective_on}"
