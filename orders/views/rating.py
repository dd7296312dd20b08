"""What members say about what came: an institution rates an order, producers and operators read it."""

from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from bundles.models import Product
from membership import clock
from membership.permissions import is_operator, ordering_institution_ids, role_required

from ..actions.rate import rate_order
from ..exceptions import NotPossible
from ..forms_rating import RatingFilter, rating_forms
from ..models import Order, Rating
from ..ratings import Stars
from ..reasons import words
from .institution import READERS, order_page

PAGE_SIZE = 25
# The products that are rated worst: of the last weeks, at most so many of them.
LATELY = timedelta(weeks=8)
WORST = 10


@require_POST
@role_required(*READERS)
def order_rate(request: HttpRequest, number: str) -> HttpResponse:
    """Keep the stars and comments of an institution that may order; an operator has no say in it."""
    order = get_object_or_404(Order.objects.for_user(request.user), number=number)  # type: ignore[arg-type]
    if order.organization_id not in ordering_institution_ids(request.user):  # type: ignore[arg-type]
        raise PermissionDenied
    forms = rating_forms(order, request.POST)
    valid = [form.is_valid() for form in forms]
    if not all(valid):
        return order_page(request, number, wrong=forms)
    given = {
        form.line.pk: (form.cleaned_data["stars"], form.cleaned_data["comment"])
        for form in forms
        if form.cleaned_data["stars"]
    }
    try:
        rate_order(order, given, actor=request.user, now=clock.now())  # type: ignore[arg-type]
    except NotPossible as error:
        messages.error(request, words(error.reason))
    else:
        if given:
            messages.success(request, _("Thank you. The producers see what you say, without your name."))
        else:
            messages.warning(request, _("Nothing was rated yet: please choose stars for a product."))
    return redirect("orders:order_detail", number=order.number)


@require_GET
@role_required("producer", "operator")
def rating_list(request: HttpRequest) -> HttpResponse:
    """What members say of the producer's products, newest delivery first; operators see the worst lately."""
    user, today = request.user, clock.today()
    own = Rating.objects.for_user(user)  # type: ignore[arg-type]
    products = Product.objects.filter(order_lines__rating__in=own).distinct()
    filters = RatingFilter(request.GET, products=products.order_by("category__position", "name", "pk"))
    ratings = filters.narrow(own).select_related("line__product__category", "line__producer", "line__order")
    operator = is_operator(user)  # type: ignore[arg-type]
    context = {
        "filters": filters,
        "is_filtered": any(request.GET.get(name) for name in filters.fields),
        "page_obj": Paginator(ratings.order_by("-line__order__delivery_date", "-pk"), PAGE_SIZE).get_page(
            request.GET.get("page")
        ),
        "products": _worst(own.since(today - LATELY)) if operator else _every(own, today),
        "is_operator": operator,
        "crumbs": [{"label": _("Products"), "url": reverse("bundles:product_list")}],
    }
    return render(request, "orders/rating_list.html", context)


def _every(ratings: Any, today: date) -> list[dict[str, Any]]:
    """Return the products with their stars of a year, as the catalogue sorts them."""
    rows = _with_stars(ratings.since_a_year(today))
    return sorted(rows, key=lambda row: (row["product"].category.position, row["product"].name))


def _worst(ratings: Any) -> list[dict[str, Any]]:
    """Return the products with the lowest means, the lowest first."""
    return sorted(_with_stars(ratings), key=lambda row: (row["stars"].mean, row["product"].pk))[:WORST]


def _with_stars(ratings: Any) -> list[dict[str, Any]]:
    stars = {product: Stars(total, count) for product, total, count in ratings.sums()}
    products = Product.objects.select_related("producer", "category").in_bulk(stars)
    return [{"product": products[key], "stars": each} for key, each in stars.items()]
