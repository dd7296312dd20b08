"""What happens at the hub's tables: the ticks of those who pack."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from .order import OrderLine


class PackedLine(models.Model):
    """All units of an order's line that will come lie in its boxes; who put them there, and when."""

    order_line = models.OneToOneField(
        OrderLine, on_delete=models.PROTECT, related_name="packed", verbose_name=_("order line")
    )
    packed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("packed by")
    )
    packed_at = models.DateTimeField(_("packed at"))

    class Meta:
        verbose_name = _("packed line")
        verbose_name_plural = _("packed lines")
        ordering = ["-packed_at"]

    def __str__(self) -> str:
        return str(self.order_line)
