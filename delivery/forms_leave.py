"""What a recipient types about where to leave an order."""

from django import forms
from django.utils.translation import gettext_lazy as _

from .models import LeaveInstructions


class LeaveForm(forms.ModelForm):
    """Where, a note and a door code; each may be left empty."""

    place = forms.ChoiceField(
        label=_("If nobody can come to the door"),
        choices=[("", _("call the contact, leave it nowhere")), *LeaveInstructions.Place.choices],
        widget=forms.RadioSelect,
        required=False,
    )

    class Meta:
        model = LeaveInstructions
        fields = ["place", "note", "door_code"]
        labels = {"note": _("Note for the courier"), "door_code": _("Door code")}
        help_texts = {
            "note": _("For example: by the goods lift, to Mr Kim at the desk. Up to 200 letters."),
            "door_code": _("Shown to the courier and the hub only, and forgotten after the day."),
        }
        widgets = {
            "note": forms.Textarea(attrs={"rows": 2}),
            "door_code": forms.TextInput(attrs={"autocomplete": "off"}),
        }
