"""The districts of Seoul known by heart, held against the places of the demo town."""

import pytest

from config.demo_town import load_places
from membership.geocoding.address import normalized
from membership.geocoding.gazetteer import (
    DISTRICT_REACH_KM,
    DISTRICTS,
    ENGLISH,
    district_of,
    in_gazetteer,
    kilometres,
    strays_from,
)


def test_every_place_of_the_town_is_near_the_middle_of_its_district() -> None:
    places = load_places()
    far = {}
    for place in places:
        found = in_gazetteer(place.address)
        assert found is not None
        assert found.precision == "district"
        assert district_of(place.address) == place.district
        away = kilometres(found.latitude, found.longitude, place.latitude, place.longitude)
        if away > 6:
            far[place.key] = away
    assert far == {}
    assert {place.district for place in places} == set(DISTRICTS) == set(ENGLISH)


@pytest.mark.parametrize(
    "address",
    [
        "부산광역시 강서구 낙동북로 477",
        "인천광역시 중구 신포로27번길 80",
        "중구 세종대로 110",
        "은평로 195",
        "",
    ],
)
def test_what_may_be_elsewhere_is_not_in_the_gazetteer(address: str) -> None:
    assert in_gazetteer(address) is None


@pytest.mark.parametrize("address", ["서울 은평구 은평로 195", "은평구 은평로 195", "서울시 은평구"])
def test_the_name_of_a_district_is_enough_where_it_is_the_only_one(address: str) -> None:
    found = in_gazetteer(address)
    assert found is not None
    assert (found.latitude, found.longitude) == DISTRICTS["은평구"]


def test_a_point_in_another_part_of_the_town_strays() -> None:
    address = "서울특별시 은평구 은평로 195"
    assert strays_from(address, 37.6027, 126.9291) is None
    away = strays_from(address, 37.4966, 127.063)
    assert away is not None
    assert DISTRICT_REACH_KM < 17 < away < 19
    assert strays_from("부산광역시 중구 중앙대로 63", 37.6, 126.9) is None


@pytest.mark.parametrize(
    ("typed", "asked"),
    [
        ("서울  은평구 은평로 195", "서울특별시 은평구 은평로 195"),
        ("서울시 은평구 은평로 195 (녹번동, 은평구청)", "서울특별시 은평구 은평로 195"),
        ("서울특별시 은평구 은평로 195, 3층 회의실", "서울특별시 은평구 은평로 195"),
        ("서울역로 1", "서울역로 1"),
    ],
)
def test_an_address_has_one_spelling(typed: str, asked: str) -> None:
    assert normalized(typed) == asked
