"""The waiting list, read: who is next, and where in the line somebody stands."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from .day_limits import Board, Full, Place, ahead_of
from .models import Application
from .places import Places


@dataclass(frozen=True)
class Turn:
    """An application in line: `ahead` others asked earlier for one of the places that are full."""

    application: Application
    ahead: int
    full: list[Full]

    @property
    def position(self) -> int:
        return self.ahead + 1


def in_line() -> list[Application]:
    """Return those that wait for a place, who asked first first."""
    rows = Application.objects.in_line().filter(organization__is_active=True)
    return list(rows.select_related("site", "organization", "bundle__plan", "asked_by"))


def board_behind_line(places: Places, wanted: Collection[Place], **own: Any) -> Board:
    """Return the board of these places after those who wait have had what is free.

    `own` names what doesn't count as taken, as `Places.board` takes it.
    """
    waiting = [places.of_application(row) for row in in_line() if row != own.get("application")]
    board = places.board(_days([*waiting, set(wanted)]), **own)
    board.serve(waiting)
    return board


def whom_to_offer(places: Places) -> list[int]:
    """Return the keys of the applications that can have a place on each of their days, in their order."""
    waiting = in_line()
    wanted = [places.of_application(row) for row in waiting]
    board = places.board(_days(wanted))
    # What wants no day any more has nothing to be offered.
    return [waiting[nth].pk for nth in board.serve(wanted) if wanted[nth]]


def turns(places: Places) -> list[Turn]:
    """Return everybody in line, in their order, with what each waits for."""
    waiting = in_line()
    wanted = [places.of_application(row) for row in waiting]
    board = places.board(_days(wanted))
    board.serve(wanted)
    full = [board.full(each) for each in wanted]
    return [
        Turn(row, ahead_of(nth, wanted, {each.place for each in full[nth]}), full[nth])
        for nth, row in enumerate(waiting)
    ]


def _days(wanted: Sequence[set[Place]]) -> set[date]:
    return {place.day for each in wanted for place in each}
