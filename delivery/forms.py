"""What a courier types at the door, and what lists of routes are filtered by."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext_lazy as _

from membership.photo_field import PhotoField
from membership.photos import whole_jpeg
from orders.actions.inspect import Counted
from orders.models import InspectedLine, OrderLine

from .models import FailedTry, Proof, RoadRecord, Route, Stop

NOTE_LENGTH = Proof._meta.get_field("note").max_length
NAME_LENGTH = Proof._meta.get_field("receiver_name").max_length
REPLACED = "replaced"
NEIGHBOUR = "neighbour"


class StopForm(forms.Form):
    """A form of one stop among many on the page: its fields' ids carry the stop's number."""

    def __init__(
        self,
        data: QueryDict | None = None,
        files: MultiValueDict[str, UploadedFile] | None = None,
        *,
        stop: Stop,
    ) -> None:
        super().__init__(data, files, auto_id=f"{type(self).__name__.lower()}-{stop.pk}-%s")
        self.stop = stop

    def focus_first_error(self) -> None:
        """Bring the reader to what is wrong, however far down the page it is."""
        for name in self.fields:
            if name in self.errors:
                self.fields[name].widget.attrs["autofocus"] = True
                return


class DeliverForm(StopForm):
    """A hand-over: each line counted, and who received it."""

    receiver_name = forms.CharField(
        label=_("Received by"),
        max_length=NAME_LENGTH,
        error_messages={"required": _("Please write down who received it.")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "enterkeyhint": "done"}),
    )
    neighbour = forms.CharField(
        label=_("Left with"),
        max_length=NAME_LENGTH,
        required=False,
        help_text=_("The desk or the neighbour that keeps it for the recipient."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    note = forms.CharField(label=_("Note"), max_length=NOTE_LENGTH, required=False)
    photo = PhotoField(whole_jpeg, label=_("Photo of the goods"))

    def __init__(self, *args: Any, for_neighbour: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.is_for_neighbour = for_neighbour
        if for_neighbour:
            self.fields["neighbour"].widget.attrs["autofocus"] = True
        self.fields["photo"].widget.attrs["capture"] = "environment"
        self.lines: list[OrderLine] = [line for line in self.stop.order.lines.all() if line.coming]
        for line in self.lines:
            self.fields[f"count_{line.pk}"] = forms.IntegerField(
                label=line.product_display_name,
                min_value=0,
                max_value=line.coming,
                required=False,
                initial=line.coming,
                widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
            )
            self.fields[f"why_{line.pk}"] = forms.ChoiceField(
                label=_("Why are units missing?"),
                required=False,
                choices=[("", _("Please choose")), *InspectedLine.Reason.choices],
            )

    @property
    def counts(self) -> list[tuple[OrderLine, forms.BoundField, forms.BoundField]]:
        """Each line with the two fields that count it."""
        return [(line, self[f"count_{line.pk}"], self[f"why_{line.pk}"]) for line in self.lines]

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        for line in self.lines:
            units = data.get(f"count_{line.pk}", line.coming)
            data[f"count_{line.pk}"] = units = line.coming if units is None else units
            if units == line.coming:
                data[f"why_{line.pk}"] = ""
            elif not data.get(f"why_{line.pk}"):
                self.add_error(f"why_{line.pk}", _("Please choose why units are missing."))
        if self.lines and not any(data[f"count_{line.pk}"] for line in self.lines):
            self.add_error(None, _("Nothing was handed over: please report a failure instead."))
        return data

    def told(self) -> dict[str, Any]:
        """Return what was filled in, as `deliver_stop` takes it; the photo is a JPEG or None."""
        data = self.cleaned_data
        counted = [Counted(line.pk, data[f"count_{line.pk}"], data[f"why_{line.pk}"]) for line in self.lines]
        named = {name: data[name] for name in ("receiver_name", "neighbour", "note", "photo")}
        return {**named, "counted": counted}


class FailForm(StopForm):
    """Nobody took the goods: why, and what happens with them."""

    reason = forms.ChoiceField(
        label=_("What happened"),
        choices=[("", _("Please choose")), *Stop.FailureReason.choices],
        error_messages={"required": _("Please choose what happened.")},
    )
    next_step = forms.ChoiceField(
        label=_("What happens next"),
        choices=[(NEIGHBOUR, _("leave it with a neighbour")), *FailedTry.NextStep.choices],
        error_messages={"required": _("Please choose what happens next.")},
        widget=forms.RadioSelect,
    )
    note = forms.CharField(label=_("Note"), max_length=NOTE_LENGTH, required=False)
    # How many failed tries the page knew of: sent twice, the second one isn't another try.
    tries = forms.IntegerField(min_value=0, widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.is_bound:
            self.fields["tries"].initial = len(self.stop.tries.all())


class LoadForm(forms.Form):
    boxes_missing = forms.IntegerField(min_value=0, max_value=1000)


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


class SettleForm(forms.Form):
    """What counts, and why."""

    decision = forms.ChoiceField(choices=RoadRecord.Decision.choices)
    note = forms.CharField(label=_("Why"), max_length=RoadRecord._meta.get_field("settled_note").max_length)

    def __init__(self, *args: Any, record: int, **kwargs: Any) -> None:
        kwargs["auto_id"] = f"settle-{record}-%s"
        super().__init__(*args, **kwargs)
