"""The sites of an institution: listed, described, taken out of use."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from .. import clock
from ..actions.site import change_site, create_site, reopen_site, retire_site
from ..exceptions import SiteChanged, SiteInUse
from ..forms_site import NewSiteForm, SiteFilter, SiteForm, SitePhotoForm
from ..geocoding.address import normalized
from ..geocoding.find import Search, find_address
from ..models import Site
from ..permissions import (
    INSTITUTION_ROLES,
    ORDERING_ROLES,
    can_order_for,
    has_role,
    is_operator,
    role_required,
)
from ..site_maps import map_of_sites
from ..site_merge import edits, merge

READERS = (*INSTITUTION_ROLES, "operator")
PAGE_SIZE = 25
HISTORY_SHOWN = 10
# Whoever enters an address waits for geocoders no longer; a task goes on asking.
LOOK_UP_SECONDS = 4


def site_for(request: HttpRequest, pk: int, *, to_change: bool = False) -> Site:
    """Return a site that the reader may see, or change. 404 for strangers, 403 for readers."""
    rows = Site.objects.for_user(request.user).select_related("organization", "confirmed_by")  # type: ignore[arg-type]
    site: Site = get_object_or_404(rows, pk=pk)
    if to_change and not can_order_for(request.user, site.organization):  # type: ignore[arg-type]
        raise PermissionDenied
    return site


@require_GET
@role_required(*READERS)
def site_list(request: HttpRequest) -> HttpResponse:
    """The sites, those first that somebody should look at."""
    user: Any = request.user
    form = SiteFilter(request.GET)
    form.is_valid()
    mine = Site.objects.for_user(user)
    rows = _narrowed(mine, form.cleaned_data).select_related("organization", "confirmed_by")
    page = Paginator(rows.order_by("organization__name", "name", "pk"), PAGE_SIZE).get_page(
        request.GET.get("page")
    )
    doubtful = mine.active().doubtful().count()
    context = {
        "page_obj": page,
        "form": form,
        "is_filtered": any(form.cleaned_data.values()),
        "doubtful": doubtful,
        "map_data": map_of_sites(page) if form.cleaned_data.get("show") == "doubtful" else None,
        "several": is_operator(user) or len({seat.organization_id for seat in user.active_seats}) > 1,
        "may_add": has_role(user, *ORDERING_ROLES, "operator"),
        "changeable": {site.pk for site in page if can_order_for(user, site.organization)},
    }
    return render(request, "membership/site_list.html", context)


def _narrowed(sites: Any, wanted: dict[str, Any]) -> Any:
    if wanted.get("q"):
        word = wanted["q"]
        sites = sites.filter(
            Q(name__icontains=word)
            | Q(name_en__icontains=word)
            | Q(address__icontains=word)
            | Q(organization__name__icontains=word)
        )
    if wanted.get("show") == "retired":
        return sites.filter(is_active=False)
    sites = sites.active()
    return sites.doubtful() if wanted.get("show") == "doubtful" else sites


@require_GET
@role_required(*READERS)
def site_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One site: where it is, how to get in, when somebody is there, and what was changed."""
    return show_site(request, site_for(request, pk))


def show_site(request: HttpRequest, site: Site, **more: Any) -> HttpResponse:
    """Render the page of a site; `more` has a form that was refused, or what speaks against a deed."""
    context = {
        "site": site,
        "photos": site.photos.all(),
        "photo_form": SitePhotoForm(),
        "map_data": map_of_sites([site]),
        "edits": edits(site.changes.select_related("actor")[:HISTORY_SHOWN]),
        "may_change": can_order_for(request.user, site.organization),  # type: ignore[arg-type]
        "with_organization": is_operator(request.user),  # type: ignore[arg-type]
        "crumbs": [{"label": _("Sites"), "url": reverse("membership:site_list")}],
        **more,
    }
    return render(request, "membership/site_detail.html", context, status=422 if more else 200)


@require_http_methods(["GET", "POST"])
@role_required(*READERS)
def site_create(request: HttpRequest) -> HttpResponse:
    """Describe a new site; its address is looked up, and the map comes next."""
    if not has_role(request.user, *ORDERING_ROLES, "operator"):  # type: ignore[arg-type]
        raise PermissionDenied
    form = NewSiteForm(request.POST or None, user=request.user)  # type: ignore[arg-type]
    if request.method == "POST" and form.is_valid():
        now = clock.now()
        search = find_address(form.cleaned_data["address"], now=now, seconds=LOOK_UP_SECONDS)
        site = create_site(
            form.cleaned_data["organization"],
            form.facts,
            form.week,
            search=search,
            actor=request.user,  # type: ignore[arg-type]
            now=now,
        )
        _say_where(request, site)
        return redirect("membership:site_place", pk=site.pk)
    context = {
        "form": form,
        "title": _("New site"),
        "crumbs": [{"label": _("Sites"), "url": reverse("membership:site_list")}],
    }
    return render(request, "membership/site_form.html", context)


@require_http_methods(["GET", "POST"])
@role_required(*READERS)
def site_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change what is said about a site; another address is looked up."""
    site = site_for(request, pk, to_change=True)
    kept_name, kept_address = site.display_name, site.address
    form = SiteForm(request.POST or None, instance=site)
    others: list[Any] = []
    if request.method == "POST" and form.is_valid():
        try:
            moved, changed = _change(request, site_for(request, pk), form, kept_address)
        except SiteChanged as error:
            form, others = _merged(request, form, error)
        else:
            if moved:
                _say_where(request, changed)
                return redirect("membership:site_place", pk=pk)
            messages.success(request, _("Saved."))
            return redirect("membership:site_detail", pk=pk)
    context = {
        "form": form,
        "site": site,
        "others": others,
        "title": kept_name,
        "crumbs": [
            {"label": _("Sites"), "url": reverse("membership:site_list")},
            {"label": kept_name, "url": reverse("membership:site_detail", args=[pk])},
        ],
    }
    return render(request, "membership/site_form.html", context, status=409 if others else 200)


def _change(request: HttpRequest, site: Site, form: SiteForm, kept_address: str) -> tuple[bool, Site]:
    now = clock.now()
    search: Search | None = None
    if normalized(form.cleaned_data["address"]) != normalized(kept_address):
        search = find_address(form.cleaned_data["address"], now=now, seconds=LOOK_UP_SECONDS)
    changed = change_site(
        site,
        form.facts,
        form.week,
        seen=form.cleaned_data["seen"] or 0,
        search=search,
        actor=request.user,  # type: ignore[arg-type]
        now=now,
    )
    return search is not None, changed


def _merged(request: HttpRequest, form: SiteForm, error: SiteChanged) -> tuple[SiteForm, list[Any]]:
    """Return the form with what the others wrote where the reader wrote nothing, and what they changed."""
    theirs, clashing = merge(error, form.texts)
    data = request.POST.copy()
    data["seen"] = str(error.revision)
    for name, text in theirs.items():
        if name == "parking_height_cm":
            name, text = "parking_height_m", f"{int(text) / 100:.2f}" if text else ""
        data[name] = text
    merged = SiteForm(data, instance=site_for(request, form.instance.pk))
    merged.is_valid()
    return merged, edits(error.changes, clashing)


def _say_where(request: HttpRequest, site: Site) -> None:
    """Tell how exactly the address was found, before the map is shown."""
    if site.is_located and not site.is_doubtful:
        messages.success(request, _("The address was found. Please check the mark on the map."))
    elif site.is_located:
        messages.warning(
            request, _("Only the road was found. Please put the mark where couriers should stop.")
        )
    else:
        messages.warning(
            request,
            _("The address was not found exactly. Please mark it on the map: nothing is delivered before."),
        )


@require_POST
@role_required(*READERS)
def site_retire(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a site out of use, unless something is still to come there."""
    site = site_for(request, pk, to_change=True)
    try:
        retire_site(site, actor=request.user, now=clock.now())  # type: ignore[arg-type]
    except SiteInUse as error:
        return show_site(request, site, coming=error.coming)
    messages.success(request, _("The site is retired. Nothing can be ordered there any more."))
    return redirect("membership:site_detail", pk=pk)


@require_POST
@role_required(*READERS)
def site_reopen(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a retired site into use again."""
    reopen_site(site_for(request, pk, to_change=True), actor=request.user, now=clock.now())  # type: ignore[arg-type]
    messages.success(request, _("The site is in use again."))
    return redirect("membership:site_detail", pk=pk)
