"""Places where deliveries go, and when someone is there to receive them."""

from datetime import time

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from ..querysets import SiteQuerySet
from .naming import BilingualName
from .organization import Organization

# For a site that doesn't say at all when it receives; one that does is closed on the days it doesn't name.
USUAL_HOURS = (time(9, 0), time(18, 0))


class Site(BilingualName):
    """One place of an institution; latitude and longitude in WGS84 degrees, heights in centimetres.

    `located_by` says who gave the coordinates, `confirmed_by` who looked at them on the map since.
    """

    class Precision(models.TextChoices):
        ENTRANCE = "entrance", _("entrance")
        BUILDING = "building", _("building")
        ROAD = "road", _("road")
        DISTRICT = "district", _("district only")
        NONE = "none", _("not located")

    class LocatedBy(models.TextChoices):
        KAKAO = "kakao", "Kakao"
        VWORLD = "vworld", "VWorld"
        NOMINATIM = "nominatim", "OpenStreetMap"
        GAZETTEER = "gazetteer", _("district of the address")
        IMPORT = "import", _("imported")
        PERSON = "person", _("marked on the map")

    class Lift(models.TextChoices):
        YES = "yes", _("lift")
        GOODS = "goods", _("goods lift")
        NO = "no", _("no lift")

    # Good enough to send a courier there.
    LOCATED = (Precision.ENTRANCE, Precision.BUILDING, Precision.ROAD)
    # Located, but so roughly that somebody should look at it on the map once.
    ROUGH = (Precision.ROAD,)

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
    located_by = models.CharField(_("located by"), max_length=10, choices=LocatedBy, blank=True)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("confirmed by"),
    )
    confirmed_at = models.DateTimeField(_("confirmed at"), null=True, blank=True)
    # How often the address has been looked up in vain, and when it is looked up again (null: at once).
    locate_tries = models.PositiveSmallIntegerField(default=0, editable=False)
    locate_after = models.DateTimeField(null=True, blank=True, editable=False)
    contact_name = models.CharField(_("contact on the day"), max_length=60, blank=True)
    contact_phone = models.CharField(_("contact's phone"), max_length=20, blank=True)
    entrance_note = models.CharField(_("entrance note"), max_length=200, blank=True)
    entrance_note_en = models.CharField(_("English entrance note"), max_length=200, blank=True)
    reception_note = models.CharField(_("reception or security desk"), max_length=200, blank=True)
    reception_note_en = models.CharField(_("English note on the reception"), max_length=200, blank=True)
    lift = models.CharField(_("lift"), max_length=5, choices=Lift, blank=True)
    parking_note = models.CharField(_("parking"), max_length=200, blank=True)
    parking_note_en = models.CharField(_("English note on parking"), max_length=200, blank=True)
    parking_height_cm = models.PositiveSmallIntegerField(_("parking height (cm)"), null=True, blank=True)
    unloading_note = models.CharField(_("where to unload"), max_length=200, blank=True)
    unloading_note_en = models.CharField(_("English note on unloading"), max_length=200, blank=True)
    is_active = models.BooleanField(_("active"), default=True)
    # Counts the changes: whoever saves says which one they saw last.
    revision = models.PositiveIntegerField(default=1, editable=False)

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
            models.CheckConstraint(
                condition=models.Q(precision="none") | models.Q(located_by__gt=""),
                name="located_site_says_by_whom",
            ),
            models.CheckConstraint(
                condition=models.Q(confirmed_by=None, confirmed_at=None)
                | models.Q(
                    confirmed_by__isnull=False,
                    confirmed_at__isnull=False,
                    precision__in=("entrance", "building", "road"),
                ),
                name="confirmed_site_is_located",
            ),
        ]

    @property
    def is_located(self) -> bool:
        """Whether the place is known well enough for a route."""
        return self.precision in self.LOCATED

    @property
    def is_confirmed(self) -> bool:
        """Whether a person has said on the map that this is the place."""
        return self.confirmed_at is not None

    @property
    def is_doubtful(self) -> bool:
        """Whether somebody should look at it on the map: not located, or roughly and never confirmed."""
        return not self.is_located or (self.precision in self.ROUGH and not self.is_confirmed)

    @property
    def parking_height_m(self) -> float | None:
        """The height limit as signs say it."""
        return self.parking_height_cm and self.parking_height_cm / 100

    def in_words(self, note: str) -> str:
        """Return a note, such as "entrance_note", in the reader's language if it has been written in it."""
        english: str = getattr(self, f"{note}_en") if get_language() == "en" else ""
        return english or getattr(self, note)


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
