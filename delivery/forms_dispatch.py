"""What operators choose at the dispatch board."""

from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from .models import PlanRun, RoutePlan, Shift
from .models.plan_run import LONGEST_S

# What a search usually gets; a large day is worth minutes.
USUAL_S = 20


class PlanForm(forms.Form):
    """How long to search, and from where."""

    seconds = forms.IntegerField(
        label=_("Search for (seconds)"),
        min_value=1,
        max_value=LONGEST_S,
        initial=USUAL_S,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )
    is_warm = forms.BooleanField(label=_("Start from the plan shown, and keep couriers"), required=False)


class WishForm(forms.Form):
    wish = forms.ChoiceField(choices=PlanRun.Wish.choices)


class SeenForm(forms.Form):
    """Which state of a draft the page showed."""

    revision = forms.IntegerField(min_value=1)


class MoveForm(SeenForm):
    """Where a stop goes: with whom, as which stop. Nobody chosen means on no route."""

    shift = forms.ModelChoiceField(
        queryset=Shift.objects.none(), label=_("Courier"), required=False, empty_label=_("on no route")
    )
    position = forms.IntegerField(
        label=_("As stop number"),
        min_value=1,
        initial=1,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )
    has_consent = forms.BooleanField(label=_("Save it all the same"), required=False)

    def __init__(self, *args: Any, plan: RoutePlan, letters: dict[int, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.letters = letters
        field = cast(forms.ModelChoiceField, self.fields["shift"])
        field.queryset = Shift.objects.filter(
            date=plan.date, vehicle__depot=plan.depot, vehicle__is_active=True
        ).select_related("courier", "vehicle")
        field.label_from_instance = self._label  # type: ignore[method-assign,assignment]

    def _label(self, shift: Shift) -> str:
        """Such as "B · 한기사 · 냉장탑차"; without a letter for who has no route yet."""
        words = [self.letters.get(shift.pk, ""), shift.courier.display_name, shift.vehicle.display_name]
        return " · ".join(filter(None, words))


class LockForm(SeenForm):
    is_locked = forms.BooleanField(required=False)


class KeepForm(SeenForm):
    shift = forms.IntegerField()
    keeps = forms.BooleanField(required=False)
