"""Public procurement: when a contract may be made directly, and how far purchases are from their targets.

Amounts are won without VAT. The figures of the law are settings: they change.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from math import ceil

# What a year's purchases are to be compared with: goods, goods and services, or works as well.
GOODS, GOODS_AND_SERVICES, ALL = "goods", "goods_and_services", "all"
WITHIN, FAVOURED, OVER = "within", "favoured", "over"


@dataclass(frozen=True)
class DirectContract:
    """From `valid_from` on one quote is enough up to `one_quote`, and up to `one_quote_favoured` from an
    enterprise with one of the certifications `kinds`.
    """

    valid_from: date
    one_quote: int
    one_quote_favoured: int
    kinds: frozenset[str]


@dataclass(frozen=True)
class Advice:
    """What a year's sum means for the way of contracting: within | favoured | over the limits of `rule`.

    `is_favoured`: the supplier holds one of the certifications for which the higher limit is made.
    """

    year: int
    amount: int
    rule: DirectContract
    level: str
    is_favoured: bool

    @property
    def is_warning(self) -> bool:
        """Whether one quote from this supplier isn't enough."""
        return self.level == OVER or (self.level == FAVOURED and not self.is_favoured)


def rule_on(rules: Iterable[DirectContract], day: date) -> DirectContract | None:
    """Return the rule that is in force on the day, None before the first."""
    in_force = [rule for rule in rules if rule.valid_from <= day]
    return max(in_force, key=lambda rule: rule.valid_from, default=None)


def advise(year: int, amount: int, rule: DirectContract, supplier_kinds: Iterable[str]) -> Advice:
    """Say what the sum of a year means: buying it in parts changes nothing, since splitting is forbidden."""
    level = WITHIN if amount <= rule.one_quote else FAVOURED if amount <= rule.one_quote_favoured else OVER
    return Advice(year, amount, rule, level, bool(rule.kinds & set(supplier_kinds)))


@dataclass(frozen=True)
class Target:
    """A share of the year's purchases, in percent of `basis`."""

    percent: Decimal
    basis: str


@dataclass(frozen=True)
class Volume:
    """What an institution bought elsewhere in a year, by kind."""

    goods: int = 0
    services: int = 0
    works: int = 0

    def with_hub(self, bought: int, basis: str) -> int:
        """Return the purchases that a share is a share of; what comes from the hub is goods."""
        return (
            self.goods
            + bought
            + (self.services if basis != GOODS else 0)
            + (self.works if basis == ALL else 0)
        )


@dataclass(frozen=True)
class Gauge:
    """How much was bought from producers with a certification, beside its target."""

    kind: str
    bought: int
    base: int
    target: Target | None

    @property
    def share(self) -> Decimal:
        """In percent of the purchases, to one decimal."""
        return round(Decimal(100 * self.bought) / self.base, 1) if self.base else Decimal(0)

    @property
    def wanted(self) -> int | None:
        """What the target amounts to, rounded up to a won."""
        return None if self.target is None else ceil(self.target.percent * self.base / 100)

    @property
    def is_reached(self) -> bool:
        return self.wanted is not None and self.bought >= self.wanted

    @property
    def lacking(self) -> int:
        return max(0, (self.wanted or 0) - self.bought)


def gauges(
    sums: Mapping[str, int], total: int, kinds: Iterable[str], targets: Mapping[str, Target], volume: Volume
) -> list[Gauge]:
    """Return a gauge for each kind of certification, those with a target first.

    `sums` are amounts by the certifications of a line, written with spaces between: a line under several
    counts for each of them. `total` is everything that came from the hub.
    """
    found = []
    for kind in kinds:
        target = targets.get(kind)
        bought = sum(amount for held, amount in sums.items() if kind in held.split())
        base = volume.with_hub(total, target.basis if target else ALL)
        found.append(Gauge(kind, bought, base, target))
    return sorted(found, key=lambda gauge: gauge.target is None)


def certified(sums: Mapping[str, int]) -> int:
    """Return what was bought from producers with any certification, each line counted once."""
    return sum(amount for held, amount in sums.items() if held)
