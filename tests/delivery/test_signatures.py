"""Signatures as lines of points: what is one, and how it is drawn."""

import pytest

from delivery.signatures import MAX_POINTS, is_signature, svg_path


@pytest.mark.parametrize(
    ("strokes", "is_one"),
    [
        ([], True),
        ([[[0, 0], [1000, 400]]], True),
        ([[[0, 0]], [[5, 5], [6, 6]]], True),
        ([[[0, 401]]], False),
        ([[[-1, 0]]], False),
        ([[[0.5, 0]]], False),
        ([[[True, 0]]], False),
        ([[[0, 0, 0]]], False),
        ([[0, 0]], False),
        ("M0 0", False),
        (None, False),
        ([[[0, 0]] * MAX_POINTS], True),
        ([[[0, 0]] * (MAX_POINTS + 1)], False),
    ],
)
def test_a_signature_is_lines_of_points_on_the_field(strokes: object, is_one: bool) -> None:
    assert is_signature(strokes) is is_one


def test_lines_become_a_path() -> None:
    assert svg_path([[[1, 2], [3, 4]], [], [[5, 6]]]) == "M1 2 L3 4 M5 6 L5 6"
