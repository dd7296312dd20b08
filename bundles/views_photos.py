"""Photos of products, bundles and producers, for whoever is logged in: bundles are open to every role."""

from typing import Any

from django.http import FileResponse, Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_GET

from membership.models import Organization

from .models import Bundle, Product

PHOTO_SECONDS = 24 * 3600


@require_GET
@cache_control(private=True, max_age=PHOTO_SECONDS)
def product_photo(request: HttpRequest, code: str) -> FileResponse:
    """The product's photo."""
    return _photo_of(get_object_or_404(Product.objects.exclude(photo=""), code=code))


@require_GET
@cache_control(private=True, max_age=PHOTO_SECONDS)
def bundle_photo(request: HttpRequest, code: str) -> FileResponse:
    """The bundle's photo."""
    return _photo_of(get_object_or_404(Bundle.objects.exclude(photo=""), code=code))


@require_GET
@cache_control(private=True, max_age=PHOTO_SECONDS)
def producer_photo(request: HttpRequest, pk: int) -> FileResponse:
    """The producer's photo."""
    return _photo_of(get_object_or_404(Organization.objects.producers().exclude(photo=""), pk=pk))


def _photo_of(row: Any) -> FileResponse:
    try:
        return FileResponse(row.photo.open("rb"), content_type="image/jpeg")
    except FileNotFoundError as error:
        raise Http404("The photo's file is gone.") from error
