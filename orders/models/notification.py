"""What people are told: one row for each message, sent by a task."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from .application import Application
from .order import Order
from .purchase import PurchaseOrder
from .standing import Occurrence, StandingOrder


class Notification(models.Model):
    """A message to one person about one thing; `sent_at` is empty until it is on its way."""

    class Kind(models.TextChoices):
        APPROVAL_ASKED = "approval_asked", _("an order waits for your approval")
        APPROVAL_REMINDER = "approval_reminder", _("reminder: an order still waits for your approval")
        ORDER_APPROVED = "order_approved", _("order approved")
        ORDER_DECLINED = "order_declined", _("order not approved")
        ORDER_CONFIRMED = "order_confirmed", _("order confirmed")
        ORDER_NOT_MADE = "order_not_made", _("order not made")
        ORDER_CHANGED = "order_changed", _("order changed by a shortage")
        SHORTAGE_ASKED = "shortage_asked", _("something is missing: please choose")
        SHORTAGE_REMINDER = "shortage_reminder", _("reminder: please choose what comes instead")
        ORDER_CANCELLED = "order_cancelled", _("order cancelled by the hub")
        # `detail` says from when to when, and why.
        ORDER_MOVED = "order_moved", _("order moved to another day")
        # Their detail is day, from when, until when; of a new time also the window that was told before.
        ORDER_ETA = "order_eta", _("time of arrival")
        ORDER_ON_THE_WAY = "order_on_the_way", _("your order is on its way")
        ORDER_ETA_MOVED = "order_eta_moved", _("your order comes at another time")
        ORDER_DELIVERED = "order_delivered", _("order delivered")
        ORDER_FAILED = "order_failed", _("delivery failed")
        ORDER_RETRY = "order_retry", _("delivery is tried again later today")
        ROAD_PROBLEM = "road_problem", _("a courier's record could not be carried out")
        PURCHASE_ORDER_ISSUED = "po_issued", _("purchase order issued")
        PURCHASE_ORDER_REMINDER = "po_reminder", _("purchase order waits for your answer")
        PURCHASE_ORDER_SHORT = "po_short", _("fewer units came than promised")
        PURCHASE_ORDER_LOWERED = "po_lowered", _("purchase order lowered")
        PURCHASE_ORDER_NOTE = "po_note", _("note on a purchase order")
        PURCHASE_ORDER_OVERDUE = "po_overdue", _("purchase order not acknowledged")
        APPLICATION_EXPIRED = "application_expired", _("application not set up")
        PLACE_OFFERED = "place_offered", _("a place is free for you: please answer")
        # `detail` is day, departure and number of stops; the day alone if there is nothing to drive any more.
        ROUTE_PLANNED = "route_planned", _("your route")
        # `detail` is the day on which it would have come, and the reason's code.
        DATE_MOVED = "date_moved", _("delivery moved")
        # `detail` is the cut-off before and after.
        CUTOFF_MOVED = "cutoff_moved", _("cut-off moved")
        # Their detail is the delivery date.
        SWAPS_DROPPED = "swaps_dropped", _("swapped products no longer apply")
        HOLIDAY_ASKED = "holiday_asked", _("question about a holiday")
        HOLIDAY_REMINDER = "holiday_reminder", _("reminder: question about a holiday")
        HOLIDAY_SETTLED = "holiday_settled", _("nobody answered about a holiday")
        # `detail` is the day; what there is to do is read when it is sent.
        COMPOSE_TO_DO = "compose_to_do", _("contents that need you")

    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="notifications",
        verbose_name=_("recipient"),
    )
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    order = models.ForeignKey(
        Order,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="notifications",
        verbose_name=_("order"),
    )
    # A date of a standing order that became no order.
    occurrence = models.ForeignKey(
        Occurrence,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="notifications",
        verbose_name=_("occurrence"),
    )
    standing_order = models.ForeignKey(
        StandingOrder,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="notifications",
        verbose_name=_("standing order"),
    )
    purchase_order = models.ForeignKey(
        PurchaseOrder,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="notifications",
        verbose_name=_("purchase order"),
    )
    application = models.ForeignKey(
        Application,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="notifications",
        verbose_name=_("application"),
    )
    detail = models.CharField(_("detail"), max_length=300, blank=True)
    created_at = models.DateTimeField(_("created at"))
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)

    class Meta:
        verbose_name = _("notification")
        verbose_name_plural = _("notifications")
        ordering = ["-created_at"]
        indexes = [models.Index(fields=["sent_at", "created_at"])]
        constraints = [
            models.UniqueConstraint(
                fields=["recipient", "detail"],
                condition=models.Q(kind="compose_to_do"),
                name="told_of_contents_once_a_day",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} → {self.recipient_id}"
