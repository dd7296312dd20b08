"""The compose board, one edition, and the fair shares: for operators only."""

import re
from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import resolve, reverse
from django.utils import translation

from bundles.edition_key import EditionKey
from bundles.models import Edition, EditionItem, Product
from membership.allergens import mask
from membership.models import User
from orders.actions.editions import ensure_edition, publish_edition
from orders.compose_board import cannot_words, read_board, read_to_do
from orders.cycle import preview
from orders.edition_page import read_page
from orders.fair_shares import read_fair_shares
from tests.factories import (
    DELIVERY_DATE,
    TUESDAY,
    BundleFactory,
    CertificationFactory,
    EditionFactory,
    OccurrenceFactory,
    OrderFactory,
    SlotFactory,
    StandingOrderFactory,
    bundle_with,
    fixed_order,
    operator,
    orderer,
    producer_user,
)
from tests.snapshot import everything

pytestmark = pytest.mark.django_db
MONDAY, TODAY = date(2026, 11, 23), TUESDAY.date()
BOARD, FAIRNESS = reverse("orders:compose_board"), reverse("orders:compose_fairness")


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("membership.clock.now", lambda: TUESDAY)


@pytest.fixture(autouse=True)
def language() -> Iterator[None]:
    """A test may read in English; the next one starts in the service's own language."""
    before = translation.get_language()
    yield
    translation.activate(before)


def client_of(user: User) -> Client:
    User.objects.filter(pk=user.pk).update(language="en")
    client = Client()
    client.force_login(User.objects.get(pk=user.pk))
    return client


def draft(*codes: str) -> Edition:
    bundle = bundle_with(*codes or ("bread", "coffee"))
    return ensure_edition(EditionKey(bundle.pk, DELIVERY_DATE, 0), now=TUESDAY)


def page_of(edition: Edition) -> str:
    return reverse("orders:edition_detail", args=[edition.pk])


def url(name: str, edition: Edition, *args: int) -> str:
    return reverse(f"orders:edition_{name}", args=[edition.pk, *args])


def first_product(edition: Edition) -> Product:
    product: Product = edition.items.order_by("slot__position").first().product
    return product


def said(client: Client, address: str, **data: object) -> list[str]:
    """Post, as one who has just read the edition, and return the messages of the page that follows."""
    pk = int(resolve(address).kwargs["pk"])
    response = client.post(address, {"seen": Edition.objects.get(pk=pk).revision, **data}, follow=True)
    assert [status for _to, status in response.redirect_chain] == [302]
    return [str(message) for message in response.context["messages"]]


# -- The board ------------------------------------------------------------------------------------


def test_the_board_tells_state_people_and_saving_of_each_bundle_and_date() -> None:
    bread, coffee = bundle_with("bread"), bundle_with("coffee", price=30_000)
    EditionFactory(bundle=bread)
    Edition.objects.update(worth=23_000, relaxed="max_cost")
    OccurrenceFactory(standing_order=StandingOrderFactory(bundle=bread, headcount=12))
    OrderFactory(bundle=bread, headcount=8)
    OrderFactory(bundle=bread, headcount=500, status="cancelled")
    next_day = DELIVERY_DATE + timedelta(days=1)
    fixed_order(bundle=coffee, delivery_date=next_day, headcount=10)
    OrderFactory(bundle=bread, delivery_date=next_day, headcount=5)

    board = read_board(MONDAY, TODAY)
    translation.activate("en")

    cells = {
        (cell.bundle, cell.day): (
            cell.state,
            cell.demand.people,
            cell.demand.orders,
            cell.saving,
            cell.relaxed,
        )
        for row in board.rows
        for week in row.weeks
        for of_day in week
        for cell in of_day
    }
    assert cells == {
        (bread, DELIVERY_DATE): ("draft", 20, 2, 3_000, ["Costs more than the price allows"]),
        (coffee, next_day): ("ordered", 10, 1, -10_000, ["Worth less than promised"]),
        (bread, next_day): ("missing", 5, 1, None, []),
    }
    assert [row.bundle for row in board.rows] == [bread, coffee]
    assert [len(week.days) for week in board.weeks] == [5, 5, 5, 5]
    assert [week.drafts for week in board.weeks] == [0, 1, 0, 0]


def test_what_is_missing_says_which_rules_cannot_hold() -> None:
    bundle = BundleFactory()
    OccurrenceFactory(standing_order=StandingOrderFactory(bundle=bundle, starts_on=DELIVERY_DATE))
    preview(now=TUESDAY)

    translation.activate("en")
    [missing] = [cell for cell in read_to_do(TODAY).missing if cell.day == DELIVERY_DATE]

    assert (missing.bundle, missing.why) == (bundle, "The bundle has no contents yet")
    assert missing.why in client_of(operator()).get(BOARD).content.decode()
    assert cannot_words("no_edition", "locked max_cost gone") == (
        "No contents could be composed for this date: what is locked + the most cost"
    )


def test_drafts_come_to_the_operator_before_the_rule_publishes_them() -> None:
    bundle = bundle_with("bread")
    days = [TODAY + timedelta(days=n) for n in (9, 15, 16)]
    editions = [EditionFactory(bundle=bundle, delivery_date=day) for day in days]
    publish_edition(
        EditionFactory(bundle=bundle, delivery_date=days[0] - timedelta(days=1)), actor=None, now=TUESDAY
    )

    to_do = read_to_do(TODAY)

    assert [cell.edition for cell in to_do.unpublished] == editions[:2]
    assert [cell.published_by_rule_on for cell in to_do.unpublished] == [
        TODAY - timedelta(days=1),
        TODAY + timedelta(days=5),
    ]


@pytest.mark.parametrize("week", ["", "soon", "0001-01-01", "9999-12-31", "2026-13-01"])
def test_a_week_that_is_none_shows_this_one(week: str) -> None:
    response = client_of(operator()).get(BOARD, {"week": week})

    assert (response.status_code, response.context["monday"]) == (200, MONDAY)
    assert response.context["form"].errors


def test_any_day_names_its_week() -> None:
    context = client_of(operator()).get(BOARD, {"week": "2026-12-03"}).context

    assert (context["monday"], context["last_day"]) == (date(2026, 11, 30), date(2026, 12, 27))
    assert (context["earlier"], context["later"]) == (date(2026, 11, 2), date(2026, 12, 28))


# -- One edition ----------------------------------------------------------------------------------


def test_an_edition_shows_its_figures_and_what_else_could_stand_in_a_slot() -> None:
    edition = draft()
    bundle, bread = edition.bundle, first_product(edition)
    bundle.packing_cost = 1_000
    bundle.save()
    CertificationFactory(organization=bread.producer)
    CertificationFactory(organization=bread.producer, valid_until=DELIVERY_DATE - timedelta(days=1))
    OrderFactory(bundle=bundle, headcount=150)
    others = list(bread.category.products.exclude(pk=bread.pk).order_by("pk"))
    Product.objects.filter(pk=others[0].pk).update(daily_capacity=149)
    Product.objects.filter(pk=others[1].pk).update(supply_price=1_600)

    page = read_page(Edition.objects.get(pk=edition.pk), now=TUESDAY)

    # Two products at ₩1,500 (₩2,000) for ten people; the price is ₩40,000, of which 15 % stay with the hub.
    assert (page.cost, page.max_cost, page.worth, page.min_worth) == (30_000, 33_000, 40_000, 40_000)
    assert (page.saving, page.margin, round(page.margin_percent, 1)) == (0, 9_000, 22.5)
    assert (page.biggest[1], page.demand.people, page.demand.orders) == (50.0, 150, 1)
    row = page.rows[0]
    assert (row.item.product, row.units, row.cost, row.worth) == (bread, 10, 15_000, 20_000)
    assert len(row.item.product.producer.certifications.all()) == 1
    assert [(each.product, each.free, each.is_possible) for each in row.choices] == [
        (others[1], 200, True),
        (others[0], 149, False),
    ]


def test_every_button_does_what_it_says() -> None:
    edition, client = draft(), client_of(operator())
    bread = first_product(edition)

    assert said(client, url("lock", edition, bread.pk)) == []
    assert edition.items.get(product=bread).is_locked
    assert said(client, url("lock", edition, bread.pk), off="1") == []
    assert not edition.items.get(product=bread).is_locked

    assert said(client, url("ban", edition, bread.pk)) == []
    assert not edition.items.filter(product=bread).exists()
    assert said(client, url("recompose", edition)) == []
    assert not edition.items.filter(product=bread).exists()
    assert said(client, url("ban", edition, bread.pk), off="1") == []
    assert not edition.bans.exists()

    slot = edition.bundle.slots.first()
    assert said(client, url("place", edition, slot.pk), product=bread.pk) == []
    assert edition.items.get(slot=slot).product == bread
    assert said(client, url("publish", edition)) == []
    edition.refresh_from_db()
    assert edition.status == "published"


def test_what_composing_again_changed_is_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    edition, client = draft("bread"), client_of(operator())
    bread = first_product(edition)
    Product.objects.exclude(pk=bread.pk).update(supply_price=1_600, list_price=2_100)
    monkeypatch.setattr("membership.clock.now", lambda: TUESDAY + timedelta(minutes=1))

    Product.objects.filter(pk=bread.pk).update(allergens=mask([1, 6]))
    Product.objects.exclude(pk=bread.pk).update(allergens=mask([6, 2]))
    OrderFactory(bundle=edition.bundle, headcount=20)

    client.post(url("ban", edition, bread.pk), {"seen": 0})

    change = client_of(operator()).get(page_of(edition)).context["change"]
    assert (change.before.cost, change.after.cost) == (15_000, 16_000)
    assert (change.before.worth, change.after.worth) == (20_000, 21_000)
    assert (change.saving_before, change.saving) == (0, 1_000)
    new = first_product(edition)
    assert (change.gone, change.come) == ([bread], [new])
    translation.activate("en")
    assert (change.allergens_gone, change.allergens_come) == (["1 Eggs"], ["2 Milk"])
    # One of three producers sells all of it: three times its share, whoever it is.
    assert {(turn.producer, turn.before, turn.after) for turn in change.turns} == {
        (bread.producer, 300, 0),
        (new.producer, 0, 300),
    }


def test_what_cannot_be_is_said_in_words_and_changes_nothing() -> None:
    edition, client = draft("bread"), client_of(operator())
    bread = first_product(edition)
    slow = bread.category.products.exclude(pk=bread.pk).first()
    Product.objects.filter(pk=slow.pk).update(lead_days=30)
    slot = edition.bundle.slots.get()
    foreign = bundle_with("coffee").slots.get().category.products.first()
    before = everything()

    for wrong in (foreign.pk, "", "x"):
        assert said(client, url("place", edition, slot.pk), product=wrong) == [
            "Choose a product of this category."
        ]
    assert said(client, url("lock", edition, slow.pk)) == [
        "The contents were changed in the meantime, so nothing was done: please look again"
    ]
    assert everything() == before


def test_published_contents_are_read_only_and_say_why() -> None:
    edition, client = draft(), client_of(operator())
    publish_edition(edition, actor=None, now=TUESDAY)
    before = everything()

    html = client.get(page_of(edition)).content.decode()
    answers = [
        said(client, url("recompose", edition)),
        said(client, url("ban", edition, first_product(edition).pk)),
        said(client, url("lock", edition, first_product(edition).pk)),
        said(client, url("publish", edition)),
    ]

    assert html.count('method="post"') == client.get(BOARD).content.decode().count('method="post"')
    fixed = ["The contents are published or already ordered and don't change any more"]
    assert answers == [fixed, fixed, fixed, []]
    assert everything() == before


def test_a_slot_of_another_bundle_is_not_there() -> None:
    edition, client = draft("bread"), client_of(operator())
    other = bundle_with("coffee").slots.get()

    response = client.post(url("place", edition, other.pk), {"product": other.category.products.first().pk})

    assert response.status_code == 404


@pytest.mark.parametrize("stranger", [orderer, producer_user])
def test_composition_is_the_operators_alone(stranger: object) -> None:
    edition, client = draft(), client_of(stranger())  # type: ignore[operator]
    slot, product = edition.bundle.slots.first(), first_product(edition)
    before = everything()

    reads = [client.get(address).status_code for address in (BOARD, FAIRNESS, page_of(edition))]
    writes = [
        client.post(address, {"product": product.pk}).status_code
        for address in (
            url("recompose", edition),
            url("publish", edition),
            url("lock", edition, product.pk),
            url("ban", edition, product.pk),
            url("place", edition, slot.pk),
        )
    ]

    assert (reads, writes) == ([404] * 3, [404] * 5)
    assert everything() == before


@pytest.mark.parametrize("seen", ["", "x", "-1", "9" * 30])
def test_who_does_not_say_what_they_saw_changes_nothing(seen: str) -> None:
    edition, client = draft("bread"), client_of(operator())
    before = everything()

    answers = [
        said(client, url(deed, edition, *keys), seen=seen)
        for deed, keys in (
            ("recompose", ()),
            ("publish", ()),
            ("ban", (first_product(edition).pk,)),
        )
    ]

    assert (
        answers == [["The contents were changed in the meantime, so nothing was done: please look again"]] * 3
    )
    assert everything() == before


def test_a_conflict_is_told_with_figures_and_accepted_with_one_click() -> None:
    edition, client = draft("bread"), client_of(operator())
    slot, bread = edition.bundle.slots.get(), first_product(edition)
    dear = slot.category.products.exclude(pk=bread.pk).order_by("pk").first()
    Product.objects.filter(pk=dear.pk).update(supply_price=1_900)
    before = everything()

    response = client.post(url("place", edition, slot.pk), {"product": dear.pk, "seen": 0})

    conflict = response.context["conflict"]
    assert (response.status_code, everything()) == (409, before)
    assert [(each.words, each.wanted, each.possible) for each in conflict.obstacles] == [
        ("the most cost", 17_000, 19_000),
        ("what is locked", 1, 1),
    ]
    assert conflict.may_accept
    assert (conflict.best.change.gone, conflict.best.change.come) == ([bread], [dear])
    html = response.content.decode()
    assert "The goods may cost ₩17,000; the cheapest contents cost ₩19,000." in html
    form = html[html.index("<form", html.index("best")) : html.index("Accept these contents")]
    accepted = dict(re.findall('name="([a-z]+)" value="([^"]*)"', form))

    assert client.post(url("place", edition, slot.pk), accepted).status_code == 302

    edition.refresh_from_db()
    assert (first_product(edition), edition.relaxed) == (dear, "max_cost")


def test_what_stands_in_the_way_of_another_product_is_told_in_won() -> None:
    edition = draft("bread")
    dear = first_product(edition).category.products.order_by("pk").last()
    Product.objects.filter(pk=dear.pk).update(supply_price=1_900, name_en="Dear bread")
    EditionItem.objects.update(
        reasons="below_fair_share passed_over", passed_over=dear, passed_over_rule="max_cost"
    )

    html = client_of(operator()).get(page_of(edition)).content.decode()

    words = (
        f"“Dear bread” of {dear.producer.name_en or dear.producer.name} deserved it more, "
        "but would cost ₩2,000 above what the price allows"
    )
    assert (html.count(words), html.count("Another one deserved it more")) == (1, 0)


@pytest.mark.parametrize(
    ("rule", "change", "excess"),
    [
        ("max_cost", {"supply_price": 1_750}, 500),
        ("max_cost", {"supply_price": 1_700}, None),
        ("min_worth", {"list_price": 1_990}, 100),
        ("min_worth", {}, None),
        ("producer_share", {}, 100),
        ("capacity", {}, None),
    ],
)
def test_by_how_much_a_rule_would_be_broken(rule: str, change: dict[str, int], excess: int | None) -> None:
    edition = draft("bread")
    edition.bundle.max_producer_percent = 60
    other = first_product(edition).category.products.order_by("pk").last()
    Product.objects.filter(pk=other.pk).update(**change)
    EditionItem.objects.update(passed_over=other, passed_over_rule=rule)

    [row] = read_page(edition, now=TUESDAY).rows

    assert row.passed_over
    assert (row.passed_over.product, row.passed_over.rule, row.passed_over.excess) == (other, rule, excess)


# -- Fair shares ----------------------------------------------------------------------------------


def test_shares_add_up_what_is_sold_and_what_is_planned() -> None:
    """Bread alone, three producers who offer alike: each has a third of what all of them sell."""
    bundle = bundle_with("bread")
    sold, planned, idle = bundle.slots.get().category.products.order_by("pk")
    EditionFactory(bundle=bundle, products=[sold])
    fixed_order(bundle=bundle, headcount=20)
    next_day = DELIVERY_DATE + timedelta(days=1)
    EditionFactory(bundle=bundle, delivery_date=next_day, products=[planned])
    OrderFactory(bundle=bundle, delivery_date=next_day, headcount=10)

    fair = read_fair_shares(TODAY)

    assert [
        (each.producer, each.sold, each.planned, each.fair_share, each.percent) for each in fair.shares
    ] == [
        (idle.producer, 0, 0, 15_000, 0),
        (planned.producer, 0, 15_000, 15_000, 100),
        (sold.producer, 30_000, 0, 15_000, 200),
    ]
    assert (round(fair.gini, 3), fair.most) == (0.444, 30_000)
    assert "200 %" in client_of(operator()).get(FAIRNESS).content.decode()


# -- As many queries for many as for one ------------------------------------------------------------


def test_the_pages_ask_the_database_as_often_for_three_as_for_one() -> None:
    client = client_of(operator())
    edition = draft("bread")
    OrderFactory(bundle=edition.bundle)

    def queries() -> list[int]:
        counts = []
        for address in (BOARD, FAIRNESS, page_of(edition)):
            client.get(address)
            with CaptureQueriesContext(connection) as captured:
                assert client.get(address).status_code == 200
            counts.append(len(captured))
        return counts

    few = queries()
    for code in ("coffee", "fruit"):
        SlotFactory(bundle=edition.bundle, category=bundle_with(code).slots.get().category)
        EditionFactory(bundle=bundle_with(code))
        OrderFactory(bundle=bundle_with(code), delivery_date=DELIVERY_DATE + timedelta(days=1))
    Edition.objects.filter(pk=edition.pk).delete()
    EditionFactory(pk=edition.pk, bundle=edition.bundle)

    assert queries() == few
