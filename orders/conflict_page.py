"""A conflict as an operator reads it: each rule with its figures, and what could be composed without some."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from bundles.actions.contents import items_of
from bundles.composition import Conflict, Figure
from bundles.edition_words import rule_words
from bundles.models import Edition, EditionItem, Product, Slot

from .actions.agreement import contents_of, is_concedable
from .edition_change import Change, contents_now, read_change


@dataclass(frozen=True)
class Obstacle:
    """A rule of the conflict in words; what it wants and what is possible is measured as `Figure` says."""

    rule: str
    words: str
    slot: Slot | None
    wanted: int
    possible: int


@dataclass(frozen=True)
class BestWithout:
    """The best contents that do without some rules, and what they would change."""

    codes: Collection[str]
    words: list[str]
    items: list[EditionItem]
    change: Change


@dataclass(frozen=True)
class ConflictPage:
    """`best` is None where nothing can be composed at all; only some best contents may be accepted."""

    obstacles: list[Obstacle]
    best: BestWithout | None
    may_accept: bool


def read_conflict(edition: Edition, conflict: Conflict | None, *, today: date) -> ConflictPage:
    """Put the composer's conflict about an edition into words; without one there is nothing to say."""
    if conflict is None:
        return ConflictPage([], None, False)
    return ConflictPage(read_obstacles(conflict), _best(edition, conflict, today), is_concedable(conflict))


def read_obstacles(conflict: Conflict) -> list[Obstacle]:
    """Return the rules that can't hold together, each with its figures and its slot."""
    keys = {figure.slot for figure in conflict.figures if figure.slot is not None}
    slots = Slot.objects.select_related("category").in_bulk(keys)

    def obstacle(figure: Figure) -> Obstacle:
        slot = slots.get(figure.slot) if figure.slot is not None else None
        return Obstacle(figure.rule, " ".join(rule_words(figure.rule)), slot, figure.wanted, figure.possible)

    return [obstacle(figure) for figure in conflict.figures]


def _best(edition: Edition, conflict: Conflict, today: date) -> BestWithout | None:
    if conflict.best is None:
        return None
    items = items_of(conflict.best)
    slots = edition.bundle.slots.select_related("category").in_bulk()
    products = Product.objects.select_related("producer").in_bulk({item.product_id for item in items})
    for item in items:
        item.slot, item.product = slots[item.slot_id], products[item.product_id]
    items.sort(key=lambda item: (item.slot.position, item.product_id))
    change = read_change(edition, contents_now(edition), contents_of(conflict.best), today=today)
    return BestWithout(conflict.without, rule_words(" ".join(conflict.without)), items, change)
