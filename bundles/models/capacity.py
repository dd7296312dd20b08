"""How much producers can make: of one product or of several together, by production date."""

from datetime import date

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from membership.models import Organization
from membership.models.naming import BilingualName

from ..querysets import CapacityPoolQuerySet, CapacityQuerySet, ClosureQuerySet

# What units are taken from: ("product", its id), or ("pool", its id).
Room = tuple[str, int]


class CapacityPool(BilingualName):
    """An oven or a team of a producer that several products share, in servings a day."""

    producer = models.ForeignKey(
        Organization, on_delete=models.PROTECT, related_name="pools", verbose_name=_("producer")
    )
    daily_capacity = models.PositiveIntegerField(_("servings a day"))

    objects = CapacityPoolQuerySet.as_manager()

    class Meta:
        verbose_name = _("shared capacity")
        verbose_name_plural = _("shared capacities")
        ordering = ["producer", "name"]
        constraints = [
            models.UniqueConstraint(fields=["producer", "name"], name="pool_name_once_per_producer"),
        ]

    @property
    def room(self) -> Room:
        return "pool", self.pk


class Capacity(models.Model):
    """What is made on one production date, promised never above the limit.

    Of a pool in servings, of a product in units. A product in a pool has no limit of its own: its row says
    how many of its units the pool makes.
    """

    product = models.ForeignKey(
        "bundles.Product",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="capacities",
        verbose_name=_("product"),
    )
    pool = models.ForeignKey(
        CapacityPool,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="capacities",
        verbose_name=_("shared capacity"),
    )
    made_on = models.DateField(_("production date"))
    limit = models.PositiveIntegerField(_("limit"), null=True, blank=True)
    reserved = models.PositiveIntegerField(_("reserved"), default=0)

    objects = CapacityQuerySet.as_manager()

    class Meta:
        verbose_name = _("capacity")
        verbose_name_plural = _("capacities")
        ordering = ["made_on", "pool", "product"]
        constraints = [
            models.UniqueConstraint(fields=["product", "made_on"], name="one_capacity_per_product_and_date"),
            models.UniqueConstraint(fields=["pool", "made_on"], name="one_capacity_per_pool_and_date"),
            models.CheckConstraint(
                condition=Q(product__isnull=False, pool=None)
                | Q(product=None, pool__isnull=False, limit__isnull=False),
                name="capacity_of_a_product_or_a_pool",
            ),
            models.CheckConstraint(condition=Q(reserved__lte=F("limit")), name="capacity_never_oversold"),
        ]

    def __str__(self) -> str:
        return f"{self.pool or self.product} {self.made_on} {self.reserved}/{self.limit}"

    @property
    def room(self) -> Room:
        """What it is the capacity of."""
        return ("pool", self.pool_id) if self.pool_id else ("product", self.product_id or 0)

    @property
    def free(self) -> int | None:
        """What is left; None where a pool decides."""
        return None if self.limit is None else self.limit - self.reserved


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
            models.UniqueConstraint(fields=["producer", "first_day", "last_day"], name="closure_once"),
            models.CheckConstraint(
                condition=Q(last_day__gte=F("first_day")), name="closure_ends_after_start"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.producer} {self.first_day} – {self.last_day}"

    def covers(self, day: date) -> bool:
        """Whether the day is among them."""
        return self.first_day <= day <= self.last_day
