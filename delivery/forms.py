"""What a courier types at the door, and what lists of routes are filtered by."""

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from .models import Proof, Route, Stop

NOTE_LENGTH = Proof._meta.get_field("note").max_length
REPLACED = "replaced"


class StopForm(forms.Form):
    """A form of one stop among many on the page: its fields' ids carry the stop's number."""

    def __init__(self, data: QueryDict | None = None, *, stop: Stop) -> None:
        super().__init__(data, auto_id=f"{type(self).__name__.lower()}-{stop.pk}-%s")
        self.stop = stop

    def focus_first_error(self) -> None:
        """Bring the reader to what is wrong, however far down the page it is."""
        wrong = next(name for name in self.fields if name in self.errors)
        self.fields[wrong].widget.attrs["autofocus"] = True


class DeliverForm(StopForm):
    receiver_name = forms.CharField(
        label=_("Received by"),
        max_length=Proof._meta.get_field("receiver_name").max_length,
        error_messages={"required": _("Please write down who received it.")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "enterkeyhint": "done"}),
    )
    note = forms.CharField(label=_("Note"), max_length=NOTE_LENGTH, required=False)


class FailForm(StopForm):
    reason = forms.ChoiceField(
        label=_("What happened"),
        choices=[("", _("Please choose")), *Stop.FailureReason.choices],
        error_messages={"required": _("Please choose what happened.")},
    )
    note = forms.CharField(label=_("Note"), max_length=NOTE_LENGTH, required=False)


class RouteFilter(forms.Form):
    """Which routes to list; only operators see plans that were replaced."""

    date = forms.DateField(
        label=_("Date"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    status = forms.ChoiceField(label=_("State"), required=False)

    def __init__(self, *args: Any, with_replaced: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        replaced = [(REPLACED, _("replaced"))] if with_replaced else []
        self.fields["status"].choices = [("", _("All")), *Route.Status.choices, *replaced]  # type: ignore[attr-defined]


class PlanDayForm(forms.Form):
    date = forms.DateField()
