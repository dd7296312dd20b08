"""How the catalogue is looked at: for how many people, for how much, with what and without what."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from bundles.models import Bundle, Category
from bundles.scaling import MAX_HEADCOUNT
from membership.forms import ExclusionsField

from .catalogue import Card

MAX_BUDGET = 100_000_000  # won; more is a typing error


def _number(label: Any, most: int) -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        min_value=1,
        max_value=most,
        required=False,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )


class CategoryChoice(forms.ModelChoiceField):
    def label_from_instance(self, obj: Category) -> str:
        return obj.display_name


class CatalogueFilter(forms.Form):
    """Which bundles to list, and for how many people they are priced."""

    headcount = _number(_("People"), MAX_HEADCOUNT)
    budget = _number(_("Budget (won)"), MAX_BUDGET)
    per = forms.ChoiceField(
        label=_("The budget is"),
        choices=[("", _("in all")), ("person", _("for each person"))],
        required=False,
    )
    category = CategoryChoice(
        label=_("With"),
        queryset=Category.objects.filter(slots__bundle__is_active=True).distinct(),
        required=False,
        to_field_name="code",
        empty_label=_("Anything"),
    )

    @property
    def headcount_wanted(self) -> int | None:
        """For how many, or nothing if it isn't said or can't be read."""
        self.is_valid()
        return self.cleaned_data.get("headcount")

    def fits(self, card: Card) -> bool:
        """Whether the card is within the budget and has something of the category."""
        self.is_valid()
        budget, category = self.cleaned_data.get("budget"), self.cleaned_data.get("category")
        is_per_person = self.cleaned_data.get("per") == "person"
        # In whole people: a budget per person is never exceeded by rounding.
        limit = budget * card.quote.headcount if budget and is_per_person else budget
        return (not limit or card.quote.gross <= limit) and (
            not category or category.pk in {slot.category_id for slot in card.bundle.slots.all()}
        )


class LookForm(forms.Form):
    """For how many people, and without what, a bundle is looked at."""

    headcount = forms.IntegerField(
        label=_("People"),
        min_value=1,
        max_value=MAX_HEADCOUNT,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )
    exclusions = ExclusionsField()
    # A form that nothing is ticked in still says so; without it the institution's usual exclusions hold.
    ticked = forms.BooleanField(required=False, initial=True, widget=forms.HiddenInput())


def most_people(bundle: Bundle) -> int:
    """Return where the slider ends."""
    return min(MAX_HEADCOUNT, max(60, 4 * bundle.base_headcount))
