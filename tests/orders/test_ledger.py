"""The run ledger: what was due, done, skipped and why; nothing when nothing was due."""

from collections.abc import Callable

import pytest
from django.db import OperationalError

from orders.actions.ledger import ATTEMPTS, Outcome, run_step
from orders.models import CycleItem, CycleRun
from tests.factories import TUESDAY, CategoryFactory, InstitutionFactory

pytestmark = pytest.mark.django_db
FIX, COMPOSE = CycleRun.Step.FIX, CycleRun.Step.COMPOSE


def items() -> list[tuple[str, str, str, str]]:
    return list(CycleItem.objects.order_by("pk").values_list("subject", "outcome", "reason", "detail"))


def test_each_item_is_written_and_counted() -> None:
    organization = InstitutionFactory()
    outcomes = {
        "a": Outcome("done", "A", 1, organization),
        "b": Outcome("skipped", "B", reason="standing_order_paused"),
        "c": Outcome("failed", "C", reason="too_late", detail="x" * 400),
        "d": None,
    }

    run = run_step(FIX, outcomes, outcomes.__getitem__, now=TUESDAY)

    assert run is not None
    assert (run.done, run.skipped, run.failed) == (1, 1, 1)
    assert (run.started_at, run.finished_at) == (TUESDAY, TUESDAY)
    assert items() == [
        ("A", "done", "", ""),
        ("B", "skipped", "standing_order_paused", ""),
        ("C", "failed", "too_late", "x" * 300),
    ]
    assert run.items.get(subject="A").organization == organization


@pytest.mark.parametrize("things", [[], ["somebody else was first"]])
def test_nothing_to_do_leaves_no_trace(things: list[str]) -> None:
    assert run_step(FIX, things, lambda thing: None, now=TUESDAY) is None
    assert not CycleRun.objects.exists()


def test_an_exception_undoes_its_item_and_the_others_go_through() -> None:
    def act(code: str) -> Outcome:
        CategoryFactory(code=code)
        if code == "b":
            raise LookupError("no")
        return Outcome("done", code)

    run = run_step(FIX, ["a", "b", "c"], act, now=TUESDAY)

    assert run is not None
    assert (run.done, run.failed) == (2, 1)
    assert items() == [
        ("a", "done", "", ""),
        ("b", "failed", "unexpected", "LookupError"),
        ("c", "done", "", ""),
    ]
    assert list(CategoryFactory._meta.model.objects.values_list("code", flat=True)) == ["a", "c"]


def busy(times: int) -> Callable[[str], Outcome]:
    """An act that finds the database busy so many times."""
    tries = []

    def act(thing: str) -> Outcome:
        tries.append(thing)
        if len(tries) <= times:
            raise OperationalError("deadlock detected")
        return Outcome("done", thing)

    return act


def test_a_busy_database_is_tried_again() -> None:
    run = run_step(FIX, ["a"], busy(ATTEMPTS - 1), now=TUESDAY)

    assert run is not None
    assert items() == [("a", "done", "", "")]


def test_a_database_that_stays_busy_is_nobodys_failure() -> None:
    assert run_step(FIX, ["a"], busy(ATTEMPTS), now=TUESDAY) is None
    assert items() == []


def test_a_failure_that_stays_due_is_written_once_until_it_changes() -> None:
    def say(reason: str) -> None:
        outcome = "failed" if reason else "done"
        run_step(COMPOSE, ["a"], lambda thing: Outcome(outcome, thing, 7, reason=reason), now=TUESDAY)

    for reason in ["no_product", "no_product", "too_expensive", "too_expensive", "", "too_expensive"]:
        say(reason)

    assert [row[2] for row in items()] == ["no_product", "too_expensive", "", "too_expensive"]
    assert CycleRun.objects.count() == 4
