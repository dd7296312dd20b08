"""The catalogue of bundles: what they are, what the next edition brings, for how much, and who makes it.

It lies here and not with the bundles because it says what can still be ordered, and how it was liked.
"""

from collections.abc import Iterable
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from bundles.allergen_words import allergen_words
from bundles.gaps import find_gaps
from bundles.models import Bundle, Edition, EditionItem
from bundles.quote import quote
from membership import clock
from membership.allergens import codes
from membership.exclusions import codes as codes_of
from membership.models import Certification
from membership.permissions import has_role, is_operator, usual_exclusions

from ..catalogue import by_fit, cards, edition_cutoff
from ..cutoff import earliest_delivery_date
from ..forms_catalogue import CatalogueFilter, LookForm, most_people
from ..models import CalendarDay

COMING_EDITIONS = 10


@require_GET
def bundle_list(request: HttpRequest) -> HttpResponse:
    """The bundles on offer with the next edition that can still be ordered; open to every role.

    Readers whose institution excludes something see the editions that it would get.
    """
    usual = usual_exclusions(request.user)  # type: ignore[arg-type]
    form = CatalogueFilter(request.GET)
    headcount = form.headcount_wanted
    everything = cards(
        Bundle.objects.on_offer().select_related("plan").prefetch_related("slots__category"),
        headcount,
        usual,
        now=clock.now(),
        working_days=CalendarDay.objects.all().working_days(),
    )
    fitting = [card for card in everything if form.fits(card)]
    context = {
        "form": form,
        "is_filtered": len(fitting) < len(everything),
        "headcount": headcount,
        "exclusions": usual,
        "events": by_fit([card for card in fitting if card.bundle.kind == Bundle.Kind.EVENT], headcount),
        "plans": [card for card in fitting if card.bundle.kind == Bundle.Kind.PLAN],
    }
    return render(request, "bundles/bundle_list.html", context)


@require_GET
def bundle_detail(request: HttpRequest, code: str) -> HttpResponse:
    """One bundle on one of its coming dates: its contents and price for so many people, and who makes it.

    `headcount`, `exclusions` and `date` choose; htmx asks again for the quote and the contents alone.
    """
    bundle = get_object_or_404(
        Bundle.objects.on_offer().select_related("plan").prefetch_related("slots__category"), code=code
    )
    form = _look(request, bundle)
    headcount = form.cleaned_data.get("headcount") if form.is_valid() else None
    exclusions = form.cleaned_data.get("exclusions", 0)
    now, working_days = clock.now(), CalendarDay.objects.all().working_days()
    editions = _coming_editions(bundle, exclusions, clock.today())
    cutoffs = {edition.pk: edition_cutoff(edition, working_days) for edition in editions}
    open_editions = [edition for edition in editions if cutoffs[edition.pk] > now]
    edition = _chosen(editions, open_editions, request.GET.get("date", ""))
    is_open = edition in open_editions
    items = list(edition.items.all()) if edition else []
    context = {
        "bundle": bundle,
        "edition": edition,
        # What can't be ordered any more is reached by its own address only.
        "editions": [each for each in editions if each in open_editions or each == edition],
        "is_open": is_open,
        "cutoff_at": cutoffs[edition.pk] if edition else None,
        "earliest": earliest_delivery_date(now, working_days),
        "form": form,
        "exclusions": exclusions,
        "gaps": [] if edition else find_gaps(bundle, exclusions),
        "quote": quote(bundle, headcount, edition) if headcount else None,
        "items": items,
        "producers": _producers(items, edition.delivery_date) if edition else [],
        "allergens": allergen_words(codes(_allergens_of(items))),
        "slider_max": most_people(bundle),
        "is_operator": is_operator(request.user),  # type: ignore[arg-type]
        "may_order": has_role(request.user, "orderer", "approver", "operator"),  # type: ignore[arg-type]
        "order_url": _order_url(
            bundle, headcount, edition if is_open else None, _unusual(request, exclusions)
        ),
        "crumbs": [{"label": _("Bundles"), "url": reverse("bundles:bundle_list")}],
    }
    htmx: Any = request.htmx  # type: ignore[attr-defined]
    is_partial = htmx and not htmx.history_restore_request
    template = "bundles/includes/bundle_quote.html" if is_partial else "bundles/bundle_detail.html"
    response = render(request, template, {**context, "is_partial": is_partial})
    patch_vary_headers(response, ["HX-Request"])
    return response


def _look(request: HttpRequest, bundle: Bundle) -> LookForm:
    asked = request.GET.copy()
    asked.setdefault("headcount", str(bundle.base_headcount))
    if "ticked" not in asked and "exclusions" not in asked:
        asked.setlist("exclusions", list(codes_of(usual_exclusions(request.user))))  # type: ignore[arg-type]
    return LookForm(asked)


def _coming_editions(bundle: Bundle, exclusions: int, today: date) -> list[Edition]:
    certifications = Prefetch(
        "items__product__producer__certifications", queryset=Certification.objects.order_by("kind")
    )
    editions = Edition.objects.with_contents().filter(
        bundle=bundle, exclusions=exclusions, delivery_date__gte=today
    )
    return list(editions.prefetch_related(certifications).order_by("delivery_date")[:COMING_EDITIONS])


def _chosen(editions: list[Edition], open_editions: list[Edition], day: str) -> Edition | None:
    """Return the edition of the day that is asked for, else the next one that can still be ordered.

    If none can, the next one shows what the bundle is like.
    """
    by_day = {edition.delivery_date.isoformat(): edition for edition in editions}
    return by_day.get(day) or next(iter([*open_editions, *editions]), None)


def _unusual(request: HttpRequest, exclusions: int) -> list[str]:
    """Return the exclusions if they aren't those that the order's form begins with anyway."""
    if exclusions == usual_exclusions(request.user):  # type: ignore[arg-type]
        return []
    return list(codes_of(exclusions)) or [""]


def _order_url(
    bundle: Bundle, headcount: int | None, edition: Edition | None, exclusions: Iterable[str]
) -> str:
    """Return the form that orders what the page shows: for an event, or a plan's bundle again and again."""
    is_event = bundle.kind == Bundle.Kind.EVENT
    wanted = {
        "bundle": bundle.code,
        "headcount": headcount,
        "date": edition.delivery_date if edition and is_event else None,
    }
    form = "orders:event_order_create" if is_event else "orders:standing_order_create"
    said = [(name, value) for name, value in wanted.items() if value]
    said += [("exclusions", code) for code in exclusions]
    return f"{reverse(form)}?{urlencode(said)}"


def _producers(items: Iterable[EditionItem], day: date) -> list[dict[str, Any]]:
    """Return who makes the items, once each: their products, their story, the certifications that count."""
    rows: dict[int, dict[str, Any]] = {}
    for item in items:
        producer = item.product.producer
        valid = [row for row in producer.certifications.all() if row.is_valid_on(day)]
        row = rows.setdefault(
            producer.pk,
            {
                "producer": producer,
                "products": [],
                "story": producer.display_story,
                "certifications": list(dict.fromkeys(row.get_kind_display() for row in valid)),
            },
        )
        row["products"].append(item.product)
    return list(rows.values())


def _allergens_of(items: Iterable[EditionItem]) -> int:
    """Return the allergens of the whole as one mask."""
    mask = 0
    for item in items:
        mask |= item.product.allergens
    return mask
