"""What producers and the hub's floor type in: filters of their lists, and a shortage."""

from typing import Any

from django import forms
from django.core.validators import MaxValueValidator
from django.utils.translation import gettext_lazy as _

from .models import PurchaseOrder, PurchaseOrderLine


class DayInput(forms.DateInput):
    """The browser's own date field, which speaks ISO dates only."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class PurchaseOrderFilter(forms.Form):
    """Which purchase orders to list; a field that can't be used is pointed out and left aside."""

    state = forms.ChoiceField(label=_("State"), required=False)
    since = forms.DateField(label=_("From"), required=False, widget=DayInput())
    until = forms.DateField(label=_("To"), required=False, widget=DayInput())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["state"].choices = [  # type: ignore[attr-defined]
            ("", _("All")),
            ("open", _("To answer")),
            *PurchaseOrder.Status.choices,
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and until and until < since:
            self.add_error("until", _("The end is before the beginning."))
        return cleaned


class ShortageForm(forms.Form):
    """How many units of a line the producer will bring after all."""

    confirmed = forms.IntegerField(label=_("Units that will come"), min_value=0)

    def __init__(self, line: PurchaseOrderLine, data: Any = None) -> None:
        super().__init__(data, auto_id=f"id_line{line.pk}_%s")
        self.line = line
        self.fields["confirmed"].widget.attrs["max"] = line.coming

    def clean_confirmed(self) -> int:
        confirmed: int = self.cleaned_data["confirmed"]
        if confirmed > self.line.coming:
            raise forms.ValidationError(
                _("No more than the %(units)s units that were promised."), params={"units": self.line.coming}
            )
        return confirmed


class NoteForm(forms.Form):
    """A message to the other side about a purchase order."""

    text = forms.CharField(
        label=_("Message"), max_length=300, widget=forms.Textarea(attrs={"rows": 3, "maxlength": 300})
    )


class CountForm(forms.Form):
    """How many units are here, of so many that should be."""

    units = forms.IntegerField(label=_("Units that are here"), min_value=0)

    def __init__(self, most: int, data: Any = None) -> None:
        super().__init__(data)
        self.fields["units"].validators.append(MaxValueValidator(most))


class PackingDayForm(forms.Form):
    """The delivery date to pack for."""

    date = forms.DateField(label=_("Delivery date"), required=False, widget=DayInput())
