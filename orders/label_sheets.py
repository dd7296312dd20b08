"""Sheets and rolls of labels as they are sold in Korea: where each label lies on its page.

Sizes are millimetres, measured from the page's left upper corner. The A4 sheets have the cut that
폼텍, 애니라벨 and others share; the labels lie in the middle of the page.
"""

from collections.abc import Iterator
from dataclasses import dataclass

A4_WIDTH, A4_HEIGHT = 210.0, 297.0


@dataclass(frozen=True)
class Sheet:
    """`columns` × `rows` labels of `width` × `height`, `gap` apart in a row."""

    code: str
    page_width: float
    page_height: float
    columns: int
    rows: int
    width: float
    height: float
    gap: float = 0

    @property
    def count(self) -> int:
        """Labels on one page."""
        return self.columns * self.rows

    @property
    def is_roll(self) -> bool:
        """A thermal printer's roll has one label a page."""
        return self.count == 1

    @property
    def left(self) -> float:
        return (self.page_width - self.columns * self.width - (self.columns - 1) * self.gap) / 2

    @property
    def top(self) -> float:
        return (self.page_height - self.rows * self.height) / 2

    def corner(self, place: int) -> tuple[float, float]:
        """Return left and top of the label at `place`, counted from 0 along the rows."""
        row, column = divmod(place, self.columns)
        return self.left + column * (self.width + self.gap), self.top + row * self.height


def _a4(code: str, columns: int, rows: int, width: float, height: float, gap: float) -> Sheet:
    return Sheet(code, A4_WIDTH, A4_HEIGHT, columns, rows, width, height, gap)


def _roll(code: str, width: float, height: float) -> Sheet:
    return Sheet(code, width, height, 1, 1, width, height)


SHEETS = {
    sheet.code: sheet
    for sheet in (
        _a4("a4-8", 2, 4, 99.1, 67.7, 2.5),
        _a4("a4-14", 2, 7, 99.1, 38.1, 2.5),
        _a4("a4-24", 3, 8, 63.5, 33.9, 2.5),
        _a4("a4-24-64", 3, 8, 64.0, 34.0, 2.0),
        _roll("roll-100x150", 100, 150),
        _roll("roll-100x60", 100, 60),
    )
}


def places(sheet: Sheet, labels: int, start: int) -> Iterator[tuple[int, int]]:
    """Yield page and place of each label, both from 0; the first lies at label `start` (from 1)."""
    for nth in range(start - 1, start - 1 + labels):
        yield divmod(nth, sheet.count)
