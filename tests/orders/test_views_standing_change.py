"""Deciding about a standing order on its page: what changes is shown first, done, kept and undone."""

from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from orders import cycle
from orders.models import Occurrence, StandingOrder, StandingOrderChange
from tests.factories import CUTOFF, TUESDAY, StandingOrderFactory, orderer, viewer
from tests.snapshot import everything

pytestmark = pytest.mark.django_db
TUESDAYS = [date(2026, 12, day) for day in (1, 8, 15, 22, 29)]


@pytest.fixture(autouse=True)
def _clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("membership.clock.now", lambda: TUESDAY)


@pytest.fixture
def standing(client: Client) -> StandingOrder:
    """Every Tuesday of December, shown; an orderer of the institution is logged in and reads English."""
    row: StandingOrder = StandingOrderFactory()
    cycle.preview(now=TUESDAY)
    client.force_login(orderer(row.organization, language="en"))
    return row


def typed(standing: StandingOrder, **changes: Any) -> dict[str, Any]:
    return {
        "scope": "all",
        "seen": standing.revision,
        "site": standing.site_id,
        "bundle": standing.bundle_id,
        "headcount": standing.headcount,
        "repeat": "keep",
        "holiday_policy": "before",
        "holiday_default": "before",
        **changes,
    }


def address(standing: StandingOrder, day: date | None = None) -> str:
    here = reverse("orders:standing_order_change", args=[standing.pk])
    return f"{here}?date={day}" if day else here


def headcounts() -> list[int]:
    return list(Occurrence.objects.order_by("rule_date").values_list("headcount", flat=True))


@pytest.mark.parametrize(
    ("scope", "expected"),
    [("one", [10, 25, 10, 10, 10]), ("following", [10, 25, 25, 25, 25]), ("all", [25, 25, 25, 25, 25])],
)
def test_a_change_holds_for_as_many_dates_as_is_said(
    client: Client, standing: StandingOrder, scope: str, expected: list[int]
) -> None:
    sent = typed(standing, scope=scope, headcount=25)
    before = everything()

    shown = client.post(address(standing, TUESDAYS[1]), sent | {"check": "1"})
    assert everything() == before
    assert len(shown.context["differences"]) == expected.count(25)
    done = client.post(address(standing, TUESDAYS[1]), sent, follow=True)

    assert done.redirect_chain == [(reverse("orders:standing_order_detail", args=[standing.pk]), 302)]
    assert headcounts() == expected
    assert "10 people → 25 people" in done.content.decode()


def test_whoever_comes_second_is_told_and_keeps_what_was_typed(
    client: Client, standing: StandingOrder
) -> None:
    client.post(address(standing), typed(standing, headcount=20))

    answer = client.post(address(standing), typed(standing, headcount=30))

    assert answer.status_code == 200
    assert headcounts() == [20] * 5
    assert 'value="30"' in answer.content.decode()
    assert answer.context["seen"] == 1
    client.post(address(standing), typed(standing, headcount=30, seen=answer.context["seen"]))
    assert headcounts() == [30] * 5


def test_after_the_deadline_the_refusal_names_it(
    client: Client, standing: StandingOrder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("membership.clock.now", lambda: CUTOFF)
    before = everything()

    answer = client.post(address(standing, TUESDAYS[1]), typed(standing, scope="one", headcount=0))
    assert answer.status_code == 200
    late = reverse("orders:date_leave_out", args=[standing.pk, TUESDAYS[0]])
    refused = client.post(late, follow=True)

    assert "The cut-off has passed" in refused.content.decode()
    assert everything()["orders.Occurrence"] == before["orders.Occurrence"]


def test_the_small_decisions_and_their_undoing(client: Client, standing: StandingOrder) -> None:
    def post(name: str, *args: Any, **data: Any) -> None:
        answer = client.post(reverse(f"orders:{name}", args=[standing.pk, *args]), data)
        assert answer.status_code == 302

    def state() -> list[tuple[Any, ...]]:
        return list(Occurrence.objects.order_by("rule_date").values_list("delivery_date", "status")[:3])

    start = state()
    post("date_leave_out", TUESDAYS[0])
    post("date_move", TUESDAYS[1], to="2026-12-10")
    post("standing_order_pause", first="2026-12-15", last="2026-12-16")
    assert state() == [
        (TUESDAYS[0], "skipped"),
        (date(2026, 12, 10), "planned"),
        (TUESDAYS[2], "skipped"),
    ]
    page = client.get(reverse("orders:standing_order_detail", args=[standing.pk]))
    assert [change.is_undoable for change in page.context["changes"]] == [True] * 3
    for change in StandingOrderChange.objects.all():
        post("standing_order_undo", change.pk)

    assert state() == start


def test_a_viewer_decides_nothing(client: Client, standing: StandingOrder) -> None:
    client.force_login(viewer(standing.organization))
    before = everything()

    assert client.post(address(standing), typed(standing, headcount=20)).status_code == 403
    for name in ("date_leave_out", "date_move"):
        url = reverse(f"orders:{name}", args=[standing.pk, TUESDAYS[0]])
        assert client.post(url, {"to": "2026-12-03"}).status_code == 403
    assert {**everything(), "sessions.Session": 0} == {**before, "sessions.Session": 0}
