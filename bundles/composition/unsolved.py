"""The editions that a state leaves out, explained one after the other."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from .contents import past, taken, without_room
from .explain import explain
from .rules import Composition, Conflict, Past, Standing
from .state import State


def explain_missing(state: State, editions: Sequence[int], time_left: Callable[[], float]) -> list[Conflict]:
    """Return why each edition can't be as the others leave it, and the best it can be.

    What the others take is gone, and what they hold is not repeated; the best of those explained before
    counts as well, so that all can be delivered together.
    """
    table = state.table
    best: dict[int, Composition] = {}
    conflicts = []
    for edition in editions:
        request, around = table.requests[edition], state.around({edition})
        free = {room: int(around.free[number]) for room, number in table.rooms.items()}
        chosen = {composition.key: composition for composition in best.values()}
        neighbours = _neighbours(state, edition, best)
        conflict = explain(
            replace(request, history=request.history + neighbours, follows=()),
            table.catalogue,
            without_room(free, taken(table.requests, chosen, table.catalogue), table.catalogue),
            {
                producer: Standing(
                    int(around.sold[place]), int(table.fair_share[place]), bool(table.newcomer[place])
                )
                for place, producer in enumerate(table.catalogue.producers)
            },
            time_left,
        )
        conflicts.append(conflict)
        if conflict.best:
            best[edition] = conflict.best
    return conflicts


def _neighbours(state: State, edition: int, best: dict[int, Composition]) -> tuple[Past, ...]:
    """Return what the editions around one hold, as far as they and it may not repeat each other."""
    found = []
    for other, distance in state.rotation.earlier[edition]:
        found.append(_seen(state, other, best, distance))
    for other, distance in state.rotation.later[edition]:
        seen = _seen(state, other, best, -distance)
        kept = state.table.apart[other]
        found.append(
            Past(
                -distance,
                seen.producers if distance <= kept[0] else frozenset(),
                seen.products if distance <= kept[1] else frozenset(),
            )
        )
    return tuple(found)


def _seen(state: State, edition: int, best: dict[int, Composition], distance: int) -> Past:
    if edition in best:
        return past(best[edition], distance)
    offers = [state.table.catalogue.offers[state.table.offer[pair]] for pair in state.pairs[edition]]
    return Past(
        distance,
        frozenset(offer.producer for offer in offers),
        frozenset(offer.product for offer in offers),
    )
