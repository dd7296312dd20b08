"""An institution says what it wants when something is short, and chooses when it is asked."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from bundles.allergen_words import allergen_words
from membership import clock
from membership.actions.on_shortage import change_on_shortage
from membership.models import Organization
from membership.permissions import can_order_for, role_required

from ..actions.question import answer_shortage
from ..actions.wish import change_wish
from ..exceptions import NotPossible
from ..forms_shortage import ChoiceForm, OnShortageForm, WishForm
from ..models import Order, Shortage
from ..shortages import shortage_steps
from .floor import say_why
from .institution import READERS


@require_http_methods(["GET", "POST"])
@role_required(*READERS)
def institution_on_shortage(request: HttpRequest, pk: int) -> HttpResponse:
    """Choose what becomes of orders when a producer can't bring everything."""
    rows = Organization.objects.institutions().for_user(request.user)  # type: ignore[arg-type]
    organization = get_object_or_404(rows, pk=pk)
    if not can_order_for(request.user, organization):  # type: ignore[arg-type]
        raise PermissionDenied
    form = OnShortageForm(request.POST or None, initial={"on_shortage": organization.on_shortage})
    if request.method == "POST" and form.is_valid():
        change_on_shortage(organization, form.cleaned_data["on_shortage"])
        messages.success(request, _("Saved. It holds for every shortage from now on."))
        return redirect("orders:institution_on_shortage", pk=organization.pk)
    context = {"form": form, "organization": organization}
    return render(request, "orders/on_shortage_form.html", context, status=422 if form.errors else 200)


@require_POST
@role_required(*READERS)
def order_on_shortage(request: HttpRequest, number: str) -> HttpResponse:
    """Choose for one order what becomes of it when a producer can't bring everything."""
    orders = Order.objects.for_user(request.user).select_related("organization")  # type: ignore[arg-type]
    order = get_object_or_404(orders, number=number)
    if not can_order_for(request.user, order.organization):  # type: ignore[arg-type]
        raise PermissionDenied
    form = WishForm(order, request.POST)
    if not form.is_valid():
        messages.error(request, _("Please choose one of these."))
        return redirect("orders:order_detail", number)
    try:
        change_wish(order, form.cleaned_data["on_shortage"], actor=request.user, now=clock.now())  # type: ignore[arg-type]
    except NotPossible as error:
        say_why(request, error)
    else:
        messages.success(request, _("Saved."))
    return redirect("orders:order_detail", number)


@never_cache
@require_http_methods(["GET", "POST"])
@role_required(*READERS)
def order_shortage(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """What is missing of an order, and what may come instead: one tap."""
    rows = Shortage.objects.for_user(request.user).filter(order_line__order__number=number)  # type: ignore[arg-type]
    shortage = get_object_or_404(
        rows.select_related(
            "order_line__order__organization", "order_line__order__site", "order_line__product", "substitute"
        ).prefetch_related("events__actor"),
        pk=pk,
    )
    may_answer = can_order_for(request.user, shortage.order_line.order.organization)  # type: ignore[arg-type]
    if request.method == "POST":
        if not may_answer:
            raise PermissionDenied
        return _answer(request, shortage)
    order = shortage.order_line.order
    now = clock.now()
    context = {
        "now": now,
        "shortage": shortage,
        "order": order,
        "options": _options(shortage) if shortage.is_open else [],
        "is_open": shortage.is_open and not shortage.is_due(now),
        "may_answer": may_answer,
        "credited_total": order.gross - shortage.amount,
        "credits_by_default": order.wish
        in (Organization.OnShortage.ASK_CREDIT, Organization.OnShortage.CREDIT),
        "steps": shortage_steps([shortage]),
        "crumbs": [
            {"label": _("Orders"), "url": reverse("orders:order_list")},
            {"label": order.number, "url": reverse("orders:order_detail", args=[order.number])},
        ],
    }
    return render(request, "orders/order_shortage.html", context)


def _answer(request: HttpRequest, shortage: Shortage) -> HttpResponse:
    form = ChoiceForm(request.POST)
    number = shortage.order_line.order.number
    if not form.is_valid():
        messages.error(request, _("Please choose one of these."))
        return redirect("orders:order_shortage", number, shortage.pk)
    try:
        answer_shortage(
            shortage,
            form.cleaned_data["product"],
            actor=request.user,  # type: ignore[arg-type]
            now=clock.now(),
        )
    except NotPossible as error:
        say_why(request, error)
    else:
        messages.success(request, _("Thank you, it is done. The hub and the producer know."))
    return redirect("orders:order_shortage", number, shortage.pk)


def _options(shortage: Shortage) -> list[dict[str, Any]]:
    rows = shortage.options.select_related("product__producer", "product__category")
    return [
        {
            "product": row.product,
            "units": row.units,
            "allergens": allergen_words(row.product.allergen_codes),
        }
        for row in rows
    ]
