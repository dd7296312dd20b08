"""What an institution wants when something is short, and what it chooses when it is asked."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from membership.models import Organization

from .models import Order, PurchaseOrderLine
from .wish_words import wish_words


class OnShortageForm(forms.Form):
    """What becomes of the institution's orders when a producer can't bring everything."""

    on_shortage = forms.ChoiceField(
        label=_("When something is short"),
        choices=Organization.OnShortage.choices,
        widget=forms.RadioSelect,
    )


def _wishes() -> list[tuple[str, str]]:
    return [("", wish_words("")), *((wish.value, str(wish.label)) for wish in Organization.OnShortage)]


class WishField(forms.ChoiceField):
    """What becomes of one order, or of those of a standing order; by default what the institution wants."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(label=_("When something is short"), required=False, choices=_wishes, **kwargs)

    def say_usual(self, organization: Organization) -> None:
        """Name in the first choice what the institution usually wants."""
        usual = f"{wish_words('')}: {organization.get_on_shortage_display()}"
        self.choices = [("", usual), *Organization.OnShortage.choices]


class WishForm(forms.Form):
    """What becomes of an order when a producer can't bring everything."""

    on_shortage = WishField()

    def __init__(self, order: Order, data: Any = None) -> None:
        super().__init__(data, initial={"on_shortage": order.on_shortage})
        self.fields["on_shortage"].say_usual(order.organization)  # type: ignore[attr-defined]


class ChoiceForm(forms.Form):
    """The key of a product; none takes the price off."""

    product = forms.IntegerField(min_value=1, required=False)


class ReportForm(forms.Form):
    """How many units will come after all, and what comes instead before anything else."""

    confirmed = forms.IntegerField(label=_("Units that will come"), min_value=0)
    first = forms.IntegerField(label=_("Substitute to take first"), min_value=1, required=False)

    def __init__(self, line: PurchaseOrderLine, data: Any = None) -> None:
        super().__init__(data)
        self.line = line
        self.fields["confirmed"].widget.attrs["max"] = line.coming

    def clean_confirmed(self) -> int:
        confirmed: int = self.cleaned_data["confirmed"]
        if confirmed > self.line.coming:
            raise forms.ValidationError(
                _("No more than the %(units)s units that were promised."), params={"units": self.line.coming}
            )
        return confirmed
