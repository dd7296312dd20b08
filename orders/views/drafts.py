"""What operators do with many editions: compose what is missing, publish several drafts at once."""

import re
from datetime import date, timedelta
from typing import cast

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from bundles.edition_key import EditionKey
from bundles.exceptions import CannotCompose
from bundles.models import Edition
from membership import clock
from membership.models import User
from membership.permissions import role_required

from ..actions.editions import retry_edition
from ..actions.publish import publish_drafts
from ..compose_board import cannot_words, find_cell, read_drafts
from ..conflict_page import read_conflict
from .edition import board_url


@require_http_methods(["GET", "POST"])
@role_required("operator")
def compose_missing(request: HttpRequest, bundle: int, day: str, exclusions: int) -> HttpResponse:
    """An edition that is missing, and why; composed at once if the operator wants."""
    try:
        key = EditionKey(bundle, date.fromisoformat(day), exclusions)
    except ValueError as error:
        raise Http404 from error
    cell = find_cell(key, clock.today())
    if cell is None:
        raise Http404
    if cell.edition:
        return redirect("orders:edition_detail", cell.edition.pk)
    context = {"cell": cell, "crumbs": [{"label": _("Composition"), "url": board_url(key.day)}]}
    if request.method == "POST":
        try:
            edition = retry_edition(key, now=clock.now())
        except CannotCompose as error:
            unborn = Edition(bundle=cell.bundle, delivery_date=key.day, exclusions=exclusions)
            context |= {
                "edition": unborn,
                "why": cannot_words(error.reason, error.detail),
                "conflict": read_conflict(unborn, error.conflict, today=clock.today()),
                "back_url": board_url(key.day),
            }
            return render(request, "orders/compose_conflict.html", context, status=409)
        messages.success(request, _("The contents are composed."))
        return redirect("orders:edition_detail", edition.pk)
    return render(request, "orders/compose_missing.html", context)


class WeekForm(forms.Form):
    """The week whose drafts are ticked; none: all that are ahead, unticked."""

    week = forms.DateField(required=False)


@require_http_methods(["GET", "POST"])
@role_required("operator")
def compose_publish(request: HttpRequest) -> HttpResponse:
    """Drafts with what they promise; those that are ticked are published together."""
    today = clock.today()
    form = WeekForm(request.GET)
    week = form.cleaned_data["week"] if form.is_valid() else None
    if request.method == "POST":
        return _publish(request, week or today)
    first = week - timedelta(days=week.weekday()) if week else today
    last = first + timedelta(days=6 if week else settings.PREVIEW_HORIZON_DAYS)
    context = {
        "drafts": read_drafts(first, last, today),
        "week": first if week else None,
        "last_day": last,
        "crumbs": [{"label": _("Composition"), "url": board_url(first)}],
    }
    return render(request, "orders/compose_publish.html", context)


def _publish(request: HttpRequest, day: date) -> HttpResponse:
    """Each tick says which revision of which edition the operator saw."""
    pairs = [re.fullmatch("([0-9]{1,18})-([0-9]{1,9})", value) for value in request.POST.getlist("draft")]
    seen = {int(pair[1]): int(pair[2]) for pair in pairs if pair}
    if not seen:
        messages.error(request, _("Tick what is to be published."))
        return redirect(request.get_full_path())
    changed = publish_drafts(seen, actor=cast(User, request.user), now=clock.now())
    if done := Edition.objects.filter(pk__in=seen, status=Edition.Status.PUBLISHED).count():
        text = ngettext("%(n)s edition is published.", "%(n)s editions are published.", done)
        messages.success(request, text % {"n": done})
    if changed:
        text = ngettext(
            "%(n)s edition was changed in the meantime and isn’t published: please look again.",
            "%(n)s editions were changed in the meantime and aren’t published: please look again.",
            len(changed),
        )
        messages.error(request, text % {"n": len(changed)})
        return redirect(f"{reverse('orders:compose_publish')}?week={day.isoformat()}")
    return redirect(board_url(day))
