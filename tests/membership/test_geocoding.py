"""Addresses are found by the geocoders of the setting, in their order, each through its own protocol."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from membership.geocoding.find import Search, find_address
from membership.geocoding.gazetteer import Found
from membership.models import AddressAnswer, GeocoderTurn

from ..factories import TUESDAY
from .geocoders import KAKAO, NOMINATIM, VWORLD, Geocoders, geocoders

pytestmark = pytest.mark.django_db
HALL = "서울특별시 은평구 은평로 195"
EUNPYEONG = Found(37.619, 126.927, "district", "gazetteer")
ORDER = ("kakao", "vworld", "nominatim")


@pytest.fixture
def server(settings: Any) -> Iterator[Geocoders]:
    with geocoders(settings, *ORDER) as server:
        yield server


def find(address: str = HALL, *, after: timedelta = timedelta(), seconds: float = 3) -> Search:
    return find_address(address, now=TUESDAY + after, seconds=seconds)


def at(precision: str, provider: str) -> Search:
    return Search(Found(37.6027, 126.9291, precision, provider), True)


# -- The protocols ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "precision"), [("ROAD_ADDR", "building"), ("REGION_ADDR", "building"), ("ROAD", "road")]
)
def test_kakao_says_what_kind_of_thing_it_found(server: Geocoders, kind: str, precision: str) -> None:
    server.kakao(HALL, kind)
    assert find() == at(precision, "kakao")
    assert server.asked == [(KAKAO, HALL)]
    assert server.headers[0]["Authorization"] == "KakaoAK kakao-key"


@pytest.mark.parametrize(
    ("kind", "number", "precision", "asked"),
    [("ROAD", "195", "building", 1), ("ROAD", "", "road", 1), ("PARCEL", "84", "building", 2)],
)
def test_vworld_is_asked_for_roads_and_then_for_lots(
    server: Geocoders, settings: Any, kind: str, number: str, precision: str, asked: int
) -> None:
    settings.GEOCODERS = ["vworld"]
    server.vworld(HALL, kind, number)
    assert find() == at(precision, "vworld")
    assert server.asked == [(VWORLD, f"ROAD {HALL}"), (VWORLD, f"PARCEL {HALL}")][:asked]
    assert {headers["key"] for headers in server.headers} == {"vworld-key"}


@pytest.mark.parametrize(("rank", "precision"), [(30, "building"), (28, "building"), (26, "road")])
def test_nominatim_says_by_rank_how_exact_it_is(
    server: Geocoders, settings: Any, rank: int, precision: str
) -> None:
    settings.GEOCODERS = ["nominatim"]
    server.nominatim(HALL, rank)
    assert find() == at(precision, "nominatim")
    assert server.headers[0]["User-Agent"] == "kkureomi"


# -- The order --------------------------------------------------------------------------------------


def test_the_next_is_asked_when_one_finds_nothing(server: Geocoders) -> None:
    server.nominatim(HALL, 30)
    assert find() == at("building", "nominatim")
    assert [path for path, _address in server.asked] == [KAKAO, VWORLD, VWORLD, NOMINATIM]


def test_the_next_is_asked_when_one_knows_only_the_district(server: Geocoders) -> None:
    server.kakao(HALL, "REGION")
    server.vworld(HALL, "ROAD")
    assert find() == at("building", "vworld")


@pytest.mark.parametrize(
    "failure",
    [
        (500, {}, "down"),
        (200, {}, "<html>not JSON"),
        (200, {}, "[]"),
        (200, {}, '{"documents": [{"address_type": "STAR", "x": "126.9", "y": "37.6"}]}'),
        (200, {}, '{"documents": [{"address_type": "ROAD_ADDR", "x": "here", "y": "37.6"}]}'),
        # Latitude and longitude the wrong way round are no place in Korea.
        (200, {}, '{"documents": [{"address_type": "ROAD_ADDR", "x": "37.6", "y": "126.9"}]}'),
        (200, {}, '{"documents": [{"address_type": "ROAD_ADDR", "x": "nan", "y": "37.6"}]}'),
        (401, {}, "no such key"),
    ],
)
def test_the_next_is_asked_when_one_fails_or_talks_nonsense(server: Geocoders, failure: Any) -> None:
    server.failures[KAKAO] = failure
    server.vworld(HALL, "ROAD")
    assert find() == at("building", "vworld")
    assert not AddressAnswer.objects.filter(provider="kakao").exists()


def test_an_error_of_vworld_is_a_failure(server: Geocoders, settings: Any) -> None:
    settings.GEOCODERS = ["vworld"]
    server.failures[VWORLD] = (
        200,
        {},
        '{"response": {"status": "ERROR", "error": {"code": "INVALID_KEY"}}}',
    )
    assert find() == Search(EUNPYEONG, False)


def test_the_district_is_known_when_nobody_can_be_asked(settings: Any) -> None:
    settings.GEOCODERS = []
    assert find() == Search(EUNPYEONG, True)
    assert find("부산광역시 중구 중앙대로 63") == Search(None, True)


def test_what_a_geocoder_says_of_the_district_is_better_than_the_gazetteer(server: Geocoders) -> None:
    server.kakao(HALL, "REGION")
    assert find() == at("district", "kakao")


# -- Pace -------------------------------------------------------------------------------------------


def test_a_geocoder_that_fails_is_left_alone_for_a_while_and_longer_each_time(server: Geocoders) -> None:
    server.failures[KAKAO] = (500, {}, "")
    find()
    find("서울특별시 중구 세종대로 110")
    assert [path for path, _address in server.asked].count(KAKAO) == 1
    find(after=timedelta(seconds=11))
    turn = GeocoderTurn.objects.get(provider="kakao")
    assert (turn.failures, [path for path, _address in server.asked].count(KAKAO)) == (2, 2)
    server.failures.clear()
    find(after=timedelta(seconds=60))
    turn.refresh_from_db()
    assert turn.failures == 0


def test_a_geocoder_that_asks_for_patience_gets_it(server: Geocoders, settings: Any) -> None:
    settings.GEOCODERS = ["kakao"]
    server.failures[KAKAO] = (429, {"Retry-After": "600"}, "")
    assert find() == Search(EUNPYEONG, False)
    server.failures.clear()
    server.kakao(HALL, "ROAD_ADDR")
    assert find(after=timedelta(seconds=590)) == Search(EUNPYEONG, False)
    assert find(after=timedelta(seconds=610)) == at("building", "kakao")


def test_everybody_stands_in_one_line(server: Geocoders, settings: Any) -> None:
    """OpenStreetMap allows one question a second: who hasn't that long to wait goes without."""
    settings.GEOCODERS = ["nominatim"]
    server.nominatim(HALL, 30)
    GeocoderTurn.objects.create(provider="nominatim", free_at=TUESDAY + timedelta(seconds=5))
    assert find(seconds=2) == Search(EUNPYEONG, False)
    assert server.asked == []
    assert find(after=timedelta(seconds=5), seconds=2) == at("building", "nominatim")
    turn = GeocoderTurn.objects.get()
    assert turn.free_at >= TUESDAY + timedelta(seconds=6)


# -- Memory -----------------------------------------------------------------------------------------


def test_answers_are_kept_and_what_was_not_found_for_a_week(server: Geocoders, settings: Any) -> None:
    settings.GEOCODERS = ["kakao"]
    server.kakao(HALL, "ROAD_ADDR")
    for spelling in (HALL, "서울시  은평구 은평로 195 (녹번동)", "서울 은평구 은평로 195, 3층"):
        assert find(spelling) == at("building", "kakao")
    assert server.asked == [(KAKAO, HALL)]
    for days in (0, 6, 8):
        assert find("서울특별시 은평구 없는길 1", after=timedelta(days=days)).found == EUNPYEONG
    assert len(server.asked) == 3
    find(after=timedelta(days=181))
    assert len(server.asked) == 4


def test_what_vworld_answers_is_not_kept(server: Geocoders, settings: Any) -> None:
    settings.GEOCODERS = ["vworld"]
    server.vworld(HALL, "ROAD")
    find()
    find(after=timedelta(seconds=1))
    assert len(server.asked) == 2
    assert not AddressAnswer.objects.exists()


def test_no_address_gets_into_the_log(
    server: Geocoders, caplog: pytest.LogCaptureFixture, capsys: Any
) -> None:
    server.failures[KAKAO] = server.failures[VWORLD] = server.failures[NOMINATIM] = (500, {}, f"{HALL}?")
    find()
    out, err = capsys.readouterr()
    said = f"{caplog.text}{out}{err}"
    assert "geocoder_failed" in said
    assert "은평로" not in said
    assert "-key" not in said
