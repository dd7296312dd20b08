"""How many deliveries a day takes: of the whole hub, and of each zone of districts."""

from datetime import date

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from membership.geocoding.gazetteer import ENGLISH
from membership.models import SiteWindow
from membership.models.naming import BilingualName


class Zone(BilingualName):
    """A part of the town that has limits of its own."""

    class Meta:
        verbose_name = _("zone")
        verbose_name_plural = _("zones")
        ordering = ["name", "pk"]


class ZoneDistrict(models.Model):
    """A district belongs to one zone at most, and every site to the zone of its district."""

    zone = models.ForeignKey(Zone, on_delete=models.CASCADE, related_name="districts", verbose_name=_("zone"))
    district = models.CharField(_("district"), max_length=20, unique=True)

    class Meta:
        verbose_name = _("district of a zone")
        verbose_name_plural = _("districts of zones")
        ordering = ["district"]

    def __str__(self) -> str:
        return ENGLISH.get(self.district, self.district) if get_language() == "en" else self.district


class DayLimit(models.Model):
    """So many deliveries on a weekday or, above that, on one date; without a zone those of the whole hub.

    Whoever promises a delivery locks the rows that concern its day, so that two can't take the last place.
    """

    zone = models.ForeignKey(
        Zone,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="limits",
        verbose_name=_("zone"),
        help_text=_("Empty: the whole hub."),
    )
    weekday = models.PositiveSmallIntegerField(
        _("weekday"),
        choices=SiteWindow.Weekday,
        null=True,
        blank=True,
        validators=[MaxValueValidator(6)],
    )
    on_date = models.DateField(_("on one date"), null=True, blank=True)
    deliveries = models.PositiveSmallIntegerField(
        _("deliveries"), null=True, blank=True, help_text=_("Empty: as many as wanted, on one date only.")
    )

    class Meta:
        verbose_name = _("limit of deliveries")
        verbose_name_plural = _("limits of deliveries")
        ordering = ["on_date", "weekday", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(weekday__isnull=False, weekday__lte=6, on_date=None, deliveries__isnull=False)
                | Q(weekday=None, on_date__isnull=False),
                name="day_limit_of_a_weekday_or_a_date",
            ),
            models.UniqueConstraint(
                fields=["zone", "weekday"],
                condition=Q(zone__isnull=False, on_date=None),
                name="one_limit_per_zone_and_weekday",
            ),
            models.UniqueConstraint(
                fields=["zone", "on_date"],
                condition=Q(zone__isnull=False, weekday=None),
                name="one_limit_per_zone_and_date",
            ),
            models.UniqueConstraint(
                fields=["weekday"], condition=Q(zone=None, on_date=None), name="one_hub_limit_per_weekday"
            ),
            models.UniqueConstraint(
                fields=["on_date"], condition=Q(zone=None, weekday=None), name="one_hub_limit_per_date"
            ),
        ]

    def __str__(self) -> str:
        day: date | str | None = self.on_date or self.get_weekday_display()
        return f"{self.zone or '–'} · {day}: {self.deliveries}"
