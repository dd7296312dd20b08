"""What was counted at the door (검수): with it the quantities of an order are final."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from .order import OrderLine


class InspectedLine(models.Model):
    """Units of an order's line that were handed over, and why others weren't; those are credited in won."""

    class Reason(models.TextChoices):
        MISSING = "missing", _("not in the boxes")
        DAMAGED = "damaged", pgettext_lazy("units", "damaged")
        WRONG = "wrong", _("not what was ordered")
        REFUSED = "refused", pgettext_lazy("units", "refused")

    order_line = models.OneToOneField(
        OrderLine, on_delete=models.PROTECT, related_name="inspected", verbose_name=_("order line")
    )
    quantity = models.PositiveIntegerField(_("handed over"))
    missing = models.PositiveIntegerField(_("not handed over"), default=0)
    reason = models.CharField(_("reason"), max_length=8, choices=Reason, blank=True)
    credited = models.PositiveIntegerField(_("credited (won)"), default=0)

    class Meta:
        verbose_name = _("inspected line")
        verbose_name_plural = _("inspected lines")
        ordering = ["order_line"]
        constraints = [
            models.CheckConstraint(
                condition=Q(missing=0, reason="", credited=0) | (Q(missing__gte=1) & ~Q(reason="")),
                name="what_was_not_handed_over_has_a_reason",
            )
        ]

    def __str__(self) -> str:
        return f"{self.order_line.product_name} {self.quantity}/{self.quantity + self.missing}"
