"""The Korean business registration number (사업자등록번호): ten digits, the last a check digit.

Written 3-2-5. Weights 1 3 7 1 3 7 1 3 5 over the first nine digits, plus the tens of the ninth product; the
check digit fills the sum up to a multiple of ten. Each place maps the digits 0-9 to ten different remainders,
so every change of one digit is caught. A swap of two neighbours is not always caught (see `is_valid`).

A valid number need not be registered: only the tax office knows that.
"""

import re

WEIGHTS = (1, 3, 7, 1, 3, 7, 1, 3, 5)
_TEN_DIGITS = re.compile(r"[0-9]{10}")
_NINE_DIGITS = re.compile(r"[0-9]{9}")
_NOBODY = "0000000000"  # passes the arithmetic, and is what people type into a field they want to skip


def is_valid(number: str) -> bool:
    """Tell whether `number` is ten ASCII digits with the right check digit; ten zeros are not a number.

    Catches every single wrong digit. Misses swapped neighbours: within the first eight digits those that
    differ by five, eight pairs at the eighth and ninth, and 0 with 9 at the ninth and tenth.
    """
    return bool(_TEN_DIGITS.fullmatch(number)) and number != _NOBODY and number[9] == _check_digit(number[:9])


def normalize(text: str) -> str:
    """Return the ten digits of what a person typed, without hyphens and spaces; `is_valid` checks them.

    Raises ValueError if anything else is in it or if it isn't ten digits long.
    """
    digits = re.sub(r"[-\s]", "", text)
    if not _TEN_DIGITS.fullmatch(digits):
        raise ValueError("A business registration number has ten digits.")
    return digits


def display(number: str) -> str:
    """Return ten digits as they are printed: `1168200276` becomes `116-82-00276`."""
    return f"{number[:3]}-{number[3:5]}-{number[5:]}"


def with_check_digit(first_nine: str) -> str:
    """Complete nine digits to a valid number (for demo data and tests).

    Raises ValueError unless given nine digits that are not all zero.
    """
    if not _NINE_DIGITS.fullmatch(first_nine) or first_nine == _NOBODY[:9]:
        raise ValueError("Nine digits are needed, not all of them zero.")
    return first_nine + _check_digit(first_nine)


def _check_digit(first_nine: str) -> str:
    digits = [int(digit) for digit in first_nine]
    total = sum(digit * weight for digit, weight in zip(digits, WEIGHTS, strict=True)) + digits[8] * 5 // 10
    return str(-total % 10)
