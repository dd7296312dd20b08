"""The products: a producer's own, all of them for operators, what is on offer for institutions."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.db.models import Prefetch, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from membership import clock
from membership.permissions import INSTITUTION_ROLES, is_operator, producer_ids, role_required

from .allergen_words import allergen_words
from .models import Capacity, Category, Product
from .querysets import CapacityQuerySet

PAGE_SIZE = 25
DAYS_AHEAD = 28


class ProductFilter(forms.Form):
    """Which products to list."""

    q = forms.CharField(
        label=gettext_lazy("Name"),
        required=False,
        max_length=60,
        widget=forms.TextInput(attrs={"type": "search"}),
    )
    category = forms.ModelChoiceField(
        label=gettext_lazy("Category"),
        required=False,
        queryset=Category.objects.all(),
        to_field_name="code",
        empty_label=gettext_lazy("All"),
    )


@require_GET
@role_required("producer", "operator", *INSTITUTION_ROLES)
def product_list(request: HttpRequest) -> HttpResponse:
    """Products with price, storage and allergens; producers and operators also see the fullest coming day."""
    form = ProductFilter(request.GET)
    form.is_valid()
    products = _filtered(Product.objects.for_user(request.user), form.cleaned_data)  # type: ignore[arg-type]
    products = products.select_related("category", "producer", "pool").prefetch_related(
        *(
            Prefetch(f"{owner}capacities", queryset=_coming_capacities(request), to_attr="coming")
            for owner in ("", "pool__")
        )
    )
    page_obj = Paginator(products.order_by("category__position", "name", "pk"), PAGE_SIZE).get_page(
        request.GET.get("page")
    )
    context = {
        "page_obj": page_obj,
        "rows": [{"product": each, "fullest": _fullest((each.pool or each).coming)} for each in page_obj],
        "form": form,
        "is_filtered": any(form.cleaned_data.values()),
        "days_ahead": DAYS_AHEAD,
        "own_producers": producer_ids(request.user),  # type: ignore[arg-type]
        **_reader(request),
    }
    return render(request, "bundles/product_list.html", context)


@require_GET
@role_required("producer", "operator", *INSTITUTION_ROLES)
def product_detail(request: HttpRequest, code: str) -> HttpResponse:
    """One product; for producers and operators with what is reserved of its capacity on coming days."""
    rows = Product.objects.for_user(request.user).select_related("category", "producer", "pool")  # type: ignore[arg-type]
    product = get_object_or_404(rows, code=code)
    context: dict[str, Any] = {
        "product": product,
        "allergens": allergen_words(product.allergen_codes),
        "capacities": _coming_capacities(request).of_rooms([product.room]),
        "daily_capacity": (product.pool or product).daily_capacity,
        "days_ahead": DAYS_AHEAD,
        "crumbs": [{"label": _("Products"), "url": reverse("bundles:product_list")}],
        **_reader(request),
    }
    return render(request, "bundles/product_detail.html", context)


def _filtered(products: Any, wanted: dict[str, Any]) -> Any:
    if wanted.get("q"):
        products = products.filter(Q(name__icontains=wanted["q"]) | Q(name_en__icontains=wanted["q"]))
    if wanted.get("category"):
        products = products.filter(category=wanted["category"])
    return products


def _coming_capacities(request: HttpRequest) -> CapacityQuerySet:
    today: date = clock.today()
    rows: CapacityQuerySet = Capacity.objects.for_user(request.user)  # type: ignore[arg-type]
    return rows.filter(made_on__range=(today, today + timedelta(days=DAYS_AHEAD - 1))).order_by("made_on")


def _fullest(capacities: list[Capacity]) -> Capacity | None:
    """Return the day on which the largest part of the limit is reserved."""
    reserved = [row for row in capacities if row.reserved and row.limit]
    return max(reserved, key=lambda row: row.reserved / (row.limit or 1), default=None)


def _reader(request: HttpRequest) -> dict[str, bool]:
    """Return who reads: supply prices and capacity are the producer's and the operators' business."""
    user = request.user
    knows = is_operator(user) or bool(producer_ids(user))  # type: ignore[arg-type]
    return {"is_operator": is_operator(user), "knows_capacity": knows}  # type: ignore[arg-type]
