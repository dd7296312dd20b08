"""What producers fill in: a product with its photo, the units for a day, and closed days."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.text import capfirst
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from membership.allergens import ALLERGENS, codes, mask
from membership.models import Organization
from membership.photo_field import KeepsPhoto, PhotoField
from membership.photos import square_jpeg

from .models import CapacityPool, Category, Product

MAX_WON = 10_000_000
MAX_UNITS = 100_000
# How far ahead, and how many days at once, capacity and closed days are planned.
MAX_DAYS = 366


class DateInput(forms.DateInput):
    """The browser's own date field, which speaks ISO dates only."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


def _amount(name: str, least: int, most: int) -> forms.IntegerField:
    """A whole number of the product within sane limits."""
    return forms.IntegerField(
        label=capfirst(Product._meta.get_field(name).verbose_name),  # type: ignore[union-attr]
        min_value=least,
        max_value=most,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )


class NamedChoice(forms.ModelChoiceField):
    """A choice of things with a name in both languages."""

    def label_from_instance(self, obj: Any) -> str:
        return str(obj.display_name)


# -- The product ----------------------------------------------------------------------------------


class ProductForm(KeepsPhoto):
    """A product as its producer describes it, with a new photo if there is one; its code is not asked."""

    producer = NamedChoice(queryset=Organization.objects.none(), label=_("Producer"), empty_label=None)
    category = NamedChoice(queryset=Category.objects.all(), label=_("Category"))
    list_price = _amount("list_price", 1, MAX_WON)
    supply_price = _amount("supply_price", 1, MAX_WON)
    servings = _amount("servings", 1, 1_000)
    weight_g = _amount("weight_g", 1, 100_000)
    volume_ml = _amount("volume_ml", 1, 1_000_000)
    lead_days = _amount("lead_days", 0, 30)
    made_days = _amount("made_days", 0, 30)
    pool = NamedChoice(
        queryset=CapacityPool.objects.none(),
        label=_("Shared capacity"),
        required=False,
        empty_label=_("None: it has a limit of its own"),
        help_text=_("An oven or a team that makes several products, counted in servings."),
    )
    daily_capacity = _amount("daily_capacity", 0, MAX_UNITS)
    photo = PhotoField(
        square_jpeg,
        help_text=_("JPEG, PNG or WebP of at most 10 MB. It is cut to a square around its middle."),
    )
    allergens = forms.MultipleChoiceField(
        label=_("Allergens"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Tick every one of the 19 that is in it. Members who exclude one rely on this."),
    )

    class Meta:
        model = Product
        fields = [
            "producer",
            "name",
            "name_en",
            "category",
            "unit",
            "unit_en",
            "list_price",
            "supply_price",
            "tax_type",
            "servings",
            "weight_g",
            "volume_ml",
            "storage",
            "allergens",
            "is_vegan",
            "is_halal",
            "lead_days",
            "made_days",
            "daily_capacity",
            "pool",
            "offered_from",
            "offered_until",
            "is_active",
        ]
        widgets = {"offered_from": DateInput(), "offered_until": DateInput()}
        help_texts = {
            "unit": _("What one unit is, such as “a box of 10” or “500 ml”."),
            "is_active": _("Only products on offer come into new bundles."),
        }

    def __init__(self, *args: Any, producers: QuerySet[Organization], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        in_english = get_language() == "en"
        self.fields["allergens"].choices = [  # type: ignore[attr-defined]
            (str(each.code), f"{each.code} {each.name_en if in_english else each.name_ko}")
            for each in ALLERGENS
        ]
        self.initial["allergens"] = [str(code) for code in codes(self.instance.allergens)]
        self.fields["list_price"].help_text = _("What members would pay in a shop, with VAT.")
        self.fields["supply_price"].help_text = _(
            "What the hub pays you, with VAT. Orders that are already fixed keep their price."
        )
        self.fields["made_days"].help_text = _("0 is the delivery date itself, 1 the business day before.")
        self.fields["daily_capacity"].help_text = _(
            "Days that have a limit of their own or reservations keep theirs; change those in the calendar."
        )
        if self.instance.pk:
            del self.fields["producer"]  # a product never changes hands
            pools = self.instance.producer.pools.order_by("name")
            self.fields["pool"].queryset = pools  # type: ignore[attr-defined]
        else:
            self.fields["producer"].queryset = producers  # type: ignore[attr-defined]
            self.initial.setdefault("servings", 1)
            self.initial.setdefault("lead_days", 1)
            del self.fields["pool"]  # it is chosen among the producer's, once there is one

    def clean_allergens(self) -> int:
        return mask(int(code) for code in self.cleaned_data["allergens"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        supply, price = cleaned.get("supply_price"), cleaned.get("list_price")
        if supply is not None and price is not None and supply > price:
            self.add_error("supply_price", _("The supply price can't be above the list price."))
        lead, made = cleaned.get("lead_days"), cleaned.get("made_days")
        if lead is not None and made is not None and made > lead:
            self.add_error("made_days", _("It can't be made before it is ordered: at most the lead time."))
        first, last = cleaned.get("offered_from"), cleaned.get("offered_until")
        if first and last and last < first:
            self.add_error("offered_until", _("The end is before the beginning."))
        return cleaned


# -- The calendar ---------------------------------------------------------------------------------


class CalendarForm(forms.Form):
    """Whose month to look at, and which column's day to change; what can't be read is left out."""

    producer = NamedChoice(queryset=Organization.objects.none(), label=_("Producer"), required=False)
    month = forms.DateField(input_formats=["%Y-%m"], required=False, widget=forms.HiddenInput())
    room = forms.CharField(required=False, widget=forms.HiddenInput())
    day = forms.DateField(input_formats=["%Y-%m-%d"], required=False, widget=forms.HiddenInput())

    def __init__(self, *args: Any, producers: QuerySet[Organization], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["producer"].queryset = producers  # type: ignore[attr-defined]


class ProducerForm(forms.Form):
    """For whom something is changed."""

    producer = forms.ModelChoiceField(queryset=Organization.objects.none(), widget=forms.HiddenInput())

    def __init__(self, *args: Any, producers: QuerySet[Organization], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["producer"].queryset = producers  # type: ignore[attr-defined]


class _DaysForm(forms.Form):
    """A day, or several in a row, from today on."""

    first_day = forms.DateField(label=_("First day"), widget=DateInput())
    last_day = forms.DateField(
        label=_("Last day"), required=False, widget=DateInput(), help_text=_("Empty: only the first day.")
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        for name in ("first_day", "last_day"):
            self.fields[name].widget.attrs["min"] = today.isoformat()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        first, last = cleaned.get("first_day"), cleaned.get("last_day")
        if first and first < self.today:
            self.add_error("first_day", _("This day is over."))
        elif first and (last or first) > self.today + timedelta(days=MAX_DAYS):
            self.add_error("last_day" if last else "first_day", _("At most a year ahead."))
        elif first and last and last < first:
            self.add_error("last_day", _("The end is before the beginning."))
        elif first and "last_day" in cleaned:
            cleaned["last_day"] = last or first
        return cleaned


def key_of(owner: Product | CapacityPool) -> str:
    """Return how the calendar names a product or a pool."""
    return owner.code if isinstance(owner, Product) else f"pool.{owner.pk}"


class LimitForm(_DaysForm):
    """How many units of a product, or servings of a pool, are made on each of the days."""

    room = forms.ChoiceField(label=_("Of what"))
    limit = forms.IntegerField(
        label=_("Units a day"),
        min_value=0,
        max_value=MAX_UNITS,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
        help_text=_("Servings, where products share the capacity."),
    )
    field_order = ["room", "first_day", "last_day", "limit"]

    def __init__(self, *args: Any, owners: Sequence[Product | CapacityPool], **kwargs: Any) -> None:
        super().__init__(*args, auto_id="id_limit_%s", **kwargs)
        self.owners = {key_of(owner): owner for owner in owners}
        self.fields["room"].choices = [  # type: ignore[attr-defined]
            (key, owner.display_name) for key, owner in self.owners.items()
        ]

    def clean_room(self) -> Product | CapacityPool:
        return self.owners[self.cleaned_data["room"]]


class ClosureForm(_DaysForm):
    """Days on which nothing is made."""

    note = forms.CharField(
        label=_("Why"), required=False, max_length=120, help_text=_("Such as “summer holidays”.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, auto_id="id_closure_%s", **kwargs)
