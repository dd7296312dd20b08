"""Admin pages of what is asked of producers, to be read."""

from django.contrib import admin
from django.db import models
from django.http import HttpRequest

from membership.admin import HistoryAdmin, HistoryInline

from ..models import (
    PurchaseOrder,
    PurchaseOrderEvent,
    PurchaseOrderLine,
    PurchaseOrderNote,
    Shortage,
    ShortageEvent,
    ShortageOption,
)
from .shared import EventAdmin, ReasonInWords


class PurchaseOrderLineInline(HistoryInline):
    model = PurchaseOrderLine
    fields = [
        "product_name",
        "supply_price",
        "ordered",
        "confirmed",
        "received",
        "received_by",
        "received_at",
    ]

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[PurchaseOrderLine]:
        return super().get_queryset(request).select_related("received_by")


class PurchaseOrderEventInline(HistoryInline):
    model = PurchaseOrderEvent
    fields = ["at", "was", "to", "actor", "note"]

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[PurchaseOrderEvent]:
        return super().get_queryset(request).select_related("actor")


class PurchaseOrderNoteInline(HistoryInline):
    model = PurchaseOrderNote
    fields = ["at", "author", "text"]

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[PurchaseOrderNote]:
        return super().get_queryset(request).select_related("author")


@admin.register(PurchaseOrder)
class PurchaseOrderAdmin(HistoryAdmin):
    list_display = ["number", "delivery_date", "producer", "status", "acknowledge_by", "issued_at"]
    list_filter = ["status"]
    list_select_related = ["producer"]
    search_fields = ["number", "producer__name", "producer__name_en"]
    date_hierarchy = "delivery_date"
    inlines = [PurchaseOrderLineInline, PurchaseOrderEventInline, PurchaseOrderNoteInline]


@admin.register(PurchaseOrderLine)
class PurchaseOrderLineAdmin(HistoryAdmin):
    list_display = ["product_name", "purchase_order", "supply_price", "ordered", "confirmed", "received"]
    list_select_related = ["purchase_order"]
    search_fields = ["product_name", "purchase_order__number", "purchase_order__producer__name"]
    date_hierarchy = "purchase_order__delivery_date"


@admin.register(PurchaseOrderEvent)
class PurchaseOrderEventAdmin(EventAdmin):
    list_display = ["at", "purchase_order", "was", "to", "actor", "note"]
    list_select_related = ["purchase_order", "actor"]
    search_fields = ["purchase_order__number", "actor__name", "actor__email", "note"]


class ShortageOptionInline(HistoryInline):
    model = ShortageOption
    fields = ["product", "units", "made_on"]


class ShortageEventInline(HistoryInline):
    model = ShortageEvent
    fields = ["at", "was", "to", "actor", "note"]

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[ShortageEvent]:
        return super().get_queryset(request).select_related("actor")


@admin.register(Shortage)
class ShortageAdmin(ReasonInWords, HistoryAdmin):
    list_display = [
        "order_line",
        "quantity",
        "status",
        "reason_display",
        "substitute",
        "amount",
        "answer_by",
        "reported_by",
        "reported_at",
    ]
    list_filter = ["status", "reason"]
    list_select_related = ["order_line", "substitute", "reported_by"]
    search_fields = ["order_line__product_name", "order_line__order__number"]
    date_hierarchy = "reported_at"
    inlines = [ShortageOptionInline, ShortageEventInline]


@admin.register(ShortageEvent)
class ShortageEventAdmin(EventAdmin):
    list_display = ["at", "shortage", "was", "to", "actor", "note"]
    list_select_related = ["shortage__order_line", "actor"]
    search_fields = ["shortage__order_line__order__number", "actor__name", "actor__email", "note"]
