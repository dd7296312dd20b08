"""Operators hear once a day which contents need them, and nothing when nothing does."""

from datetime import datetime, timedelta

import pytest
from django.conf import settings
from django.core import mail

from membership.models import User
from orders.actions.tell import tell_operators
from orders.cutoff import seoul
from orders.cycle import preview
from orders.emails import send_pending
from orders.models import Notification, Order
from orders.tasks import tell_operators_of_contents
from tests.factories import (
    DELIVERY_DATE,
    TUESDAY,
    BundleFactory,
    EditionFactory,
    OrderFactory,
    StandingOrderFactory,
    bundle_with,
    operator,
    orderer,
)
from tests.snapshot import everything

pytestmark = pytest.mark.django_db
MORNING: datetime = seoul(TUESDAY.date(), settings.TELL_OPERATORS_TIME)


def told() -> list[tuple[User, str, str]]:
    return [(row.recipient, row.kind, row.detail) for row in Notification.objects.order_by("pk")]


def missing() -> Order:
    """An order whose bundle nobody has filled."""
    return OrderFactory(bundle=BundleFactory(name_en="Empty bundle"))


def test_each_operator_is_told_once_a_day_from_the_morning_on() -> None:
    first, second = operator(), operator()
    operator(is_active=False)
    orderer()
    missing()
    today = TUESDAY.date()

    assert tell_operators(now=MORNING - timedelta(minutes=1)) == 0
    assert tell_operators(now=MORNING) == 2
    assert tell_operators(now=MORNING + timedelta(hours=9)) == 0
    assert tell_operators(now=MORNING + timedelta(days=1)) == 2
    assert told() == [
        (user, "compose_to_do", day.isoformat())
        for day in (today, today + timedelta(days=1))
        for user in (first, second)
    ]


def test_nothing_is_told_until_something_comes_up() -> None:
    operator()

    assert tell_operators(now=MORNING) == 0
    missing()
    assert tell_operators(now=MORNING + timedelta(hours=3)) == 1


def test_an_operator_who_came_during_the_day_is_told_alone() -> None:
    operator()
    missing()
    tell_operators(now=MORNING)
    late = operator()

    assert tell_operators(now=MORNING + timedelta(hours=3)) == 1
    assert told()[-1][0] == late


def test_the_task_tells_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("membership.clock.now", lambda: MORNING)
    operator()
    missing()

    tell_operators_of_contents()
    after = everything()
    tell_operators_of_contents()

    assert everything() == after
    assert Notification.objects.count() == 1


def test_the_mail_names_what_is_missing_soon_published_and_relaxed() -> None:
    user = operator(language="en")
    standing = StandingOrderFactory(bundle=BundleFactory(name_en="Empty bundle"))
    preview(now=MORNING)
    soon = MORNING.date() + timedelta(days=settings.PUBLISH_DAYS + 1)
    bundle = bundle_with("bread", name_en="Bread bundle")
    EditionFactory(bundle=bundle, delivery_date=soon, relaxed="max_cost", exclusions=1)
    tell_operators(now=MORNING)
    mail.outbox.clear()

    assert send_pending(now=MORNING) == 1

    [message] = mail.outbox
    first = standing.occurrences.order_by("delivery_date").first()
    assert first.delivery_date == DELIVERY_DATE
    assert message.to == [user.email]
    assert message.subject == "[Kkureomi] contents that need you"
    lines = message.body.splitlines()
    assert "Could not be composed: 5" in lines
    assert "- Tue 1 Dec · Empty bundle: The bundle has no contents yet" in lines
    assert "- Sat 5 Dec · Bread bundle (no eggs): from Wed 25 Nov" in lines
    assert "- Sat 5 Dec · Bread bundle (no eggs): Costs more than the price allows" in lines
    assert message.body.strip().endswith("/compose/")


def test_what_was_settled_before_the_mail_went_out_is_not_named() -> None:
    operator(language="en")
    order = missing()
    tell_operators(now=MORNING)
    order.status = Order.Status.CANCELLED
    order.save()
    mail.outbox.clear()

    send_pending(now=MORNING)

    [message] = mail.outbox
    assert "Could not be composed" not in message.body
    assert "Everything was settled before this mail went out." in message.body
