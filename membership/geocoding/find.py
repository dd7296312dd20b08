"""Ask the geocoders in their order, each at its pace, and remember what they said."""

import time
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from django.db.models import F

from ..models.geocoding import AddressAnswer, GeocoderTurn
from .address import normalized
from .gazetteer import Found, in_gazetteer
from .providers import NoAnswer, Provider, providers

log = structlog.get_logger(__name__)
# Exact enough to stop asking.
GOOD = ("entrance", "building", "road")
KEEP_FOUND, KEEP_NOT_FOUND = timedelta(days=180), timedelta(days=7)
# One question may take so long; what is left of the whole budget if that is less.
TIMEOUT_SECONDS = 5.0
SHORTEST_TIMEOUT = 0.2
FIRST_REST, LONGEST_REST = timedelta(seconds=10), timedelta(hours=1)


@dataclass(frozen=True)
class Search:
    """What was found, and whether asking again may find more: a geocoder of the setting gave no answer."""

    found: Found | None
    is_final: bool


class Patience:
    """A budget of seconds that begins at `now`; says what time it is meanwhile."""

    def __init__(self, now: datetime, seconds: float) -> None:
        self._began_at, self._began, self._seconds = now, time.monotonic(), seconds

    @property
    def now(self) -> datetime:
        return self._began_at + timedelta(seconds=time.monotonic() - self._began)

    @property
    def left(self) -> float:
        return self._seconds - (time.monotonic() - self._began)


def find_address(address: str, *, now: datetime, seconds: float) -> Search:
    """Return where the address is, as exactly as anybody can say within so many seconds."""
    wanted = normalized(address)
    patience = Patience(now, seconds)
    best, is_final = in_gazetteer(wanted), True
    for provider in providers():
        try:
            found = _answer(provider, wanted, patience)
        except NoAnswer:
            is_final = False
            continue
        if found and found.precision in GOOD:
            return Search(found, True)
        best = found or best
    return Search(best, is_final)


def _answer(provider: Provider, address: str, patience: Patience) -> Found | None:
    """Return what the geocoder says, now or the last time. Raises NoAnswer."""
    kept = AddressAnswer.objects.fresh(
        address,
        provider.name,
        found_after=patience.now - KEEP_FOUND,
        tried_after=patience.now - KEEP_NOT_FOUND,
    )
    if kept:
        return kept.found
    _wait_for_turn(provider, patience)
    try:
        found = provider.ask(address, max(min(TIMEOUT_SECONDS, patience.left), SHORTEST_TIMEOUT))
    except NoAnswer as error:
        log.warning("geocoder_failed", provider=provider.name, cause=error.cause)
        _rest(provider, error.wait, patience.now)
        raise
    GeocoderTurn.objects.filter(provider=provider.name, failures__gt=0).update(failures=0)
    if provider.keeps:
        AddressAnswer.objects.keep(address, provider.name, found, now=patience.now)
    return found


def _wait_for_turn(provider: Provider, patience: Patience) -> None:
    """Wait for our turn, in one line with every other process. Raises NoAnswer if that takes too long."""
    turns = GeocoderTurn.objects.filter(provider=provider.name)
    GeocoderTurn.objects.get_or_create(provider=provider.name, defaults={"free_at": patience.now})
    while True:
        free_at = turns.get().free_at
        wait = (free_at - patience.now).total_seconds()
        if wait > patience.left - SHORTEST_TIMEOUT or patience.left <= 0:
            raise NoAnswer("busy")
        following = max(free_at, patience.now) + timedelta(seconds=provider.pause)
        # Somebody else may take this turn first.
        if turns.filter(free_at=free_at).update(free_at=following):
            break
    time.sleep(max(wait, 0))


def _rest(provider: Provider, wait: float, now: datetime) -> None:
    """Leave a geocoder alone that failed: longer each time, or as long as it asks."""
    turns = GeocoderTurn.objects.filter(provider=provider.name)
    turns.update(failures=F("failures") + 1)
    own = min(FIRST_REST * 2 ** min(turns.get().failures - 1, 16), LONGEST_REST)
    turns.update(free_at=now + max(own, timedelta(seconds=wait)))
