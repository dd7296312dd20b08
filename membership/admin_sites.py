"""Admin pages of sites, and of what geocoders said about them."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from . import clock
from .actions.site import keep_change, snapshot
from .admin import HistoryAdmin
from .models import AddressAnswer, GeocoderTurn, Site, SiteChange, SitePhoto, SiteWindow


class SiteForm(forms.ModelForm):
    """Refuses a precision without coordinates in words."""

    class Meta:
        model = Site
        fields = ["latitude", "longitude", "precision"]  # the rest stands in the fieldsets

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        nowhere = data.get("latitude") is None or data.get("longitude") is None
        if data.get("precision") not in (None, Site.Precision.NONE) and nowhere:
            raise ValidationError({"precision": _("A located site needs its latitude and longitude.")})
        return data


class SiteWindowForm(forms.ModelForm):
    class Meta:
        model = SiteWindow
        fields = ["weekday", "opens", "closes"]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if data.get("opens") and data.get("closes") and data["closes"] <= data["opens"]:
            raise ValidationError({"closes": _("Receiving hours end after they begin.")})
        return data


class SiteWindowInline(admin.TabularInline):
    model = SiteWindow
    form = SiteWindowForm
    extra = 0


@admin.register(Site)
class SiteAdmin(admin.ModelAdmin):
    form = SiteForm
    list_display = ["name", "organization", "district", "address", "precision", "confirmed_at", "is_active"]
    list_filter = ["precision", ("confirmed_at", admin.EmptyFieldListFilter), "is_active", "district"]
    list_select_related = ["organization"]
    search_fields = ["name", "name_en", "address", "organization__name", "organization__name_en"]
    autocomplete_fields = ["organization"]
    fieldsets = [
        (None, {"fields": ["organization", ("name", "name_en"), "is_active"]}),
        (
            _("Place"),
            {
                "fields": [
                    "district",
                    "address",
                    "address_detail",
                    ("latitude", "longitude"),
                    "precision",
                    ("located_by", "confirmed_by", "confirmed_at"),
                ]
            },
        ),
        (
            _("On the day"),
            {
                "fields": [
                    ("contact_name", "contact_phone"),
                    ("entrance_note", "entrance_note_en"),
                    ("reception_note", "reception_note_en"),
                    "lift",
                    ("parking_note", "parking_note_en", "parking_height_cm"),
                    ("unloading_note", "unloading_note_en"),
                ]
            },
        ),
    ]
    readonly_fields = ["located_by", "confirmed_by", "confirmed_at"]
    inlines = [SiteWindowInline]

    def save_model(self, request: HttpRequest, obj: Site, form: Any, change: bool) -> None:
        """Keep who put the site where it is; the page of the site itself does more."""
        if {"latitude", "longitude", "precision"} & set(form.changed_data):
            located = obj.is_located
            obj.located_by = Site.LocatedBy.PERSON if obj.precision != Site.Precision.NONE else ""
            obj.confirmed_by = request.user if located else None  # type: ignore[assignment]
            obj.confirmed_at = clock.now() if located else None
        if not change:
            super().save_model(request, obj, form, change)
            return
        was = snapshot(Site.objects.get(pk=obj.pk))
        keep_change(obj, was, actor=request.user, now=clock.now())  # type: ignore[arg-type]


@admin.register(SiteChange)
class SiteChangeAdmin(HistoryAdmin):
    list_display = ["site", "revision", "actor", "at"]
    list_select_related = ["site", "actor"]
    search_fields = ["site__name", "site__organization__name"]
    date_hierarchy = "at"


@admin.register(SitePhoto)
class SitePhotoAdmin(HistoryAdmin):
    list_display = ["site", "display_caption", "added_by", "added_at"]
    list_select_related = ["site", "added_by"]
    search_fields = ["site__name", "caption"]


@admin.register(AddressAnswer)
class AddressAnswerAdmin(HistoryAdmin):
    list_display = ["address", "provider", "precision", "answered_at"]
    list_filter = ["provider", "precision"]
    search_fields = ["address"]


@admin.register(GeocoderTurn)
class GeocoderTurnAdmin(HistoryAdmin):
    list_display = ["provider", "free_at", "failures"]
    search_fields = ["provider"]
