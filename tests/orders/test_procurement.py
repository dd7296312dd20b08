"""Direct contracts and targets, by arithmetic alone."""

from datetime import date
from decimal import Decimal

import pytest

from orders.procurement import (
    ALL,
    GOODS,
    GOODS_AND_SERVICES,
    Advice,
    DirectContract,
    Gauge,
    Target,
    Volume,
    advise,
    certified,
    gauges,
    rule_on,
)

OLD = DirectContract(date(2024, 1, 1), 10, 20, frozenset({"women_owned"}))
RULE = DirectContract(date(2026, 7, 1), 20, 50, frozenset({"women_owned", "social_enterprise"}))


@pytest.mark.parametrize(
    ("day", "rule"),
    [
        (date(2023, 12, 31), None),
        (date(2024, 1, 1), OLD),
        (date(2026, 6, 30), OLD),
        (date(2026, 7, 1), RULE),
        (date(2030, 1, 1), RULE),
    ],
)
def test_the_rule_of_the_day_is_the_latest_that_is_in_force(day: date, rule: DirectContract | None) -> None:
    assert rule_on([RULE, OLD], day) == rule


@pytest.mark.parametrize(
    ("amount", "kinds", "level", "warns"),
    [
        (0, (), "within", False),
        (20, (), "within", False),
        (21, (), "favoured", True),
        (21, ("cooperative",), "favoured", True),
        (50, ("cooperative", "social_enterprise"), "favoured", False),
        (51, ("social_enterprise",), "over", True),
    ],
)
def test_a_sum_is_within_one_quote_or_warned_of(
    amount: int, kinds: tuple[str, ...], level: str, warns: bool
) -> None:
    advice = advise(2026, amount, RULE, kinds)

    assert (advice.level, advice.is_warning) == (level, warns)
    assert advice == Advice(2026, amount, RULE, level, "social_enterprise" in kinds)


def test_a_line_counts_under_each_certification_and_once_in_the_total() -> None:
    sums = {"": 100, "cooperative": 30, "cooperative women_owned": 50, "social_cooperative": 7}

    found = gauges(sums, 187, ["cooperative", "women_owned", "social_cooperative"], {}, Volume())

    assert [(gauge.kind, gauge.bought) for gauge in found] == [
        ("cooperative", 80),
        ("women_owned", 50),
        ("social_cooperative", 7),
    ]
    assert certified(sums) == 87


@pytest.mark.parametrize(("basis", "base"), [(GOODS, 1_100), (GOODS_AND_SERVICES, 1_300), (ALL, 1_700)])
def test_a_share_is_of_its_basis_with_what_the_hub_brought(basis: str, base: int) -> None:
    volume = Volume(goods=1_000, services=200, works=400)

    (gauge,) = gauges(
        {"women_owned": 55}, 100, ["women_owned"], {"women_owned": Target(Decimal(5), basis)}, volume
    )

    assert gauge.base == base
    assert gauge.share == round(Decimal(5500) / base, 1)
    assert gauge.wanted == -(-5 * base // 100)


@pytest.mark.parametrize(
    ("bought", "reached", "lacking"), [(0, False, 12), (11, False, 1), (12, True, 0), (99, True, 0)]
)
def test_a_target_is_reached_by_the_won(bought: int, reached: bool, lacking: int) -> None:
    # 1.1 % of 1,001 won are 11.011.
    gauge = Gauge("women_owned", bought, 1_001, Target(Decimal("1.1"), ALL))

    assert (gauge.wanted, gauge.is_reached, gauge.lacking) == (12, reached, lacking)


def test_without_purchases_nothing_is_shared_and_without_a_target_nothing_reached() -> None:
    gauge = Gauge("women_owned", 0, 0, None)

    assert (gauge.share, gauge.wanted, gauge.is_reached, gauge.lacking) == (0, None, False, 0)


def test_kinds_with_a_target_come_first() -> None:
    found = gauges({}, 0, ["a", "b", "c"], {"c": Target(Decimal(1), ALL)}, Volume())

    assert [gauge.kind for gauge in found] == ["c", "a", "b"]
