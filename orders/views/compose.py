"""The compose board: what is composed for which date, and one edition to lock, ban, place and publish."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_GET, require_POST

from bundles.exceptions import CannotCompose
from bundles.models import Edition, Product, Slot
from membership import clock
from membership.permissions import role_required

from ..actions.edition_choices import (
    allow_product,
    ban_product,
    lock_product,
    place_product,
    recompose_rest,
)
from ..actions.editions import publish_edition
from ..compose_board import WEEKS, cannot_words, read_board, read_to_do
from ..edition_change import figures, last_change, remember
from ..edition_page import allergen_names, read_page
from ..exceptions import NotPossible
from ..fair_shares import read_fair_shares
from ..forms_producer import DayInput
from ..reasons import words

PAGE_SIZE = 25
TO_DO_SHOWN = 6
# Further away there is nothing to see, and calendars end somewhere.
FARTHEST = timedelta(days=5 * 365)
Deed = Callable[[Edition, datetime], object]


class BoardForm(forms.Form):
    """From which week on; any day of it will do."""

    week = forms.DateField(label=lazy("Week of"), widget=DayInput())

    def clean_week(self) -> date:
        week: date = self.cleaned_data["week"]
        if abs(week - clock.today()) > FARTHEST:
            raise ValidationError(_("This is too far away."))
        return week


class PlaceForm(forms.Form):
    """A product of the slot's category, and which one it comes in place of."""

    def __init__(self, slot: Slot, data: object) -> None:
        super().__init__(data)  # type: ignore[arg-type]
        offered = Product.objects.on_offer().filter(category=slot.category_id)
        self.fields["product"] = forms.ModelChoiceField(offered)
        self.fields["instead"] = forms.IntegerField(required=False)


# -- The board --------------------------------------------------------------------------------------


@require_GET
@role_required("operator")
def compose_board(request: HttpRequest) -> HttpResponse:
    """Four weeks of bundles by delivery date; what needs an operator comes first."""
    today = clock.today()
    form = BoardForm(request.GET) if "week" in request.GET else None
    chosen = form.cleaned_data["week"] if form and form.is_valid() else today
    monday = chosen - timedelta(days=chosen.weekday())
    context = {
        "board": read_board(monday, today),
        "to_do": read_to_do(today),
        "to_do_shown": f":{TO_DO_SHOWN}",
        "to_do_max": TO_DO_SHOWN,
        "form": form if form and form.errors else BoardForm(initial={"week": monday}),
        "today": today,
        "this_monday": today - timedelta(days=today.weekday()),
        "monday": monday,
        "last_day": monday + timedelta(days=7 * WEEKS - 1),
        "earlier": monday - timedelta(weeks=WEEKS),
        "later": monday + timedelta(weeks=WEEKS),
    }
    return render(request, "orders/compose_board.html", context)


@require_GET
@role_required("operator")
def compose_fairness(request: HttpRequest) -> HttpResponse:
    """How far each producer is below or above its fair share."""
    fair = read_fair_shares(clock.today())
    page_obj = Paginator(fair.shares, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "page_obj": page_obj,
        "most": fair.most,
        "gini": fair.gini,
        "crumbs": [{"label": _("Composition"), "url": reverse("orders:compose_board")}],
    }
    return render(request, "orders/compose_fairness.html", context)


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
        "change": last_change(request.session, edition),
        "crumbs": [{"label": _("Composition"), "url": _board_url(edition)}],
    }
    return render(request, "orders/compose_edition.html", context)


def _board_url(edition: Edition) -> str:
    return f"{reverse('orders:compose_board')}?week={edition.delivery_date.isoformat()}"


# -- Deeds ------------------------------------------------------------------------------------------


@require_POST
@role_required("operator")
def edition_recompose(request: HttpRequest, pk: int) -> HttpResponse:
    """Compose again what isn't locked."""
    return _do(request, pk, lambda edition, now: recompose_rest(edition, now=now))


@require_POST
@role_required("operator")
def edition_publish(request: HttpRequest, pk: int) -> HttpResponse:
    """Promise the contents to the members."""
    return _do(request, pk, lambda edition, now: publish_edition(edition, actor=request.user, now=now))  # type: ignore[arg-type]


@require_POST
@role_required("operator")
def edition_lock(request: HttpRequest, pk: int, product: int) -> HttpResponse:
    """Keep a product when the rest is composed again; `off` lets it go."""
    is_locked = "off" not in request.POST
    return _do(request, pk, lambda edition, now: lock_product(edition, product, is_locked=is_locked))


@require_POST
@role_required("operator")
def edition_ban(request: HttpRequest, pk: int, product: int) -> HttpResponse:
    """Compose without a product; `off` lets it come again."""
    banned = get_object_or_404(Product, pk=product)
    if "off" in request.POST:
        return _do(request, pk, lambda edition, now: allow_product(edition, banned))
    return _do(request, pk, lambda edition, now: ban_product(edition, banned, now=now))


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
        lambda edition, now: place_product(edition, place, product, instead_of=instead, now=now),
    )


def _do(request: HttpRequest, pk: int, deed: Deed) -> HttpResponse:
    """Do it and go back to the edition; what can't be done is said, and nothing has changed then."""
    edition = get_object_or_404(Edition.objects.select_related("bundle"), pk=pk)
    composed_at, before = edition.composed_at, figures(edition)
    try:
        deed(edition, clock.now())
    except NotPossible as error:
        messages.error(request, words(error.reason))
    except CannotCompose as error:
        messages.error(request, f"{_('Nothing was changed.')} {cannot_words(error.reason, error.detail)}")
    else:
        edition.refresh_from_db(fields=["composed_at", "cost", "worth"])
        if edition.composed_at != composed_at:
            remember(request.session, edition, before)
    return redirect("orders:edition_detail", pk)
