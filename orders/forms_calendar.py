"""An operator's word on a day: closed, open, or as the public calendar has it."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from .calendar_effects import CalendarChange
from .forms import DateInput
from .orderable import MAX_AHEAD

WORDS = {"closed": False, "open": True, "public": None}


class CalendarDayForm(forms.Form):
    """A day from tomorrow on, within a year."""

    day = forms.DateField(label=_("Day"), widget=DateInput())
    word = forms.ChoiceField(
        label=_("On this day"),
        choices=[
            ("closed", _("no deliveries")),
            ("open", _("deliveries")),
            ("public", _("as the public calendar says")),
        ],
    )
    name = forms.CharField(
        label=_("Name"),
        max_length=60,
        required=False,
        help_text=_("Members read it, such as “temporary public holiday”."),
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        self.fields["day"].widget.attrs |= {
            "min": today.isoformat(),
            "max": (today + MAX_AHEAD).isoformat(),
        }

    def clean_day(self) -> date:
        day: date = self.cleaned_data["day"]
        if not self.today < day <= self.today + MAX_AHEAD:
            raise forms.ValidationError(_("Choose a day from tomorrow on, within a year."))
        return day

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("word") != "public" and not cleaned.get("name") and "name" not in self.errors:
            self.add_error("name", _("Say what the day is: members read it."))
        return cleaned

    def change(self) -> CalendarChange:
        """Return what was filled in."""
        chosen = self.cleaned_data
        return CalendarChange(chosen["day"], WORDS[chosen["word"]], chosen["name"])
