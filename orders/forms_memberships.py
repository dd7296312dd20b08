"""Which institutions with their plans operators list."""

from datetime import date
from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from membership.models import Membership, Plan

from .membership_list import LABELS, institutions_in

PAGE_SIZES = (25, 50, 100)


class MembershipFilter(forms.Form):
    """Which institutions to list; a filter that can't be read is shown as wrong and left out."""

    q = forms.CharField(
        label=_("Search"), required=False, max_length=60, widget=forms.TextInput(attrs={"type": "search"})
    )
    state = forms.ChoiceField(label=_("State"), required=False, choices=[("", _("All")), *LABELS.items()])
    plan = forms.ModelChoiceField(
        queryset=Plan.objects.all(), label=_("Plan"), required=False, empty_label=_("All")
    )
    size = forms.TypedChoiceField(
        label=_("Rows"),
        required=False,
        coerce=int,
        choices=[(size, size) for size in PAGE_SIZES],
    )

    def narrow(self, today: date) -> Any:
        """Return the institutions that the filters leave, by name."""
        self.is_valid()
        chosen = self.cleaned_data
        rows = institutions_in(chosen.get("state", ""), today=today)
        if word := chosen.get("q"):
            rows = rows.filter(
                Q(name__icontains=word) | Q(name_en__icontains=word) | Q(business_number__contains=word)
            )
        if plan := chosen.get("plan"):
            running = Membership.objects.running().filter(tiers__plan=plan)
            rows = rows.filter(pk__in=running.values("organization"))
        return rows.order_by("name", "pk")

    @property
    def is_filtered(self) -> bool:
        return any(self.cleaned_data.get(name) for name in ("q", "state", "plan"))

    @property
    def page_size(self) -> int:
        return int(self.cleaned_data.get("size") or PAGE_SIZES[0])
