"""What of the run ledger operators look for."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from membership.models import Organization

from .forms import DateInput
from .models import CycleItem, CycleRun

STEPS = [("", _("All")), *CycleRun.Step.choices]


class RunFilter(forms.Form):
    """Which runs of the cycle to list."""

    step = forms.ChoiceField(label=_("Step"), required=False, choices=STEPS)
    failures = forms.BooleanField(label=_("Only with failures"), required=False)


class ItemFilter(forms.Form):
    """Which items to list; a filter that can't be read is shown as wrong and left out."""

    organization = forms.ModelChoiceField(
        queryset=Organization.objects.order_by("name"),
        label=_("Organization"),
        required=False,
        empty_label=_("All"),
    )
    day = forms.DateField(label=_("Delivery date"), required=False, widget=DateInput())
    step = forms.ChoiceField(label=_("Step"), required=False, choices=STEPS)
    outcome = forms.ChoiceField(
        label=_("Outcome"), required=False, choices=[("", _("All")), *CycleItem.Outcome.choices]
    )

    def narrow(self, items: Any) -> Any:
        """Return the items that the filters leave."""
        self.is_valid()
        lookups = {
            "organization": "organization",
            "delivery_date": "day",
            "run__step": "step",
            "outcome": "outcome",
        }
        chosen = {lookup: self.cleaned_data.get(name) for lookup, name in lookups.items()}
        return items.filter(**{lookup: value for lookup, value in chosen.items() if value})
