"""Every change of a site: one revision each, with what was and what is."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from ..exceptions import SiteChanged, SiteInUse
from ..geocoding.find import Search
from ..geocoding.gazetteer import district_of
from ..hours import Hours, hours_text
from ..models import Organization, Site, SiteChange, SiteWindow, User
from ..signals import site_retiring

# What a site says about the way in and whom to call there.
WAY_IN = (
    "contact_name",
    "contact_phone",
    "entrance_note",
    "entrance_note_en",
    "reception_note",
    "reception_note_en",
    "lift",
    "parking_note",
    "parking_note_en",
    "parking_height_cm",
    "unloading_note",
    "unloading_note_en",
)
# What people say about a site; the rest follows from it or has an action of its own.
FACTS = ("name", "name_en", "address", "address_detail", *WAY_IN)
PLACE = ("latitude", "longitude", "precision", "located_by", "confirmed_by_id", "confirmed_at")
Week = Mapping[int, Hours]
# How long until the address of a site that isn't located is looked up again.
FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=5), timedelta(days=7)


@transaction.atomic
def create_site(
    organization: Organization,
    facts: Mapping[str, Any],
    week: Week,
    *,
    search: Search,
    actor: User,
    now: datetime,
) -> Site:
    """Store a site of the institution where `search` found its address."""
    site = Site(organization=organization, **facts)
    site.district = district_of(site.address)
    set_found(site, search, now=now)
    site.save()
    _keep_week(site, week)
    was = dict.fromkeys([*said(Site()), *week_text({})], "")
    _note(site, was, actor=actor, now=now)
    return site


@transaction.atomic
def change_site(
    site: Site,
    facts: Mapping[str, Any],
    week: Week,
    *,
    seen: int,
    search: Search | None = None,
    actor: User,
    now: datetime,
) -> Site:
    """Write what people say about the site; `search` goes with another address.

    Raises SiteChanged unless `seen` is the revision that is to be changed.
    """
    site = locked_site(site, seen)
    was = snapshot(site)
    for name, value in facts.items():
        setattr(site, name, value)
    if search is not None:
        site.district = district_of(site.address)
        set_found(site, search, now=now)
    _keep_week(site, week)
    return keep_change(site, was, actor=actor, now=now)


@transaction.atomic
def place_site(
    site: Site,
    latitude: float,
    longitude: float,
    precision: str,
    *,
    seen: int,
    actor: User,
    now: datetime,
) -> Site:
    """Put the site where a person has marked it, who thereby confirms it. Raises SiteChanged."""
    site = locked_site(site, seen)
    was = snapshot(site)
    site.latitude, site.longitude, site.precision = latitude, longitude, precision
    site.located_by = Site.LocatedBy.PERSON
    site.confirmed_by, site.confirmed_at = actor, now
    return keep_change(site, was, actor=actor, now=now)


@transaction.atomic
def confirm_site(site: Site, *, seen: int, actor: User, now: datetime) -> Site:
    """Keep that a person has looked at the place on the map and found it right. Raises SiteChanged.

    What isn't located can't be confirmed, only placed.
    """
    site = locked_site(site, seen)
    if not site.is_located:
        raise SiteChanged(site.revision, [])
    was = snapshot(site)
    site.confirmed_by, site.confirmed_at = actor, now
    return keep_change(site, was, actor=actor, now=now)


@transaction.atomic
def retire_site(site: Site, *, actor: User, now: datetime) -> Site:
    """Take the site out of use, so that nothing is ordered there. Raises SiteInUse while something comes."""
    site = locked_site(site)
    answers: list[Any] = site_retiring.send(sender=Site, site=site)
    coming = [each for _receiver, found in answers for each in found]
    if coming:
        raise SiteInUse(coming)
    was = snapshot(site)
    site.is_active = False
    return keep_change(site, was, actor=actor, now=now)


@transaction.atomic
def reopen_site(site: Site, *, actor: User, now: datetime) -> Site:
    """Take a retired site into use again."""
    site = locked_site(site)
    was = snapshot(site)
    site.is_active = True
    return keep_change(site, was, actor=actor, now=now)


# -- What was, what is ------------------------------------------------------------------------------


def snapshot(site: Site) -> dict[str, str]:
    """Return everything that may change about a site, as text."""
    return {**said(site), **week_text(week_of(site))}


def said(site: Site) -> dict[str, str]:
    """Return facts and place of the site as text."""
    return {name: _text(getattr(site, name)) for name in (*FACTS, "is_active", *PLACE)}


def week_of(site: Site) -> dict[int, Hours]:
    """Return the receiving hours of the site by weekday."""
    week: dict[int, Hours] = {}
    for window in site.windows.order_by("weekday", "opens"):
        week[window.weekday] = (*week.get(window.weekday, ()), (window.opens, window.closes))
    return week


def week_text(week: Week) -> dict[str, str]:
    """Return the hours of every weekday as text, by the names of the form's fields."""
    return {f"hours_{weekday}": hours_text(week.get(weekday, ())) for weekday in SiteWindow.Weekday.values}


def changes_since(site: Site, seen: int) -> list[SiteChange]:
    """Return what was changed after that revision, the oldest first."""
    rows = site.changes.filter(revision__gt=seen).select_related("actor")
    return list(rows.order_by("revision"))


def _text(value: Any) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    return "" if value is None else str(value)


# -- Writing ----------------------------------------------------------------------------------------


def locked_site(site: Site, seen: int | None = None) -> Site:
    """Return the row, locked. Raises SiteChanged unless it is at the revision `seen`."""
    locked: Site = Site.objects.select_for_update(no_key=True).get(pk=site.pk)
    if seen is not None and seen != locked.revision:
        raise SiteChanged(locked.revision, changes_since(locked, seen))
    return locked


def set_found(site: Site, search: Search, *, now: datetime) -> None:
    """Say where the site is by what was found; a person's mark on another address's place goes."""
    found = search.found
    site.latitude, site.longitude = (found.latitude, found.longitude) if found else (None, None)
    site.precision = found.precision if found else Site.Precision.NONE
    site.located_by = found.provider if found else ""
    site.confirmed_by = site.confirmed_at = None
    site.locate_tries = 0
    # Geocoders learn of new buildings, too.
    site.locate_after = now + (LONGEST_PAUSE if search.is_final else FIRST_PAUSE)


def _keep_week(site: Site, week: Week) -> None:
    if week_text(week) == week_text(week_of(site)):
        return
    site.windows.all().delete()
    SiteWindow.objects.bulk_create(
        SiteWindow(site=site, weekday=weekday, opens=opens, closes=closes)
        for weekday, hours in week.items()
        for opens, closes in hours
    )


def keep_change(site: Site, was: dict[str, str], *, actor: User | None, now: datetime) -> Site:
    """Store the site as its next revision, if anything about it changed."""
    if snapshot(site) == was:
        return site
    site.revision += 1
    site.save()
    _note(site, was, actor=actor, now=now)
    return site


def _note(site: Site, was: dict[str, str], *, actor: User | None, now: datetime) -> None:
    is_now = snapshot(site)
    changes = {name: [was[name], value] for name, value in is_now.items() if value != was[name]}
    SiteChange.objects.create(site=site, revision=site.revision, changes=changes, actor=actor, at=now)
