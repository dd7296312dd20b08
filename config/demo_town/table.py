"""Reads a CSV file of the demo town into frozen rows, by the types of the row's fields."""

import csv
from collections.abc import Callable
from dataclasses import fields
from datetime import date, time
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar, get_type_hints

from .rows import Certification

FOLDER = Path(__file__).parent

Row = TypeVar("Row")
Reader = Callable[[str], Any]


class BadTownFile(ValueError):
    """A file of the demo town that doesn't match its row type; says which file, line and column."""


def read_table(name: str, row_type: type[Row], folder: Path = FOLDER) -> list[Row]:
    """Return the rows of the UTF-8 CSV file `name` as `row_type`, in the file's order.

    Raises BadTownFile if the header isn't exactly the row's fields in their order, a line is too long or too
    short, or a cell can't be read.
    """
    readers = _readers(row_type)
    with (folder / name).open(encoding="utf-8", newline="") as file:
        lines = csv.reader(file, strict=True)
        header = next(lines, [])
        if header != list(readers):
            raise BadTownFile(f"{name}: the columns are {header}, not {list(readers)}.")
        return [row_type(*_read_line(name, lines.line_num, line, readers)) for line in lines]


def _read_line(name: str, number: int, line: list[str], readers: dict[str, Reader]) -> list[Any]:
    if len(line) != len(readers):
        raise BadTownFile(f"{name}, line {number}: {len(line)} cells for {len(readers)} columns.")
    values = []
    for (column, read), text in zip(readers.items(), line, strict=True):
        try:
            values.append(read(text))
        except (ValueError, ArithmeticError) as error:
            where = f"{name}, line {number}, {column}"
            raise BadTownFile(f"{where}: {text!r} can't be read ({error}).") from error
    return values


def _readers(row_type: type) -> dict[str, Reader]:
    types = get_type_hints(row_type)
    return {field.name: READERS[types[field.name]] for field in fields(row_type)}


def _flag(text: str) -> bool:
    if text not in ("0", "1"):
        raise ValueError("a flag is 0 or 1")
    return text == "1"


def _optional(read: Reader) -> Reader:
    return lambda text: read(text) if text else None


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(number) for number in text.split())


def _certifications(text: str) -> tuple[Certification, ...]:
    """Read `kind:number:issuer:valid_from:valid_until`, several of them separated by `|`."""
    return tuple(_certification(part) for part in text.split("|"))


def _certification(text: str) -> Certification:
    kind, number, issuer, *days = text.split(":")
    valid_from, valid_until = map(date.fromisoformat, days)
    return Certification(kind, number, issuer, valid_from, valid_until)


READERS: dict[Any, Reader] = {
    str: str,
    int: int,
    float: float,
    bool: _flag,
    time: time.fromisoformat,
    time | None: _optional(time.fromisoformat),
    int | None: _optional(int),
    Decimal | None: _optional(Decimal),
    tuple[int, ...]: _numbers,
    tuple[Certification, ...]: _certifications,
}
