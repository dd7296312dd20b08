"""Read the text of a cell as the type of its column, and say in words what a column takes."""

from collections.abc import Callable
from dataclasses import fields
from datetime import date, time
from decimal import Decimal
from typing import Any, get_type_hints

from django.utils.translation import gettext as _

from membership import exclusions
from membership.business_number import normalize

from .rows import Certification

Reader = Callable[[str], Any]


def readers(row_type: type) -> dict[str, Reader]:
    """Return the reader of each column of a sheet. A reader raises ValueError (or ArithmeticError)."""
    types = get_type_hints(row_type)
    return {
        column.name: _business_number if column.name == "business_number" else READERS[types[column.name]]
        for column in fields(row_type)
    }


def expectation(row_type: type, column: str) -> str:
    """Return what belongs into a column, for people."""
    if column == "business_number":
        return _("ten digits, such as 116-82-00276")
    expected = {
        int: _("a whole number"),
        int | None: _("a whole number, or empty"),
        float: _("a number"),
        float | None: _("a number, or empty"),
        Decimal | None: _("a number, or empty"),
        bool: _("1 for yes, 0 for no"),
        date: _("a date, such as 2026-12-01"),
        time: _("a time, such as 09:00"),
        time | None: _("a time, such as 09:00, or empty"),
        tuple[int, ...]: _("numbers separated by spaces, or empty"),
        tuple[str, ...]: _("allergens 1 to 19, vegan, halal, no_chilled, separated by spaces, or empty"),
        tuple[Certification, ...]: _("kind:number:issuer:valid from:valid until, several separated by |"),
    }
    return expected.get(get_type_hints(row_type)[column], _("text"))


def _business_number(text: str) -> str:
    return normalize(text)


def _flag(text: str) -> bool:
    if text not in ("0", "1"):
        raise ValueError("a flag is 0 or 1")
    return text == "1"


def _optional(read: Reader) -> Reader:
    return lambda text: read(text) if text else None


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(number) for number in text.split())


def _exclusions(text: str) -> tuple[str, ...]:
    return exclusions.codes(exclusions.mask(text.split()))


def _certifications(text: str) -> tuple[Certification, ...]:
    """Read `kind:number:issuer:valid_from:valid_until`, several of them separated by `|`."""
    return tuple(_certification(part) for part in text.split("|") if part)


def _certification(text: str) -> Certification:
    kind, number, issuer, *days = text.split(":")
    valid_from, valid_until = map(date.fromisoformat, days)
    return Certification(kind, number, issuer, valid_from, valid_until)


READERS: dict[Any, Reader] = {
    str: str,
    int: int,
    float: float,
    float | None: _optional(float),
    bool: _flag,
    date: date.fromisoformat,
    time: time.fromisoformat,
    time | None: _optional(time.fromisoformat),
    int | None: _optional(int),
    Decimal | None: _optional(Decimal),
    tuple[int, ...]: _numbers,
    tuple[str, ...]: _exclusions,
    tuple[Certification, ...]: _certifications,
}
