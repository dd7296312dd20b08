"""Reads a CSV file of the demo town into frozen rows, by the types of the row's fields."""

import csv
from pathlib import Path
from typing import Any, TypeVar

from config.town.cells import Reader, readers

FOLDER = Path(__file__).parent

Row = TypeVar("Row")


class BadTownFile(ValueError):
    """A file of the demo town that doesn't match its row type; says which file, line and column."""


def read_table(name: str, row_type: type[Row], folder: Path = FOLDER) -> list[Row]:
    """Return the rows of the UTF-8 CSV file `name` as `row_type`, in the file's order.

    Raises BadTownFile if the header isn't exactly the row's fields in their order, a line is too long or too
    short, or a cell can't be read.
    """
    columns = readers(row_type)
    with (folder / name).open(encoding="utf-8", newline="") as file:
        lines = csv.reader(file, strict=True)
        header = next(lines, [])
        if header != list(columns):
            raise BadTownFile(f"{name}: the columns are {header}, not {list(columns)}.")
        return [row_type(*_read_line(name, lines.line_num, line, columns)) for line in lines]


def _read_line(name: str, number: int, line: list[str], columns: dict[str, Reader]) -> list[Any]:
    if len(line) != len(columns):
        raise BadTownFile(f"{name}, line {number}: {len(line)} cells for {len(columns)} columns.")
    values = []
    for (column, read), text in zip(columns.items(), line, strict=True):
        try:
            values.append(read(text))
        except (ValueError, ArithmeticError) as error:
            where = f"{name}, line {number}, {column}"
            raise BadTownFile(f"{where}: {text!r} can't be read ({error}).") from error
    return values
