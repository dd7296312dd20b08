"""What a producer and the hub write to each other about a purchase order."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .purchase import PurchaseOrder


class PurchaseOrderNote(models.Model):
    """A message that stays with the purchase order, for both sides to read."""

    purchase_order = models.ForeignKey(
        PurchaseOrder, on_delete=models.PROTECT, related_name="notes", verbose_name=_("purchase order")
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("author")
    )
    text = models.CharField(_("note"), max_length=300)
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("note on a purchase order")
        verbose_name_plural = _("notes on purchase orders")
        ordering = ["at", "pk"]
        constraints = [models.CheckConstraint(condition=~Q(text=""), name="note_says_something")]

    def __str__(self) -> str:
        return self.text
