"""Orders that repeat: the rule, and each date it gives."""

from datetime import date, timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from bundles.edition_key import EditionKey
from bundles.models import Bundle
from membership.exclusions import FULL_MASK
from membership.models import Department, Organization, Site

from ..querysets import CalendarDayQuerySet, OccurrenceQuerySet, StandingOrderQuerySet
from ..schedule import BadRule, rule_dates, validate

ONE_DAY = timedelta(days=1)


def validate_rrule(rrule: str) -> None:
    """Raise ValidationError unless `rrule` is an RFC 5545 rule that gives dates."""
    try:
        validate(rrule)
    except BadRule as error:
        raise ValidationError(_("This is not a usable rule: %(why)s"), params={"why": str(error)}) from error


class CalendarDay(models.Model):
    """An operator's word on one day, above the calendar of public holidays."""

    day = models.DateField(_("day"), unique=True)
    is_working = models.BooleanField(_("deliveries on this day"))
    name = models.CharField(_("name"), max_length=60)

    objects = CalendarDayQuerySet.as_manager()

    class Meta:
        verbose_name = _("calendar day")
        verbose_name_plural = _("calendar days")
        ordering = ["day"]

    def __str__(self) -> str:
        return f"{self.day} {self.name}"


class StandingOrder(models.Model):
    """A bundle for a site, again and again by an RFC 5545 rule anchored on `starts_on`."""

    class Status(models.TextChoices):
        AWAITING = "awaiting", _("awaiting approval")
        ACTIVE = "active", _("active")
        PAUSED = "paused", _("paused")
        ENDED = "ended", _("ended")

    class HolidayPolicy(models.TextChoices):
        BEFORE = "before", _("the working day before")
        AFTER = "after", _("the working day after")
        SKIP = "skip", _("skip the delivery")

    organization = models.ForeignKey(
        Organization, on_delete=models.PROTECT, related_name="standing_orders", verbose_name=_("institution")
    )
    site = models.ForeignKey(
        Site, on_delete=models.PROTECT, related_name="standing_orders", verbose_name=_("site")
    )
    bundle = models.ForeignKey(
        Bundle, on_delete=models.PROTECT, related_name="standing_orders", verbose_name=_("bundle")
    )
    department = models.ForeignKey(
        Department,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="standing_orders",
        verbose_name=_("department"),
    )
    headcount = models.PositiveSmallIntegerField(_("people"), validators=[MinValueValidator(1)])
    exclusions = models.PositiveIntegerField(_("exclusions"), default=0)
    rrule = models.CharField(_("rule (RFC 5545)"), max_length=200, validators=[validate_rrule])
    starts_on = models.DateField(_("starts on"))
    ends_on = models.DateField(_("ends on"), null=True, blank=True)
    holiday_policy = models.CharField(
        _("on a holiday"), max_length=6, choices=HolidayPolicy, default=HolidayPolicy.BEFORE
    )
    window_opens = models.TimeField(_("not before"), null=True, blank=True)
    window_closes = models.TimeField(_("not after"), null=True, blank=True)
    status = models.CharField(_("status"), max_length=8, choices=Status, default=Status.ACTIVE)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("created by"),
    )
    created_at = models.DateTimeField(_("created at"))
    # What the orderer could decide when it was set up, or an approver agreed to: a larger sum waits again.
    agreed_sum = models.PositiveBigIntegerField(_("agreed for a year (won)"), null=True, blank=True)

    objects = StandingOrderQuerySet.as_manager()

    class Meta:
        verbose_name = _("standing order")
        verbose_name_plural = _("standing orders")
        ordering = ["organization__name", "pk"]
        indexes = [models.Index(fields=["status"])]
        constraints = [
            models.CheckConstraint(condition=Q(headcount__gte=1), name="standing_order_serves_someone"),
            models.CheckConstraint(
                condition=Q(exclusions__lte=FULL_MASK), name="standing_order_exclusions_known"
            ),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
                name="standing_order_ends_after_start",
            ),
            # Both or none: to SQL a condition that is unknown holds.
            models.CheckConstraint(
                condition=Q(window_opens=None, window_closes=None)
                | Q(
                    window_opens__isnull=False,
                    window_closes__isnull=False,
                    window_closes__gt=F("window_opens"),
                ),
                name="standing_order_window_closes_after",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organization} · {self.bundle} · {self.rrule}"

    def edition_key(self, day: date) -> EditionKey:
        """The edition that it brings on a date."""
        return EditionKey(self.bundle_id, day, self.exclusions)

    @property
    def price(self) -> int:
        """The price of one delivery, in won."""
        return self.bundle.price_for(self.headcount)

    @property
    def yearly_sum(self) -> int:
        """The price of everything that the rule brings in a year from its start, in won."""
        return self.price * len(self.dates(self.starts_on - ONE_DAY, self.starts_on + timedelta(days=364)))

    def sum_until_new_year(self, today: date) -> int:
        """The price of everything that the rule brings after today in its year, in won."""
        return self.price * len(self.dates(today, date(today.year, 12, 31)))

    def dates(self, after: date, until: date) -> list[date]:
        """The rule's dates later than `after`, up to `until`. Raises BadRule."""
        return rule_dates(self.rrule, self.starts_on, after=after, until=until, ends_on=self.ends_on)


class Occurrence(models.Model):
    """One date of a standing order. Its identity is the date that the rule gave, wherever it moves to."""

    class Status(models.TextChoices):
        PLANNED = "planned", _("planned")
        ORDERED = "ordered", pgettext_lazy("occurrence", "ordered")
        SKIPPED = "skipped", _("skipped")
        FAILED = "failed", _("not ordered")

    standing_order = models.ForeignKey(
        StandingOrder, on_delete=models.PROTECT, related_name="occurrences", verbose_name=_("standing order")
    )
    rule_date = models.DateField(_("date by the rule"))
    delivery_date = models.DateField(_("delivery date"), null=True, blank=True)
    cutoff_at = models.DateTimeField(_("cut-off"), null=True, blank=True)
    status = models.CharField(_("status"), max_length=8, choices=Status, default=Status.PLANNED)
    reason = models.CharField(_("reason"), max_length=40, blank=True)
    detail = models.CharField(_("detail"), max_length=300, blank=True)

    objects = OccurrenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("occurrence")
        verbose_name_plural = _("occurrences")
        ordering = ["rule_date", "standing_order"]
        indexes = [
            models.Index(fields=["status", "cutoff_at"]),
            models.Index(fields=["delivery_date", "status"]),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["standing_order", "rule_date"], name="one_occurrence_per_rule_date"
            ),
            models.CheckConstraint(
                condition=Q(status__in=["skipped", "failed"])
                | Q(delivery_date__isnull=False, cutoff_at__isnull=False),
                name="coming_occurrence_has_date_and_cutoff",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.standing_order_id}@{self.rule_date}"
