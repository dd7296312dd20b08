"""What a producer offers: adding a product, changing it, its photo. Operators do it for any producer."""

import secrets
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from membership import clock
from membership.actions.photo import keep_photo
from membership.models import Organization, User
from membership.permissions import is_operator, producer_ids, role_required

from .actions.capacity import keep_product
from .exceptions import CapacityShort
from .forms import ProductForm
from .models import Product

# Of a code, which also names the photo: letters from the English name, then six that nobody else has.
NAME_LETTERS = 40


def producers_of(user: User) -> QuerySet[Organization]:
    """Return the producers for whom the user may change the offer: their own, all for operators."""
    if is_operator(user):
        return Organization.objects.producers().filter(is_active=True)
    return Organization.objects.producers().filter(pk__in=producer_ids(user))


@require_http_methods(["GET", "POST"])
@role_required("producer", "operator")
def product_create(request: HttpRequest) -> HttpResponse:
    """Add a product to a catalogue."""
    producers = producers_of(request.user)  # type: ignore[arg-type]
    form = ProductForm(
        request.POST or None,
        request.FILES or None,
        producers=producers,
        initial={"producer": request.GET.get("producer")},
    )
    if request.method == "POST" and form.is_valid():
        form.instance.code = new_code(form.cleaned_data["name_en"])
        product = form.save()
        _keep_photo(product, form)
        messages.success(request, _("The product is in the catalogue."))
        return redirect("bundles:product_detail", product.code)
    crumbs = [{"label": _("Products"), "url": reverse("bundles:product_list")}]
    context = {"form": form, "title": _("New product"), "crumbs": crumbs, "many": len(producers) > 1}
    return render(request, "bundles/product_form.html", context)


@require_http_methods(["GET", "POST"])
@role_required("producer", "operator")
def product_edit(request: HttpRequest, code: str) -> HttpResponse:
    """Change a product. What is already ordered keeps the names and prices that it was ordered with."""
    product = _product(request, code)
    form = ProductForm(
        request.POST or None,
        request.FILES or None,
        instance=product,
        producers=producers_of(request.user),  # type: ignore[arg-type]
    )
    if request.method == "POST" and form.is_valid():
        try:
            keep_product(form.save(commit=False), today=clock.today())
        except CapacityShort as error:
            words = _(
                "On %(day)s it can't make what is already promised: %(units)s units, room for %(free)s."
            )
            day = date_format(error.made_on) if error.made_on else ""
            form.add_error("pool", words % {"day": day, "units": error.wanted, "free": error.free})
            form.ask_for_photo_again()
        else:
            _keep_photo(product, form)
            messages.success(request, _("Saved."))
            return redirect("bundles:product_detail", product.code)
    return _edit_page(request, code, form)


def _keep_photo(product: Product, form: ProductForm) -> None:
    if photo := form.cleaned_data["photo"]:
        keep_photo(product, photo, stem=product.code, now=clock.now())


def new_code(name_en: str) -> str:
    """Return a code for a new product: readable where there is an English name, and not to be guessed."""
    return f"{slugify(name_en)[:NAME_LETTERS].strip('-') or 'product'}-{secrets.token_hex(3)}"


def _product(request: HttpRequest, code: str) -> Product:
    rows = Product.objects.for_user(request.user).select_related("producer")  # type: ignore[arg-type]
    product: Product = get_object_or_404(rows, code=code)
    return product


def _edit_page(request: HttpRequest, code: str, form: ProductForm) -> HttpResponse:
    # A form that was refused has already changed the product that it holds: the page shows the kept one.
    product = _product(request, code)
    crumbs = [
        {"label": _("Products"), "url": reverse("bundles:product_list")},
        {"label": product.display_name, "url": reverse("bundles:product_detail", args=[code])},
    ]
    context: dict[str, Any] = {
        "product": product,
        "form": form,
        "title": _("Change the product"),
        "crumbs": crumbs,
    }
    return render(request, "bundles/product_form.html", context)
