"""The operators' list of institutions and their plans."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from membership import clock
from membership.permissions import role_required

from ..forms_memberships import MembershipFilter
from ..membership_list import read_rows


@require_GET
@role_required("operator")
def membership_list(request: HttpRequest) -> HttpResponse:
    """Every institution: its plan and state, this month's deliveries, what changes when."""
    today = clock.today()
    form = MembershipFilter(request.GET)
    institutions = form.narrow(today)
    page_obj = Paginator(institutions, form.page_size).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "page_obj": page_obj,
        "rows": read_rows(list(page_obj), today=today),
        "is_filtered": form.is_filtered,
    }
    return render(request, "orders/membership_list.html", context)
