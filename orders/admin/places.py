"""Admin pages of how many deliveries a day takes, and of what waits for a place or an approver."""

from django.contrib import admin

from membership.admin import HistoryAdmin, HistoryInline

from ..models import Application, ApplicationEvent, DayLimit, Zone, ZoneDistrict


class ZoneDistrictInline(admin.TabularInline):
    model = ZoneDistrict
    extra = 1


@admin.register(Zone)
class ZoneAdmin(admin.ModelAdmin):
    list_display = ["name", "name_en"]
    search_fields = ["name", "name_en", "districts__district"]
    inlines = [ZoneDistrictInline]


@admin.register(DayLimit)
class DayLimitAdmin(admin.ModelAdmin):
    list_display = ["zone", "weekday", "on_date", "deliveries"]
    list_filter = ["zone", "weekday"]
    list_select_related = ["zone"]
    list_display_links = ["weekday", "on_date"]
    search_fields = ["zone__name", "zone__name_en"]


class ApplicationEventInline(HistoryInline):
    model = ApplicationEvent
    show_change_link = False


@admin.register(Application)
class ApplicationAdmin(HistoryAdmin):
    list_display = [
        "asked_at",
        "organization",
        "kind",
        "bundle",
        "site",
        "starts_on",
        "status",
        "offered_until",
    ]
    list_filter = ["status", "kind"]
    list_select_related = ["organization", "bundle", "site"]
    search_fields = ["organization__name", "organization__name_en", "site__name", "bundle__name"]
    date_hierarchy = "asked_at"
    inlines = [ApplicationEventInline]
