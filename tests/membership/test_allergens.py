"""Allergens: 19 codes in one integer."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from membership.allergens import ALLERGENS, FULL_MASK, codes, mask


def test_allergens_are_numbered_1_to_19_in_order() -> None:
    assert [allergen.code for allergen in ALLERGENS] == list(range(1, 20))
    assert "".join(f"{code}{name_ko}" for code, name_ko, _ in ALLERGENS) == (
        "1난류2우유3메밀4땅콩5대두6밀7고등어8게9새우10돼지고기11복숭아12토마토13아황산류14호두15닭고기16쇠고기17오징어18조개류19잣"
    )


def test_mask_sets_one_bit_a_code() -> None:
    assert mask([]) == 0
    assert mask([1]) == 1
    assert mask([1, 2, 6, 6]) == 0b100011
    assert mask(range(1, 20)) == FULL_MASK == 524_287


@pytest.mark.parametrize("code", [0, 20, -1])
def test_mask_refuses_an_unknown_code(code: int) -> None:
    with pytest.raises(ValueError, match=f"no allergen code {code}"):
        mask([1, code])


@pytest.mark.parametrize("bits", [-1, FULL_MASK + 1])
def test_codes_refuses_unknown_bits(bits: int) -> None:
    with pytest.raises(ValueError, match="not a set of allergens"):
        codes(bits)


@given(st.sets(st.integers(1, 19)))
def test_codes_undoes_mask(wanted: set[int]) -> None:
    assert codes(mask(wanted)) == tuple(sorted(wanted))
