"""What is offered: bundles with their slots, and the edition that fills them for one delivery date."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from membership.exclusions import FULL_MASK
from membership.models import Plan
from membership.models.naming import BilingualName

from ..edition_key import EditionKey
from ..querysets import BundleQuerySet, EditionQuerySet
from ..scaling import price_for, units_needed
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
    margin_percent = models.PositiveSmallIntegerField(
        _("margin (%)"),
        default=15,
        validators=[MaxValueValidator(100)],
        help_text=_("What the hub keeps of the price."),
    )
    packing_cost = models.PositiveIntegerField(_("packing (won)"), default=0)
    saving_percent = models.PositiveSmallIntegerField(
        _("saving (%)"), default=0, help_text=_("By how much the list prices must exceed the bundle's price.")
    )
    repeat_editions = models.PositiveSmallIntegerField(
        _("editions without repetition"),
        default=2,
        help_text=_("In so many editions in a row, members meet no producer and no product twice."),
    )
    max_producer_percent = models.PositiveSmallIntegerField(
        _("most from one producer (%)"), default=60, validators=[MaxValueValidator(100)]
    )
    is_active = models.BooleanField(_("on offer"), default=True)
    photo = models.ImageField(_("photo"), upload_to="bundles", blank=True)

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
            models.CheckConstraint(
                condition=Q(margin_percent__lte=100, max_producer_percent__lte=100),
                name="bundle_percents_within_100",
            ),
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
    variety = models.PositiveSmallIntegerField(
        _("different products"),
        default=1,
        validators=[MinValueValidator(1)],
        help_text=_("They share the slot evenly."),
    )
    is_ambient_only = models.BooleanField(_("no chilled goods"), default=False)

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

    def units_of(self, product: Product, headcount: int) -> int:
        """Units of one of its products for so many people: its share of the slot, rounded up to packs."""
        return units_needed(
            headcount, self.servings_per_person, self.fixed_quantity, product.servings, self.variety
        )


class Edition(models.Model):
    """The contents of a bundle for one delivery date: a draft until it is published.

    Orders with exclusions get a variant of equal worth; the standard edition has none.
    """

    class Status(models.TextChoices):
        DRAFT = "draft", _("draft")
        PUBLISHED = "published", pgettext_lazy("edition", "published")

    bundle = models.ForeignKey(
        Bundle, on_delete=models.PROTECT, related_name="editions", verbose_name=_("bundle")
    )
    delivery_date = models.DateField(_("delivery date"))
    exclusions = models.PositiveIntegerField(_("exclusions"), default=0)
    composed_at = models.DateTimeField(_("composed at"))
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.DRAFT)
    published_at = models.DateTimeField(_("published at"), null=True, blank=True)
    # Who published it; nobody if the rule did because nobody else had.
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    cost = models.PositiveIntegerField(_("cost at supply prices (won)"), default=0)
    worth = models.PositiveIntegerField(_("worth at list prices (won)"), default=0)
    # Rules that could not be kept, by their names in `bundles.composition`, separated by spaces.
    relaxed = models.CharField(_("rules relaxed"), max_length=200, blank=True)
    # Rises with every decision on a draft: whoever decides says which revision they were looking at.
    revision = models.PositiveIntegerField(_("revision"), default=0, editable=False)
    # What the last re-composition replaced (see `actions.contents`), until the edition is published.
    before = models.JSONField(_("contents before"), null=True, blank=True, editable=False)

    objects = EditionQuerySet.as_manager()

    class Meta:
        verbose_name = _("edition")
        verbose_name_plural = _("editions")
        ordering = ["delivery_date", "bundle", "exclusions"]
        constraints = [
            models.UniqueConstraint(
                fields=["bundle", "delivery_date", "exclusions"], name="one_edition_per_key"
            ),
            models.CheckConstraint(condition=Q(exclusions__lte=FULL_MASK), name="edition_exclusions_known"),
            models.CheckConstraint(
                condition=Q(status="draft", published_at=None)
                | Q(status="published", published_at__isnull=False),
                name="published_edition_says_when",
            ),
            models.CheckConstraint(
                condition=Q(status="draft") | Q(before__isnull=True), name="only_a_draft_can_be_undone"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.bundle} {self.delivery_date}"

    @property
    def key(self) -> EditionKey:
        """What tells it from every other edition."""
        return EditionKey(self.bundle_id, self.delivery_date, self.exclusions)


class EditionItem(models.Model):
    """A product in a slot of an edition; `reasons` says why, by the codes of `bundles.composition`."""

    edition = models.ForeignKey(
        Edition, on_delete=models.CASCADE, related_name="items", verbose_name=_("edition")
    )
    slot = models.ForeignKey(Slot, on_delete=models.PROTECT, related_name="items", verbose_name=_("slot"))
    product = models.ForeignKey(
        Product, on_delete=models.PROTECT, related_name="edition_items", verbose_name=_("product")
    )
    reasons = models.CharField(_("reasons"), max_length=200, blank=True)
    is_locked = models.BooleanField(
        _("locked"), default=False, help_text=_("Stays when the rest is composed again.")
    )
    # What deserved the place more, and the rule of `bundles.composition` that it would have broken.
    passed_over = models.ForeignKey(
        Product,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("passed over"),
    )
    passed_over_rule = models.CharField(_("rule against it"), max_length=20, blank=True)

    class Meta:
        verbose_name = _("edition item")
        verbose_name_plural = _("edition items")
        ordering = ["slot__position"]
        constraints = [
            models.UniqueConstraint(fields=["edition", "product"], name="product_once_per_edition"),
            models.CheckConstraint(
                condition=Q(passed_over=None, passed_over_rule="")
                | (Q(passed_over__isnull=False) & ~Q(passed_over_rule="")),
                name="passed_over_for_a_rule",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.slot} · {self.product}"


class EditionBan(models.Model):
    """A product that the operators don't want in an edition."""

    edition = models.ForeignKey(
        Edition, on_delete=models.CASCADE, related_name="bans", verbose_name=_("edition")
    )
    product = models.ForeignKey(
        Product, on_delete=models.CASCADE, related_name="edition_bans", verbose_name=_("product")
    )

    class Meta:
        verbose_name = _("banned product")
        verbose_name_plural = _("banned products")
        constraints = [
            models.UniqueConstraint(fields=["edition", "product"], name="product_banned_once_per_edition")
        ]

    def __str__(self) -> str:
        return f"{self.edition} ✕ {self.product}"
