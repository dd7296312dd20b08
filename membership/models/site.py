"""Places where deliveries go, and when someone is there to receive them."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from ..querysets import SiteQuerySet
from .naming import BilingualName
from .organization import Organization


class Site(BilingualName):
    """One place of an institution; latitude and longitude in WGS84 degrees, heights in centimetres."""

    class Precision(models.TextChoices):
        ENTRANCE = "entrance", _("entrance")
        BUILDING = "building", _("building")
        ROAD = "road", _("road")
        DISTRICT = "district", _("district only")
        NONE = "none", _("not located")

    # Good enough to send a courier there.
    LOCATED = (Precision.ENTRANCE, Precision.BUILDING, Precision.ROAD)

    organization = models.ForeignKey(
        Organization, on_delete=models.PROTECT, related_name="sites", verbose_name=_("organization")
    )
    district = models.CharField(_("district"), max_length=20, blank=True)
    address = models.CharField(_("address"), max_length=200)
    address_detail = models.CharField(_("floor, room"), max_length=100, blank=True)
    latitude = models.FloatField(
        _("latitude"), null=True, blank=True, validators=[MinValueValidator(-90), MaxValueValidator(90)]
    )
    longitude = models.FloatField(
        _("longitude"), null=True, blank=True, validators=[MinValueValidator(-180), MaxValueValidator(180)]
    )
    precision = models.CharField(_("precision"), max_length=10, choices=Precision, default=Precision.NONE)
    contact_name = models.CharField(_("contact on the day"), max_length=60, blank=True)
    contact_phone = models.CharField(_("contact's phone"), max_length=20, blank=True)
    entrance_note = models.CharField(_("entrance note"), max_length=200, blank=True)
    entrance_note_en = models.CharField(_("English entrance note"), max_length=200, blank=True)
    parking_height_cm = models.PositiveSmallIntegerField(_("parking height (cm)"), null=True, blank=True)
    is_active = models.BooleanField(_("active"), default=True)

    objects = SiteQuerySet.as_manager()

    class Meta:
        verbose_name = _("site")
        verbose_name_plural = _("sites")
        ordering = ["organization__name", "name"]
        constraints = [
            models.UniqueConstraint(fields=["organization", "name"], name="site_name_once_per_organization"),
            # Not null is said aloud: to SQL a condition that is unknown holds.
            models.CheckConstraint(
                condition=models.Q(precision="none")
                | models.Q(
                    latitude__isnull=False,
                    latitude__range=(-90, 90),
                    longitude__isnull=False,
                    longitude__range=(-180, 180),
                ),
                name="located_site_has_coordinates",
            ),
        ]

    @property
    def is_located(self) -> bool:
        """Whether the place is known well enough for a route."""
        return self.precision in self.LOCATED


class SiteWindow(models.Model):
    """Receiving hours on one weekday (0 = Monday); a site may have several a day."""

    class Weekday(models.IntegerChoices):
        MONDAY = 0, _("Monday")
        TUESDAY = 1, _("Tuesday")
        WEDNESDAY = 2, _("Wednesday")
        THURSDAY = 3, _("Thursday")
        FRIDAY = 4, _("Friday")
        SATURDAY = 5, _("Saturday")
        SUNDAY = 6, _("Sunday")

    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="windows", verbose_name=_("site"))
    weekday = models.PositiveSmallIntegerField(_("weekday"), choices=Weekday)
    opens = models.TimeField(_("opens"))
    closes = models.TimeField(_("closes"))

    class Meta:
        verbose_name = _("receiving hours")
        verbose_name_plural = _("receiving hours")
        ordering = ["weekday", "opens"]
        constraints = [
            models.UniqueConstraint(fields=["site", "weekday", "opens"], name="site_window_once"),
            models.CheckConstraint(
                condition=models.Q(closes__gt=models.F("opens")), name="site_window_closes_after"
            ),
            models.CheckConstraint(condition=models.Q(weekday__lte=6), name="site_window_weekday"),
        ]

    def __str__(self) -> str:
        return f"{self.get_weekday_display()} {self.opens:%H:%M}–{self.closes:%H:%M}"
