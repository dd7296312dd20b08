"""The shortage of an order's line: what its institution may choose, and what became of it."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from bundles.models import Product

from ..querysets import ShortageQuerySet
from ..reasons import words
from .order import Event, OrderLine
from .purchase import PurchaseOrderLine


class Shortage(models.Model):
    """Units of an order's line that cannot come, and the won that they cost: a substitute has taken over the
    price, it was credited, or the institution is asked and the price stays with the line until it is settled.
    """

    class Status(models.TextChoices):
        ASKED = "asked", _("asked")
        REPLACED = "replaced", _("replaced")
        CREDITED = "credited", _("credited")
        DROPPED = "dropped", _("dropped with the order")

    purchase_order_line = models.ForeignKey(
        PurchaseOrderLine,
        on_delete=models.PROTECT,
        related_name="shortages",
        verbose_name=_("purchase order line"),
    )
    order_line = models.ForeignKey(
        OrderLine, on_delete=models.PROTECT, related_name="shortages", verbose_name=_("order line")
    )
    quantity = models.PositiveIntegerField(_("quantity"))
    amount = models.PositiveIntegerField(_("price of what is missing (won)"))
    status = models.CharField(_("status"), max_length=8, choices=Status)
    # A code of `orders.reasons.REASONS`: why it was settled like this.
    reason = models.CharField(_("reason"), max_length=40)
    substitute = models.OneToOneField(
        OrderLine,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="stands_in_for",
        verbose_name=_("substitute"),
    )
    # Which products could not be chosen when it was reported, best first: [[product, reason], …].
    passed_over = models.JSONField(_("passed over"), default=list, blank=True)
    answer_by = models.DateTimeField(_("answer by"), null=True, blank=True)
    reminded_at = models.DateTimeField(_("reminded at"), null=True, blank=True)
    reported_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("reported by"),
    )
    reported_at = models.DateTimeField(_("reported at"))

    objects = ShortageQuerySet.as_manager()

    class Meta:
        verbose_name = _("shortage")
        verbose_name_plural = _("shortages")
        ordering = ["-reported_at"]
        indexes = [models.Index(fields=["status", "answer_by"])]
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gte=1), name="shortage_has_quantity"),
            models.CheckConstraint(
                condition=Q(status="replaced", substitute__isnull=False)
                | (~Q(status="replaced") & Q(substitute=None)),
                name="replaced_shortage_has_a_substitute",
            ),
            models.CheckConstraint(
                condition=~Q(status="asked") | Q(answer_by__isnull=False),
                name="asked_shortage_has_a_deadline",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.order_line} −{self.quantity}"

    @property
    def why(self) -> str:
        """Why it was settled like this, in words."""
        return words(self.reason)

    @property
    def credited(self) -> int:
        """Won that the institution need not pay."""
        return self.amount if self.status == self.Status.CREDITED else 0

    def is_due(self, now: datetime) -> bool:
        """Whether the time to answer is over."""
        return self.answer_by is None or self.answer_by <= now

    @property
    def is_open(self) -> bool:
        """Whether its institution is asked."""
        return self.status == self.Status.ASKED


class ShortageOption(models.Model):
    """A product that an institution may choose instead; while it is asked, capacity is held for it."""

    shortage = models.ForeignKey(
        Shortage, on_delete=models.CASCADE, related_name="options", verbose_name=_("shortage")
    )
    product = models.ForeignKey(
        Product, on_delete=models.PROTECT, related_name="+", verbose_name=_("product")
    )
    units = models.PositiveIntegerField(_("units"))
    made_on = models.DateField(_("production date"))

    class Meta:
        verbose_name = _("option")
        verbose_name_plural = _("options")
        # The best first.
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["shortage", "product"], name="option_once_per_shortage"),
            models.CheckConstraint(condition=Q(units__gte=1), name="option_has_units"),
        ]

    def __str__(self) -> str:
        return f"{self.product} × {self.units}"


class ShortageEvent(Event):
    """A step in the life of a shortage; the same state again says that another substitute was chosen."""

    shortage = models.ForeignKey(
        Shortage, on_delete=models.PROTECT, related_name="events", verbose_name=_("shortage")
    )

    class Meta(Event.Meta):
        abstract = False
        verbose_name = _("shortage event")
        verbose_name_plural = _("shortage events")

    def get_to_display(self) -> str:
        """The state reached, in the reader's language."""
        return str(Shortage.Status(self.to).label)
