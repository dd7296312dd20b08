"""Admin pages of what is promised: standing orders and the calendar to be kept, all the rest to be read."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from membership import clock
from membership.admin import HistoryAdmin, HistoryInline, KeptAdmin

from .models import (
    Budget,
    CalendarDay,
    CycleItem,
    CycleRun,
    InspectedLine,
    LaterTerms,
    Notification,
    Occurrence,
    Order,
    OrderEvent,
    OrderLine,
    Pause,
    PurchaseOrder,
    PurchaseOrderEvent,
    PurchaseOrderLine,
    PurchaseOrderNote,
    Rating,
    Shortage,
    ShortageEvent,
    ShortageOption,
    StandingOrder,
    StandingOrderChange,
    Statement,
)
from .reasons import words


class ReasonInWords:
    """Mix into an admin page of rows with a `reason` code."""

    @admin.display(description=_("reason"), ordering="reason")
    def reason_display(self, row: Any) -> str:
        return words(row.reason)


# -- What comes again -----------------------------------------------------------------------------


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


# -- What is promised -----------------------------------------------------------------------------


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


class EventAdmin(HistoryAdmin):
    list_filter = ["to"]
    date_hierarchy = "at"


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


# -- What is asked of producers -------------------------------------------------------------------


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


# -- The ledger and the mail ------------------------------------------------------------------------


@admin.register(CycleRun)
class CycleRunAdmin(HistoryAdmin):
    list_display = ["step", "started_at", "done", "skipped", "failed", "items_link"]
    list_filter = ["step"]
    date_hierarchy = "started_at"

    @admin.display(description=_("items"))
    def items_link(self, run: CycleRun) -> SafeString:
        """A run may have thousands of items: they stand on their own page."""
        url = reverse("admin:orders_cycleitem_changelist")
        return format_html('<a href="{}?run__id__exact={}">{}</a>', url, run.pk, _("Items"))


@admin.register(CycleItem)
class CycleItemAdmin(ReasonInWords, HistoryAdmin):
    list_display = [
        "at",
        "run",
        "subject",
        "organization",
        "delivery_date",
        "outcome",
        "reason_display",
        "detail",
    ]
    list_filter = ["outcome", "run__step", "reason"]
    list_select_related = ["run", "organization"]
    search_fields = ["subject", "organization__name", "organization__name_en"]
    date_hierarchy = "delivery_date"


@admin.register(Notification)
class NotificationAdmin(HistoryAdmin):
    list_display = ["created_at", "kind", "recipient", "order", "purchase_order", "sent_at"]
    list_filter = ["kind", ("sent_at", admin.EmptyFieldListFilter)]
    list_select_related = ["recipient", "order", "purchase_order"]
    search_fields = ["recipient__email", "recipient__name", "order__number", "purchase_order__number"]
    date_hierarchy = "created_at"


from . import admin_places  # noqa: E402, F401  (registers itself)
