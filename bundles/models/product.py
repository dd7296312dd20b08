"""What producers offer."""

from datetime import date

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from membership import exclusions
from membership.allergens import FULL_MASK, codes
from membership.models import Organization
from membership.models.naming import BilingualName

from ..querysets import ProductQuerySet
from .capacity import CapacityPool, Room
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
    # On how many business days before its delivery it is made: bread the day before, jam last week.
    made_days = models.PositiveSmallIntegerField(
        _("made before delivery (business days)"),
        default=0,
        help_text=_("0 is the delivery date itself; at most the lead time."),
    )
    daily_capacity = models.PositiveIntegerField(_("units a day"))
    pool = models.ForeignKey(
        CapacityPool,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="products",
        verbose_name=_("shared capacity"),
        help_text=_("With it, the product has no limit of its own."),
    )
    # The season, both days included; open ends mean always.
    offered_from = models.DateField(_("offered from"), null=True, blank=True)
    offered_until = models.DateField(_("offered until"), null=True, blank=True)
    is_active = models.BooleanField(_("on offer"), default=True)
    # Re-encoded when it is uploaded (`membership/photos.py`); the file's name is ours, never the uploader's.
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
                condition=Q(made_days__lte=F("lead_days")), name="product_made_within_lead_time"
            ),
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

    def clean(self) -> None:
        """Refuse the pool of another producer. Raises ValidationError."""
        super().clean()
        if self.pool and self.pool.producer_id != self.producer_id:
            raise ValidationError({"pool": _("This capacity is shared by products of another producer.")})

    @property
    def room(self) -> Room:
        """What its units are taken from: the capacity that it shares, or its own."""
        return ("pool", self.pool_id) if self.pool_id else ("product", self.pk)

    @property
    def room_units(self) -> int:
        """How much of its room one unit takes: servings of a shared one, 1 of its own."""
        return self.servings if self.pool_id else 1

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
