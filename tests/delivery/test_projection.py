import numpy as np
import pytest

from delivery.projection import projected


def test_origin_of_the_plane_has_its_false_coordinates() -> None:
    easting, northing = projected(np.array([38.0]), np.array([127.5]))
    assert (easting[0], northing[0]) == pytest.approx((1_000_000, 2_000_000), abs=0.001)


def test_meridian_is_shortened_by_the_scale() -> None:
    # One degree of latitude along the central meridian on GRS 80 (37.5° to 38.5°): 110,995 m.
    _, northing = projected(np.array([37.5, 38.5]), np.array([127.5, 127.5]))
    assert northing[1] - northing[0] == pytest.approx(110_995 * 0.9996, abs=2)
