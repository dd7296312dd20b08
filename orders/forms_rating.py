"""The stars that a member gives, and which of them a producer or an operator looks at."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from bundles.models import Product

from .models import Order, OrderLine
from .models.rating import MOST_STARS

LOW_STARS = 2


class RatingForm(forms.Form):
    """Stars and a comment for one line of an order; both may be left out."""

    stars = forms.TypedChoiceField(
        label=_("Stars"), coerce=int, empty_value=None, required=False, widget=forms.RadioSelect
    )
    comment = forms.CharField(
        label=_("Comment"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, line: OrderLine, data: Any = None) -> None:
        rating = getattr(line, "rating", None)
        said = {"stars": rating.stars, "comment": rating.comment} if rating else None
        super().__init__(data, initial=said, prefix=f"line-{line.pk}")
        self.line = line
        self.fields["stars"].choices = [  # type: ignore[attr-defined]
            (stars, ngettext("%(n)d star", "%(n)d stars", stars) % {"n": stars})
            for stars in range(1, MOST_STARS + 1)
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("comment") and "stars" in cleaned and cleaned["stars"] is None:
            self.add_error("stars", _("Please choose how many stars, too."))
        return cleaned


class ProductChoice(forms.ModelChoiceField):
    def label_from_instance(self, obj: Product) -> str:
        return obj.display_name


class RatingFilter(forms.Form):
    """Which ratings to list."""

    product = ProductChoice(
        label=_("Product"),
        queryset=Product.objects.none(),
        required=False,
        to_field_name="code",
        empty_label=_("All"),
    )
    low = forms.BooleanField(label=_("One or two stars"), required=False)
    said = forms.BooleanField(label=_("With a comment"), required=False)

    def __init__(self, data: Any, *, products: QuerySet[Product]) -> None:
        super().__init__(data)
        self.fields["product"].queryset = products  # type: ignore[attr-defined]

    def narrow(self, ratings: Any) -> Any:
        """Return the ratings that are asked for; what can't be read is left out."""
        self.is_valid()
        if product := self.cleaned_data.get("product"):
            ratings = ratings.filter(line__product=product)
        if self.cleaned_data.get("low"):
            ratings = ratings.filter(stars__lte=LOW_STARS)
        if self.cleaned_data.get("said"):
            ratings = ratings.exclude(comment="")
        return ratings


def rating_forms(order: Order, data: Any = None) -> list[RatingForm]:
    """Return a form for each line of the order of which something came."""
    lines = order.lines.select_related("rating", "product__category").order_by("pk")
    return [RatingForm(line, data) for line in lines if line.coming]
