"""What an institution says about its purchases, for the shares of the hub's in them."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from membership.models import Certification, Organization

from .budget import YEARS


class OutsidePurchases(models.Model):
    """What the institution bought elsewhere in a year, in won without VAT."""

    organization = models.ForeignKey(
        Organization,
        on_delete=models.CASCADE,
        related_name="outside_purchases",
        verbose_name=_("institution"),
    )
    year = models.PositiveSmallIntegerField(
        _("fiscal year"), validators=[MinValueValidator(YEARS[0]), MaxValueValidator(YEARS[1])]
    )
    goods = models.PositiveBigIntegerField(_("goods (won)"), default=0)
    services = models.PositiveBigIntegerField(_("services (won)"), default=0)
    works = models.PositiveBigIntegerField(_("construction (won)"), default=0)

    class Meta:
        verbose_name = _("purchases elsewhere")
        verbose_name_plural = _("purchases elsewhere")
        ordering = ["-year", "organization"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "year"], name="one_row_of_purchases_elsewhere_a_year"
            ),
            models.CheckConstraint(condition=Q(year__range=YEARS), name="purchases_year_is_near"),
        ]

    def __str__(self) -> str:
        return f"{self.organization} {self.year}"


class PurchaseTarget(models.Model):
    """The institution's own target of a year for a certification, in percent, instead of the legal one."""

    organization = models.ForeignKey(
        Organization,
        on_delete=models.CASCADE,
        related_name="purchase_targets",
        verbose_name=_("institution"),
    )
    year = models.PositiveSmallIntegerField(
        _("fiscal year"), validators=[MinValueValidator(YEARS[0]), MaxValueValidator(YEARS[1])]
    )
    kind = models.CharField(_("kind"), max_length=30, choices=Certification.Kind)
    percent = models.DecimalField(_("percent"), max_digits=4, decimal_places=1)

    class Meta:
        verbose_name = _("purchase target")
        verbose_name_plural = _("purchase targets")
        ordering = ["organization", "-year", "kind"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "year", "kind"], name="one_target_per_certification_and_year"
            ),
            models.CheckConstraint(condition=Q(percent__range=(0, 100)), name="target_is_a_percentage"),
            models.CheckConstraint(condition=Q(year__range=YEARS), name="target_year_is_near"),
        ]

    def __str__(self) -> str:
        return f"{self.organization} {self.year} {self.kind}: {self.percent} %"
