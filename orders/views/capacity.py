"""The calendar of a producer's capacity: limits by production date, and the days on which it is closed."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef, Q, QuerySet, Sum
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.http import urlencode
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from bundles.actions.offer import close_days, open_days, set_capacity
from bundles.exceptions import CapacityShort
from bundles.forms import CalendarForm, ClosureForm, LimitForm, ProducerForm, key_of
from bundles.models import Capacity, CapacityPool, Closure, Product
from bundles.views_offer import producers_of
from membership import clock
from membership.models import Organization
from membership.permissions import is_operator, role_required

from ..models import CalendarDay
from ..month import Cell, Day, month_days, next_month, previous_month, read_days

# Columns of the grid; whoever has more turns the page.
COLUMNS = 8
MONTHS_AHEAD = 12


@require_GET
@role_required("producer", "operator")
def capacity_calendar(request: HttpRequest) -> HttpResponse:
    """The month of one producer; a day of a product or pool that was picked is ready to be changed below."""
    producers = producers_of(request.user)  # type: ignore[arg-type]
    wanted = CalendarForm(request.GET, producers=producers)
    wanted.is_valid()
    producer = wanted.cleaned_data.get("producer") or producers.order_by("name", "pk").first()
    return _calendar(request, producer, wanted.cleaned_data)


@require_POST
@role_required("producer", "operator")
def capacity_set(request: HttpRequest) -> HttpResponse:
    """Make so many units of a product, or servings of a pool, on a day or on several."""
    producer = _named_producer(request)
    form = LimitForm(request.POST, today=clock.today(), owners=_owners(producer))
    if form.is_valid():
        chosen = form.cleaned_data
        try:
            set_capacity(chosen["room"], chosen["first_day"], chosen["limit"], last_day=chosen["last_day"])
        except CapacityShort as error:
            words = _("%(units)s units are already promised for %(day)s: no fewer can be offered.")
            form.add_error(
                "limit",
                words % {"units": error.wanted, "day": date_format(error.made_on or chosen["first_day"])},
            )
        else:
            messages.success(request, _("The units are set."))
            return _back(producer, chosen["first_day"])
    return _calendar(request, producer, _around(form), limit_form=form)


@require_POST
@role_required("producer", "operator")
def closure_add(request: HttpRequest) -> HttpResponse:
    """Close on some days; what is already promised for them stands, and is named."""
    producer = _named_producer(request)
    form = ClosureForm(request.POST, today=clock.today())
    if not form.is_valid():
        return _calendar(request, producer, _around(form), closure_form=form)
    chosen = form.cleaned_data
    closure = close_days(producer, chosen["first_day"], chosen["last_day"], note=chosen["note"])
    messages.success(request, _("The days are closed: nothing new is planned for them."))
    if promised := _promised(closure):
        messages.warning(request, _("Already promised, and still to be made: %(days)s") % {"days": promised})
    return _back(producer, closure.first_day)


@require_POST
@role_required("producer", "operator")
def closure_remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Take closed days back."""
    rows = Closure.objects.for_user(request.user).select_related("producer")  # type: ignore[arg-type]
    closure = get_object_or_404(rows, pk=pk)
    open_days(closure)
    messages.success(request, _("The days are open again."))
    return _back(closure.producer, closure.first_day)


# -- Reading --------------------------------------------------------------------------------------


def _calendar(
    request: HttpRequest,
    producer: Organization | None,
    wanted: dict[str, Any],
    *,
    limit_form: LimitForm | None = None,
    closure_form: ClosureForm | None = None,
) -> HttpResponse:
    today = clock.today()
    month = _month(wanted.get("month"), today)
    days = month_days(month, today)
    page_obj = Paginator(_columns(producer, days), COLUMNS).get_page(request.GET.get("page"))
    owners = list(page_obj)
    rows = Capacity.objects.of_rooms([owner.room for owner in owners])
    rows = rows.filter(made_on__range=(days[0], days[-1]))
    working_days = CalendarDay.objects.all().working_days()
    closures = list(Closure.objects.filter(producer=producer, last_day__gte=today).order_by("first_day"))
    grid = read_days(days, owners, rows, closures, working_days, get_language() or "ko")
    picked = _picked(grid, wanted)
    choice = _owners(producer)
    initial = {
        "room": key_of(picked.owner) if picked else None,
        "first_day": wanted.get("day") if picked else None,
        "limit": picked.limit if picked else None,
    }
    context = {
        "producer": producer,
        "month": month,
        "today": today,
        "earlier": previous_month(month) if month > today.replace(day=1) else None,
        "later": next_month(month) if _months(today, month) < MONTHS_AHEAD else None,
        "page_obj": page_obj,
        "owners": owners,
        "days": grid,
        "closures": closures,
        "conflicts": [day for day in grid if day.is_promised_though_closed],
        "limit_form": limit_form or LimitForm(initial=initial, today=today, owners=choice),
        "closure_form": closure_form or ClosureForm(today=today),
        "choose_form": _choice_of_producer(request, producer),
        "is_operator": is_operator(request.user),  # type: ignore[arg-type]
    }
    return render(request, "orders/capacity_calendar.html", context)


def _pools(producer: Organization | None) -> QuerySet[CapacityPool]:
    return CapacityPool.objects.filter(producer=producer).order_by("name", "pk").prefetch_related("products")


def _products(producer: Organization | None) -> QuerySet[Product]:
    """Return the products with a limit of their own."""
    own = Product.objects.filter(producer=producer, pool=None)
    return own.order_by("category__position", "name", "pk")


def _owners(producer: Organization | None) -> list[Product | CapacityPool]:
    return [*_pools(producer), *_products(producer)]


def _columns(producer: Organization | None, days: list[date]) -> list[Product | CapacityPool]:
    """Return the pools, what is on offer, and whatever else is promised in these days."""
    promised = Capacity.objects.filter(
        product=OuterRef("pk"), reserved__gt=0, made_on__range=(days[0], days[-1])
    )
    return [*_pools(producer), *_products(producer).filter(Q(is_active=True) | Exists(promised))]


def _picked(grid: list[Day], wanted: dict[str, Any]) -> Cell | None:
    cells = [cell for day in grid if day.date == wanted.get("day") for cell in day.cells]
    return next((cell for cell in cells if key_of(cell.owner) == wanted.get("room")), None)


def _promised(closure: Closure) -> str:
    """Return what is promised for closed days, each day with its units."""
    rows = Capacity.objects.filter(
        product__producer=closure.producer,
        made_on__range=(closure.first_day, closure.last_day),
        reserved__gt=0,
    )
    by_day = rows.values_list("made_on").order_by("made_on").annotate(units=Sum("reserved"))
    return ", ".join(
        ngettext("%(day)s (%(units)s unit)", "%(day)s (%(units)s units)", units)
        % {"day": date_format(day), "units": units}
        for day, units in by_day
    )


def _choice_of_producer(request: HttpRequest, producer: Organization | None) -> CalendarForm | None:
    """Return the filter of those who have several producers to choose from."""
    producers = producers_of(request.user)  # type: ignore[arg-type]
    if producer is None or not producers.exclude(pk=producer.pk).exists():
        return None
    return CalendarForm(initial={"producer": producer}, producers=producers)


# -- Months and ways back -------------------------------------------------------------------------


def _month(wanted: date | None, today: date) -> date:
    """Return the first day of the wanted month, or of this one if that is over or too far ahead."""
    this = today.replace(day=1)
    month = (wanted or this).replace(day=1)
    return month if 0 <= _months(today, month) <= MONTHS_AHEAD else this


def _months(today: date, month: date) -> int:
    return (month.year - today.year) * 12 + month.month - today.month


def _around(form: LimitForm | ClosureForm) -> dict[str, Any]:
    return {"month": form.cleaned_data.get("first_day")}


def _named_producer(request: HttpRequest) -> Organization:
    """Return the producer that the form names; for strangers it doesn't exist."""
    form = ProducerForm(request.POST, producers=producers_of(request.user))  # type: ignore[arg-type]
    if not form.is_valid():
        raise Http404
    producer: Organization = form.cleaned_data["producer"]
    return producer


def _back(producer: Organization, day: date) -> HttpResponse:
    query = urlencode({"producer": str(producer.pk), "month": f"{day:%Y-%m}"})
    return redirect(f"{reverse('orders:capacity_calendar')}?{query}#main")
