"""Admin pages of how it arrives: the fleet to be kept, the plans and proofs to be read."""

from typing import Any

from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from membership.admin import HistoryAdmin, HistoryInline
from membership.models import User

from .models import (
    Depot,
    FailedTry,
    LeaveInstructions,
    PlanPart,
    PlanRun,
    Promise,
    Proof,
    RoadRecord,
    Route,
    RoutePlan,
    Shift,
    Stop,
    Unassigned,
    Vehicle,
)


@admin.register(Depot)
class DepotAdmin(admin.ModelAdmin):
    list_display = ["name", "name_en", "organization", "address"]
    list_select_related = ["organization"]
    search_fields = ["name", "name_en", "address"]
    autocomplete_fields = ["organization"]


@admin.register(Vehicle)
class VehicleAdmin(admin.ModelAdmin):
    list_display = ["name", "plate", "depot", "max_weight_kg", "max_volume_l", "is_chilled", "is_active"]
    list_filter = ["is_chilled", "is_active"]
    list_select_related = ["depot"]
    search_fields = ["name", "name_en", "plate"]
    autocomplete_fields = ["depot"]


@admin.register(Shift)
class ShiftAdmin(admin.ModelAdmin):
    list_display = ["date", "courier", "vehicle", "starts", "ends"]
    list_display_links = ["date", "courier"]
    list_select_related = ["courier", "vehicle"]
    search_fields = ["courier__name", "courier__email", "vehicle__name", "vehicle__plate"]
    autocomplete_fields = ["vehicle"]
    date_hierarchy = "date"

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Only couriers drive."""
        if db_field.name == "courier":
            kwargs["queryset"] = User.objects.filter(seats__role="courier").distinct().order_by("name")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


# -- Plans ----------------------------------------------------------------------------------------


class RouteInline(HistoryInline):
    model = Route
    fields = ["shift", "status", "departs_at", "returns_at", "distance_m", "weight_g"]

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Route]:
        return super().get_queryset(request).select_related("plan", "shift__courier", "shift__vehicle")


class UnassignedInline(HistoryInline):
    model = Unassigned
    fields = ["order", "reason", "detail"]

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Unassigned]:
        return super().get_queryset(request).select_related("order")


@admin.register(RoutePlan)
class RoutePlanAdmin(HistoryAdmin):
    list_display = ["date", "version", "depot", "status", "route_count", "distance_km", "published_at"]
    list_filter = ["status", "depot"]
    list_select_related = ["depot"]
    date_hierarchy = "date"
    inlines = [RouteInline, UnassignedInline]

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[RoutePlan]:
        return super().get_queryset(request).annotate(route_count=models.Count("routes"))

    @admin.display(description=_("routes"), ordering="route_count")
    def route_count(self, plan: Any) -> int:
        return int(plan.route_count)

    @admin.display(description=_("distance (km)"), ordering="distance_m")
    def distance_km(self, plan: RoutePlan) -> str:
        return f"{plan.distance_m / 1000:.1f}"


class StopInline(HistoryInline):
    model = Stop
    fields = ["sequence", "order", "eta", "leaves_at", "status", "failure_reason"]

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Stop]:
        return super().get_queryset(request).select_related("order")


@admin.register(PlanRun)
class PlanRunAdmin(HistoryAdmin):
    list_display = [
        "date",
        "depot",
        "status",
        "seconds",
        "searched_s",
        "vans",
        "left_out",
        "asked_by",
        "asked_at",
    ]
    list_filter = ["status", "depot"]
    list_select_related = ["depot", "asked_by"]
    search_fields = ["asked_by__name", "asked_by__email", "fault"]
    date_hierarchy = "date"


@admin.register(PlanPart)
class PlanPartAdmin(HistoryAdmin):
    list_display = ["run", "seed", "number", "seconds", "claimed_at"]
    list_select_related = ["run"]


@admin.register(Route)
class RouteAdmin(HistoryAdmin):
    list_display = ["plan", "shift", "status", "departs_at", "returns_at", "distance_m", "weight_g"]
    list_filter = ["status", "plan__status"]
    list_select_related = ["plan", "shift__courier", "shift__vehicle"]
    search_fields = ["shift__courier__name", "shift__courier__email", "shift__vehicle__plate"]
    date_hierarchy = "plan__date"
    inlines = [StopInline]


@admin.register(Stop)
class StopAdmin(HistoryAdmin):
    list_display = ["order", "route", "sequence", "eta", "status", "failure_reason"]
    list_filter = ["status", "failure_reason", "plan__status"]
    list_select_related = ["order", "route__plan", "route__shift__courier"]
    search_fields = ["order__number", "order__organization_name", "order__site_name", "order__address"]
    date_hierarchy = "plan__date"


@admin.register(Unassigned)
class UnassignedAdmin(HistoryAdmin):
    list_display = ["order", "plan", "reason", "detail"]
    list_filter = ["reason", "plan__status"]
    list_select_related = ["order", "plan"]
    search_fields = ["order__number", "order__organization_name"]
    date_hierarchy = "plan__date"


@admin.register(Promise)
class PromiseAdmin(HistoryAdmin):
    list_display = ["order", "opens_at", "closes_at", "eta", "told_at", "told_of_start_at"]
    list_select_related = ["order"]
    search_fields = ["order__number", "order__organization_name", "order__site_name"]
    date_hierarchy = "opens_at"


@admin.register(LeaveInstructions)
class LeaveInstructionsAdmin(HistoryAdmin):
    list_display = ["order", "place", "note", "said_at"]
    list_filter = ["place"]
    list_select_related = ["order"]
    search_fields = ["order__number", "order__organization_name", "order__site_name"]
    date_hierarchy = "said_at"


@admin.register(Proof)
class ProofAdmin(HistoryAdmin):
    list_display = ["stop", "receiver_name", "delivered_at", "recorded_by", "note"]
    list_select_related = ["stop__order", "recorded_by"]
    search_fields = ["receiver_name", "stop__order__number", "stop__order__organization_name"]
    date_hierarchy = "delivered_at"


@admin.register(FailedTry)
class FailedTryAdmin(HistoryAdmin):
    list_display = ["stop", "reason", "next_step", "at", "recorded_by", "note"]
    list_filter = ["reason", "next_step"]
    list_select_related = ["stop__order", "recorded_by"]
    search_fields = ["stop__order__number", "stop__order__organization_name"]
    date_hierarchy = "at"


@admin.register(RoadRecord)
class RoadRecordAdmin(HistoryAdmin):
    list_display = ["received_at", "phone_at", "courier", "kind", "stop", "problem", "settled_at"]
    list_filter = [
        "kind",
        ("problem", admin.EmptyFieldListFilter),
        ("settled_at", admin.EmptyFieldListFilter),
    ]
    list_select_related = ["courier", "stop__order"]
    search_fields = ["key", "stop__order__number", "courier__name", "courier__email"]
    date_hierarchy = "received_at"
