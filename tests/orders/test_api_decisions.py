"""Decisions about standing orders, their dates, approvals and swaps, made by programs of institutions."""

from datetime import date
from typing import Any

import pytest

from membership.models import User
from orders import cycle
from orders.models import Occurrence, Order, StandingOrder, StandingOrderChange, Swap
from tests.api_client import api, listed
from tests.factories import (
    TUESDAY,
    EditionFactory,
    OrderFactory,
    StandingOrderFactory,
    approver,
    bundle_with,
    orderer,
    viewer,
)
from tests.snapshot import everything

pytestmark = pytest.mark.django_db
STANDING, DATES, CHANGES = (
    f"/api/v1/{noun}/" for noun in ("standing-orders", "occurrences", "standing-order-changes")
)


@pytest.fixture(autouse=True)
def set_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("membership.clock.now", lambda: TUESDAY)


def shown(**fields: Any) -> tuple[StandingOrder, User]:
    """Every Tuesday of December, and who orders there."""
    person = orderer()
    standing: StandingOrder = StandingOrderFactory(
        **{"organization": person.seats.get().organization, **fields}
    )
    cycle.preview(now=TUESDAY)
    return standing, person


def rows(*fields: str) -> list[Any]:
    return list(Occurrence.objects.order_by("rule_date").values_list(*fields, flat=len(fields) == 1))


def on(day: int) -> Occurrence:
    return Occurrence.objects.get(rule_date=date(2026, 12, day))


def test_all_dates_or_those_from_one_on_change() -> None:
    standing, person = shown()
    path = f"{STANDING}{standing.pk}/change/"

    first = api(person).post(path, {"headcount": 12, "seen": 0}, format="json")
    later = api(person).post(path, {"headcount": 20, "since": "2026-12-15"}, format="json")
    stale = api(person).post(path, {"headcount": 30, "seen": 0}, format="json")

    assert (first.status_code, first.json()["headcount"], first.json()["revision"]) == (200, 12, 1)
    assert (later.status_code, stale.status_code, stale.json()["code"]) == (200, 409, "changed_meanwhile")
    assert rows("headcount") == [12, 12, 20, 20, 20]


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"rrule": "FREQ=HOURLY"}, "rrule"),
        ({"headcount": 0}, "headcount"),
        ({"window_opens": "10:00"}, "window_closes"),
        ({"window_opens": "10:00", "window_closes": "09:00"}, "window_closes"),
        ({"holiday_default": "ask"}, "holiday_default"),
    ],
)
def test_a_change_that_makes_no_sense_names_its_field(sent: dict[str, Any], field: str) -> None:
    standing, person = shown()
    before = everything()
    answer = api(person).post(f"{STANDING}{standing.pk}/change/", sent, format="json")
    assert (answer.status_code, list(answer.json())) == (400, [field])
    assert everything() == before


def test_one_date_is_changed_moved_left_out_and_taken_in_again() -> None:
    _standing, person = shown()

    def decide(day: int, verb: str, **sent: Any) -> dict[str, Any]:
        answer = api(person).post(f"{DATES}{on(day).pk}/{verb}/", sent, format="json")
        assert answer.status_code == 200
        row: dict[str, Any] = answer.json()
        return row

    assert decide(1, "change", headcount=25, exclusions=["2"])["headcount"] == 25
    assert decide(8, "move", to="2026-12-10")["delivery_date"] == "2026-12-10"
    assert decide(15, "skip")["status"] == "skipped"
    assert decide(15, "bring-back")["status"] == "planned"
    refused = api(person).post(f"{DATES}{on(8).pk}/move/", {"to": "2026-12-25"}, format="json")
    assert (refused.status_code, refused.json()["code"]) == (409, "not_a_working_day")
    assert rows("headcount") == [25, 10, 10, 10, 10]


def test_pausing_resuming_and_ending_are_kept_and_undone() -> None:
    standing, person = shown()
    path = f"{STANDING}{standing.pk}/"
    client = api(person)
    for verb, sent in (
        ("pause", {"first": "2026-12-08"}),
        ("resume", {"on": "2026-12-20"}),
        ("end", {"last": "2026-12-24"}),
    ):
        assert client.post(f"{path}{verb}/", sent, format="json").status_code == 200
    assert rows("status") == ["planned", "skipped", "skipped", "planned", "skipped"]

    kinds = listed(person, f"{CHANGES}?standing_order={standing.pk}", "kind")
    assert kinds == ["end", "resume", "pause"]
    first = StandingOrderChange.objects.get(kind="pause")
    refused = client.post(f"{CHANGES}{first.pk}/undo/")
    assert (refused.status_code, refused.json()["code"]) == (409, "newer_change")
    for change in StandingOrderChange.objects.order_by("-pk"):
        assert client.post(f"{CHANGES}{change.pk}/undo/").status_code == 200
    assert rows("status") == ["planned"] * 5


def test_a_question_about_a_holiday_is_answered() -> None:
    _standing, person = shown(
        rrule="FREQ=WEEKLY;BYDAY=FR;COUNT=1", starts_on=date(2026, 12, 25), holiday_policy="ask"
    )
    cycle.ask_about_holidays(now=TUESDAY)
    path = f"{DATES}{on(25).pk}/"

    assert api(person).get(path).json()["answer_by"] == "2026-12-20T15:00:00+09:00"
    for _ in range(2):
        answered = api(person).post(f"{path}answer/", {"answer": "after"}, format="json").json()
    assert (answered["delivery_date"], answered["answer"], answered["answer_by"]) == (
        "2026-12-28",
        "after",
        None,
    )


def test_approvers_decide_and_nobody_else() -> None:
    order = OrderFactory(status="awaiting", reason="over_limit")
    standing: StandingOrder = StandingOrderFactory(organization=order.organization, status="awaiting")
    chief = approver(order.organization)
    paths = [f"/api/v1/orders/{order.number}/approve/", f"{STANDING}{standing.pk}/decline/"]
    sent = {"price": order.gross, "note": "too much"}

    for user in (orderer(order.organization), viewer(order.organization)):
        before = everything()
        assert [api(user).post(path, sent, format="json").status_code for path in paths] == [403, 403]
        assert everything() == before
    wrong = api(chief).post(paths[0], {"price": order.gross + 1}, format="json")
    assert (wrong.status_code, wrong.json()["code"]) == (409, "changed_meanwhile")
    assert [api(chief).post(path, sent, format="json").status_code for path in paths] == [200, 200]
    assert (Order.objects.get().status, StandingOrder.objects.get().status) == ("placed", "ended")


def test_a_product_is_swapped_and_back() -> None:
    bundle = bundle_with("bread")
    product, other, _third = bundle.slots.get().category.products.order_by("pk")
    EditionFactory(bundle=bundle, products=[product], status="published", published_at=TUESDAY)
    order = OrderFactory(bundle=bundle)
    person = orderer(order.organization)
    path = f"/api/v1/orders/{order.number}/swap/"

    sent = {"product": product.pk, "alternative": other.pk}
    assert api(person).post(path, sent, format="json").status_code == 200
    assert Swap.objects.values_list("product", "alternative").get() == (product.pk, other.pk)
    assert api(person).post(path, {**sent, "alternative": None}, format="json").status_code == 200
    assert not Swap.objects.exists()
