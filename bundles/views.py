"""The catalogue of bundles: what they are, what the next edition brings, and who makes it."""

from datetime import date
from typing import Any

from django.db.models import OuterRef, Prefetch, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from membership import clock
from membership.models import Certification
from membership.permissions import has_role

from .models import Bundle, Edition, EditionItem
from .views_products import allergen_words

LATER_EDITIONS = 4


@require_GET
def bundle_list(request: HttpRequest) -> HttpResponse:
    """Every bundle on offer with the contents of its next edition; open to every role."""
    bundles = list(
        Bundle.objects.on_offer()
        .select_related("plan")
        .prefetch_related("slots__category")
        .annotate(next_edition=_next_edition(clock.today()))
    )
    editions = Edition.objects.with_contents().in_bulk(
        [bundle.next_edition for bundle in bundles if bundle.next_edition]
    )
    cards = [{"bundle": bundle, "edition": editions.get(bundle.next_edition)} for bundle in bundles]
    context = {
        "events": [card for card in cards if card["bundle"].kind == Bundle.Kind.EVENT],
        "plans": [card for card in cards if card["bundle"].kind == Bundle.Kind.PLAN],
    }
    return render(request, "bundles/bundle_list.html", context)


def _next_edition(today: date) -> Subquery:
    """Return the key of a bundle's earliest edition from `today` on."""
    editions = Edition.objects.filter(bundle=OuterRef("pk"), delivery_date__gte=today)
    return Subquery(editions.order_by("delivery_date").values("pk")[:1])


@require_GET
def bundle_detail(request: HttpRequest, code: str) -> HttpResponse:
    """One bundle: what is promised, what comes next, and the producers behind it."""
    bundle = get_object_or_404(
        Bundle.objects.on_offer().select_related("plan").prefetch_related("slots__category"), code=code
    )
    certifications = Prefetch(
        "items__product__producer__certifications", queryset=Certification.objects.order_by("kind")
    )
    editions = (
        Edition.objects.with_contents()
        .filter(bundle=bundle, delivery_date__gte=clock.today())
        .prefetch_related(certifications)
        .order_by("delivery_date")[: LATER_EDITIONS + 1]
    )
    following, *later = [*editions] or [None]
    context = {
        "bundle": bundle,
        "edition": following,
        "items": [_item(item, following.delivery_date) for item in following.items.all()]
        if following
        else [],
        "later": later,
        "may_order": has_role(request.user, "orderer", "approver", "operator"),  # type: ignore[arg-type]
        "crumbs": [{"label": _("Bundles"), "url": reverse("bundles:bundle_list")}],
    }
    return render(request, "bundles/bundle_detail.html", context)


def _item(item: EditionItem, day: date) -> dict[str, Any]:
    """Return what the page shows of a product: its maker's story, the certifications that count."""
    producer = item.product.producer
    in_english = get_language() == "en"
    valid = [row for row in producer.certifications.all() if row.is_valid_on(day)]
    return {
        "product": item.product,
        "category": item.slot.category,
        "producer": producer,
        "story": (producer.story_en if in_english else "") or producer.story,
        "certifications": list(dict.fromkeys(row.get_kind_display() for row in valid)),
        "allergens": allergen_words(item.product.allergen_codes),
    }
