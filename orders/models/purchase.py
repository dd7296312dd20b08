"""What is asked of producers."""

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from bundles.models import Product
from membership.models import Organization

from ..querysets import PurchaseOrderLineQuerySet, PurchaseOrderQuerySet
from .order import Event


class PurchaseOrder(models.Model):
    """All that one producer makes for one delivery date, summed over the orders."""

    class Status(models.TextChoices):
        ISSUED = "issued", _("to acknowledge")
        ACCEPTED = "accepted", _("accepted")
        SHORT = "short", _("accepted with shortage")
        OVERDUE = "overdue", _("not acknowledged")
        RECEIVED = "received", _("received at the hub")
        CANCELLED = "cancelled", _("cancelled")

    number = models.CharField(_("number"), max_length=24, unique=True)
    producer = models.ForeignKey(
        Organization, on_delete=models.PROTECT, related_name="purchase_orders", verbose_name=_("producer")
    )
    delivery_date = models.DateField(_("delivery date"))
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.ISSUED)
    acknowledge_by = models.DateTimeField(_("acknowledge by"))
    issued_at = models.DateTimeField(_("issued at"))
    # Of the deadline that stands; a new deadline is reminded of anew.
    reminded_at = models.DateTimeField(_("reminded at"), null=True, blank=True)

    objects = PurchaseOrderQuerySet.as_manager()

    class Meta:
        verbose_name = _("purchase order")
        verbose_name_plural = _("purchase orders")
        ordering = ["-delivery_date", "producer__name"]
        indexes = [models.Index(fields=["status", "acknowledge_by"]), models.Index(fields=["delivery_date"])]
        constraints = [
            models.UniqueConstraint(
                fields=["producer", "delivery_date"], name="one_purchase_order_per_producer_and_date"
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def is_to_answer(self) -> bool:
        """Whether it waits for the producer's word, in time or late."""
        return self.status in (self.Status.ISSUED, self.Status.OVERDUE)

    @staticmethod
    def number_for(producer_id: int, delivery_date: date) -> str:
        """The number that the producer and the date give."""
        return f"P{delivery_date:%y%m%d}-{producer_id:04d}"


class PurchaseOrderLine(models.Model):
    """Units of a product: ordered by the hub, confirmed by the producer, received at the hub."""

    purchase_order = models.ForeignKey(
        PurchaseOrder, on_delete=models.PROTECT, related_name="lines", verbose_name=_("purchase order")
    )
    product = models.ForeignKey(
        Product, on_delete=models.PROTECT, related_name="purchase_order_lines", verbose_name=_("product")
    )
    product_name = models.CharField(_("product"), max_length=120)
    supply_price = models.PositiveIntegerField(_("supply price (won)"))
    ordered = models.PositiveIntegerField(_("ordered"))
    confirmed = models.PositiveIntegerField(_("confirmed"), null=True, blank=True)
    received = models.PositiveIntegerField(_("received"), null=True, blank=True)
    received_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("counted in by"),
    )
    received_at = models.DateTimeField(_("counted in at"), null=True, blank=True)

    objects = PurchaseOrderLineQuerySet.as_manager()

    class Meta:
        verbose_name = _("purchase order line")
        verbose_name_plural = _("purchase order lines")
        ordering = ["purchase_order", "product_name"]
        constraints = [
            models.UniqueConstraint(
                fields=["purchase_order", "product"], name="one_line_per_product_of_a_purchase_order"
            ),
            models.CheckConstraint(
                condition=Q(confirmed=None) | Q(confirmed__lte=F("ordered")), name="confirmed_within_ordered"
            ),
            models.CheckConstraint(
                condition=Q(received=None) | Q(received__lte=F("ordered")), name="received_within_ordered"
            ),
            models.CheckConstraint(
                condition=Q(received=None, received_by=None, received_at=None)
                | Q(received__isnull=False, received_by__isnull=False, received_at__isnull=False),
                name="received_line_says_by_whom_and_when",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.product_name} × {self.ordered}"

    @property
    def product_display_name(self) -> str:
        """The product's name as it was ordered; for readers of English the one it has today."""
        return (self.product.name_en if get_language() == "en" else "") or self.product_name

    @property
    def coming(self) -> int:
        """Units that the producer will bring, as far as is known."""
        return self.ordered if self.confirmed is None else self.confirmed

    @property
    def missing(self) -> int:
        """Units that were ordered and won't come."""
        return self.ordered - self.coming

    @property
    def amount(self) -> int:
        """Won at the supply price for what will come."""
        return self.coming * self.supply_price


class PurchaseOrderEvent(Event):
    """A step in the life of a purchase order."""

    purchase_order = models.ForeignKey(
        PurchaseOrder, on_delete=models.PROTECT, related_name="events", verbose_name=_("purchase order")
    )

    class Meta(Event.Meta):
        abstract = False
        verbose_name = _("purchase order event")
        verbose_name_plural = _("purchase order events")

    def get_to_display(self) -> str:
        """The state reached, in the reader's language; within a state, that what is asked has changed."""
        if self.was == self.to:
            return str(_("less is asked"))
        return str(PurchaseOrder.Status(self.to).label)
