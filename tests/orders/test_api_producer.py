"""Purchase orders for programs of producers."""

from datetime import timedelta
from typing import Any

import pytest

from orders.actions.receive import receive_purchase_order
from orders.models import PurchaseOrder, Shortage
from tests.api_client import api, listed, queries
from tests.factories import (
    CUTOFF,
    DELIVERY_DATE,
    courier,
    issued_purchase_order,
    operator,
    orderer,
    producer_user,
    viewer,
)
from tests.snapshot import everything

pytestmark = pytest.mark.django_db
LIST = "/api/v1/purchase-orders/"


@pytest.fixture(autouse=True)
def at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("membership.clock.now", lambda: CUTOFF)


def url(row: PurchaseOrder, *more: object) -> str:
    return "/".join([LIST + row.number, *map(str, more), ""])


def test_purchase_order_is_shown_with_lines_and_events() -> None:
    row = issued_purchase_order()
    line = row.lines.get()
    summary = {
        "number": row.number,
        "producer": {"id": row.producer_id, "name": row.producer.name, "name_en": row.producer.name_en},
        "delivery_date": "2026-12-01",
        "status": "issued",
        "acknowledge_by": "2026-11-27T15:00:00+09:00",
        "issued_at": "2026-11-26T15:00:00+09:00",
        "units": 10,
        "amount": 15_000,
    }
    reader = producer_user(row.producer)
    assert api(reader).get(LIST).json()["results"] == [summary]
    assert api(reader).get(url(row)).json() == {
        **summary,
        "lines": [
            {
                "id": line.pk,
                "product": line.product_id,
                "product_name": line.product.name,
                "supply_price": 1500,
                "ordered": 10,
                "confirmed": None,
                "received": None,
                "amount": 15_000,
            }
        ],
        "events": [{"was": "", "to": "issued", "at": "2026-11-26T15:00:00+09:00", "actor": None, "note": ""}],
    }


def test_purchase_orders_are_filtered_by_state_date_and_producer() -> None:
    one, later = issued_purchase_order(), issued_purchase_order(day=DELIVERY_DATE + timedelta(days=1))
    user = operator()
    assert listed(user, LIST, "number") == [later.number, one.number]
    assert listed(user, f"{LIST}?delivery_date_until=2026-12-01", "number") == [one.number]
    assert listed(user, f"{LIST}?producer={later.producer_id}&status=issued", "number") == [later.number]
    assert listed(user, f"{LIST}?status=accepted", "number") == []


def test_accepting_twice_changes_nothing_more() -> None:
    row = issued_purchase_order()
    user = producer_user(row.producer, name="김생산", name_en="Kim")
    first = api(user).post(url(row, "accept"))
    assert (first.status_code, first.json()["status"]) == (200, "accepted")
    assert [line["confirmed"] for line in first.json()["lines"]] == [10]
    assert first.json()["events"][-1]["actor"] == {"name": "김생산", "name_en": "Kim"}
    after = everything()
    assert api(user).post(url(row, "accept")).json() == first.json()
    assert everything() == after


def test_reporting_a_shortage_twice_changes_nothing_more() -> None:
    row = issued_purchase_order()
    user, line = producer_user(row.producer), row.lines.get()
    path = url(row, "lines", line.pk, "shortage")
    first = api(user).post(path, {"confirmed": 7}, format="json")
    assert (first.status_code, first.json()["status"], first.json()["units"], first.json()["amount"]) == (
        200,
        "short",
        7,
        10_500,
    )
    assert [(shortage.quantity, shortage.reported_by) for shortage in Shortage.objects.all()] == [(3, user)]
    after = everything()
    assert api(user).post(path, {"confirmed": 7}, format="json").json() == first.json()
    assert everything() == after


@pytest.mark.parametrize(
    ("sent", "code", "named"),
    [
        ({}, 400, ["confirmed"]),
        ({"confirmed": -1}, 400, ["confirmed"]),
        ({"confirmed": "some"}, 400, ["confirmed"]),
        ({"confirmed": 11}, 409, ["code", "detail"]),
        ({"confirmed": 10**30}, 409, ["code", "detail"]),
    ],
)
def test_a_shortage_that_cannot_be_is_refused(sent: dict[str, Any], code: int, named: list[str]) -> None:
    row = issued_purchase_order()
    user = producer_user(row.producer)
    before = everything()
    answer = api(user).post(url(row, "lines", row.lines.get().pk, "shortage"), sent, format="json")
    assert (answer.status_code, sorted(answer.json())) == (code, named)
    assert everything() == before


def test_what_was_received_can_no_longer_be_answered() -> None:
    row = issued_purchase_order()
    user = producer_user(row.producer)
    receive_purchase_order(row, actor=operator(), now=CUTOFF)
    before = everything()
    accepted = api(user).post(url(row, "accept"))
    short = api(user).post(url(row, "lines", row.lines.get().pk, "shortage"), {"confirmed": 1})
    assert [(answer.status_code, answer.json()["code"]) for answer in (accepted, short)] == [
        (409, "wrong_state")
    ] * 2
    assert everything() == before


def test_strangers_find_nothing_and_change_nothing() -> None:
    row = issued_purchase_order()
    buyer = row.lines.get().product.order_lines.get().order.organization
    line = row.lines.get().pk
    for stranger in (producer_user(), orderer(buyer), viewer(buyer), courier()):
        before = everything()
        assert listed(stranger, LIST, "number") == []
        assert api(stranger).get(url(row)).status_code == 404
        assert api(stranger).post(url(row, "accept")).status_code == 404
        assert api(stranger).post(url(row, "lines", line, "shortage"), {"confirmed": 0}).status_code == 404
        assert everything() == before


def test_a_line_of_another_purchase_order_is_not_found() -> None:
    row, other = issued_purchase_order(), issued_purchase_order()
    user = producer_user(row.producer)
    before = everything()
    path = url(row, "lines", other.lines.get().pk, "shortage")
    assert api(user).post(path, {"confirmed": 0}).status_code == 404
    assert everything() == before


def test_operators_answer_for_a_producer() -> None:
    row = issued_purchase_order()
    assert api(operator()).post(url(row, "accept")).json()["status"] == "accepted"


def test_the_list_takes_as_many_queries_for_three_rows_as_for_one() -> None:
    user = operator()
    issued_purchase_order()
    one = queries(user, LIST)
    issued_purchase_order()
    issued_purchase_order()
    assert len(listed(user, LIST, "number")) == 3
    assert queries(user, LIST) == one
