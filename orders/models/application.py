"""What an institution asked for that isn't set up yet: it waits for an approver, or for a place."""

from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from membership.models import Organization

from ..querysets import ApplicationQuerySet
from .order import Event, Order
from .serving import Serving
from .standing import StandingOrder
from .terms import HolidayPolicy, validate_rrule


class Application(Serving):
    """A plan with its deliveries, a standing order or an event order, kept until it can be had."""

    class Kind(models.TextChoices):
        PLAN = "plan", _("plan membership")
        STANDING = "standing", _("standing order")
        EVENT = "event", _("order for an event")

    class Status(models.TextChoices):
        AWAITING = "awaiting", _("awaiting approval")
        WAITING = "waiting", _("on the waiting list")
        OFFERED = "offered", _("a place is offered")
        AGREED = "agreed", _("being set up")
        DONE = "done", pgettext_lazy("application", "set up")
        DECLINED = "declined", _("declined")
        WITHDRAWN = "withdrawn", _("withdrawn")
        EXPIRED = "expired", _("expired")

    OPEN = (Status.AWAITING, Status.WAITING, Status.OFFERED, Status.AGREED)
    # A place on each of its days counts as taken.
    HOLDING = (Status.AWAITING, Status.OFFERED, Status.AGREED)

    organization = models.ForeignKey(
        Organization, on_delete=models.PROTECT, related_name="applications", verbose_name=_("institution")
    )
    kind = models.CharField(_("kind"), max_length=8, choices=Kind)
    status = models.CharField(_("status"), max_length=10, choices=Status)
    # Of an event the delivery date; of everything else the first day of the rule.
    starts_on = models.DateField(_("starts on"))
    ends_on = models.DateField(_("ends on"), null=True, blank=True)
    event_at = models.DateTimeField(_("event begins"), null=True, blank=True)
    rrule = models.CharField(_("rule (RFC 5545)"), max_length=200, blank=True, validators=[validate_rrule])
    holiday_policy = models.CharField(
        _("on a holiday"),
        max_length=6,
        choices=HolidayPolicy,
        default=HolidayPolicy.BEFORE,
    )
    note = models.CharField(_("note"), max_length=300, blank=True)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("asked by")
    )
    asked_at = models.DateTimeField(_("asked at"))
    # Until when the place that is held for it can be accepted.
    offered_until = models.DateTimeField(_("offered until"), null=True, blank=True)
    # Why it waits, or was given up: a code of `orders.reasons`.
    reason = models.CharField(_("reason"), max_length=40, blank=True)
    # Setting it up twice makes one order.
    request_key = models.UUIDField(default=uuid4, editable=False, unique=True)
    standing_order = models.ForeignKey(
        StandingOrder,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="applications",
        verbose_name=_("standing order"),
    )
    order = models.ForeignKey(
        Order,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="applications",
        verbose_name=_("order"),
    )

    objects = ApplicationQuerySet.as_manager()

    class Meta:
        verbose_name = _("application")
        verbose_name_plural = _("applications")
        ordering = ["asked_at", "pk"]
        indexes = [models.Index(fields=["status", "asked_at"])]
        constraints = [
            *Serving.Meta.constraints,
            models.UniqueConstraint(
                fields=["organization"],
                condition=Q(kind="plan", status__in=["awaiting", "waiting", "offered", "agreed"]),
                name="one_open_plan_application",
            ),
            models.CheckConstraint(
                condition=Q(kind="event", rrule="", event_at__isnull=False)
                | (~Q(kind="event") & ~Q(rrule="") & Q(event_at=None)),
                name="application_repeats_or_is_for_a_day",
            ),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
                name="application_ends_after_start",
            ),
            models.CheckConstraint(
                condition=~Q(status="offered") | Q(offered_until__isnull=False),
                name="offer_has_a_deadline",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organization} · {self.bundle} · {self.starts_on}"

    @property
    def is_open(self) -> bool:
        return self.status in self.OPEN

    def as_standing_order(self) -> StandingOrder:
        """The standing order that it would become, not stored."""
        return StandingOrder(
            organization=self.organization,
            site=self.site,
            bundle=self.bundle,
            department=self.department,
            headcount=self.headcount,
            exclusions=self.exclusions,
            window_opens=self.window_opens,
            window_closes=self.window_closes,
            rrule=self.rrule,
            starts_on=self.starts_on,
            ends_on=self.ends_on,
            holiday_policy=self.holiday_policy,
            created_by=self.asked_by,
            created_at=self.asked_at,
        )

    @property
    def yearly_sum(self) -> int:
        """What it brings in a year from its start, in won; of an event, its price."""
        return self.as_standing_order().yearly_sum if self.rrule else self.price


class ApplicationEvent(Event):
    """A step in the life of an application."""

    application = models.ForeignKey(
        Application, on_delete=models.PROTECT, related_name="events", verbose_name=_("application")
    )

    class Meta(Event.Meta):
        abstract = False
        verbose_name = _("application event")
        verbose_name_plural = _("application events")

    def get_to_display(self) -> str:
        """The state reached, in the reader's language."""
        return str(Application.Status(self.to).label)
