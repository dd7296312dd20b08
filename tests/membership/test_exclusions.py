"""Exclusions: allergens and three wishes in one integer."""

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from membership import allergens
from membership.exclusion_words import exclusion_choices, exclusion_words
from membership.exclusions import (
    BITS,
    FULL_MASK,
    HALAL,
    NO_CHILLED,
    VEGAN,
    allergens_in,
    broken,
    codes,
    mask,
)

PLAIN = {"allergens": 0, "is_vegan": True, "is_halal": True, "is_chilled": False}


def test_the_codes_are_the_printed_numbers_and_three_words() -> None:
    assert list(BITS) == [*(str(code) for code in range(1, 20)), "vegan", "halal", "no_chilled"]
    assert mask(BITS) == FULL_MASK == (1 << 22) - 1
    assert mask(["4", "19", "vegan"]) == allergens.mask([4, 19]) | VEGAN


@given(st.sets(st.sampled_from(list(BITS))))
def test_codes_undoes_mask(wanted: set[str]) -> None:
    assert set(codes(mask(wanted))) == wanted
    assert allergens_in(mask(wanted)) == allergens.mask(int(code) for code in wanted if code.isdigit())


@pytest.mark.parametrize("code", ["0", "20", "", "Vegan"])
def test_mask_refuses_an_unknown_code(code: str) -> None:
    with pytest.raises(ValueError, match="no exclusion"):
        mask(["1", code])


@pytest.mark.parametrize("bits", [-1, FULL_MASK + 1])
def test_codes_refuses_unknown_bits(bits: int) -> None:
    with pytest.raises(ValueError, match="not a set of exclusions"):
        codes(bits)


@pytest.mark.parametrize(
    ("excluded", "product", "found"),
    [
        (FULL_MASK, PLAIN, 0),
        (FULL_MASK, PLAIN | {"is_vegan": False}, VEGAN),
        (FULL_MASK, PLAIN | {"is_halal": False}, HALAL),
        (FULL_MASK, PLAIN | {"is_chilled": True}, NO_CHILLED),
        (0, {"allergens": allergens.FULL_MASK, "is_vegan": False, "is_halal": False, "is_chilled": True}, 0),
        (mask(["4", "vegan"]), PLAIN | {"allergens": allergens.mask([4, 5])}, mask(["4"])),
        (mask(["4"]), PLAIN | {"allergens": allergens.mask([5]), "is_vegan": False}, 0),
    ],
)
def test_a_product_breaks_what_is_excluded_and_nothing_else(
    excluded: int, product: dict[str, int], found: int
) -> None:
    assert broken(excluded, **product) == found


@given(st.integers(0, FULL_MASK), st.integers(0, FULL_MASK), st.integers(0, allergens.FULL_MASK))
def test_excluding_more_never_lets_more_through(some: int, more: int, within: int) -> None:
    product = {"allergens": within, "is_vegan": bool(more & VEGAN), "is_halal": True, "is_chilled": False}
    assert broken(some | more, **product) == broken(some, **product) | broken(more, **product)


def test_exclusions_are_said_in_both_languages() -> None:
    excluded = mask(["4", "19", "vegan", "no_chilled"])
    with translation.override("en"):
        assert exclusion_words(excluded) == ["no peanuts", "no pine nuts", "vegan only", "nothing chilled"]
    with translation.override("ko"):
        assert exclusion_words(excluded) == ["땅콩 제외", "잣 제외", "비건", "냉장·냉동 제외"]
    assert sorted(code for code, _label in exclusion_choices()) == sorted(BITS)
