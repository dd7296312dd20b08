"""What is offered: bundles with their slots, and the edition that fills them for one delivery date."""

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from membership.models import Plan
from membership.models.naming import BilingualName

from ..querysets import BundleQuerySet, EditionQuerySet
from ..scaling import price_for
from .category import Category
from .product import Product


class Bundle(BilingualName):
    """A promise: this much of these categories for so many people at this price (won, including VAT)."""

    class Kind(models.TextChoices):
        PLAN = "plan", _("plan delivery")
        EVENT = "event", _("event")

    code = models.SlugField(_("code"), unique=True)
    kind = models.CharField(_("kind"), max_length=8, choices=Kind)
    plan = models.ForeignKey(
        Plan, on_delete=models.PROTECT, null=True, blank=True, related_name="bundles", verbose_name=_("plan")
    )
    description = models.TextField(_("description"), blank=True)
    description_en = models.TextField(_("English description"), blank=True)
    base_headcount = models.PositiveSmallIntegerField(_("people"), validators=[MinValueValidator(1)])
    price = models.PositiveIntegerField(_("price for that many (won)"))
    is_active = models.BooleanField(_("on offer"), default=True)

    objects = BundleQuerySet.as_manager()

    class Meta:
        verbose_name = _("bundle")
        verbose_name_plural = _("bundles")
        ordering = ["kind", "price"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="plan", plan__isnull=False) | Q(kind="event", plan__isnull=True),
                name="plan_bundle_names_its_plan",
            ),
            models.CheckConstraint(condition=Q(base_headcount__gte=1), name="bundle_serves_someone"),
        ]

    @property
    def display_description(self) -> str:
        """The description in the reader's language."""
        return self.description_en if self.description_en and get_language() == "en" else self.description

    def price_for(self, headcount: int) -> int:
        """The price in won for `headcount` people."""
        return price_for(self.price, self.base_headcount, headcount)


class Slot(models.Model):
    """A place in a bundle for goods of one category: servings per person, or a fixed number of units."""

    bundle = models.ForeignKey(
        Bundle, on_delete=models.CASCADE, related_name="slots", verbose_name=_("bundle")
    )
    position = models.PositiveSmallIntegerField(_("position"))
    category = models.ForeignKey(
        Category, on_delete=models.PROTECT, related_name="slots", verbose_name=_("category")
    )
    servings_per_person = models.DecimalField(
        _("servings per person"), max_digits=4, decimal_places=2, default=0
    )
    fixed_quantity = models.PositiveSmallIntegerField(_("fixed number of units"), default=0)

    class Meta:
        verbose_name = _("slot")
        verbose_name_plural = _("slots")
        ordering = ["bundle", "position"]
        constraints = [
            models.UniqueConstraint(fields=["bundle", "position"], name="slot_position_once_per_bundle"),
            models.CheckConstraint(
                condition=Q(servings_per_person__gt=0, fixed_quantity=0)
                | Q(servings_per_person=0, fixed_quantity__gt=0),
                name="slot_is_per_person_or_fixed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.bundle} · {self.category}"


class Edition(models.Model):
    """The contents of a bundle for one delivery date."""

    bundle = models.ForeignKey(
        Bundle, on_delete=models.PROTECT, related_name="editions", verbose_name=_("bundle")
    )
    delivery_date = models.DateField(_("delivery date"))
    composed_at = models.DateTimeField(_("composed at"))

    objects = EditionQuerySet.as_manager()

    class Meta:
        verbose_name = _("edition")
        verbose_name_plural = _("editions")
        ordering = ["delivery_date", "bundle"]
        constraints = [
            models.UniqueConstraint(
                fields=["bundle", "delivery_date"], name="one_edition_per_bundle_and_date"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.bundle} {self.delivery_date}"


class EditionItem(models.Model):
    """The product that fills a slot of an edition."""

    edition = models.ForeignKey(
        Edition, on_delete=models.CASCADE, related_name="items", verbose_name=_("edition")
    )
    slot = models.ForeignKey(Slot, on_delete=models.PROTECT, related_name="items", verbose_name=_("slot"))
    product = models.ForeignKey(
        Product, on_delete=models.PROTECT, related_name="edition_items", verbose_name=_("product")
    )

    class Meta:
        verbose_name = _("edition item")
        verbose_name_plural = _("edition items")
        ordering = ["slot__position"]
        constraints = [
            models.UniqueConstraint(fields=["edition", "slot"], name="one_product_per_slot_of_an_edition")
        ]

    def __str__(self) -> str:
        return f"{self.slot} · {self.product}"
