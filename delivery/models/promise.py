"""What recipients were told about the time of arrival."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from orders.models import Order


class Promise(models.Model):
    """The window in which a recipient was last told to expect an order.

    `eta` is the planned time behind it, so that a new plan is only told if it moves that.
    """

    order = models.OneToOneField(
        Order, on_delete=models.PROTECT, related_name="promise", verbose_name=_("order")
    )
    eta = models.DateTimeField(_("planned at"))
    opens_at = models.DateTimeField(_("not before"))
    closes_at = models.DateTimeField(_("not after"))
    told_at = models.DateTimeField(_("told at"))
    # When the recipient was told that the van has left; empty before.
    told_of_start_at = models.DateTimeField(_("told of the start at"), null=True, blank=True)

    class Meta:
        verbose_name = _("promised time")
        verbose_name_plural = _("promised times")
        constraints = [
            models.CheckConstraint(condition=Q(opens_at__lte=F("closes_at")), name="promise_is_a_window")
        ]

    def __str__(self) -> str:
        return f"{self.order_id} {self.opens_at:%H:%M}–{self.closes_at:%H:%M}"
