"""An institution is asked what should come instead: answers, deadlines, and what is held meanwhile."""

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail

from bundles.models import Capacity, Product
from membership.models import Organization, User
from orders import cycle
from orders.actions.call_off import call_off_order
from orders.actions.fulfil import dispatch_order
from orders.actions.pack import pack_line, pack_order
from orders.actions.question import answer_shortage
from orders.actions.receive import receive_purchase_order
from orders.actions.shortage import report_missing, report_shortage
from orders.emails import send_pending
from orders.exceptions import NotPossible
from orders.models import (
    CycleItem,
    Notification,
    Order,
    OrderLine,
    PurchaseOrder,
    PurchaseOrderLine,
    Shortage,
)
from tests.factories import (
    CUTOFF,
    InstitutionFactory,
    ProductFactory,
    bundle_with,
    fixed_order,
    issued_purchase_order,
    operator,
    orderer,
    producer_user,
)
from tests.snapshot import everything

pytestmark = pytest.mark.django_db
# A Friday morning; four office hours later, unless something must be made earlier.
NOW = CUTOFF + timedelta(hours=18)
DEADLINE = NOW + timedelta(hours=4)


def office(on_shortage: str = "ask_credit") -> Organization:
    return InstitutionFactory(on_shortage=on_shortage)


def asked(organization: Organization, short: int = 3, *, stand_ins: int = 2) -> Shortage:
    """Of ten units that one order of the institution gets, so many are short."""
    line = issued_purchase_order(organization=organization).lines.get()
    for nth in range(stand_ins):
        ProductFactory(category=line.product.category, list_price=2000 + nth * 100, lead_days=0)
    (shortage,) = report_shortage(line, 10 - short, actor=operator(), now=NOW)
    return shortage


def reserved() -> dict[str, int]:
    rows = Capacity.objects.filter(reserved__gt=0).select_related("product")
    return {row.product.name: row.reserved for row in rows}


def names(shortage: Shortage) -> list[str]:
    return [option.product.name for option in shortage.options.all()]


def answer(shortage: Shortage, product: Product | None, actor: User, **when: Any) -> Shortage:
    return answer_shortage(shortage, product and product.pk, actor=actor, **{"now": NOW, **when})


def refused(reason: str, shortage: Shortage, product: Product | None, actor: User, **when: Any) -> None:
    before = everything()
    with pytest.raises(NotPossible, match=reason):
        answer(shortage, product, actor, **when)
    assert everything() == before


def test_while_it_is_asked_the_choices_are_held_and_the_price_stays() -> None:
    person = orderer(office())
    shortage = asked(person.seats.get().organization)

    first, second = (option.product for option in shortage.options.all())
    order, line = Order.objects.get(), OrderLine.objects.get()
    assert (shortage.status, shortage.amount, shortage.answer_by) == ("asked", 6_000, DEADLINE)
    assert (line.coming, line.gross, order.gross) == (7, 20_000, 20_000)
    assert reserved() == {line.product_name: 7, first.name: 3, second.name: 3}
    assert not PurchaseOrder.objects.filter(producer=first.producer).exists()
    told = Notification.objects.filter(kind="shortage_asked")
    assert list(told.values_list("recipient", "order")) == [(person.pk, order.pk)]


def test_the_choice_comes_at_the_same_price_and_the_other_is_free_again() -> None:
    person = orderer(office())
    shortage = asked(person.seats.get().organization)
    first, second = (option.product for option in shortage.options.all())

    answer(shortage, second, person)
    after = everything()
    answer(shortage, second, person)

    assert everything() == after
    order = Order.objects.get()
    short, substitute = order.lines.order_by("pk")
    assert (short.gross, substitute.product, substitute.quantity, substitute.gross) == (
        14_000,
        second,
        3,
        6_000,
    )
    assert (order.gross, order.supply, order.vat) == (20_000, 12_727 + 5_455, 1_273 + 545)
    assert reserved() == {short.product_name: 7, second.name: 3}
    assert PurchaseOrderLine.objects.get(product=second).ordered == 3
    row = Shortage.objects.get()
    assert (row.status, row.reason, row.substitute) == ("replaced", "answered", substitute)
    assert [(event.was, event.to, event.actor) for event in row.events.all()] == [
        ("", "asked", row.reported_by),
        ("asked", "replaced", person),
    ]
    refused("already_answered", shortage, first, person)


def test_no_substitute_is_a_credit() -> None:
    person = orderer(office("ask_substitute"))
    shortage = asked(person.seats.get().organization)

    answer(shortage, None, person)

    order = Order.objects.get()
    assert (order.gross, order.lines.get().gross) == (14_000, 14_000)
    assert reserved() == {order.lines.get().product_name: 7}
    assert (Shortage.objects.get().status, Shortage.objects.get().credited) == ("credited", 6_000)


def test_only_what_was_offered_can_be_chosen_and_only_in_time() -> None:
    person = orderer(office())
    shortage = asked(person.seats.get().organization)
    option = shortage.options.first().product

    refused("not_an_option", shortage, ProductFactory(), person)
    refused("answer_closed", shortage, option, person, now=DEADLINE)


@pytest.mark.parametrize(
    ("on_shortage", "status", "gross"),
    [("ask_credit", "credited", 14_000), ("ask_substitute", "replaced", 20_000)],
)
def test_without_an_answer_the_institutions_wish_is_done_once(
    on_shortage: str, status: str, gross: int
) -> None:
    shortage = asked(office(on_shortage))
    first = shortage.options.first().product

    assert cycle.settle_questions(now=DEADLINE - timedelta(hours=3)) == []
    (run,) = cycle.settle_questions(now=DEADLINE)
    after = everything()
    assert cycle.settle_questions(now=DEADLINE + timedelta(days=1)) == []

    assert everything() == after
    row = Shortage.objects.get()
    assert (row.status, row.reason, Order.objects.get().gross) == (status, "by_default", gross)
    assert (run.step, run.done) == ("answer", 1)
    kept = {row.order_line.product_name: 7} | ({first.name: 3} if status == "replaced" else {})
    assert reserved() == kept
    assert [event.actor for event in row.events.all()] == [row.reported_by, None]


def test_the_default_takes_the_second_choice_when_the_first_has_come_without_it() -> None:
    shortage = asked(office("ask_substitute"))
    first, second = (option.product for option in shortage.options.all())
    other = issued_purchase_order(first.producer)
    receive_purchase_order(other, actor=operator(), now=NOW)

    refused("producer_received", shortage, first, orderer())
    cycle.settle_questions(now=DEADLINE)

    assert Shortage.objects.get().substitute.product == second


def test_a_reminder_goes_out_once_before_the_deadline() -> None:
    person = orderer(office())
    asked(person.seats.get().organization)
    Notification.objects.all().delete()

    for _ in range(2):
        cycle.settle_questions(now=DEADLINE - timedelta(minutes=60))

    assert list(Notification.objects.values_list("recipient", "kind")) == [(person.pk, "shortage_reminder")]
    assert CycleItem.objects.filter(run__step="answer").count() == 1


def test_an_order_that_leaves_without_an_answer_is_credited() -> None:
    shortage = asked(office("ask_substitute"))
    dispatch_order(Order.objects.get(), actor=operator(), now=NOW)
    refused("answer_closed", shortage, shortage.options.first().product, orderer())

    cycle.settle_questions(now=NOW)

    row = Shortage.objects.get()
    assert (row.status, row.reason, Order.objects.get().gross) == ("credited", "left_without", 14_000)
    assert reserved() == {row.order_line.product_name: 7}


def test_an_order_that_is_called_off_drops_its_question_and_what_was_held() -> None:
    shortage = asked(office())

    call_off_order(Order.objects.get(), reason="휴관", actor=operator(), now=NOW)

    assert Shortage.objects.get().status == "dropped"
    assert reserved() == {}
    refused("already_answered", shortage, None, orderer())
    assert cycle.settle_questions(now=DEADLINE) == []


def test_an_order_is_not_packed_while_something_may_still_come() -> None:
    person, hub = orderer(office()), operator()
    bundle = bundle_with("bread", "coffee")
    order = fixed_order(bundle=bundle, organization=person.seats.get().organization)
    bread, coffee = order.lines.order_by("pk")
    shortage = report_missing(bread, 0, actor=hub, now=NOW)
    assert shortage
    pack_line(coffee, actor=hub, now=NOW)

    order.refresh_from_db()
    assert order.status == "confirmed"
    with pytest.raises(NotPossible, match="question_open"):
        pack_order(order, actor=hub, now=NOW)
    answer(shortage, None, person)

    order.refresh_from_db()
    assert order.status == "packed"


def test_a_second_shortage_while_the_first_is_asked_loses_no_won() -> None:
    person = orderer(office())
    shortage = asked(person.seats.get().organization, stand_ins=4)
    line = PurchaseOrderLine.objects.get()

    (second,) = report_shortage(line, 2, actor=producer_user(line.purchase_order.producer), now=NOW)

    assert set(names(shortage)).isdisjoint(names(second))
    assert (shortage.amount, second.amount, OrderLine.objects.get().gross) == (6_000, 10_000, 20_000)
    answer(second, None, person)
    answer(shortage, shortage.options.first().product, person)
    order = Order.objects.get()
    assert [line.gross for line in order.lines.order_by("pk")] == [4_000, 6_000]
    assert order.gross == 10_000


def test_the_mail_says_what_can_be_chosen_until_when_and_what_happens_without_an_answer() -> None:
    person = orderer(office(), language="en")
    shortage = asked(person.seats.get().organization)
    Notification.objects.exclude(kind="shortage_asked").delete()

    send_pending(now=NOW)

    (message,) = mail.outbox
    first, second = (option.product for option in shortage.options.all())
    assert f"/orders/{Order.objects.get().number}/shortages/{shortage.pk}/" in message.body
    for part in (first.name_en, second.name_en, "Nothing instead, ₩6,000 less", "Fri 27 Nov 13:00"):
        assert part in message.body
    assert "Without an answer, ₩6,000 is taken off the price." in message.body
