"""What people say about a site: its facts and hours, where it is on the map, a photo of the way in."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import time
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from .actions.site import FACTS, said, week_of, week_text
from .geocoding.gazetteer import strays_from
from .geocoding.providers import EAST, NORTH, SOUTH, WEST
from .hours import BadHours, Hours, parse_hours
from .models import Organization, Site, SiteWindow, User
from .permissions import is_operator, ordering_institution_ids
from .photo_field import PhotoField
from .photos import whole_jpeg

HOURS_WORDS = {
    "unreadable": _("This can't be read: “%(part)s”. Write times such as 09:00–12:00, 13:00–18:00."),
    "backwards": _("This ends before it begins: %(part)s."),
    "overlapping": _("These overlap: %(part)s."),
    "too_many": _("At most five spans a day."),
}


class HoursField(forms.CharField):
    """The receiving hours of one weekday; empty means that nobody is there."""

    def __init__(self, label: Any) -> None:
        super().__init__(
            label=label,
            required=False,
            max_length=100,
            widget=forms.TextInput(attrs={"placeholder": "09:00–18:00", "autocomplete": "off"}),
        )

    def clean(self, value: Any) -> Any:
        try:
            return parse_hours(super().clean(value))
        except BadHours as error:
            raise forms.ValidationError(HOURS_WORDS[error.reason] % {"part": error.part}) from error


class SiteForm(forms.ModelForm):
    """Everything that people say about a site in words; `seen` is the revision that they have read."""

    parking_height_m = forms.DecimalField(
        label=_("Height limit (m)"),
        required=False,
        min_value=1,
        max_value=6,
        max_digits=3,
        decimal_places=2,
        widget=forms.NumberInput(attrs={"inputmode": "decimal", "step": "any"}),
        help_text=_("As on the sign at the entrance, such as 2.1."),
    )
    seen = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=1)

    class Meta:
        model = Site
        fields = [name for name in FACTS if name != "parking_height_cm"]
        labels = {
            "name": _("Name of the site"),
            "address_detail": _("Floor, room"),
            "contact_name": _("Contact on the day"),
            "contact_phone": _("Their phone"),
            "entrance_note": _("Which entrance"),
            "entrance_note_en": _("Which entrance, in English"),
            "reception_note": _("Reception or security desk"),
            "reception_note_en": _("Reception, in English"),
            "lift": _("Lift"),
            "parking_note": _("Parking"),
            "parking_note_en": _("Parking, in English"),
            "unloading_note": _("Where to unload"),
            "unloading_note_en": _("Where to unload, in English"),
        }
        help_texts = {
            "address": _("Road name and number, such as 서울특별시 은평구 은평로 195."),
            "contact_name": _("Couriers of the day see the name and the number, nobody else on the road."),
            "reception_note": _("Where to report, what to show, who has the key."),
        }
        widgets = {"contact_phone": forms.TextInput(attrs={"type": "tel"})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        site = self.instance
        self.fields["lift"].choices = [("", _("Not known")), *Site.Lift.choices]  # type: ignore[attr-defined]
        self.initial["seen"] = site.revision
        if site.parking_height_cm:
            self.initial["parking_height_m"] = Decimal(site.parking_height_cm) / 100
        week = week_text(week_of(site) if site.pk else OFFICE_WEEK)
        for weekday, label in SiteWindow.Weekday.choices:
            self.fields[f"hours_{weekday}"] = HoursField(label)
            self.initial[f"hours_{weekday}"] = week[f"hours_{weekday}"]

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        others = Site.objects.filter(organization=self.instance.organization_id, name=name)
        if others.exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError(_("Your institution has another site of this name."))
        return name

    @property
    def facts(self) -> dict[str, Any]:
        """What was said, by the names of `actions.site.FACTS`."""
        metres = self.cleaned_data["parking_height_m"]
        facts = {name: self.cleaned_data[name] for name in self.Meta.fields}
        return {**facts, "parking_height_cm": None if metres is None else round(metres * 100)}

    @property
    def week(self) -> dict[int, Hours]:
        return {weekday: self.cleaned_data[f"hours_{weekday}"] for weekday in SiteWindow.Weekday.values}

    @property
    def texts(self) -> dict[str, str]:
        """Everything that was said, as a change keeps it."""
        site = Site(**self.facts)
        return {name: text for name, text in said(site).items() if name in FACTS} | week_text(self.week)

    @property
    def hours_fields(self) -> list[Any]:
        return [self[f"hours_{weekday}"] for weekday in SiteWindow.Weekday.values]


# What a new site begins with.
OFFICE_WEEK: Mapping[int, Hours] = dict.fromkeys(range(5), ((time(9), time(18)),))


class NewSiteForm(SiteForm):
    """A first word on a site: of which institution, its name, its address; the rest can follow."""

    organization = forms.ModelChoiceField(
        label=_("Institution"), queryset=Organization.objects.none(), empty_label=_("Choose")
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        institutions = Organization.objects.institutions().filter(is_active=True).order_by("name", "pk")
        if not is_operator(user):
            institutions = institutions.filter(pk__in=ordering_institution_ids(user))
        field: Any = self.fields["organization"]
        field.queryset = institutions
        self.order_fields(["organization", *self.fields])
        if not is_operator(user) and len(institutions) == 1:
            field.initial, field.widget = institutions[0], forms.HiddenInput()

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        organization, name = data.get("organization"), data.get("name")
        if organization and name and organization.sites.filter(name=name).exists():
            self.add_error("name", _("This institution has another site of this name."))
        return data


class PlaceForm(forms.Form):
    """Where a site is, by a person who knows."""

    point = forms.CharField(
        label=_("Coordinates"),
        max_length=60,
        help_text=_("Latitude and longitude, as map apps show them: 37.60270, 126.92910."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "decimal"}),
    )
    precision = forms.ChoiceField(
        label=_("What is marked"),
        choices=[
            (Site.Precision.ENTRANCE, _("The entrance for couriers")),
            (Site.Precision.BUILDING, _("The building")),
        ],
        widget=forms.RadioSelect,
    )
    far_is_right = forms.BooleanField(label=_("The mark is right, it is that far away"), required=False)
    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=1)

    def __init__(self, *args: Any, site: Site, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.site = site
        self.initial["seen"] = site.revision
        is_exact = site.precision in (Site.Precision.ENTRANCE, Site.Precision.BUILDING)
        self.initial["precision"] = site.precision if is_exact else Site.Precision.ENTRANCE
        if site.latitude is not None and site.is_located:
            self.initial["point"] = f"{site.latitude:.6f}, {site.longitude:.6f}"

    def clean_point(self) -> tuple[float, float]:
        parts = [part for part in self.cleaned_data["point"].replace(",", " ").split() if part]
        try:
            latitude, longitude = map(float, parts)
        except ValueError as error:
            raise forms.ValidationError(
                _("Write two numbers with a comma between them, such as 37.60270, 126.92910.")
            ) from error
        if _is_in_korea(latitude, longitude):
            return latitude, longitude
        if _is_in_korea(longitude, latitude):
            raise forms.ValidationError(_("These are the wrong way round: the latitude comes first."))
        raise forms.ValidationError(_("This is not in Korea."))

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        point = data.get("point")
        away = point and strays_from(self.site.address, *point)
        if away and not data.get("far_is_right"):
            self.add_error(
                "point",
                _("This is %(km)d km from the middle of %(district)s, where the address says that it is.")
                % {"km": away, "district": self.site.district},
            )
        self.strays = bool(away)
        return data


def _is_in_korea(latitude: float, longitude: float) -> bool:
    return SOUTH <= latitude <= NORTH and WEST <= longitude <= EAST


class SitePhotoForm(forms.Form):
    """A photo of the way in."""

    photo = PhotoField(
        whole_jpeg,
        help_text=_(
            "The gate, the bell, where to unload: JPEG, PNG or WebP of at most 10 MB. No people, please."
        ),
    )
    caption = forms.CharField(label=_("What it shows"), max_length=100, required=False)
    caption_en = forms.CharField(label=_("What it shows, in English"), max_length=100, required=False)

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if "photo" not in self.errors and not data.get("photo"):
            self.add_error("photo", _("Choose a photo."))
        return data


class SiteFilter(forms.Form):
    """Which sites to list."""

    q = forms.CharField(
        label=_("Name or address"),
        required=False,
        max_length=60,
        widget=forms.TextInput(attrs={"type": "search"}),
    )
    show = forms.ChoiceField(
        label=_("Show"),
        required=False,
        choices=[("", _("In use")), ("doubtful", _("To be checked on the map")), ("retired", _("Retired"))],
    )
