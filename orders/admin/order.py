"""Admin pages of what is promised, to be read."""

from django.contrib import admin
from django.db import models
from django.http import HttpRequest

from membership.admin import HistoryAdmin, HistoryInline

from ..models import InspectedLine, Order, OrderEvent, OrderLine, Rating, Statement
from .shared import EventAdmin, ReasonInWords


class OrderLineInline(HistoryInline):
    model = OrderLine
    fields = [
        "product_name",
        "producer_name",
        "quantity",
        "short_quantity",
        "gross",
        "supply",
        "vat",
        "tax_type",
    ]


class OrderEventInline(HistoryInline):
    model = OrderEvent
    fields = ["at", "was", "to", "actor", "note"]

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[OrderEvent]:
        return super().get_queryset(request).select_related("actor")


@admin.register(Order)
class OrderAdmin(ReasonInWords, HistoryAdmin):
    list_display = [
        "number",
        "delivery_date",
        "organization_name",
        "site_name",
        "bundle_name",
        "headcount",
        "gross",
        "status",
        "reason_display",
    ]
    list_filter = ["status", "reason", "bundle"]
    search_fields = ["number", "organization_name", "site_name", "organization__name_en", "business_number"]
    date_hierarchy = "delivery_date"
    inlines = [OrderLineInline, OrderEventInline]


@admin.register(OrderLine)
class OrderLineAdmin(HistoryAdmin):
    list_display = [
        "product_name",
        "order",
        "producer_name",
        "quantity",
        "short_quantity",
        "gross",
        "tax_type",
    ]
    list_filter = ["tax_type", "storage"]
    list_select_related = ["order"]
    search_fields = ["product_name", "producer_name", "order__number", "order__organization_name"]
    date_hierarchy = "order__delivery_date"


@admin.register(OrderEvent)
class OrderEventAdmin(EventAdmin):
    list_display = ["at", "order", "was", "to", "actor", "note"]
    list_select_related = ["order", "actor"]
    search_fields = ["order__number", "actor__name", "actor__email", "note"]


@admin.register(Statement)
class StatementAdmin(HistoryAdmin):
    list_display = ["number", "order", "issued_at"]
    list_select_related = ["order"]
    search_fields = ["number", "order__number", "order__organization_name"]
    date_hierarchy = "issued_at"


@admin.register(Rating)
class RatingAdmin(HistoryAdmin):
    list_display = ["line", "stars", "comment", "rated_by", "rated_at"]
    list_filter = ["stars"]
    list_select_related = ["line", "rated_by"]
    search_fields = ["line__product_name", "line__producer_name", "line__order__number", "comment"]
    date_hierarchy = "rated_at"


@admin.register(InspectedLine)
class InspectedLineAdmin(HistoryAdmin):
    list_display = ["order_line", "quantity", "missing", "reason", "credited"]
    list_filter = ["reason"]
    list_select_related = ["order_line"]
    search_fields = ["order_line__product_name", "order_line__order__number"]
    date_hierarchy = "order_line__order__delivery_date"
