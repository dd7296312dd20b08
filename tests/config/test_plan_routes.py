"""`manage.py plan_routes`: figures on the screen and as JSON, twice the same, and clear refusals."""

import json
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from delivery.models import RoutePlan
from tests import factories as f

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def afternoon_before(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("membership.clock.now", lambda: f.PLANNING_TIME)


def figures(capsys: pytest.CaptureFixture[str], **options: Any) -> dict[str, Any]:
    call_command("plan_routes", date="2026-12-01", seconds=0.5, json=True, **options)
    answer: dict[str, Any] = json.loads(capsys.readouterr().out)
    return answer


def test_plans_and_publishes_a_day_once(capsys: pytest.CaptureFixture[str]) -> None:
    f.ShiftFactory()
    for _ in range(3):
        f.fixed_order()

    first = figures(capsys)
    again = figures(capsys)

    plan = RoutePlan.objects.get()
    assert plan.status == "published"
    expected = {
        "date": "2026-12-01",
        "version": 1,
        "routes": 1,
        "stops": 3,
        "late": 0,
        "unassigned": 0,
        "kilometres": round(plan.distance_m / 1000, 1),
        "hours": first["hours"],
        "result": "published",
        "seconds": first["seconds"],
    }
    assert first == expected
    assert again == expected | {"result": "unchanged", "seconds": again["seconds"]}


def test_prints_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    f.ShiftFactory()
    f.fixed_order()

    call_command("plan_routes", "--date", "2026-12-01", "--seconds", "0.5")

    printed = capsys.readouterr().out
    assert printed.startswith("Delivery day 2026-12-01\n")
    assert "  on no route                0\n" in printed


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        ({"date": "tomorrow"}, "'tomorrow' is not a date"),
        ({"date": "2026-11-29"}, "is over"),
        ({"date": "2026-12-01", "seconds": 0}, "above 0"),
        ({"date": "2026-12-01", "seconds": 901}, "at most 900"),
    ],
)
def test_refuses_what_makes_no_sense(options: dict[str, Any], complaint: str) -> None:
    with pytest.raises(CommandError, match=complaint):
        call_command("plan_routes", **options)
    assert not RoutePlan.objects.exists()


def test_a_planner_that_fails_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    f.ShiftFactory()
    f.fixed_order()
    monkeypatch.setattr("delivery.actions.planning.plan_routes", None)

    with pytest.raises(CommandError, match="unexpected TypeError"):
        call_command("plan_routes", date="2026-12-01")
