"""Business registration numbers: the check digit, and what it does and doesn't catch."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from membership.business_number import display, is_valid, normalize, with_check_digit

FIRST_NINE = st.text("0123456789", min_size=9, max_size=9).filter(lambda digits: digits != "000000000")


@pytest.mark.parametrize(
    ("number", "valid"),
    [
        ("1168200276", True),
        ("1348672683", True),
        ("1168200277", False),
        ("116-82-00276", False),  # as printed; normalize() comes first
        ("116820027", False),
        ("11682002760", False),
        ("1168200276\n", False),
        ("１１６８２００２７６", False),  # full-width digits
        ("0000000000", False),
        ("", False),
    ],
)
def test_is_valid_table(number: str, valid: bool) -> None:
    assert is_valid(number) is valid


@given(FIRST_NINE, st.integers(0, 9), st.integers(1, 9))
def test_is_valid_catches_every_single_wrong_digit(first_nine: str, place: int, shift: int) -> None:
    number = with_check_digit(first_nine)
    wrong = str((int(number[place]) + shift) % 10)
    assert is_valid(number)
    assert not is_valid(number[:place] + wrong + number[place + 1 :])


def _uncaught_swaps(place: int) -> set[tuple[int, int]]:
    """Return the pairs of digits at `place` and the next whose swap keeps a valid number valid."""
    missed = set()
    for first, second, filler in itertools.product(range(10), repeat=3):
        digits = [str(filler)] * 9
        digits[place : place + 2] = [str(first), str(second)]
        number = with_check_digit("".join(digits[:9])) if any(int(digit) for digit in digits[:9]) else None
        if number is None or first >= second or number[place + 1] != str(second):
            continue
        if is_valid(number[:place] + number[place + 1] + number[place] + number[place + 2 :]):
            missed.add((first, second))
    return missed


@pytest.mark.parametrize("place", range(7))
def test_is_valid_misses_swapped_neighbours_that_differ_by_five(place: int) -> None:
    assert _uncaught_swaps(place) == {(0, 5), (1, 6), (2, 7), (3, 8), (4, 9)}


def test_is_valid_misses_some_swaps_of_the_last_three_digits() -> None:
    assert _uncaught_swaps(7) == {(0, 4), (0, 8), (1, 5), (1, 9), (2, 6), (3, 7), (4, 8), (5, 9)}
    assert is_valid("1000000009")
    assert is_valid("1000000090")


@pytest.mark.parametrize("text", ["1168200276", "116-82-00276", " 116 82 00276 ", "11682-00276"])
def test_normalize_keeps_the_digits(text: str) -> None:
    assert normalize(text) == "1168200276"


@pytest.mark.parametrize(
    "text", ["", "116-82-0027", "116-82-002766", "116.82.00276", "116-82-0027O", "１１６８２００２７６"]
)
def test_normalize_refuses_anything_else(text: str) -> None:
    with pytest.raises(ValueError, match="ten digits"):
        normalize(text)


def test_display_is_written_3_2_5() -> None:
    assert display("1168200276") == "116-82-00276"


@pytest.mark.parametrize(("first_nine", "number"), [("116820027", "1168200276"), ("134867268", "1348672683")])
def test_with_check_digit_completes_the_number(first_nine: str, number: str) -> None:
    assert with_check_digit(first_nine) == number


@pytest.mark.parametrize("first_nine", ["", "12345678", "1234567890", "12345678x", "000000000"])
def test_with_check_digit_refuses_anything_but_nine_digits(first_nine: str) -> None:
    with pytest.raises(ValueError, match="Nine digits"):
        with_check_digit(first_nine)


@given(FIRST_NINE)
def test_normalize_undoes_display(first_nine: str) -> None:
    number = with_check_digit(first_nine)
    assert normalize(display(number)) == number
