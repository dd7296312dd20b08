"""Admin pages of what is offered."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from membership import clock
from membership.admin import KeptAdmin
from membership.allergens import codes
from membership.exclusion_words import exclusion_words

from .models import Bundle, Capacity, CapacityPool, Category, Edition, EditionItem, Product, Slot


@admin.register(Category)
class CategoryAdmin(admin.ModelAdmin):
    list_display = ["name", "name_en", "code", "position"]
    list_editable = ["position"]
    search_fields = ["name", "name_en", "code"]


@admin.register(Product)
class ProductAdmin(admin.ModelAdmin):
    list_display = [
        "name",
        "producer",
        "category",
        "unit",
        "list_price",
        "supply_price",
        "tax_type",
        "storage",
        "lead_days",
        "daily_capacity",
        "is_active",
    ]
    list_filter = ["category", "storage", "tax_type", "lead_days", "is_active"]
    list_select_related = ["producer", "category"]
    search_fields = ["name", "name_en", "code", "producer__name", "producer__name_en"]
    autocomplete_fields = ["producer", "category"]
    readonly_fields = ["allergen_codes_display"]
    fieldsets = [
        (None, {"fields": ["producer", "category", ("name", "name_en"), "code", "is_active"]}),
        (_("Unit"), {"fields": [("unit", "unit_en"), "servings", ("weight_g", "volume_ml"), "storage"]}),
        (_("Price"), {"fields": [("list_price", "supply_price"), "tax_type"]}),
        (_("Making it"), {"fields": [("lead_days", "made_days"), ("daily_capacity", "pool")]}),
        (_("Allergens"), {"fields": ["allergens", "allergen_codes_display"]}),
    ]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        # What is promised must go along when they change: the producers' page sees to that.
        return [*self.readonly_fields, *(["pool", "servings"] if obj else [])]

    @admin.display(description=_("allergen codes"))
    def allergen_codes_display(self, product: Product) -> str:
        return ", ".join(str(code) for code in codes(product.allergens)) or "–"


@admin.register(CapacityPool)
class CapacityPoolAdmin(admin.ModelAdmin):
    list_display = ["name", "name_en", "producer", "daily_capacity"]
    list_select_related = ["producer"]
    search_fields = ["name", "name_en", "producer__name", "producer__name_en"]
    autocomplete_fields = ["producer"]


class CapacityForm(forms.ModelForm):
    """The limit may change, but never below what is already promised."""

    class Meta:
        model = Capacity
        fields = ["product", "pool", "made_on", "limit"]

    def clean_limit(self) -> int | None:
        limit: int | None = self.cleaned_data["limit"]
        if limit is None and self.instance.limit is not None:
            raise ValidationError(_("This field is required."))
        if limit is not None and limit < self.instance.reserved:
            raise ValidationError(
                _("%(reserved)d units are already promised to orders.") % {"reserved": self.instance.reserved}
            )
        return limit


@admin.register(Capacity)
class CapacityAdmin(KeptAdmin):
    form = CapacityForm
    list_display = ["__str__", "made_on", "reserved", "limit", "free"]
    list_select_related = ["product", "pool"]
    search_fields = ["product__name", "product__name_en", "product__producer__name", "pool__name"]
    autocomplete_fields = ["product", "pool"]
    date_hierarchy = "made_on"

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        if obj is None:
            return ["reserved"]
        # A product in a pool has no limit of its own.
        own = [] if obj.pool_id or obj.product.pool_id is None else ["limit"]
        return ["product", "pool", "made_on", "reserved", *own]


class SlotInline(admin.TabularInline):
    model = Slot
    extra = 0
    autocomplete_fields = ["category"]

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Slot]:
        return super().get_queryset(request).select_related("bundle", "category")


@admin.register(Bundle)
class BundleAdmin(admin.ModelAdmin):
    list_display = ["name", "name_en", "kind", "plan", "base_headcount", "price", "is_active"]
    list_filter = ["kind", "plan", "is_active"]
    list_select_related = ["plan"]
    search_fields = ["name", "name_en", "code"]
    autocomplete_fields = ["plan"]
    exclude = ["photo"]  # re-encoded by the page on which it is uploaded
    inlines = [SlotInline]


class EditionItemForm(forms.ModelForm):
    """Another product for a slot must be of the slot's category."""

    class Meta:
        model = EditionItem
        fields = ["product"]

    def clean_product(self) -> Product:
        product: Product = self.cleaned_data["product"]
        if product.category_id != self.instance.slot.category_id:
            raise ValidationError(
                _("This slot takes %(category)s.") % {"category": self.instance.slot.category.display_name}
            )
        if broken := product.broken(self.instance.edition.exclusions):
            raise ValidationError(
                _("This edition is for orders with: %(exclusions)s.")
                % {"exclusions": ", ".join(exclusion_words(broken))}
            )
        return product


class EditionItemInline(admin.TabularInline):
    model = EditionItem
    form = EditionItemForm
    fields = ["slot", "product"]
    readonly_fields = ["slot"]
    autocomplete_fields = ["product"]
    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[EditionItem]:
        return super().get_queryset(request).select_related("slot__bundle", "slot__category", "product")


@admin.register(Edition)
class EditionAdmin(KeptAdmin):
    """Editions are composed by the service; before the day an operator may put another product in."""

    list_display = ["bundle", "delivery_date", "excluded", "composed_at"]
    list_filter = ["bundle"]
    list_select_related = ["bundle"]
    search_fields = ["bundle__name", "bundle__name_en", "items__product__name"]
    date_hierarchy = "delivery_date"
    exclude = ["exclusions"]
    readonly_fields = [
        "bundle",
        "delivery_date",
        "excluded",
        "status",
        "composed_at",
        "published_at",
        "published_by",
        "cost",
        "worth",
        "relaxed",
    ]
    inlines = [EditionItemInline]

    @admin.display(description=_("exclusions"), ordering="exclusions")
    def excluded(self, edition: Edition) -> str:
        return ", ".join(exclusion_words(edition.exclusions)) or "–"

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Edition | None = None) -> bool:
        """What was delivered is history."""
        coming = obj is None or obj.delivery_date > clock.today()
        return coming and super().has_change_permission(request, obj)
