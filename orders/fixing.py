"""What becomes of orders whose cut-off has come: thought over for many at once, asking the database nothing.

They come one after the other, in the order in which they are due; each gets what those before it left.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

import structlog

from bundles.edition_key import EditionKey
from bundles.models import Product
from bundles.quote import share_price
from bundles.vat import split

from .choosing import Choice, Wanted, choose
from .exceptions import CannotFix
from .supply import NotRead, Supply

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a due order isn't made; `outcome` as in the run ledger, `reason` as in `orders/reasons.py`."""

    outcome: str
    reason: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Due:
    """A due occurrence or placed order, by its key; `gross` is its price in won.

    `budget` is the department out of whose budget it is to be paid, `swaps` what the member takes instead of
    products. What is `refused` isn't made, whatever is left.
    """

    key: int
    edition: EditionKey
    headcount: int
    gross: int
    swaps: Mapping[int, Product]
    budget: int | None = None
    refused: Refusal | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """What an order gets of a product, with its part of the price in won."""

    choice: Choice
    gross: int
    supply: int
    vat: int


Lines = list[Line]


@dataclass(frozen=True)
class Night:
    """What the orders of one delivery day meet.

    The contents of their editions, or why there are none; what can be had; the producers who have brought
    their goods already; and what is left of budgets, by department, in won.
    """

    contents: Mapping[EditionKey, Wanted | CannotFix]
    supply: Supply
    received: Mapping[int, str] = field(default_factory=dict)
    left: Mapping[int, int] = field(default_factory=dict)


@dataclass
class Plan:
    """What becomes of each, by key, and which budgets are `charged` for it.

    Where `unread` isn't empty, those categories must be read first.
    """

    made: dict[int, Lines] = field(default_factory=dict)
    refused: dict[int, Refusal] = field(default_factory=dict)
    unread: set[int] = field(default_factory=set)
    charged: set[int] = field(default_factory=set)

    def units(self) -> list[Choice]:
        """Return what is taken of each product by all of them together."""
        units: Counter[int] = Counter()
        choices: dict[int, Choice] = {}
        for lines in self.made.values():
            for line in lines:
                key = line.choice.product.id
                units[key] += line.choice.units
                choices[key] = line.choice
        return [replace(choice, units=units[key]) for key, choice in choices.items()]


def make_plan(dues: Iterable[Due], night: Night) -> Plan:
    """Return what becomes of the orders; whatever goes wrong with one is that one's alone."""
    plan, supply, left = Plan(), night.supply.fresh(), dict(night.left)
    for due in dues:
        if due.refused:
            plan.refused[due.key] = due.refused
            continue
        try:
            plan.made[due.key] = _lines(due, night, supply, left)
            if due.budget in left:
                plan.charged.add(due.budget)
        except CannotFix as error:
            plan.refused[due.key] = Refusal("failed", error.reason, error.detail)
        except NotRead as missing:
            plan.unread.add(missing.category)
        except Exception as error:
            log.exception("order_not_fixed", due=due.key)
            plan.refused[due.key] = unexpected(error)
    return plan


def unexpected(error: Exception) -> Refusal:
    """Return the refusal for what nobody thought of."""
    return Refusal("failed", "unexpected", type(error).__name__)


def _lines(due: Due, night: Night, supply: Supply, left: dict[int, int]) -> Lines:
    """Return the order's lines, and take what it needs. Raises CannotFix, and takes nothing."""
    contents = night.contents[due.edition]
    if isinstance(contents, CannotFix):
        raise contents
    choices = choose(contents, due.headcount, due.edition.exclusions, supply, due.swaps)
    for choice in choices:
        if choice.product.producer_id in night.received:
            raise CannotFix("too_late", night.received[choice.product.producer_id])
    if due.budget in left:
        if left[due.budget] < due.gross:
            raise CannotFix("over_budget")
        left[due.budget] -= due.gross
    for choice in choices:
        supply.rooms.take(choice.product, supply.day, choice.units)
    return _priced(choices, due.gross)


def _priced(choices: list[Choice], gross: int) -> Lines:
    shares = share_price(gross, [(choice.product, choice.units) for choice in choices])
    return [
        Line(choice, share, *split(share, choice.product.tax_type == Product.TaxType.TAXABLE))
        for choice, share in zip(choices, shares, strict=True)
    ]
