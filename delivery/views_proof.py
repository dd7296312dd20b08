"""What was recorded at the door, for those whom it concerns: the photo and the inspection record."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from membership import clock
from membership.models import Organization
from membership.views.site_place import photo_file

from .inspection_record import inspection_record_pdf
from .models import Proof


@never_cache
@require_GET
def proof_photo(request: HttpRequest, pk: int) -> Any:
    """The photo of a stop's goods."""
    return photo_file(_proof_or_404(request, pk, photo__gt=""))


@never_cache
@require_GET
def inspection_record(request: HttpRequest, pk: int) -> HttpResponse:
    """The inspection record of a stop on paper."""
    proof = _proof_or_404(request, pk)
    supplier = Organization.objects.filter(kind=Organization.Kind.HUB).order_by("pk").first()
    if supplier is None:
        raise Http404
    response = HttpResponse(inspection_record_pdf(proof, supplier=supplier), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="inspection-{proof.stop.order.number}.pdf"'
    return response


def _proof_or_404(request: HttpRequest, stop: int, **conditions: Any) -> Proof:
    proofs = Proof.objects.for_user(request.user, clock.today())  # type: ignore[arg-type]  # logged in
    proofs = proofs.select_related("stop__order", "recorded_by").prefetch_related(
        "stop__order__lines__inspected"
    )
    proof: Proof = get_object_or_404(proofs, stop=stop, **conditions)
    return proof
