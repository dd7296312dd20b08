"""Where a recipient wants an order to be left."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from orders.models import Order


class LeaveInstructions(models.Model):
    """What a recipient said about handing over one order, until the van was loaded.

    A door code is forgotten once the day is over.
    """

    class Place(models.TextChoices):
        RECEPTION = "reception", _("at the reception")
        DESK = "desk", _("at the security desk")
        NEIGHBOUR = "neighbour", _("with a neighbour, named in the note")

    order = models.OneToOneField(
        Order, on_delete=models.PROTECT, related_name="leave_instructions", verbose_name=_("order")
    )
    place = models.CharField(_("where to leave it"), max_length=10, choices=Place, blank=True)
    note = models.CharField(_("note"), max_length=200, blank=True)
    door_code = models.CharField(_("door code"), max_length=20, blank=True)
    said_at = models.DateTimeField(_("said at"))

    class Meta:
        verbose_name = _("leave instructions")
        verbose_name_plural = _("leave instructions")

    def __str__(self) -> str:
        return " · ".join(filter(None, [str(self.get_place_display()), self.note]))
