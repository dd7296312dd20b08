"""What was recorded at the door: the proof of a hand-over, tries that failed, and what phones have sent."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from ..querysets import ProofQuerySet, RoadRecordQuerySet
from ..signatures import svg_path
from .route import Route, Stop

# A phone's clock is believed within a day before its record came in, and a little after.
OLDEST_RECORD = timedelta(hours=24)
CLOCK_DRIFT = timedelta(minutes=5)


class AtTheDoor(models.Model):
    """When, where and by whom something was recorded. Two times: ours, and what the phone's clock said."""

    phone_at = models.DateTimeField(_("time on the phone"), null=True, blank=True)
    latitude = models.FloatField(_("latitude"), null=True, blank=True)
    longitude = models.FloatField(_("longitude"), null=True, blank=True)
    accuracy_m = models.PositiveIntegerField(_("accuracy of the place (m)"), null=True, blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("recorded by")
    )

    class Meta:
        abstract = True


def believed(phone_at: datetime | None, came_in_at: datetime) -> datetime:
    """Return the phone's time of a record if it can be true, else the time at which it came in."""
    if phone_at and came_in_at - OLDEST_RECORD <= phone_at <= came_in_at + CLOCK_DRIFT:
        return phone_at
    return came_in_at


class Proof(AtTheDoor):
    """Who received a stop and when: with the inspected lines of its order the inspection record (검수)."""

    stop = models.OneToOneField(Stop, on_delete=models.PROTECT, related_name="proof", verbose_name=_("stop"))
    receiver_name = models.CharField(_("received by"), max_length=60)
    # The desk next door that took the goods for the recipient.
    neighbour = models.CharField(_("left with a neighbour"), max_length=60, blank=True)
    note = models.CharField(_("note"), max_length=300, blank=True)
    # Lines drawn by the finger: lists of points within `signatures.WIDTH` by `HEIGHT`.
    signature = models.JSONField(_("signature"), default=list, blank=True)
    photo = models.ImageField(_("photo"), upload_to="proofs", blank=True)
    delivered_at = models.DateTimeField(_("recorded at"))

    objects = ProofQuerySet.as_manager()

    class Meta:
        verbose_name = _("proof of delivery")
        verbose_name_plural = _("proofs of delivery")
        constraints = [
            models.CheckConstraint(condition=~Q(receiver_name=""), name="proof_names_the_receiver")
        ]

    def __str__(self) -> str:
        return f"{self.stop} → {self.receiver_name}"

    @property
    def handed_over_at(self) -> datetime:
        """When the receiver had it: by the phone's clock where that can be true, since it may send later."""
        return believed(self.phone_at, self.delivered_at)

    @property
    def signature_path(self) -> str:
        """The signature as the `d` of an SVG path."""
        return svg_path(self.signature)

    @property
    def photo_url(self) -> str:
        """The address of the photo; empty if there is none."""
        return reverse("delivery:proof_photo", args=[self.stop_id]) if self.photo else ""

    @property
    def record_url(self) -> str:
        """The address of the inspection record."""
        return reverse("delivery:inspection_record", args=[self.stop_id])


class FailedTry(AtTheDoor):
    """Once more nobody took the goods: why, and what happens next."""

    class NextStep(models.TextChoices):
        RETRY = "retry", _("try again later today")
        RETURN = "return", _("bring it back to the hub")

    stop = models.ForeignKey(Stop, on_delete=models.PROTECT, related_name="tries", verbose_name=_("stop"))
    reason = models.CharField(_("reason"), max_length=12, choices=Stop.FailureReason)
    next_step = models.CharField(_("next step"), max_length=6, choices=NextStep)
    note = models.CharField(_("note"), max_length=300, blank=True)
    at = models.DateTimeField(_("recorded at"))

    class Meta:
        verbose_name = _("failed try")
        verbose_name_plural = _("failed tries")
        ordering = ["stop", "at", "pk"]

    def __str__(self) -> str:
        return f"{self.stop}: {self.reason}"


class RoadRecord(models.Model):
    """What a courier's phone has sent, stored once by the key that the phone gave it.

    It is kept as it came, whether or not it could be carried out: a conflict has a `problem`, a code of
    `orders.reasons`, and is settled by an operator.
    """

    class Kind(models.TextChoices):
        ACCEPT = "accept", pgettext_lazy("road", "route accepted")
        LOAD = "load", pgettext_lazy("road", "boxes checked")
        START = "start", pgettext_lazy("road", "route started")
        ARRIVE = "arrive", pgettext_lazy("road", "arrived")
        DELIVER = "deliver", pgettext_lazy("road", "handed over")
        FAIL = "fail", pgettext_lazy("road", "not handed over")

    class Decision(models.TextChoices):
        TAKEN = "taken", pgettext_lazy("road", "the courier's record counts")
        KEPT = "kept", pgettext_lazy("road", "what the hub has stays")

    key = models.UUIDField(_("key"), unique=True)
    courier = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("courier")
    )
    route = models.ForeignKey(
        Route, on_delete=models.PROTECT, related_name="records", verbose_name=_("route")
    )
    stop = models.ForeignKey(
        Stop,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="records",
        verbose_name=_("stop"),
    )
    kind = models.CharField(_("kind"), max_length=8, choices=Kind)
    sent = models.JSONField(_("as it was sent"))
    photo = models.ImageField(_("photo"), upload_to="proofs", blank=True)
    phone_at = models.DateTimeField(_("time on the phone"))
    received_at = models.DateTimeField(_("received at"))
    problem = models.CharField(_("problem"), max_length=40, blank=True)
    settled_at = models.DateTimeField(_("settled at"), null=True, blank=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("settled by"),
    )
    decision = models.CharField(_("decision"), max_length=5, choices=Decision, blank=True)
    settled_note = models.CharField(_("note"), max_length=300, blank=True)

    objects = RoadRecordQuerySet.as_manager()

    class Meta:
        verbose_name = _("record of a phone")
        verbose_name_plural = _("records of phones")
        ordering = ["-received_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["accept", "start"], stop=None)
                | Q(kind__in=["load", "arrive", "deliver", "fail"], stop__isnull=False),
                name="record_is_of_its_stop_or_route",
            ),
            models.CheckConstraint(
                condition=Q(settled_at=None, settled_by=None, decision="")
                | (Q(settled_at__isnull=False, settled_by__isnull=False) & ~Q(decision="") & ~Q(problem="")),
                name="settled_record_was_a_problem",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.route_id}/{self.stop_id or ''}"
