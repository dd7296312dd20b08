"""Orders that repeat: the rule, and each date it gives."""

from datetime import date

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from membership.models import Organization

from ..querysets import CalendarDayQuerySet, OccurrenceQuerySet, StandingOrderQuerySet
from ..repeating import ASKED
from .serving import Serving
from .terms import ANSWERS, Terms


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


class StandingOrder(Terms):
    """A bundle for a site, again and again. Its own terms hold now, `later_terms` from their dates on."""

    class Status(models.TextChoices):
        AWAITING = "awaiting", _("awaiting approval")
        ACTIVE = "active", _("active")
        ENDED = "ended", _("ended")

    organization = models.ForeignKey(
        Organization, on_delete=models.PROTECT, related_name="standing_orders", verbose_name=_("institution")
    )
    ends_on = models.DateField(_("ends on"), null=True, blank=True)
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
    # Every date of the rule up to here has its row: a date that comes up behind it was left out by no outage.
    known_until = models.DateField(_("dates shown until"), null=True, blank=True, editable=False)
    # Set up together for several sites: all of them name the first, which names none.
    together_with = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("set up together with"),
    )
    # Counts the changes, so that whoever decides by an outdated page is told.
    revision = models.PositiveIntegerField(_("revision"), default=0, editable=False)

    objects = StandingOrderQuerySet.as_manager()

    class Meta:
        verbose_name = _("standing order")
        verbose_name_plural = _("standing orders")
        ordering = ["organization__name", "pk"]
        indexes = [models.Index(fields=["status"])]
        constraints = list(Serving.Meta.constraints)

    def __str__(self) -> str:
        return f"{self.organization} · {self.bundle} · {self.rrule}"

    def clean(self) -> None:
        if self.ends_on and self.starts_on and self.ends_on < self.starts_on:
            raise ValidationError({"ends_on": _("This must not be before the start.")})

    @property
    def last_on(self) -> date | None:
        return self.ends_on

    @property
    def yearly_sum(self) -> int:
        """The price of a year by its dearest terms, in won; no query once `later_terms` are prefetched."""
        return max(terms.yearly_price for terms in (self, *self.following_terms))

    @property
    def following_terms(self) -> "list[LaterTerms]":
        """The terms that replace its own, in their order; of one that isn't stored yet there are none."""
        return sorted(self.later_terms.all(), key=lambda terms: terms.valid_from) if self.pk else []


class LaterTerms(Terms):
    """What holds for the rule dates from `valid_from` on."""

    standing_order = models.ForeignKey(
        StandingOrder,
        on_delete=models.CASCADE,
        related_name="later_terms",
        verbose_name=_("standing order"),
    )
    valid_from = models.DateField(_("valid from"))

    class Meta:
        verbose_name = _("later terms")
        verbose_name_plural = _("later terms")
        ordering = ["valid_from"]
        constraints = [
            *Serving.Meta.constraints,
            models.UniqueConstraint(fields=["standing_order", "valid_from"], name="later_terms_once_a_date"),
        ]

    def __str__(self) -> str:
        return f"{self.standing_order_id} · {self.valid_from} · {self.rrule}"

    @property
    def last_on(self) -> date | None:
        return self.standing_order.ends_on


class Pause(models.Model):
    """Nothing comes of rule dates from `first_on` to `last_on`; without that, none until it is resumed."""

    standing_order = models.ForeignKey(
        StandingOrder, on_delete=models.CASCADE, related_name="pauses", verbose_name=_("standing order")
    )
    first_on = models.DateField(_("from"))
    last_on = models.DateField(_("until"), null=True, blank=True)

    class Meta:
        verbose_name = _("pause")
        verbose_name_plural = _("pauses")
        ordering = ["first_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(last_on=None) | Q(last_on__gte=F("first_on")),
                name="standing_order_pause_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first_on} – {self.last_on or ''}"


class Occurrence(Serving):
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
    # What was decided for this date alone: it outlives changes of the terms.
    is_left_out = models.BooleanField(_("left out"), default=False)
    moved_to = models.DateField(_("moved to"), null=True, blank=True)
    answer = models.CharField(_("answer for the holiday"), max_length=6, choices=ANSWERS, blank=True)
    # While the institution is asked where it goes on a holiday (`orders/holiday.py`).
    asked_at = models.DateTimeField(_("asked at"), null=True, blank=True, editable=False)
    answer_by = models.DateTimeField(_("answer by"), null=True, blank=True, editable=False)
    reminded_at = models.DateTimeField(_("reminded at"), null=True, blank=True, editable=False)
    own = models.JSONField(_("own contents"), default=dict, blank=True, encoder=DjangoJSONEncoder)

    objects = OccurrenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("occurrence")
        verbose_name_plural = _("occurrences")
        ordering = ["rule_date", "standing_order"]
        indexes = [
            models.Index(fields=["status", "cutoff_at"]),
            models.Index(fields=["delivery_date", "status"]),
            # Few dates are asked about, and the sweeps look for them every few seconds.
            models.Index(
                fields=["answer_by"],
                condition=Q(reason__in=sorted(ASKED.values()), answer=""),
                name="occurrence_is_asked",
            ),
        ]
        constraints = [
            *Serving.Meta.constraints,
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
