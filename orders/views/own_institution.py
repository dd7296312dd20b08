"""Which institution and fiscal year a page is about."""

from typing import Any

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404

from membership import clock
from membership.models import Organization, User
from membership.permissions import institution_ids

from ..forms_budget import YearForm
from ..models.budget import YEARS


def own_institution(request: HttpRequest) -> Organization:
    """Return the institution that is asked for, else the first of the user's. 404 for somebody else's."""
    institutions = own_institutions(request)
    wanted = request.POST.get("institution") or request.GET.get("institution")
    if wanted is None:
        first: Organization | None = institutions.first()
        if first is None:
            raise Http404
        return first
    if not (wanted.isascii() and wanted.isdigit() and len(wanted) < 19):
        raise Http404
    return get_object_or_404(institutions, pk=int(wanted))


def own_institutions(request: HttpRequest) -> Any:
    user: User = request.user  # type: ignore[assignment]
    return Organization.objects.filter(pk__in=institution_ids(user)).order_by("name", "pk")


def chosen_year(request: HttpRequest) -> int:
    """Return the fiscal year that is asked for, else this one."""
    wanted = request.POST.get("year") or request.GET.get("year") or ""
    is_year = wanted.isascii() and wanted.isdigit() and len(wanted) == 4
    return int(wanted) if is_year and YEARS[0] <= int(wanted) <= YEARS[1] else clock.today().year


def year_form(request: HttpRequest, institution: Organization, year: int) -> YearForm:
    """Return the form that chooses another year or institution."""
    return YearForm(
        initial={"year": year, "institution": institution},
        year=year,
        this_year=clock.today().year,
        institutions=own_institutions(request),
    )
