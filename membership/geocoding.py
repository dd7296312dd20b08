"""Find an address on the map: the only importer of geopy.

Nominatim's rules hold for every server that speaks its protocol: one request a second, a name of our own.
Without `GEOCODER_URL` nothing is asked, and sites stay unlocated until somebody enters their coordinates.
"""

from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import structlog
from django.conf import settings
from geopy.exc import GeocoderServiceError
from geopy.extra.rate_limiter import RateLimiter
from geopy.geocoders import Nominatim

log = structlog.get_logger(__name__)
TIMEOUT_SECONDS = 5
# OpenStreetMap's rank of what was found, by address rank: a house, a street, or only some larger area.
HOUSE_RANK, STREET_RANK = 28, 26


@dataclass(frozen=True)
class Found:
    """A point in WGS84 degrees and how exactly it is known (`Site.Precision`)."""

    latitude: float
    longitude: float
    precision: str


def find_address(address: str) -> Found | None:
    """Return where the address is, or None if it can't be found or nobody can be asked."""
    if not settings.GEOCODER_URL:
        return None
    try:
        location = _asker(settings.GEOCODER_URL)(address, country_codes="kr", exactly_one=True)
    except GeocoderServiceError as error:
        log.warning("geocoder_failed", error=type(error).__name__)
        return None
    return Found(location.latitude, location.longitude, _precision(location.raw)) if location else None


def _precision(raw: dict[str, Any]) -> str:
    rank = int(raw.get("place_rank", 0))
    if rank >= HOUSE_RANK:
        return "building"
    return "road" if rank >= STREET_RANK else "district"


@cache
def _asker(url: str) -> RateLimiter:
    server = urlsplit(url)
    geocoder = Nominatim(
        user_agent="kkureomi", domain=server.netloc, scheme=server.scheme, timeout=TIMEOUT_SECONDS
    )
    # Errors are raised, so that one answer of "no such address" isn't taken for an outage.
    return RateLimiter(geocoder.geocode, min_delay_seconds=1, max_retries=1, swallow_exceptions=False)
