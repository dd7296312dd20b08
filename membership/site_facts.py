"""How to get into a site, fact by fact in the reader's language: for its page, the stop card and paper."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from .models import Site


@dataclass(frozen=True)
class Fact:
    """One thing that a courier should know, with its icon."""

    icon: str
    label: str
    text: str


def site_facts(site: Site) -> list[Fact]:
    """Return what is known about the way in, in the order in which a courier needs it."""
    lift = str(site.get_lift_display()) if site.lift else ""
    if site.lift == Site.Lift.YES:
        lift = pgettext("lift", "available")  # rather than "lift: lift"
    facts = [
        Fact("truck", _("Parking"), _parking(site)),
        Fact("package-open", _("Unloading"), site.in_words("unloading_note")),
        Fact("door-open", _("Entrance"), site.in_words("entrance_note")),
        Fact("bell", _("Reception"), site.in_words("reception_note")),
        Fact("building-2", _("Lift"), lift),
    ]
    return [fact for fact in facts if fact.text]


def _parking(site: Site) -> str:
    height = ""
    if site.parking_height_m:
        height = _("up to %(metres)s m high") % {"metres": f"{site.parking_height_m:g}"}
    return " · ".join(filter(None, [site.in_words("parking_note"), height]))
