"""One edition as operators work on it: lock, ban, place, compose again, undo, publish."""

import re
from collections.abc import Callable
from datetime import date, datetime
from typing import cast

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from bundles.exceptions import CannotCompose
from bundles.models import Edition, Product, Slot
from membership import clock
from membership.models import User
from membership.permissions import role_required

from ..actions.agreement import Agreement
from ..actions.edition_choices import (
    allow_product,
    ban_product,
    lock_product,
    place_product,
    recompose_rest,
    undo_recomposition,
)
from ..actions.publish import publish_drafts
from ..compose_board import cannot_words
from ..conflict_page import read_conflict
from ..edition_change import last_change
from ..edition_page import allergen_names, read_page
from ..exceptions import NotPossible
from ..reasons import words

Deed = Callable[[Edition, Agreement, datetime], object]
# Of a form that doesn't say which revision it shows.
NEVER_SEEN = -1


class PlaceForm(forms.Form):
    """A product of the slot's category, and which one it comes in place of."""

    def __init__(self, slot: Slot, data: object) -> None:
        super().__init__(data)  # type: ignore[arg-type]
        offered = Product.objects.on_offer().filter(category=slot.category_id)
        self.fields["product"] = forms.ModelChoiceField(offered)
        self.fields["instead"] = forms.IntegerField(required=False)


@require_GET
@role_required("operator")
def edition_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One edition with its slots, reasons and figures; a draft can be changed here."""
    edition = get_object_or_404(Edition.objects.select_related("bundle", "published_by"), pk=pk)
    page = read_page(edition, now=clock.now())
    context = {
        "edition": edition,
        "page": page,
        "allergens": allergen_names(page.allergen_codes, get_language() or "ko"),
        "bans": edition.bans.select_related("product__producer").order_by("pk"),
        "change": last_change(edition, today=clock.today()),
        "crumbs": [{"label": _("Composition"), "url": board_url(edition.delivery_date)}],
    }
    return render(request, "orders/compose_edition.html", context)


def board_url(day: date) -> str:
    """Return the address of the board with the week of a day."""
    return f"{reverse('orders:compose_board')}?week={day.isoformat()}"


@require_POST
@role_required("operator")
def edition_recompose(request: HttpRequest, pk: int) -> HttpResponse:
    """Compose again what isn't locked."""
    return _do(request, pk, lambda edition, agreed, now: recompose_rest(edition, agreed=agreed, now=now))


@require_POST
@role_required("operator")
def edition_undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Bring back what the last re-composition replaced."""
    return _do(request, pk, lambda edition, agreed, now: undo_recomposition(edition, now=now))


@require_POST
@role_required("operator")
def edition_publish(request: HttpRequest, pk: int) -> HttpResponse:
    """Promise the contents to the members, as the operator saw them."""
    user = cast(User, request.user)

    def publish(edition: Edition, agreed: Agreement, now: datetime) -> None:
        if publish_drafts({edition.pk: edition.revision}, actor=user, now=now):
            raise NotPossible("edition_changed")

    return _do(request, pk, publish)


@require_POST
@role_required("operator")
def edition_lock(request: HttpRequest, pk: int, product: int) -> HttpResponse:
    """Keep a product when the rest is composed again; `off` lets it go."""
    is_locked = "off" not in request.POST
    return _do(request, pk, lambda edition, agreed, now: lock_product(edition, product, is_locked=is_locked))


@require_POST
@role_required("operator")
def edition_ban(request: HttpRequest, pk: int, product: int) -> HttpResponse:
    """Compose without a product; `off` lets it come again."""
    banned = get_object_or_404(Product, pk=product)
    if "off" in request.POST:
        return _do(request, pk, lambda edition, agreed, now: allow_product(edition, banned))
    return _do(request, pk, lambda edition, agreed, now: ban_product(edition, banned, agreed=agreed, now=now))


@require_POST
@role_required("operator")
def edition_place(request: HttpRequest, pk: int, slot: int) -> HttpResponse:
    """Put a product of the operator's choice into a slot."""
    place = get_object_or_404(Slot.objects.filter(bundle__editions=pk), pk=slot)
    form = PlaceForm(place, request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose a product of this category."))
        return redirect("orders:edition_detail", pk)
    product, instead = form.cleaned_data["product"], form.cleaned_data["instead"]
    return _do(
        request,
        pk,
        lambda edition, agreed, now: place_product(
            edition, place, product, instead_of=instead, agreed=agreed, now=now
        ),
    )


def _do(request: HttpRequest, pk: int, deed: Deed) -> HttpResponse:
    """Do it and go back to the edition; what can't be done is said, and nothing has changed then.

    Where rules can't hold together, the page says which and offers the best contents without them.
    """
    edition = get_object_or_404(Edition.objects.select_related("bundle"), pk=pk)
    seen = request.POST.get("seen", "")
    edition.revision = int(seen) if re.fullmatch("[0-9]{1,9}", seen) else NEVER_SEEN
    try:
        deed(edition, _agreement(request.POST), clock.now())
    except NotPossible as error:
        messages.error(request, " ".join(filter(None, [words(error.reason), error.detail])))
    except CannotCompose as error:
        return _conflict(request, edition, error)
    return redirect("orders:edition_detail", pk)


def _agreement(data: QueryDict) -> Agreement:
    pairs = [re.fullmatch("([0-9]{1,18})-([0-9]{1,18})", value) for value in data.getlist("item")]
    return Agreement(
        without=frozenset(data.getlist("without")),
        contents=frozenset((int(pair[1]), int(pair[2])) for pair in pairs if pair),
    )


def _conflict(request: HttpRequest, edition: Edition, error: CannotCompose) -> HttpResponse:
    """Say what stands against it, and offer the best contents without, to be accepted with the same deed."""
    asked = [(name, value) for name, value in request.POST.items() if name in ("product", "instead", "seen")]
    context = {
        "edition": edition,
        "why": cannot_words(error.reason, error.detail),
        "conflict": read_conflict(edition, error.conflict, today=clock.today()),
        "asked": asked,
        "back_url": reverse("orders:edition_detail", args=[edition.pk]),
        "crumbs": [
            {"label": _("Composition"), "url": board_url(edition.delivery_date)},
            {
                "label": edition.bundle.display_name,
                "url": reverse("orders:edition_detail", args=[edition.pk]),
            },
        ],
    }
    return render(request, "orders/compose_conflict.html", context, status=409)
