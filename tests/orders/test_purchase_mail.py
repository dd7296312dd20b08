"""The mail about a purchase order: the list as text and table in the reader's language, one tap to accept."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client

from orders import cycle
from orders.actions.note import write_note
from orders.actions.shortage import report_shortage
from orders.emails import send_pending
from orders.models import Notification, PurchaseOrder
from tests.factories import (
    CUTOFF,
    PASSWORD,
    BundleFactory,
    EditionFactory,
    ProducerFactory,
    ProductFactory,
    SlotFactory,
    fixed_order,
    operator,
    producer_user,
)

pytestmark = pytest.mark.django_db
DEADLINE = CUTOFF + timedelta(days=1)


def asked(language: str) -> PurchaseOrder:
    """Ten breads and ten coffees, for a producer whose person reads `language`; the mail isn't sent yet."""
    producer = ProducerFactory(name="해오름베이커리", name_en="Sunrise Bakery", phone="02-777-1234")
    producer_user(producer, language=language, email="baker@example.com")
    bread = ProductFactory(producer=producer, category__code="bread", name="식빵", name_en="White bread")
    coffee = ProductFactory(
        producer=producer, category__code="coffee", name="커피 <원두>", name_en="Coffee <beans>"
    )
    bundle = BundleFactory()
    for product in (bread, coffee):
        SlotFactory(bundle=bundle, category=product.category)
    EditionFactory(bundle=bundle, products=[bread, coffee])
    fixed_order(bundle=bundle)
    purchase_order: PurchaseOrder = PurchaseOrder.objects.get()
    return purchase_order


def mail_to(address: str) -> Any:
    send_pending(now=CUTOFF)
    (message,) = (message for message in mail.outbox if message.to == [address])
    return message


def html_of(message: Any) -> str:
    ((html, kind),) = message.alternatives
    assert kind == "text/html"
    return str(html)


def cells(html: str) -> list[list[str]]:
    rows = re.findall(r"<tr>(.*?)</tr>", html, re.DOTALL)
    return [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row) for row in rows]


def test_the_list_comes_in_korean() -> None:
    purchase_order = asked("ko")

    message = mail_to("baker@example.com")

    assert message.subject == f"[꾸러미] 새 발주서 · {purchase_order.number}"
    lines = message.body.splitlines()
    assert "- 식빵 (1개): 10" in lines
    assert "- 커피 <원두> (1개): 10" in lines
    assert "아래 주소에서 한 번만 눌러 수락하거나 부족 수량을 알려 주세요:" in lines
    assert cells(html_of(message)) == [
        ["상품", "단위", "수량"],
        ["식빵", "1개", "10"],
        ["커피 &lt;원두&gt;", "1개", "10"],
    ]


def test_the_list_comes_in_english() -> None:
    purchase_order = asked("en")
    report_shortage(purchase_order.lines.get(product_name="식빵"), 8, actor=operator(), now=CUTOFF)
    Notification.objects.filter(kind="po_short").delete()

    message = mail_to("baker@example.com")

    assert message.subject == f"[Kkureomi] purchase order issued · {purchase_order.number}"
    assert "- White bread (1 piece): 8 (2 short)" in message.body.splitlines()
    assert cells(html_of(message)) == [
        ["Product", "Unit", "Quantity"],
        ["White bread", "1 piece", "8 (2 short)"],
        ["Coffee &lt;beans&gt;", "1 piece", "10"],
    ]
    # The answer is known: the page is only to be opened.
    assert "Open the purchase order</a>" in html_of(message)


def test_from_the_mail_it_is_a_log_in_and_one_tap() -> None:
    purchase_order = asked("ko")
    message = mail_to("baker@example.com")
    (link,) = re.findall(r'href="([^"]+)"', html_of(message))
    assert link in message.body
    client = Client()

    asks = client.get(link.removeprefix("http://127.0.0.1:8000"), follow=True)
    here = asks.redirect_chain[-1][0]
    page = client.post(here, {"username": "baker@example.com", "password": PASSWORD}, follow=True)
    (action,) = re.findall(r'action="([^"]+/accept/)"', page.content.decode())
    client.post(action)

    purchase_order.refresh_from_db()
    assert purchase_order.status == "accepted"


@pytest.mark.parametrize(("language", "label"), [("ko", "전화"), ("en", "Phone")])
def test_operators_read_whom_to_call(language: str, label: str) -> None:
    operator(language=language, email="hub@example.com")
    asked("ko")
    cycle.close_deadlines(now=DEADLINE)

    message = mail_to("hub@example.com")

    assert f"{label}: 02-777-1234 · " in message.body
    assert f"<p>{label}: 02-777-1234 · " in html_of(message)


@pytest.mark.parametrize(
    ("language", "subject"), [("ko", "발주서 전달 사항"), ("en", "note on a purchase order")]
)
def test_a_message_comes_with_its_words(language: str, subject: str) -> None:
    hub = operator(language=language, email="hub@example.com")
    purchase_order = asked("ko")
    write_note(purchase_order, "8시에 <후문>", actor=producer_user(purchase_order.producer), now=CUTOFF)

    message = mail_to(hub.email)

    assert message.subject.endswith(f"] {subject} · {purchase_order.number}")
    assert "8시에 <후문>" in message.body.splitlines()
    assert "<p>8시에 &lt;후문&gt;</p>" in html_of(message)
