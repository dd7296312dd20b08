"""What a member takes instead of a product of its edition, until the cut-off."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from bundles.models import Product, Slot

from .order import Order
from .standing import Occurrence


class Swap(models.Model):
    """An alternative for one product of what will come, on a planned occurrence or on a placed order.

    The price stays the bundle's. A swap whose product isn't in the edition any more has no effect.
    """

    occurrence = models.ForeignKey(
        Occurrence,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="swaps",
        verbose_name=_("occurrence"),
    )
    order = models.ForeignKey(
        Order,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="swaps",
        verbose_name=_("order"),
    )
    slot = models.ForeignKey(Slot, on_delete=models.PROTECT, related_name="+", verbose_name=_("slot"))
    product = models.ForeignKey(
        Product, on_delete=models.PROTECT, related_name="+", verbose_name=_("product")
    )
    alternative = models.ForeignKey(
        Product, on_delete=models.PROTECT, related_name="+", verbose_name=_("alternative")
    )
    swapped_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("swapped by")
    )
    swapped_at = models.DateTimeField(_("swapped at"))

    class Meta:
        verbose_name = _("swap")
        verbose_name_plural = _("swaps")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(occurrence=None, order__isnull=False) | Q(occurrence__isnull=False, order=None),
                name="swap_is_of_one_delivery",
            ),
            models.CheckConstraint(condition=~Q(alternative=F("product")), name="swap_changes_something"),
            models.UniqueConstraint(fields=["occurrence", "product"], name="swap_once_per_occurrence"),
            models.UniqueConstraint(fields=["order", "product"], name="swap_once_per_order"),
            models.UniqueConstraint(
                fields=["occurrence", "alternative"], name="alternative_once_per_occurrence"
            ),
            models.UniqueConstraint(fields=["order", "alternative"], name="alternative_once_per_order"),
        ]

    def __str__(self) -> str:
        return f"{self.product} → {self.alternative}"
