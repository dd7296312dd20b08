import numpy as np
import pytest
from geopy.distance import geodesic
from hypothesis import given
from hypothesis import strategies as st

from delivery.travel import (
    CENTRE_EAST,
    CENTRE_NORTH,
    CENTRE_SOUTH,
    CENTRE_WEST,
    Place,
    TravelMatrix,
    travel_matrix,
)

CITY_HALL = Place(37.5663, 126.9779)
DONGDAEMUN = Place(37.5711, 127.0095)
NOKBEON = Place(37.6080, 126.9340)
GANGNAM = Place(37.5173, 127.0473)
YEOUIDO = Place(37.5219, 126.9245)
SEONGBUK = Place(37.6061, 127.0230)  # its straight line to Yeouido crosses the centre

seoul = st.builds(Place, st.floats(37.43, 37.70), st.floats(126.77, 127.18))


@given(seoul, seoul)
def test_distance_is_that_on_the_ellipsoid_times_detour(origin: Place, destination: Place) -> None:
    matrix = travel_matrix([origin, destination], detour=1.5)
    straight_m = geodesic(
        (origin.latitude, origin.longitude), (destination.latitude, destination.longitude)
    ).m
    assert matrix.metres(origin, destination) == pytest.approx(straight_m * 1.5, rel=0.0005, abs=1)


def test_trip_outside_the_centre_has_the_day_speed() -> None:
    matrix = travel_matrix([YEOUIDO, GANGNAM])
    metres, seconds = matrix.metres(YEOUIDO, GANGNAM), matrix.seconds(YEOUIDO, GANGNAM)
    assert seconds == pytest.approx(metres / (26 / 3.6), abs=1)


def test_trip_inside_the_centre_has_the_centre_speed() -> None:
    matrix = travel_matrix([CITY_HALL, DONGDAEMUN])
    metres, seconds = matrix.metres(CITY_HALL, DONGDAEMUN), matrix.seconds(CITY_HALL, DONGDAEMUN)
    assert seconds == pytest.approx(metres / (17 / 3.6), abs=1)


def test_trip_across_the_centre_is_slowed_by_its_share() -> None:
    matrix = travel_matrix([YEOUIDO, SEONGBUK])
    metres, seconds = matrix.metres(YEOUIDO, SEONGBUK), matrix.seconds(YEOUIDO, SEONGBUK)
    share = _sampled_share(YEOUIDO, SEONGBUK)
    assert 0.1 < share < 0.5
    assert seconds == pytest.approx(metres * 3.6 * (share / 17 + (1 - share) / 26), rel=0.005)


@given(seoul, seoul)
def test_duration_follows_the_sampled_share_both_ways(origin: Place, destination: Place) -> None:
    matrix = travel_matrix([origin, destination])
    share = _sampled_share(origin, destination)
    expected = matrix.metres(origin, destination) * 3.6 * (share / 17 + (1 - share) / 26)
    assert matrix.seconds(origin, destination) == pytest.approx(expected, rel=0.002, abs=1)
    assert matrix.seconds(destination, origin) == pytest.approx(expected, rel=0.002, abs=1)


@pytest.mark.parametrize(
    ("longitude", "share"),
    [(CENTRE_WEST - 0.001, 0), (CENTRE_WEST, 1 / 3), (126.99, 1 / 3), (CENTRE_EAST, 1 / 3), (127.02, 0)],
)
def test_trip_due_north_counts_the_centre_if_it_passes_it(longitude: float, share: float) -> None:
    south, north = Place(CENTRE_SOUTH - 0.028, longitude), Place(CENTRE_NORTH + 0.028, longitude)
    matrix = travel_matrix([south, north])
    expected = matrix.metres(south, north) * 3.6 * (share / 17 + (1 - share) / 26)
    assert matrix.seconds(south, north) == pytest.approx(expected, abs=1)


def test_way_takes_longer_in_the_evening() -> None:
    matrix = travel_matrix([YEOUIDO, GANGNAM])
    way_s = matrix.seconds(YEOUIDO, GANGNAM)
    assert matrix.after(10 * 3600, way_s) == 10 * 3600 + way_s
    assert matrix.after(18 * 3600, way_s) > 18 * 3600 + way_s
    flat = travel_matrix([YEOUIDO, GANGNAM], speed=None)
    assert (flat.after(18 * 3600, way_s), flat.before(18 * 3600, way_s)) == (
        18 * 3600 + way_s,
        18 * 3600 - way_s,
    )
    assert flat.typical(0, 24 * 3600) is flat.duration_s
    assert matrix.typical(18 * 3600, 19 * 3600)[0, 1] == round(way_s / 0.85)


def test_matrix_among_some_places_keeps_their_ways() -> None:
    matrix = travel_matrix([YEOUIDO, GANGNAM, CITY_HALL])
    some = matrix.among([CITY_HALL, YEOUIDO])
    assert some.places == (CITY_HALL, YEOUIDO)
    assert some.metres(CITY_HALL, YEOUIDO) == matrix.metres(CITY_HALL, YEOUIDO)
    assert (some.seconds(YEOUIDO, CITY_HALL), some.speed) == (
        matrix.seconds(YEOUIDO, CITY_HALL),
        matrix.speed,
    )


def test_matrix_is_whole_numbers_and_zero_at_the_same_place() -> None:
    matrix = travel_matrix([CITY_HALL, GANGNAM, CITY_HALL])
    assert matrix.distance_m.dtype == matrix.duration_s.dtype == np.int64
    assert matrix.distance_m.shape == matrix.duration_s.shape == (3, 3)
    assert [matrix.distance_m[0, 2], matrix.duration_s[2, 0], matrix.distance_m[1, 1]] == [0, 0, 0]
    assert matrix.position(CITY_HALL) == 0


def test_matrix_of_no_places_is_empty() -> None:
    assert travel_matrix([]).distance_m.shape == (0, 0)


def test_matrix_of_floats_or_of_another_size_is_refused() -> None:
    whole, real = np.zeros((1, 1), dtype=np.int64), np.zeros((1, 1))
    with pytest.raises(ValueError, match="float64"):
        TravelMatrix((CITY_HALL,), whole, real)
    with pytest.raises(ValueError, match=r"\(2, 2\)"):
        TravelMatrix((CITY_HALL, GANGNAM), whole, whole)


@pytest.mark.parametrize(
    ("latitude", "longitude"), [(126.9779, 37.5663), (float("nan"), 127.0), (37.5, 181.0)]
)
def test_place_off_the_map_is_refused(latitude: float, longitude: float) -> None:
    with pytest.raises(ValueError, match="Not a latitude"):
        Place(latitude, longitude)


def _sampled_share(origin: Place, destination: Place) -> float:
    """The share of the straight line inside the centre, by counting points on it."""
    steps = (np.arange(20_000) + 0.5) / 20_000
    latitude = origin.latitude + steps * (destination.latitude - origin.latitude)
    longitude = origin.longitude + steps * (destination.longitude - origin.longitude)
    inside = (latitude >= CENTRE_SOUTH) & (latitude <= CENTRE_NORTH)
    inside &= (longitude >= CENTRE_WEST) & (longitude <= CENTRE_EAST)
    return float(inside.mean())
