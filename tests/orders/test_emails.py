"""Mail: each message once, in the reader's language; a failure is tried again and stops nobody else."""

from smtplib import SMTPRecipientsRefused, SMTPServerDisconnected
from typing import Any

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend

from orders.actions.notify import notify
from orders.emails import send_pending
from orders.models import Notification, Order, PurchaseOrder
from tests.factories import CUTOFF, TUESDAY, UserFactory, fixed_order, issued_purchase_order, orderer

pytestmark = pytest.mark.django_db


def pending(*emails: str) -> None:
    for email in emails:
        notify([UserFactory(email=email)], "order_not_made", now=TUESDAY, detail="2026-12-01 unlocated_site")


def receivers() -> list[str]:
    return [message.to[0] for message in mail.outbox]


def unsent() -> list[str]:
    rows = Notification.objects.filter(sent_at=None).order_by("pk")
    return list(rows.values_list("recipient__email", flat=True))


def test_each_notification_is_sent_once() -> None:
    pending("a@example.com", "b@example.com")

    assert send_pending(now=CUTOFF) == 2
    assert send_pending(now=CUTOFF) == 0
    assert receivers() == ["a@example.com", "b@example.com"]
    assert set(Notification.objects.values_list("sent_at", flat=True)) == {CUTOFF}


def test_the_oldest_go_first_when_there_are_many() -> None:
    pending("a@example.com", "b@example.com", "c@example.com")

    assert send_pending(now=CUTOFF, limit=2) == 2
    assert unsent() == ["c@example.com"]


def test_a_message_another_worker_claimed_is_not_sent_again(monkeypatch: pytest.MonkeyPatch) -> None:
    pending("a@example.com", "b@example.com")
    send = EmailBackend.send_messages

    def other_worker_sends_the_rest(backend: EmailBackend, messages: Any) -> int:
        Notification.objects.filter(sent_at=None).update(sent_at=CUTOFF)
        return send(backend, messages)

    monkeypatch.setattr(EmailBackend, "send_messages", other_worker_sends_the_rest)

    assert send_pending(now=CUTOFF) == 1
    assert receivers() == ["a@example.com"]


def failing(monkeypatch: pytest.MonkeyPatch, error: Exception, address: str = "") -> pytest.MonkeyPatch:
    """Let the mail server answer with `error`, to everything or to one address."""
    send = EmailBackend.send_messages

    def answer(backend: EmailBackend, messages: Any) -> int:
        if address in ("", messages[0].to[0]):
            raise error
        return send(backend, messages)

    monkeypatch.setattr(EmailBackend, "send_messages", answer)
    return monkeypatch


def test_what_a_server_that_is_away_refused_is_sent_later(monkeypatch: pytest.MonkeyPatch) -> None:
    pending("a@example.com", "b@example.com")

    with monkeypatch.context() as patch:
        failing(patch, SMTPServerDisconnected())
        assert send_pending(now=TUESDAY) == 0
    assert unsent() == ["a@example.com", "b@example.com"]

    assert send_pending(now=CUTOFF) == 2
    assert receivers() == ["a@example.com", "b@example.com"]


@pytest.mark.parametrize("error", [SMTPRecipientsRefused({}), ValueError("a line break in the subject")])
def test_a_mail_that_cannot_be_sent_does_not_hold_up_the_others(
    monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    pending("bad@example.com", "b@example.com")
    failing(monkeypatch, error, "bad@example.com")

    assert send_pending(now=TUESDAY) == 1
    assert receivers() == ["b@example.com"]
    assert unsent() == ["bad@example.com"]


def test_every_kind_can_be_written_in_both_languages() -> None:
    order = fixed_order(organization=orderer().seats.get().organization)
    purchase_order = issued_purchase_order()
    Notification.objects.all().delete()
    about: dict[str, Order | PurchaseOrder]
    for language in ("ko", "en"):
        person = UserFactory(language=language)
        for kind in Notification.Kind.values:
            about = {"purchase_order": purchase_order} if kind.startswith("po") else {"order": order}
            notify([person], kind, now=TUESDAY, detail="unlocated_site", **about)

    assert send_pending(now=CUTOFF) == 2 * len(Notification.Kind.values)
    numbers = {order.number, purchase_order.number}
    assert {message.subject.rsplit(" · ", 1)[1] for message in mail.outbox} == numbers
    assert all(f"/orders/{order.number}/" in message.body for message in mail.outbox[:6])
    assert mail.outbox[1].body != mail.outbox[1 + len(Notification.Kind.values)].body


def test_a_date_that_was_not_ordered_is_told_with_the_reason_in_words() -> None:
    notify([UserFactory(language="en")], "order_not_made", now=TUESDAY, detail="2026-12-01 unlocated_site")

    send_pending(now=CUTOFF)

    (message,) = mail.outbox
    _, day, why, _ = filter(None, message.body.splitlines())
    assert (day, why) == ("Delivery date: 2026-12-01", "Why: The site has no usable location")
