"""An institution's purchases of a year by certification, beside the targets, and how it may contract."""

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from membership import clock
from membership.models import Certification, Organization
from membership.permissions import INSTITUTION_ROLES, can_order_for, role_required

from ..actions.purchases import set_outside_purchases, set_targets
from ..credits import yearly_bill
from ..forms_budget import OutsideForm, TargetsForm
from ..procurement import Gauge
from ..purchases import read_purchases, yearly_advice
from .own_institution import chosen_year, own_institution, year_form


@require_GET
@role_required(*INSTITUTION_ROLES)
def purchases(request: HttpRequest) -> HttpResponse:
    """What was bought from whom, how far it is from the targets, and whether one quote is enough."""
    return _page(request, own_institution(request))


@require_POST
@role_required(*INSTITUTION_ROLES)
def purchases_outside(request: HttpRequest) -> HttpResponse:
    """Keep what was bought elsewhere."""
    institution, year = _own(request), chosen_year(request)
    form = OutsideForm(request.POST)
    if not form.is_valid():
        return _page(request, institution, outside=form)
    set_outside_purchases(institution, year, **form.cleaned_data)
    return _saved(request, institution, year)


@require_POST
@role_required(*INSTITUTION_ROLES)
def purchases_targets(request: HttpRequest) -> HttpResponse:
    """Keep the institution's own targets."""
    institution, year = _own(request), chosen_year(request)
    form = TargetsForm(institution, year, request.POST)
    if not form.is_valid():
        return _page(request, institution, targets=form)
    set_targets(institution, year, form.cleaned_data)
    return _saved(request, institution, year)


def _own(request: HttpRequest) -> Organization:
    institution = own_institution(request)
    if not can_order_for(request.user, institution):  # type: ignore[arg-type]
        raise PermissionDenied
    return institution


def _saved(request: HttpRequest, institution: Organization, year: int) -> HttpResponse:
    messages.success(request, _("Saved."))
    return redirect(f"{reverse('orders:purchases')}?institution={institution.pk}&year={year}")


def _page(request: HttpRequest, institution: Organization, **wrong: Form) -> HttpResponse:
    year = chosen_year(request)
    read = read_purchases(institution, year)
    shown = [gauge for gauge in read.gauges if gauge.bought or gauge.target]
    context = {
        "institution": institution,
        "year": year,
        "year_form": year_form(request, institution, year),
        "purchases": read,
        "bill": yearly_bill(institution, year),
        "gauges": [(Certification.Kind(gauge.kind).label, _basis(gauge), gauge) for gauge in shown],
        "advice": yearly_advice(institution, year, today=clock.today()),
        "source": settings.PURCHASE_TARGETS_SOURCE,
        "outside": wrong.get("outside") or OutsideForm(initial=vars(read.volume)),
        "targets": wrong.get("targets") or TargetsForm(institution, year),
        "may_edit": can_order_for(request.user, institution),  # type: ignore[arg-type]
    }
    return render(request, "orders/purchases.html", context)


def _basis(gauge: Gauge) -> str:
    """Return what the share is a share of, in words."""
    words = {"goods": _("of goods"), "goods_and_services": _("of goods and services"), "all": _("of all")}
    return words[gauge.target.basis if gauge.target else "all"]
