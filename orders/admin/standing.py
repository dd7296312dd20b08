"""Admin pages of what comes again: standing orders with their dates, budgets and the calendar."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from membership import clock
from membership.admin import HistoryAdmin, HistoryInline, KeptAdmin

from ..models import Budget, CalendarDay, LaterTerms, Occurrence, Pause, StandingOrder, StandingOrderChange
from .shared import ReasonInWords


@admin.register(CalendarDay)
class CalendarDayAdmin(admin.ModelAdmin):
    list_display = ["day", "name", "is_working"]
    list_filter = ["is_working"]
    search_fields = ["name"]
    date_hierarchy = "day"


class StandingOrderForm(forms.ModelForm):
    """The site must be one of the institution's."""

    class Meta:
        model = StandingOrder
        fields = ["organization", "site"]  # the rest stands in the fieldsets

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        organization = data.get("organization") or getattr(self.instance, "organization", None)
        if data.get("site") and organization and data["site"].organization_id != organization.pk:
            raise ValidationError({"site": _("This site belongs to another institution.")})
        return data


@admin.register(Budget)
class BudgetAdmin(admin.ModelAdmin):
    list_display = ["department", "year", "amount"]
    list_filter = ["year"]
    list_select_related = ["department"]
    search_fields = ["department__name", "department__organization__name"]
    autocomplete_fields = ["department"]


class LaterTermsInline(HistoryInline):
    model = LaterTerms
    fields = ["valid_from", "rrule", "starts_on", "holiday_policy", "bundle", "site", "headcount"]


class PauseInline(HistoryInline):
    model = Pause
    fields = ["first_on", "last_on"]


class ChangeInline(HistoryInline):
    model = StandingOrderChange
    fields = ["at", "kind", "occurrence", "since", "actor", "undo_until", "undone_at", "undone_by"]


@admin.register(StandingOrder)
class StandingOrderAdmin(KeptAdmin):
    form = StandingOrderForm
    list_display = ["organization", "site", "bundle", "headcount", "rrule", "starts_on", "ends_on", "status"]
    list_filter = ["status", "bundle", "holiday_policy"]
    list_select_related = ["organization", "site", "bundle"]
    search_fields = ["organization__name", "organization__name_en", "site__name", "bundle__name"]
    autocomplete_fields = ["organization", "department", "site", "bundle"]
    readonly_fields = ["created_by", "created_at", "agreed_sum"]
    inlines = [LaterTermsInline, PauseInline, ChangeInline]
    fieldsets = [
        (None, {"fields": ["organization", "department", "site", "bundle", "headcount", "status"]}),
        (_("When"), {"fields": ["rrule", ("starts_on", "ends_on"), ("holiday_policy", "holiday_default")]}),
        (_("Receiving hours"), {"fields": [("window_opens", "window_closes")]}),
        (_("Set up"), {"fields": ["created_by", "created_at", "agreed_sum"]}),
    ]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Occurrences hang on the anchor of the rule: that and the institution stay what they were."""
        return [*self.readonly_fields, "organization", "starts_on"] if obj else self.readonly_fields

    def save_model(self, request: HttpRequest, obj: StandingOrder, form: Any, change: bool) -> None:
        if not change:
            obj.created_by, obj.created_at = request.user, clock.now()  # type: ignore[assignment]
        super().save_model(request, obj, form, change)


@admin.register(Occurrence)
class OccurrenceAdmin(ReasonInWords, HistoryAdmin):
    list_display = [
        "delivery_date",
        "rule_date",
        "institution",
        "bundle",
        "status",
        "reason_display",
        "cutoff_at",
    ]
    list_display_links = ["delivery_date", "rule_date"]
    list_filter = ["status", "reason"]
    list_select_related = ["standing_order__organization", "bundle"]
    search_fields = ["standing_order__organization__name", "standing_order__organization__name_en"]
    date_hierarchy = "delivery_date"

    @admin.display(description=_("institution"), ordering="standing_order__organization__name")
    def institution(self, occurrence: Occurrence) -> str:
        return occurrence.standing_order.organization.display_name
