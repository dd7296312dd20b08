"""What is promised to an institution: orders, their lines and everything that happened to them."""

from datetime import date, timedelta

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from bundles.edition_key import EditionKey
from bundles.models import Bundle, Product
from membership.exclusions import FULL_MASK
from membership.models import Department, Organization, Site

from ..querysets import OrderLineQuerySet, OrderQuerySet
from .standing import Occurrence, StandingOrder

RATING_PERIOD = timedelta(days=30)


class Order(models.Model):
    """One delivery to one site. From the cut-off on, everything on it is a copy that never changes.

    Prices are won including VAT: `gross` = `supply` + `vat` = the sum over the lines.
    """

    class Status(models.TextChoices):
        AWAITING = "awaiting", _("awaiting approval")
        PLACED = "placed", _("placed")
        CONFIRMED = "confirmed", pgettext_lazy("order", "confirmed")
        PACKED = "packed", _("packed")
        DISPATCHED = "dispatched", _("on the way")
        DELIVERED = "delivered", _("delivered")
        FAILED = "failed", _("failed")
        CANCELLED = "cancelled", _("cancelled")

    # Before the cut-off: nothing is frozen yet.
    OPEN = (Status.AWAITING, Status.PLACED)

    number = models.CharField(_("number"), max_length=20, unique=True)
    occurrence = models.OneToOneField(
        Occurrence,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="order",
        verbose_name=_("occurrence"),
    )
    organization = models.ForeignKey(
        Organization, on_delete=models.PROTECT, related_name="orders", verbose_name=_("institution")
    )
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="orders", verbose_name=_("site"))
    bundle = models.ForeignKey(
        Bundle, on_delete=models.PROTECT, related_name="orders", verbose_name=_("bundle")
    )
    department = models.ForeignKey(
        Department,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="orders",
        verbose_name=_("department"),
    )
    headcount = models.PositiveSmallIntegerField(_("people"), validators=[MinValueValidator(1)])
    exclusions = models.PositiveIntegerField(_("exclusions"), default=0)
    # Of an order for an event: everything before it is counted back from here (`orders/event_plan.py`).
    event_at = models.DateTimeField(_("event begins at"), null=True, blank=True)
    delivery_date = models.DateField(_("delivery date"))
    window_opens = models.TimeField(_("not before"), null=True, blank=True)
    window_closes = models.TimeField(_("not after"), null=True, blank=True)
    cutoff_at = models.DateTimeField(_("cut-off"))
    # Empty: what the institution wants of all its orders.
    on_shortage = models.CharField(
        _("when something is short"), max_length=14, choices=Organization.OnShortage, blank=True
    )
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.PLACED)
    reason = models.CharField(_("reason"), max_length=40, blank=True)
    detail = models.CharField(_("detail"), max_length=300, blank=True)
    note = models.CharField(_("note"), max_length=300, blank=True)
    # The part of the price for which an approver let the budget be exceeded: it isn't taken from others.
    overrun = models.PositiveIntegerField(_("approved above the budget (won)"), default=0)
    placed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("placed by"),
    )
    placed_at = models.DateTimeField(_("placed at"))
    # Made by whoever sends the form or the request: sending it again finds the order that it already made.
    request_key = models.UUIDField(_("request key"), null=True, blank=True, editable=False)
    # Copied when the order is fixed.
    bundle_name = models.CharField(_("bundle"), max_length=120)
    bundle_name_en = models.CharField(_("English bundle name"), max_length=120, blank=True)
    organization_name = models.CharField(_("institution"), max_length=120)
    business_number = models.CharField(_("business registration number"), max_length=10)
    site_name = models.CharField(_("site"), max_length=120)
    address = models.CharField(_("address"), max_length=310)
    latitude = models.FloatField(_("latitude"), null=True, blank=True)
    longitude = models.FloatField(_("longitude"), null=True, blank=True)
    contact_name = models.CharField(_("contact on the day"), max_length=60, blank=True)
    contact_phone = models.CharField(_("contact's phone"), max_length=20, blank=True)
    gross = models.PositiveIntegerField(_("total (won)"))
    supply = models.PositiveIntegerField(_("supply value (won)"), default=0)
    vat = models.PositiveIntegerField(_("VAT (won)"), default=0)

    objects = OrderQuerySet.as_manager()

    class Meta:
        verbose_name = _("order")
        verbose_name_plural = _("orders")
        ordering = ["-delivery_date", "number"]
        indexes = [
            models.Index(fields=["delivery_date", "status"]),
            models.Index(fields=["organization", "delivery_date"]),
            models.Index(fields=["status", "cutoff_at"]),
            models.Index(fields=["department", "delivery_date"]),
        ]
        constraints = [
            models.UniqueConstraint(fields=["placed_by", "request_key"], name="one_order_per_request"),
            models.CheckConstraint(condition=Q(headcount__gte=1), name="order_serves_someone"),
            models.CheckConstraint(condition=Q(exclusions__lte=FULL_MASK), name="order_exclusions_known"),
            models.CheckConstraint(
                condition=Q(status__in=["awaiting", "placed", "failed", "cancelled"])
                | Q(gross=F("supply") + F("vat")),
                name="order_gross_is_supply_and_vat",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["awaiting", "placed", "failed", "cancelled"])
                | Q(latitude__isnull=False, longitude__isnull=False),
                name="fixed_order_is_located",
            ),
            models.CheckConstraint(
                condition=Q(event_at=None)
                | Q(occurrence=None, window_opens__isnull=False, window_closes__isnull=False),
                name="event_order_has_a_window",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def edition_key(self) -> EditionKey:
        """The edition that it is made from."""
        return EditionKey(self.bundle_id, self.delivery_date, self.exclusions)

    @property
    def bundle_display_name(self) -> str:
        """The bundle's name in the reader's language, as it was when the order was fixed."""
        return self.bundle_name_en if self.bundle_name_en and get_language() == "en" else self.bundle_name

    @property
    def wish(self) -> Organization.OnShortage:
        """What becomes of it when a producer can't bring everything. Needs `organization`."""
        return Organization.OnShortage(self.on_shortage or self.organization.on_shortage)

    def is_open_to_rating(self, today: date) -> bool:
        """Whether its lines may be rated, and what was said be changed: for 30 days after the delivery."""
        return self.status == self.Status.DELIVERED and today <= self.delivery_date + RATING_PERIOD


class OrderLine(models.Model):
    """A product on an order, frozen. `quantity` units were ordered, `short_quantity` of them cannot come."""

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="lines", verbose_name=_("order"))
    product = models.ForeignKey(
        Product, on_delete=models.PROTECT, related_name="order_lines", verbose_name=_("product")
    )
    producer = models.ForeignKey(
        Organization, on_delete=models.PROTECT, related_name="sold_lines", verbose_name=_("producer")
    )
    substitutes = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="substitutions",
        verbose_name=_("instead of"),
    )
    product_name = models.CharField(_("product"), max_length=120)
    product_name_en = models.CharField(_("English product name"), max_length=120, blank=True)
    unit = models.CharField(_("unit"), max_length=60)
    unit_en = models.CharField(_("English unit"), max_length=60, blank=True)
    producer_name = models.CharField(_("producer"), max_length=120)
    producer_name_en = models.CharField(_("English producer name"), max_length=120, blank=True)
    certifications = models.CharField(_("certifications on the delivery date"), max_length=300, blank=True)
    # Of the edition, if its units were used up at the cut-off and this came in its place.
    instead_of = models.CharField(_("in place of"), max_length=120, blank=True)
    instead_of_en = models.CharField(_("in place of (English)"), max_length=120, blank=True)
    made_on = models.DateField(_("production date"))
    quantity = models.PositiveIntegerField(_("quantity"))
    short_quantity = models.PositiveIntegerField(_("short"), default=0)
    list_price = models.PositiveIntegerField(_("list price (won)"))
    supply_price = models.PositiveIntegerField(_("supply price (won)"))
    tax_type = models.CharField(_("VAT"), max_length=8, choices=Product.TaxType)
    gross = models.PositiveIntegerField(_("amount (won)"))
    supply = models.PositiveIntegerField(_("supply value (won)"))
    vat = models.PositiveIntegerField(_("VAT (won)"))
    allergens = models.PositiveIntegerField(_("allergens"), default=0)
    storage = models.CharField(_("storage"), max_length=8, choices=Product.Storage)
    weight_g = models.PositiveIntegerField(_("weight of a unit (g)"))
    volume_ml = models.PositiveIntegerField(_("volume of a unit (ml)"))

    objects = OrderLineQuerySet.as_manager()

    class Meta:
        verbose_name = _("order line")
        verbose_name_plural = _("order lines")
        ordering = ["order", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["order", "product"],
                condition=Q(substitutes=None),
                name="one_line_per_product_of_an_order",
            ),
            models.CheckConstraint(condition=Q(quantity__gte=1), name="order_line_has_quantity"),
            models.CheckConstraint(
                condition=Q(short_quantity__lte=F("quantity")), name="order_line_short_within"
            ),
            models.CheckConstraint(
                condition=Q(gross=F("supply") + F("vat")), name="order_line_gross_is_supply_and_vat"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.product_name} × {self.quantity}"

    @property
    def product_display_name(self) -> str:
        return self.product_name_en if self.product_name_en and get_language() == "en" else self.product_name

    @property
    def instead_of_display(self) -> str:
        """What it came in place of, at the cut-off or because of a shortage; "" if nothing."""
        if self.substitutes:
            return self.substitutes.product_display_name
        return self.instead_of_en if self.instead_of_en and get_language() == "en" else self.instead_of

    @property
    def producer_display_name(self) -> str:
        return (
            self.producer_name_en if self.producer_name_en and get_language() == "en" else self.producer_name
        )

    @property
    def unit_display(self) -> str:
        return self.unit_en if self.unit_en and get_language() == "en" else self.unit

    @property
    def coming(self) -> int:
        """Units that will be delivered."""
        return self.quantity - self.short_quantity


class Event(models.Model):
    """A step in the life of a thing: timeline for people, audit for the operator."""

    was = models.CharField(_("from"), max_length=10, blank=True)
    to = models.CharField(_("to"), max_length=10)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("actor"),
    )
    at = models.DateTimeField(_("at"))
    note = models.CharField(_("note"), max_length=300, blank=True)

    class Meta:
        abstract = True
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.was}→{self.to}"


class OrderEvent(Event):
    """A step in the life of an order."""

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="events", verbose_name=_("order"))
    # What the orderer changed while it was open: of each column what was and what is.
    changes = models.JSONField(_("changes"), default=dict, blank=True)

    class Meta(Event.Meta):
        abstract = False
        verbose_name = _("order event")
        verbose_name_plural = _("order events")

    def get_to_display(self) -> str:
        """The state reached, in the reader's language."""
        return str(Order.Status(self.to).label)


class StandingOrderEvent(Event):
    """A step in the life of a standing order: set up, approved or declined, ended."""

    standing_order = models.ForeignKey(
        StandingOrder, on_delete=models.PROTECT, related_name="events", verbose_name=_("standing order")
    )

    class Meta(Event.Meta):
        abstract = False
        verbose_name = _("standing order event")
        verbose_name_plural = _("standing order events")

    def get_to_display(self) -> str:
        """The state reached, in the reader's language."""
        return str(StandingOrder.Status(self.to).label)


class Statement(models.Model):
    """A statement of delivery (거래명세서) for a delivered order."""

    order = models.OneToOneField(
        Order, on_delete=models.PROTECT, related_name="statement", verbose_name=_("order")
    )
    number = models.CharField(_("number"), max_length=24, unique=True)
    issued_at = models.DateTimeField(_("issued at"))

    class Meta:
        verbose_name = _("statement of delivery")
        verbose_name_plural = _("statements of delivery")
        ordering = ["-issued_at"]

    def __str__(self) -> str:
        return self.number
