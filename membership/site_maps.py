"""Maps of sites: the page's own map of one place, and the map on which a mark is moved."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.urls import reverse
from django.utils.translation import get_language

from .geocoding.gazetteer import DISTRICTS, ENGLISH, in_gazetteer
from .models import Site

# City Hall, and how much of the town around it.
SEOUL, TOWN_ZOOM, DISTRICT_ZOOM, STREET_ZOOM = (37.5665, 126.978), 11, 14, 17


def map_of_sites(sites: Iterable[Site]) -> dict[str, Any] | None:
    """Return the sites as `components/map.html` draws them, by their number in the list.

    None if nobody knows where any of them is.
    """
    marks = [
        {
            "lat": site.latitude,
            "lng": site.longitude,
            "number": number,
            "label": site.display_name,
            "detail": site.address,
            "url": reverse("membership:site_detail", args=[site.pk]),
        }
        for number, site in enumerate(sites, start=1)
        if site.is_located
    ]
    return {"depot": None, "routes": [{"label": "", "stops": [mark]} for mark in marks]} if marks else None


def marker_map(site: Site) -> dict[str, Any]:
    """Return what `site_map.js` needs: where to begin, and names by which to find one's way without tiles."""
    english = get_language() == "en"
    others = Site.objects.active().filter(organization=site.organization_id, precision__in=Site.LOCATED)
    return {
        **_start(site),
        "districts": [
            {"name": ENGLISH[name] if english else name, "lat": latitude, "lng": longitude}
            for name, (latitude, longitude) in DISTRICTS.items()
        ],
        "others": [
            {"name": other.display_name, "lat": other.latitude, "lng": other.longitude}
            for other in others.exclude(pk=site.pk)
        ],
    }


def _start(site: Site) -> dict[str, Any]:
    if site.is_located:
        return {"lat": site.latitude, "lng": site.longitude, "zoom": STREET_ZOOM}
    if site.latitude is not None:
        return {"lat": site.latitude, "lng": site.longitude, "zoom": DISTRICT_ZOOM}
    rough = in_gazetteer(site.address)
    if rough:
        return {"lat": rough.latitude, "lng": rough.longitude, "zoom": DISTRICT_ZOOM}
    return {"lat": SEOUL[0], "lng": SEOUL[1], "zoom": TOWN_ZOOM}
