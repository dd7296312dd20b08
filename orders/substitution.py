"""Units are missing: rank what may stand in, and share it out among all orders at once. No database here.

The rank is one for all: nearest in price first. The orders choose in the order in which they were placed,
each the first of the rank that fits it and still has room; whoever is asked gets a second choice from what is
left when everybody has a first. So the same shortage always ends the same, and each order can be told why.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from fractions import Fraction

PRICE_TOLERANCE_PERCENT = 25

REPLACED, ASKED, CREDITED = "replaced", "asked", "credited"
# What an institution wants when something is short.
SUBSTITUTE, ASK_SUBSTITUTE, ASK_CREDIT, CREDIT = "substitute", "ask_substitute", "ask_credit", "credit"

# A room (`bundles.models.Room`) on a production date.
Source = tuple[tuple[str, int], date]


@dataclass(frozen=True)
class Item:
    """A product, as far as it matters whether one may stand in for another."""

    product: int
    list_price: int
    servings: int
    allergens: int
    is_chilled: bool
    certifications: frozenset[str]

    @property
    def price(self) -> Fraction:
        """Won for one serving."""
        return Fraction(self.list_price, self.servings)


@dataclass(frozen=True)
class Candidate:
    """Another product of the category, of which one unit takes `room_units` of the `room`.

    `breaks` are the exclusions that it breaks; `bar` says why it can stand in for nobody on that day ("": it
    can). Its producer can still make it until `order_until`; None: to the last.
    """

    item: Item
    breaks: int
    bar: str
    order_until: datetime | None
    room: tuple[str, int]
    room_units: int
    made_on: date

    @property
    def source(self) -> Source:
        """What its units are taken from."""
        return self.room, self.made_on


@dataclass(frozen=True)
class Loss:
    """An order's line that goes without `units`; the lower the `turn`, the earlier it chooses."""

    line: int
    turn: int
    units: int
    exclusions: int
    on_order: frozenset[int]
    wish: str


@dataclass(frozen=True)
class Option:
    """So many units of a product in place of what is missing."""

    product: int
    units: int
    made_on: date


@dataclass(frozen=True)
class Decision:
    """What becomes of a loss and `why` (a code): replaced by the one option, asked about one or two, or
    credited. `passed_over` has the products that stood before the choice in the rank or could not be chosen.
    """

    line: int
    outcome: str
    why: str
    options: tuple[Option, ...] = ()
    passed_over: tuple[tuple[int, str], ...] = ()
    answer_by: datetime | None = None


@dataclass(frozen=True)
class Question:
    """Members are asked until `answer_by`; there is no point in asking for less than until `soonest`."""

    answer_by: datetime
    soonest: datetime


def why_not(short: Item, other: Item) -> str:
    """Return why `other` may not stand in for `short`, or "" if it may."""
    if other.allergens & ~short.allergens:
        return "new_allergen"
    if abs(other.price - short.price) * 100 > short.price * PRICE_TOLERANCE_PERCENT:
        return "price_far"
    if short.certifications and not short.certifications & other.certifications:
        return "certification_lost"
    return ""


def rank(
    short: Item, candidates: Iterable[Candidate], first: int | None = None
) -> list[tuple[Candidate, str]]:
    """Return the candidates with why each can stand in for nobody (""): the best first, the barred last.

    The product `first` is the best if it may stand in at all, whatever its price.
    """
    judged = [
        (each, why_not(short, each.item) or _needs_cold(short, each.item) or each.bar) for each in candidates
    ]
    return sorted(
        judged,
        key=lambda pair: (
            bool(pair[1]),
            pair[0].item.product != first,
            abs(pair[0].item.price - short.price),
            pair[0].item.product,
        ),
    )


def _needs_cold(short: Item, other: Item) -> str:
    # Vans and fridges are reckoned with by now.
    return "needs_cold" if other.is_chilled and not short.is_chilled else ""


def units_for(short: Item, units: int, other: Item) -> int:
    """Return how many units of `other` serve as many people."""
    return -(-units * short.servings // other.servings)


def share_out(
    short: Item,
    losses: Collection[Loss],
    candidates: Collection[Candidate],
    free: Mapping[Source, int],
    question: Question,
    first: int | None = None,
) -> list[Decision]:
    """Return what becomes of each loss, in the order of their turns; `free` is what each source has left.

    The hub may have chosen the product that comes `first`.
    """
    ranked, left = rank(short, candidates, first), dict(free)
    decisions = [
        _decide(short, loss, ranked, left, question, first)
        for loss in sorted(losses, key=lambda loss: (loss.turn, loss.line))
    ]
    by_line = {loss.line: loss for loss in losses}
    return [
        _with_second(short, by_line[decision.line], decision, ranked, left, question)
        if decision.outcome == ASKED
        else decision
        for decision in decisions
    ]


Ranked = list[tuple[Candidate, str]]
Left = dict[Source, int]
Passed = tuple[tuple[int, str], ...]


def _decide(
    short: Item, loss: Loss, ranked: Ranked, left: Left, question: Question, first: int | None
) -> Decision:
    if loss.wish == CREDIT:
        return Decision(loss.line, CREDITED, "wanted_credit")
    chosen, better, barred = _first(short, loss, ranked, left)
    passed = better + barred
    if chosen is None:
        is_full = any(why == "full" for _product, why in better)
        return Decision(loss.line, CREDITED, "all_full" if is_full else "nothing_fits", passed_over=passed)
    option = _option(short, loss, chosen)
    if loss.wish == SUBSTITUTE:
        why = "chosen_by_operator" if option.product == first else "next_best" if better else "best"
        return _take(Decision(loss.line, REPLACED, why, (option,), passed), chosen, left)
    answer_by = _until(chosen, question.answer_by)
    if answer_by >= question.soonest:
        return _take(Decision(loss.line, ASKED, "asked", (option,), passed, answer_by), chosen, left)
    if loss.wish == ASK_CREDIT:
        return Decision(loss.line, CREDITED, "no_time_to_ask", passed_over=passed)
    return _take(Decision(loss.line, REPLACED, "no_time_to_ask", (option,), passed), chosen, left)


def _with_second(
    short: Item, loss: Loss, decision: Decision, ranked: Ranked, left: Left, question: Question
) -> Decision:
    """Add another choice to a question, if there is one that doesn't leave too little time to answer."""
    usual = decision.answer_by or question.answer_by
    others = [
        (candidate, why)
        for candidate, why in ranked
        if candidate.item.product != decision.options[0].product
        and _until(candidate, usual) >= question.soonest
    ]
    chosen, _better, _barred = _first(short, loss, others, left)
    if chosen is None:
        return decision
    options = (*decision.options, _option(short, loss, chosen))
    answer_by = _until(chosen, usual)
    return _take(replace(decision, options=options, answer_by=answer_by), chosen, left)


def _first(short: Item, loss: Loss, ranked: Ranked, left: Left) -> tuple[Candidate | None, Passed, Passed]:
    """Return the best candidate that fits the loss and has room, those before it in the rank that don't, and
    those that can stand in for nobody, each with why.
    """
    barred = tuple((candidate.item.product, bar) for candidate, bar in ranked if bar)
    better: list[tuple[int, str]] = []
    for candidate, bar in ranked:
        if bar:
            break
        why, units = why_not_for(short, loss, candidate)
        if not why and left[candidate.source] < units * candidate.room_units:
            why = "full"
        if not why:
            return candidate, tuple(better), barred
        better.append((candidate.item.product, why))
    return None, tuple(better), barred


def why_not_for(short: Item, loss: Loss, candidate: Candidate) -> tuple[str, int]:
    """Return why a candidate can't stand in for this loss (""), and how many units of it that would take."""
    units = units_for(short, loss.units, candidate.item)
    if candidate.breaks & loss.exclusions:
        return "excluded", units
    return ("on_order" if candidate.item.product in loss.on_order else ""), units


def _until(candidate: Candidate, answer_by: datetime) -> datetime:
    return min(answer_by, candidate.order_until or answer_by)


def _option(short: Item, loss: Loss, chosen: Candidate) -> Option:
    return Option(chosen.item.product, units_for(short, loss.units, chosen.item), chosen.made_on)


def _take(decision: Decision, chosen: Candidate, left: Left) -> Decision:
    left[chosen.source] -= decision.options[-1].units * chosen.room_units
    return decision
