"""With what and by whom goods are carried."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from membership.models import Organization
from membership.models.naming import BilingualName


class Depot(BilingualName):
    """Where routes start and end."""

    organization = models.ForeignKey(
        Organization, on_delete=models.PROTECT, related_name="depots", verbose_name=_("hub")
    )
    address = models.CharField(_("address"), max_length=200)
    latitude = models.FloatField(_("latitude"))
    longitude = models.FloatField(_("longitude"))

    class Meta:
        verbose_name = _("depot")
        verbose_name_plural = _("depots")
        ordering = ["pk"]


class Vehicle(BilingualName):
    """A van with its limits in kilograms and litres; its height in centimetres, if it is known."""

    plate = models.CharField(_("number plate"), max_length=20, unique=True)
    depot = models.ForeignKey(
        Depot, on_delete=models.PROTECT, related_name="vehicles", verbose_name=_("depot")
    )
    max_weight_kg = models.PositiveIntegerField(_("load (kg)"))
    max_volume_l = models.PositiveIntegerField(_("load (l)"))
    # With its box; car parks may be lower.
    height_cm = models.PositiveSmallIntegerField(_("height (cm)"), null=True, blank=True)
    is_chilled = models.BooleanField(_("refrigerated"), default=False)
    is_active = models.BooleanField(_("in service"), default=True)

    class Meta:
        verbose_name = _("vehicle")
        verbose_name_plural = _("vehicles")
        ordering = ["plate"]


class Shift(models.Model):
    """A courier with a vehicle for some hours of a day."""

    courier = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="shifts", verbose_name=_("courier")
    )
    vehicle = models.ForeignKey(
        Vehicle, on_delete=models.PROTECT, related_name="shifts", verbose_name=_("vehicle")
    )
    date = models.DateField(_("date"))
    starts = models.TimeField(_("starts"))
    ends = models.TimeField(_("ends"))

    class Meta:
        verbose_name = _("shift")
        verbose_name_plural = _("shifts")
        ordering = ["date", "starts", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["courier", "date"], name="one_shift_per_courier_and_date"),
            models.UniqueConstraint(fields=["vehicle", "date"], name="one_shift_per_vehicle_and_date"),
            models.CheckConstraint(condition=Q(ends__gt=F("starts")), name="shift_ends_after_start"),
        ]

    def __str__(self) -> str:
        return f"{self.date} {self.courier} {self.vehicle}"
