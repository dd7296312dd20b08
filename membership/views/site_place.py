"""Where a site is on the map, and photos of the way in."""

from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from .. import clock
from ..actions.site import confirm_site, place_site
from ..actions.site_photo import MOST_PHOTOS, add_site_photo, remove_site_photo
from ..exceptions import SiteChanged, TooManyPhotos
from ..forms_site import PlaceForm, SitePhotoForm
from ..models import Site
from ..permissions import role_required
from ..site_maps import marker_map
from ..site_merge import edits
from .sites import READERS, show_site, site_for

PHOTO_SECONDS = 24 * 3600


@require_http_methods(["GET", "POST"])
@role_required(*READERS)
def site_place(request: HttpRequest, pk: int) -> HttpResponse:
    """Mark the site on the map, by dragging, by keys or by typing its coordinates."""
    site = site_for(request, pk, to_change=True)
    form = PlaceForm(request.POST or None, site=site)
    others: list[Any] = []
    if request.method == "POST" and form.is_valid():
        try:
            _place(request, site, form)
        except SiteChanged as error:
            others = edits(error.changes)
            form = PlaceForm({**request.POST.dict(), "seen": error.revision}, site=site)
            site = site_for(request, pk)
        else:
            messages.success(request, _("The place is marked and confirmed."))
            return redirect("membership:site_detail", pk=pk)
    context = {
        "form": form,
        "site": site,
        "others": others,
        "strays": getattr(form, "strays", False),
        "map_data": marker_map(site),
        "crumbs": [
            {"label": _("Sites"), "url": reverse("membership:site_list")},
            {"label": site.display_name, "url": reverse("membership:site_detail", args=[pk])},
        ],
    }
    return render(request, "membership/site_place.html", context, status=409 if others else 200)


def _place(request: HttpRequest, site: Site, form: PlaceForm) -> None:
    latitude, longitude = form.cleaned_data["point"]
    place_site(
        site,
        latitude,
        longitude,
        form.cleaned_data["precision"],
        seen=form.cleaned_data["seen"],
        actor=request.user,  # type: ignore[arg-type]
        now=clock.now(),
    )


@require_POST
@role_required(*READERS)
def site_confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep that the reader has looked at the place and found it right."""
    site = site_for(request, pk, to_change=True)
    seen = request.POST.get("seen", "")
    try:
        confirm_site(
            site,
            seen=int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 10 else 0,
            actor=request.user,  # type: ignore[arg-type]
            now=clock.now(),
        )
        messages.success(request, _("The place is confirmed."))
    except SiteChanged:
        messages.error(request, _("The site was changed in the meantime. Please look at it again."))
        return redirect("membership:site_detail", pk=pk)
    wanted = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, request.is_secure())
    return redirect(wanted if is_ours else reverse("membership:site_detail", args=[pk]))


# -- Photos -----------------------------------------------------------------------------------------


@require_POST
@role_required(*READERS)
def site_photo_add(request: HttpRequest, pk: int) -> HttpResponse:
    """Add a photo of the way in."""
    site = site_for(request, pk, to_change=True)
    form = SitePhotoForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            add_site_photo(
                site,
                form.cleaned_data["photo"],
                caption=form.cleaned_data["caption"],
                caption_en=form.cleaned_data["caption_en"],
                actor=request.user,  # type: ignore[arg-type]
                now=clock.now(),
            )
        except TooManyPhotos:
            form.add_error(
                "photo", _("A site has at most %(count)d photos. Remove one first.") % {"count": MOST_PHOTOS}
            )
        else:
            messages.success(request, _("The photo is added. Couriers see it at their stop."))
            return redirect(f"{reverse('membership:site_detail', args=[pk])}#photos")
    return show_site(request, site, photo_form=form)


@require_POST
@role_required(*READERS)
def site_photo_remove(request: HttpRequest, pk: int, photo: int) -> HttpResponse:
    """Take a photo away."""
    site = site_for(request, pk, to_change=True)
    remove_site_photo(get_object_or_404(site.photos, pk=photo))
    messages.success(request, _("The photo is removed."))
    return redirect(f"{reverse('membership:site_detail', args=[pk])}#photos")


@require_GET
@role_required(*READERS)
@cache_control(private=True, max_age=PHOTO_SECONDS)
def site_photo(request: HttpRequest, pk: int, photo: int) -> Any:
    """A photo of the way in, for those who may see the site."""
    return photo_file(get_object_or_404(site_for(request, pk).photos, pk=photo))


def photo_file(row: Any) -> FileResponse:
    """Answer with the row's photo; 404 if its file is gone."""
    try:
        return FileResponse(row.photo.open("rb"), content_type="image/jpeg")
    except FileNotFoundError as error:
        raise Http404 from error
