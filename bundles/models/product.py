"""What producers offer, and how much of it they can make for a day."""

from datetime import date

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from membership import exclusions
from membership.allergens import FULL_MASK, codes
from membership.models import Organization
from membership.models.naming import BilingualName

from ..querysets import CapacityQuerySet, ClosureQuerySet, ProductQuerySet
from .category import Category


class Product(BilingualName):
    """One unit that a producer sells to the hub; prices in won including VAT, weight in g, volume in ml."""

    class TaxType(models.TextChoices):
        TAXABLE = "taxable", _("taxable")
        EXEMPT = "exempt", _("VAT-exempt")

    class Storage(models.TextChoices):
        AMBIENT = "ambient", _("ambient")
        CHILLED = "chilled", _("chilled")
        FROZEN = "frozen", _("frozen")

    producer = models.ForeignKey(
        Organization, on_delete=models.PROTECT, related_name="products", verbose_name=_("producer")
    )
    category = models.ForeignKey(
        Category, on_delete=models.PROTECT, related_name="products", verbose_name=_("category")
    )
    code = models.SlugField(_("code"), unique=True)
    unit = models.CharField(_("unit"), max_length=60)
    unit_en = models.CharField(_("English unit"), max_length=60, blank=True)
    list_price = models.PositiveIntegerField(_("list price (won)"))
    supply_price = models.PositiveIntegerField(_("supply price (won)"))
    tax_type = models.CharField(_("VAT"), max_length=8, choices=TaxType, default=TaxType.TAXABLE)
    servings = models.PositiveSmallIntegerField(
        _("servings a unit"), default=1, validators=[MinValueValidator(1)]
    )
    weight_g = models.PositiveIntegerField(_("weight (g)"))
    volume_ml = models.PositiveIntegerField(_("volume (ml)"))
    storage = models.CharField(_("storage"), max_length=8, choices=Storage, default=Storage.AMBIENT)
    allergens = models.PositiveIntegerField(
        _("allergens"), default=0, help_text=_("One bit for each of the 19 codes; bit 0 is code 1 (egg).")
    )
    is_vegan = models.BooleanField(_("vegan"), default=False)
    is_halal = models.BooleanField(_("halal"), default=False)
    lead_days = models.PositiveSmallIntegerField(
        _("lead time (business days)"), default=1, validators=[MaxValueValidator(30)]
    )
    daily_capacity = models.PositiveIntegerField(_("units a day"))
    # The season, both days included; open ends mean always.
    offered_from = models.DateField(_("offered from"), null=True, blank=True)
    offered_until = models.DateField(_("offered until"), null=True, blank=True)
    is_active = models.BooleanField(_("on offer"), default=True)
    # Re-encoded when it is uploaded (`bundles/photos.py`); the name is the file's own, never the uploader's.
    photo = models.ImageField(_("photo"), upload_to="products", blank=True)

    objects = ProductQuerySet.as_manager()

    class Meta:
        verbose_name = _("product")
        verbose_name_plural = _("products")
        ordering = ["category", "name"]
        indexes = [models.Index(fields=["category", "is_active"])]
        constraints = [
            models.CheckConstraint(
                condition=Q(supply_price__lte=F("list_price")), name="supply_price_within_list_price"
            ),
            models.CheckConstraint(condition=Q(servings__gte=1), name="product_serves_someone"),
            models.CheckConstraint(
                condition=Q(offered_from=None)
                | Q(offered_until=None)
                | Q(
                    offered_until__gte=F("offered_from"),
                    offered_from__isnull=False,
                    offered_until__isnull=False,
                ),
                name="product_season_ends_after_start",
            ),
            models.CheckConstraint(condition=Q(allergens__lte=FULL_MASK), name="product_allergens_known"),
        ]

    @property
    def unit_display(self) -> str:
        """What one unit is, in the reader's language."""
        return self.unit_en if self.unit_en and get_language() == "en" else self.unit

    def is_offered_on(self, day: date) -> bool:
        """Whether the day lies in its season."""
        return (self.offered_from is None or self.offered_from <= day) and (
            self.offered_until is None or day <= self.offered_until
        )

    @property
    def is_chilled(self) -> bool:
        """Chilled and frozen goods both need a refrigerated vehicle."""
        return self.storage != self.Storage.AMBIENT

    def broken(self, excluded: int) -> int:
        """Return which of these exclusions (a mask of `membership.exclusions`) it breaks; 0 if none."""
        return exclusions.broken(
            excluded,
            allergens=self.allergens,
            is_vegan=self.is_vegan,
            is_halal=self.is_halal,
            is_chilled=self.is_chilled,
        )

    @property
    def allergen_codes(self) -> tuple[int, ...]:
        """The numbered codes that schools print."""
        return codes(self.allergens)


class Capacity(models.Model):
    """Units of a product for one delivery date: promised never above the limit."""

    product = models.ForeignKey(
        Product, on_delete=models.PROTECT, related_name="capacities", verbose_name=_("product")
    )
    on_date = models.DateField(_("delivery date"))
    limit = models.PositiveIntegerField(_("limit"))
    reserved = models.PositiveIntegerField(_("reserved"), default=0)

    objects = CapacityQuerySet.as_manager()

    class Meta:
        verbose_name = _("capacity")
        verbose_name_plural = _("capacities")
        ordering = ["on_date", "product"]
        constraints = [
            models.UniqueConstraint(fields=["product", "on_date"], name="one_capacity_per_product_and_date"),
            models.CheckConstraint(condition=Q(reserved__lte=F("limit")), name="capacity_never_oversold"),
        ]

    def __str__(self) -> str:
        return f"{self.product} {self.on_date} {self.reserved}/{self.limit}"

    @property
    def free(self) -> int:
        return self.limit - self.reserved


class Closure(models.Model):
    """Days on which a producer makes nothing, both included."""

    producer = models.ForeignKey(
        Organization, on_delete=models.CASCADE, related_name="closures", verbose_name=_("producer")
    )
    first_day = models.DateField(_("first day"))
    last_day = models.DateField(_("last day"))
    note = models.CharField(_("note"), max_length=120, blank=True)

    objects = ClosureQuerySet.as_manager()

    class Meta:
        verbose_name = _("closed days")
        verbose_name_plural = _("closed days")
        ordering = ["first_day"]
        constraints = [
            models.CheckConstraint(
                condition=Q(last_day__gte=F("first_day")), name="closure_ends_after_start"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.producer} {self.first_day} – {self.last_day}"
