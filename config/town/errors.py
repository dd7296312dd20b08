"""What is wrong with a town, cell by cell."""

from dataclasses import dataclass


@dataclass(frozen=True)
class CellError:
    """A fault in a sheet; `index` counts the rows below the header from 0, `column` may be unknown."""

    sheet: str
    index: int | None
    column: str | None
    message: str


class BadTown(Exception):
    """The town can't be written; nothing was. `errors` has every fault that was found."""

    def __init__(self, errors: list[CellError]) -> None:
        super().__init__(f"{len(errors)} faults")
        self.errors = errors
