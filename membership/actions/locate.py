"""Looking up again what nobody could say when the address was entered."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from ..exceptions import SiteChanged
from ..geocoding.find import Search, find_address
from ..models import Site
from .site import FIRST_PAUSE, LONGEST_PAUSE, keep_change, locked_site, set_found, snapshot

# A task has time: it may stand in line behind others.
SECONDS = 30


def relocate_site(site_id: int, *, now: datetime) -> None:
    """Look up the address of a site that is due for it; the next time is further away each time.

    Nothing is locked while a geocoder is asked; what a person did meanwhile holds.
    """
    site = Site.objects.to_locate(now).filter(pk=site_id).first()
    if site is None:
        return
    tries = site.locate_tries
    pause = min(FIRST_PAUSE * 4 ** min(tries, 10), LONGEST_PAUSE)
    mine = Site.objects.filter(pk=site_id, locate_tries=tries, locate_after=site.locate_after)
    if not mine.update(locate_tries=min(tries + 1, 1000), locate_after=now + pause):
        return  # another worker got there first
    search = find_address(site.address, now=now, seconds=SECONDS)
    try:
        _keep(site, search, now=now)
    except SiteChanged:
        pass


@transaction.atomic
def _keep(seen: Site, search: Search, *, now: datetime) -> None:
    site = locked_site(seen, seen.revision)
    found = search.found
    if found is None or found.precision == site.precision:
        return
    was, tries, after = snapshot(site), site.locate_tries, site.locate_after
    set_found(site, search, now=now)
    site.locate_tries, site.locate_after = tries, after
    keep_change(site, was, actor=None, now=now)
