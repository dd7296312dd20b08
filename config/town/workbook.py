"""A town as an Excel workbook: one sheet for each kind of row, columns by name in the first line."""

from dataclasses import dataclass, field, fields
from datetime import date, datetime, time
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import openpyxl
import xlsxwriter
from django.utils.translation import gettext as _
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException

from .cells import Reader, expectation, readers
from .errors import CellError
from .rows import ROW_TYPES, Certification, Town

FIRST_LINE = 2  # of the rows; the header stands in line 1


@dataclass
class TownFile:
    """A workbook that was read: the town, what can't be read, and where its rows and columns stand."""

    town: Town = field(default_factory=Town)
    errors: list[CellError] = field(default_factory=list)
    lines: dict[str, list[int]] = field(default_factory=dict)
    letters: dict[str, dict[str, str]] = field(default_factory=dict)

    def where(self, error: CellError) -> str:
        """Return the place of a fault among the town's rows as Excel says it: sheet, cell, column."""
        if error.index is None:
            return f"{error.sheet} {error.column or ''}".strip()
        line = self.lines[error.sheet][error.index]
        if error.column is None:
            return f"{error.sheet}!{line}"
        letter = self.letters[error.sheet].get(error.column, "")
        return f"{error.sheet}!{letter}{line} ({error.column})"


def read_workbook(path: Path) -> TownFile:
    """Return the town in the workbook with every cell that can't be read; missing sheets are empty."""
    file = TownFile()
    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    except (OSError, BadZipFile, InvalidFileException, KeyError):
        file.errors.append(CellError(path.name, None, None, _("This is not an Excel workbook (.xlsx).")))
        return file
    for name in book.sheetnames:
        if name in ROW_TYPES:
            _read_sheet(file, name, list(book[name].iter_rows(values_only=True)))
        else:
            file.errors.append(CellError(name, None, None, _("There is no such sheet in the template.")))
    return file


def _read_sheet(file: TownFile, sheet: str, rows: list[tuple[Any, ...]]) -> None:
    columns = readers(ROW_TYPES[sheet])
    header = [_text(cell) for cell in rows[0]] if rows else []
    file.letters[sheet] = {title: get_column_letter(at) for at, title in enumerate(header, start=1)}
    file.lines[sheet] = []
    missing = [column for column in columns if column not in header]
    unknown = [title for title in header if title and title not in columns]
    for column in missing:
        file.errors.append(CellError(sheet, None, column, _("This column is missing.")))
    for column in unknown:
        file.errors.append(CellError(sheet, None, column, _("There is no such column in the template.")))
    if missing or unknown:
        return
    for line, row in enumerate(rows[1:], start=FIRST_LINE):
        cells = dict(zip(header, map(_text, row), strict=False))
        if any(cells.values()):
            file.lines[sheet].append(line)
            _read_row(file, sheet, columns, cells)


def _read_row(file: TownFile, sheet: str, columns: dict[str, Reader], cells: dict[str, str]) -> None:
    values = {}
    for column, read in columns.items():
        try:
            values[column] = read(cells.get(column, ""))
        except (ValueError, ArithmeticError):
            message = _("“%(text)s” can't be read; expected %(expected)s.")
            message %= {"text": cells.get(column, ""), "expected": expectation(ROW_TYPES[sheet], column)}
            file.errors.append(CellError(sheet, len(file.lines[sheet]) - 1, column, message))
    if len(values) == len(columns):
        getattr(file.town, sheet).append(ROW_TYPES[sheet](**values))


def _text(cell: Any) -> str:
    """Return a cell as one would type it."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "1" if cell else "0"
    if isinstance(cell, datetime):
        return (cell.date() if cell.time() == time() else cell).isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, time):
        return f"{cell:%H:%M}"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()


def write_template(path: Path, example: Town) -> None:
    """Write a workbook with every sheet and column, what belongs there, and the first rows of an example."""
    with xlsxwriter.Workbook(path) as book:
        title = book.add_format({"bold": True, "bg_color": "#E8ECF6", "border": 1})
        for sheet, row_type in ROW_TYPES.items():
            page = book.add_worksheet(sheet)
            page.freeze_panes(1, 0)
            for at, column in enumerate(fields(row_type)):
                page.set_column(at, at, max(12, len(column.name) + 3))
                page.write_string(0, at, column.name, title)
                page.write_comment(0, at, expectation(row_type, column.name))
            for line, row in enumerate(getattr(example, sheet), start=1):
                for at, column in enumerate(fields(row_type)):
                    page.write_string(line, at, _written(getattr(row, column.name)))


def _written(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, time):
        return f"{value:%H:%M}"
    if isinstance(value, tuple):
        return (
            "|".join(_certificate(part) for part in value)
            if value and isinstance(value[0], Certification)
            else " ".join(map(str, value))
        )
    return str(value)


def _certificate(held: Any) -> str:
    return f"{held.kind}:{held.number}:{held.issuer}:{held.valid_from}:{held.valid_until}"
