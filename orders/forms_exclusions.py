"""What an institution doesn't take."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from bundles.gaps import find_gaps
from membership.forms import ExclusionsField
from membership.models import Organization


class InstitutionExclusionsForm(forms.Form):
    """The usual exclusions, and whether running standing orders follow."""

    exclusions = ExclusionsField()
    with_standing_orders = forms.BooleanField(
        label=_("Also for the standing orders that are running"), required=False, initial=True
    )

    def __init__(self, data: Any, *, organization: Organization) -> None:
        super().__init__(data, initial={"exclusions": organization.exclusions})
        self.running = list(organization.standing_orders.not_ended().select_related("bundle"))
        if not self.running:
            del self.fields["with_standing_orders"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not cleaned.get("with_standing_orders"):
            return cleaned
        for bundle in {standing.bundle: None for standing in self.running}:
            for gap in find_gaps(bundle, cleaned.get("exclusions", 0)):
                self.add_error("exclusions", f"{bundle.display_name} · {gap}")
        return cleaned
