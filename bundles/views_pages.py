"""What members see of a producer, and where its people and the operators change how things look."""

from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.db.models import Max
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from membership import clock
from membership.actions.photo import keep_photo
from membership.models import Organization
from membership.permissions import role_required

from .forms_pages import BundlePageForm, ProducerPageForm
from .models import Bundle, EditionItem
from .views_offer import producers_of

# In which bundles a producer is lately: so far back, and whatever is composed ahead.
LATELY = timedelta(weeks=8)


@require_GET
def producer_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """A producer as members see it: story, certifications, products, the bundles that it is in lately."""
    today = clock.today()
    producer = get_object_or_404(Organization.objects.producers().filter(is_active=True), pk=pk)
    context = {
        "producer": producer,
        "certifications": producer.certifications.order_by("-valid_until", "kind"),
        "today": today,
        "products": producer.products.on_offer()
        .select_related("category", "producer")
        .order_by("category__position", "name", "pk"),
        "bundles": _bundles_lately(producer, today),
        "may_change": producers_of(request.user).filter(pk=pk).exists(),  # type: ignore[arg-type]
        "crumbs": [{"label": _("Bundles"), "url": reverse("bundles:bundle_list")}],
    }
    return render(request, "bundles/producer_detail.html", context)


def _bundles_lately(producer: Organization, today: date) -> list[dict[str, Any]]:
    """Return the bundles on offer that hold something of the producer, with the latest date, that first."""
    items = EditionItem.objects.filter(
        product__producer=producer,
        edition__delivery_date__gte=today - LATELY,
        edition__bundle__is_active=True,
    ).order_by()
    latest = dict(items.values_list("edition__bundle").annotate(Max("edition__delivery_date")))
    bundles = Bundle.objects.in_bulk(latest)
    rows = [{"bundle": bundles[key], "day": day} for key, day in latest.items()]
    return sorted(rows, key=lambda row: (row["day"], row["bundle"].pk), reverse=True)


@require_http_methods(["GET", "POST"])
@role_required("producer", "operator")
def producer_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change what members see of the producer."""
    producer = get_object_or_404(producers_of(request.user), pk=pk)  # type: ignore[arg-type]
    form = ProducerPageForm(request.POST or None, request.FILES or None, instance=producer)
    if request.method == "POST" and form.is_valid():
        form.save()
        if photo := form.cleaned_data["photo"]:
            keep_photo(producer, photo, stem=f"producer-{producer.pk}", now=clock.now())
        messages.success(request, _("Saved. This is what members see."))
        return redirect("bundles:producer_detail", pk)
    return _page_form(request, form, producer, "producer", pk)


@require_http_methods(["GET", "POST"])
@role_required("operator")
def bundle_edit(request: HttpRequest, code: str) -> HttpResponse:
    """Change the names, the words and the photo of a bundle."""
    bundle = get_object_or_404(Bundle.objects.on_offer(), code=code)
    form = BundlePageForm(request.POST or None, request.FILES or None, instance=bundle)
    if request.method == "POST" and form.is_valid():
        form.save()
        if photo := form.cleaned_data["photo"]:
            keep_photo(bundle, photo, stem=bundle.code, now=clock.now())
        messages.success(request, _("Saved. This is what members see."))
        return redirect("bundles:bundle_detail", code)
    return _page_form(request, form, bundle, "bundle", code)


def _page_form(request: HttpRequest, form: Any, row: Any, kind: str, key: Any) -> HttpResponse:
    # A form that was refused has already changed the row that it holds: the page shows the kept one.
    kept = type(row)._default_manager.get(pk=row.pk)
    back = reverse(f"bundles:{kind}_detail", args=[key])
    context = {
        "form": form,
        "row": kept,
        "back": back,
        "photo_url": reverse(f"bundles:{kind}_photo", args=[key]),
        "crumbs": [
            {"label": _("Bundles"), "url": reverse("bundles:bundle_list")},
            {"label": kept.display_name, "url": back},
        ],
    }
    return render(request, "bundles/page_form.html", context)
