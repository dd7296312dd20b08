"""The geocoders that can be asked: the only importer of geopy.

Each says in its own words where an address is and how exactly. What can't be read as a place in Korea is a
failure of the geocoder (`NoAnswer`), never a place.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from geopy.exc import (
    GeocoderAuthenticationFailure,
    GeocoderQuotaExceeded,
    GeocoderRateLimited,
    GeocoderServiceError,
    GeopyError,
)
from geopy.geocoders import Nominatim
from geopy.geocoders.base import Geocoder

from .gazetteer import Found

USER_AGENT = "kkureomi"
# OpenStreetMap's rank of what was found, by address rank: a house, a street, or only some larger area.
HOUSE_RANK, STREET_RANK = 28, 26
# Latitudes and longitudes that lie in Korea.
SOUTH, NORTH, WEST, EAST = 33.0, 38.7, 124.5, 132.0
# What reading an answer of any other shape than the promised one raises.
NONSENSE = (KeyError, IndexError, TypeError, ValueError, AttributeError)


class NoAnswer(Exception):
    """The geocoder didn't say anything; `cause` is a word for the log, `wait` the seconds it asked for."""

    def __init__(self, cause: str, wait: float = 0) -> None:
        super().__init__(cause)
        self.cause, self.wait = cause, wait


@dataclass(frozen=True)
class Provider:
    """A geocoder: `pause` is the seconds between two questions; `keeps`, whether answers may be kept."""

    name: str
    pause: float
    keeps: bool
    make: Callable[[], Any]

    def ask(self, address: str, timeout: float) -> Found | None:
        """Return where the address is, None if there is no such place. Raises NoAnswer."""
        try:
            location = self.make().geocode(address, timeout=timeout)
            return _found(location, self.name) if location else None
        except GeocoderRateLimited as error:
            raise NoAnswer("rate_limited", error.retry_after or 60) from error
        except (GeocoderAuthenticationFailure, GeocoderQuotaExceeded) as error:
            raise NoAnswer(type(error).__name__, 3600) from error
        except (GeopyError, *NONSENSE) as error:
            raise NoAnswer(type(error).__name__) from error


def providers() -> list[Provider]:
    """Return the geocoders of the setting, the one to ask first first."""
    return [PROVIDERS[name] for name in settings.GEOCODERS]


def _found(location: Any, provider: str) -> Found:
    latitude, longitude = float(location.latitude), float(location.longitude)
    if not (SOUTH <= latitude <= NORTH and WEST <= longitude <= EAST):
        raise ValueError("The answer is not in Korea.")
    return Found(latitude, longitude, location.raw["precision"], provider)


# -- What each of them speaks -----------------------------------------------------------------------


@dataclass(frozen=True)
class Place:
    """What a geocoder of ours returns, in the shape of geopy's own Location."""

    latitude: Any
    longitude: Any
    raw: dict[str, Any]


class Kakao(Geocoder):
    """Kakao's address search (developers.kakao.com, Local REST API)."""

    PRECISION = {"ROAD_ADDR": "building", "REGION_ADDR": "building", "ROAD": "road", "REGION": "district"}

    def geocode(self, query: str, *, timeout: float) -> Place | None:
        """Ask for the best match."""
        url = f"{settings.KAKAO_URL}/v2/local/search/address.json?{urlencode({'query': query, 'size': 1})}"
        headers = {"Authorization": f"KakaoAK {settings.KAKAO_REST_KEY}"}
        place: Place | None = self._call_geocoder(url, self._read, timeout=timeout, headers=headers)
        return place

    def _read(self, answer: Any) -> Place | None:
        if not answer["documents"]:
            return None
        found = answer["documents"][0]
        return Place(found["y"], found["x"], {"precision": self.PRECISION[found["address_type"]]})


class VWorld(Geocoder):
    """The ministry's geocoder (vworld.kr, Geocoder API 2.0): road addresses first, then land lots."""

    ROUGH = {"ROAD": "road", "PARCEL": "district"}

    def geocode(self, query: str, *, timeout: float) -> Place | None:
        """Ask for a road address, and if there is none for a land lot."""
        for kind in self.ROUGH:
            asked = {
                "service": "address",
                "request": "getcoord",
                "version": "2.0",
                "crs": "epsg:4326",
                "format": "json",
                "type": kind,
                "address": query,
                "key": settings.VWORLD_KEY,
            }
            url = f"{settings.VWORLD_URL}/req/address?{urlencode(asked)}"
            answer = self._call_geocoder(url, lambda answer: answer["response"], timeout=timeout)
            if place := self._read(answer, kind):
                return place
        return None

    def _read(self, answer: Any, kind: str) -> Place | None:
        if answer["status"] == "NOT_FOUND":
            return None
        if answer["status"] != "OK":
            code = answer["error"]["code"]
            if code == "OVER_REQUEST_LIMIT":
                raise GeocoderQuotaExceeded(code)
            raise (GeocoderAuthenticationFailure if "KEY" in code else GeocoderServiceError)(code)
        point = answer["result"]["point"]
        # Without a number it is the whole street or neighbourhood.
        number = answer["refined"]["structure"]["level5"] if "refined" in answer else "?"
        return Place(point["y"], point["x"], {"precision": "building" if number else self.ROUGH[kind]})


class OpenStreetMap(Nominatim):
    """Any server that speaks Nominatim's protocol."""

    def geocode(self, query: str, *, timeout: float) -> Place | None:
        """Ask for the best match in Korea."""
        found = super().geocode(query, country_codes="kr", exactly_one=True, timeout=timeout)
        return found and Place(found.latitude, found.longitude, {"precision": self._precision(found.raw)})

    def _precision(self, raw: dict[str, Any]) -> str:
        rank = int(raw["place_rank"])
        if rank >= HOUSE_RANK:
            return "building"
        return "road" if rank >= STREET_RANK else "district"


def _open_street_map() -> OpenStreetMap:
    server = urlsplit(settings.NOMINATIM_URL)
    return OpenStreetMap(user_agent=USER_AGENT, domain=server.netloc, scheme=server.scheme)


PROVIDERS = {
    provider.name: provider
    for provider in (
        Provider("kakao", 0.1, True, lambda: Kakao(user_agent=USER_AGENT)),
        # Its terms forbid keeping what it answers.
        Provider("vworld", 0.1, False, lambda: VWorld(user_agent=USER_AGENT)),
        # OpenStreetMap's servers allow one question a second to everybody together.
        Provider("nominatim", 1, True, _open_street_map),
    )
}
