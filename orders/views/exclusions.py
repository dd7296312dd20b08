"""An institution says what it doesn't take."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from membership import clock
from membership.models import Organization
from membership.permissions import can_order_for, role_required

from ..actions.exclusions import change_exclusions
from ..forms_exclusions import InstitutionExclusionsForm
from .institution import READERS


@require_http_methods(["GET", "POST"])
@role_required(*READERS)
def institution_exclusions(request: HttpRequest, pk: int) -> HttpResponse:
    """Choose what new orders leave out unless they say otherwise."""
    rows = Organization.objects.institutions().for_user(request.user)  # type: ignore[arg-type]
    organization = get_object_or_404(rows, pk=pk)
    if not can_order_for(request.user, organization):  # type: ignore[arg-type]
        raise PermissionDenied
    form = InstitutionExclusionsForm(request.POST or None, organization=organization)
    if request.method == "POST" and form.is_valid():
        change_exclusions(
            organization,
            form.cleaned_data["exclusions"],
            with_standing_orders=form.cleaned_data.get("with_standing_orders", False),
            actor=request.user,  # type: ignore[arg-type]
            now=clock.now(),
        )
        messages.success(request, _("Saved. New orders leave this out unless they say otherwise."))
        return redirect("orders:institution_exclusions", pk=organization.pk)
    return render(request, "orders/exclusions_form.html", {"form": form, "organization": organization})
