"""A producer and the hub write to each other about a purchase order."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from orders.actions.note import write_note
from orders.models import Notification, PurchaseOrder, PurchaseOrderNote
from tests.factories import CUTOFF, issued_purchase_order, operator, producer_user
from tests.snapshot import everything

pytestmark = pytest.mark.django_db


def told() -> list[tuple[int, str]]:
    return list(Notification.objects.filter(kind="po_note").values_list("recipient", "detail").order_by("pk"))


def test_each_side_is_told_what_the_other_writes() -> None:
    purchase_order = issued_purchase_order()
    baker, hub = producer_user(purchase_order.producer), operator()

    write_note(purchase_order, "아침 8시에 갑니다", actor=baker, now=CUTOFF)
    write_note(purchase_order, "후문으로 와 주세요", actor=hub, now=CUTOFF + timedelta(minutes=1))

    assert list(purchase_order.notes.values_list("author", "text")) == [
        (baker.pk, "아침 8시에 갑니다"),
        (hub.pk, "후문으로 와 주세요"),
    ]
    assert told() == [(hub.pk, "아침 8시에 갑니다"), (baker.pk, "후문으로 와 주세요")]


def test_the_last_message_again_changes_nothing() -> None:
    purchase_order = issued_purchase_order()
    baker, hub = producer_user(purchase_order.producer), operator()
    write_note(purchase_order, "네", actor=baker, now=CUTOFF)
    after = everything()

    write_note(purchase_order, "네", actor=baker, now=CUTOFF + timedelta(minutes=1))
    assert everything() == after
    write_note(purchase_order, "네", actor=hub, now=CUTOFF + timedelta(minutes=2))
    write_note(purchase_order, "네", actor=baker, now=CUTOFF + timedelta(minutes=3))

    assert PurchaseOrderNote.objects.count() == 3


def page_of(purchase_order: PurchaseOrder, text: str) -> tuple[int, list[tuple[str, str]]]:
    """Write as the producer on the page; return the answer's status and what the timeline says."""
    client = Client()
    client.force_login(producer_user(purchase_order.producer, language="en"))
    url = reverse("orders:purchase_order_note", args=[purchase_order.number])
    response = client.post(url, {"text": text}, follow=True)
    return response.status_code, [(str(row["text"]), row["note"]) for row in response.context["events"]]


def test_a_message_stands_in_the_history(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("membership.clock.now", lambda: CUTOFF + timedelta(hours=1))
    purchase_order = issued_purchase_order()

    assert page_of(purchase_order, "아침 8시에 갑니다") == (
        200,
        [("to acknowledge", ""), ("Message", "아침 8시에 갑니다")],
    )


@pytest.mark.parametrize("text", ["", "  ", "가" * 301])
def test_an_empty_or_endless_message_is_shown_again(text: str) -> None:
    assert page_of(issued_purchase_order(), text)[0] == 422
    assert not PurchaseOrderNote.objects.exists()
