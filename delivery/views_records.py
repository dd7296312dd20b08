"""The hub's page of records that could not be carried out, and goods that come back."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from membership import clock
from membership.permissions import role_required
from membership.views.site_place import photo_file

from .actions.loading import take_goods_back
from .actions.road import settle_record
from .forms import SettleForm
from .models import RoadRecord, Stop
from .record_page import RecordCard
from .views import try_or_say

SETTLED_SHOWN = 25


@never_cache
@require_GET
@role_required("operator")
def record_list(request: HttpRequest) -> HttpResponse:
    """Show what is to be settled, and what was settled last."""
    return _records_page(request)


def _records_page(request: HttpRequest, wrong: SettleForm | None = None, pk: int = 0) -> HttpResponse:
    """Show the page; `wrong` is the form of a record that was filled in badly."""
    cards = [RecordCard(record) for record in RoadRecord.objects.unsettled().told()]
    context = {
        "rows": [
            (card, wrong if wrong and card.record.pk == pk else SettleForm(record=card.record.pk))
            for card in cards
        ],
        "settled": [RecordCard(record) for record in RoadRecord.objects.settled().told()[:SETTLED_SHOWN]],
    }
    return render(request, "delivery/records.html", context)


@require_POST
@role_required("operator")
def record_settle(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the courier's record, or keep what the hub has; the second tap changes nothing."""
    record = get_object_or_404(RoadRecord.objects.exclude(problem=""), pk=pk)
    form = SettleForm(request.POST, record=pk)
    if not form.is_valid():
        return _records_page(request, form, pk)
    told = form.cleaned_data
    if try_or_say(request, lambda: settle_record(record, **told, actor=request.user, now=clock.now())):  # type: ignore[arg-type]
        messages.success(request, _("It is settled."))
    return redirect("delivery:record_list")


@never_cache
@require_GET
@role_required("operator")
def record_photo(request: HttpRequest, pk: int) -> Any:
    """The photo that came with a record."""
    return photo_file(get_object_or_404(RoadRecord, pk=pk, photo__gt=""))


@require_POST
@role_required("operator")
def stop_back(request: HttpRequest, pk: int) -> HttpResponse:
    """The goods of a failed stop are at the hub again."""
    stop = get_object_or_404(Stop.objects.for_user(request.user).select_related("plan"), pk=pk)  # type: ignore[arg-type]
    if try_or_say(request, lambda: take_goods_back(stop, now=clock.now())):
        messages.success(request, _("The goods are back at the hub."))
    return redirect(f"{reverse('home')}?date={stop.plan.date}")
