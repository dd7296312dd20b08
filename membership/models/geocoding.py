"""What geocoders have said, and when each may be asked again."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _

from ..geocoding.gazetteer import Found


class AddressAnswerQuerySet(models.QuerySet["AddressAnswer"]):
    def fresh(
        self, address: str, provider: str, *, found_after: datetime, tried_after: datetime
    ) -> AddressAnswer | None:
        """Return the provider's answer about the address, unless it is too old; nothing found ages sooner."""
        is_fresh = models.Q(answered_at__gt=found_after, precision__gt="") | models.Q(
            answered_at__gt=tried_after, precision=""
        )
        return self.filter(is_fresh, address=address, provider=provider).first()

    def keep(self, address: str, provider: str, found: Found | None, *, now: datetime) -> None:
        """Remember the answer in the place of an older one."""
        self.update_or_create(
            address=address[: AddressAnswer.LENGTH],
            provider=provider,
            defaults={
                "latitude": found and found.latitude,
                "longitude": found and found.longitude,
                "precision": found.precision if found else "",
                "answered_at": now,
            },
        )


class AddressAnswer(models.Model):
    """Where a provider says that an address is; without a precision it knows no such place."""

    LENGTH = 200

    address = models.CharField(_("address"), max_length=LENGTH)
    provider = models.CharField(_("provider"), max_length=12)
    latitude = models.FloatField(_("latitude"), null=True)
    longitude = models.FloatField(_("longitude"), null=True)
    precision = models.CharField(_("precision"), max_length=10, blank=True)
    answered_at = models.DateTimeField(_("answered at"))

    objects = AddressAnswerQuerySet.as_manager()

    class Meta:
        verbose_name = _("geocoder's answer")
        verbose_name_plural = _("geocoders' answers")
        ordering = ["-answered_at"]
        constraints = [
            models.UniqueConstraint(fields=["address", "provider"], name="address_answered_once_by_provider"),
            models.CheckConstraint(
                condition=models.Q(precision="", latitude=None, longitude=None)
                | models.Q(precision__gt="", latitude__isnull=False, longitude__isnull=False),
                name="answer_with_precision_has_point",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.address} ({self.provider})"

    @property
    def found(self) -> Found | None:
        if self.latitude is None or self.longitude is None:
            return None
        return Found(self.latitude, self.longitude, self.precision, self.provider)


class GeocoderTurn(models.Model):
    """When a provider may be asked next: all processes stand in one line for it."""

    provider = models.CharField(_("provider"), max_length=12, unique=True)
    free_at = models.DateTimeField(_("free at"))
    failures = models.PositiveSmallIntegerField(_("failures in a row"), default=0)

    class Meta:
        verbose_name = _("geocoder's turn")
        verbose_name_plural = _("geocoders' turns")

    def __str__(self) -> str:
        return self.provider
