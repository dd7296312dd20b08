"""What people decided about standing orders: kept, shown, and undone while there is time."""

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from ..querysets import StandingOrderChangeQuerySet
from .standing import Occurrence, StandingOrder


class StandingOrderChange(models.Model):
    """One decision: `was` and `became` are all that it could touch, of one date or of the standing order.

    Undoing brings `was` back. `undo_until` is the change deadline of the first date that it changed, empty if
    it changed none yet.
    """

    class Kind(models.TextChoices):
        ALL = "all", _("changed for all dates")
        FOLLOWING = "following", _("changed from a date on")
        DATE = "date", _("changed for one date")
        LEAVE_OUT = "leave_out", _("date left out")
        BRING_BACK = "bring_back", _("date taken in again")
        MOVE = "move", _("date moved")
        ANSWER = "answer", _("decided for a holiday")
        DEFAULT = "default", _("nobody answered for a holiday")
        PAUSE = "pause", _("paused")
        RESUME = "resume", _("resumed")
        END = "end", _("ended")

    standing_order = models.ForeignKey(
        StandingOrder, on_delete=models.PROTECT, related_name="changes", verbose_name=_("standing order")
    )
    occurrence = models.ForeignKey(
        Occurrence,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="changes",
        verbose_name=_("occurrence"),
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    # Of a change from a date on, a pause, an end: that date.
    since = models.DateField(_("since"), null=True, blank=True)
    was = models.JSONField(_("was"), encoder=DjangoJSONEncoder)
    became = models.JSONField(_("became"), encoder=DjangoJSONEncoder)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("actor"),
    )
    at = models.DateTimeField(_("at"))
    undo_until = models.DateTimeField(_("can be undone until"), null=True, blank=True)
    undone_at = models.DateTimeField(_("undone at"), null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("undone by"),
    )

    objects = StandingOrderChangeQuerySet.as_manager()

    class Meta:
        verbose_name = _("change of a standing order")
        verbose_name_plural = _("changes of standing orders")
        ordering = ["at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["all", "following", "pause", "resume", "end"], occurrence=None)
                | Q(
                    kind__in=["date", "leave_out", "bring_back", "move", "answer", "default"],
                    occurrence__isnull=False,
                ),
                name="change_of_a_date_names_it",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.standing_order_id} · {self.kind}"
