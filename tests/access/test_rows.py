"""Lists hold one's own rows and nobody else's; forms offer one's own; no page gives a stranger away."""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple
from urllib.parse import urlencode

import pytest
from django.db.models import Model, Q
from django.urls import reverse

from bundles.models import Product
from delivery.models import Route, Stop
from membership.models import Organization, Site
from orders.models import Application, Occurrence, Order, PurchaseOrder, StandingOrder

from .address import EVERYBODY
from .addresses import OF_ROWS, PAGES
from .asking import Asker, client_for, program_for, undone, url_of
from .marks import Marks, books, deliveries, making, marks_of_strangers, text_of
from .side import Side
from .town import Town

pytestmark = pytest.mark.django_db
SEATED = sorted(EVERYBODY - {"visitor"})


# -- Lists ----------------------------------------------------------------------------------------


class Listed(NamedTuple):
    """A list of the API and the page that show the same rows by `key`; `people` leads to whose they are.

    `is_seen` says which rows anybody sees there.
    """

    model: type[Model]
    key: str
    people: str
    api: str
    page: str = ""
    detail: str = ""
    is_seen: Q = Q()


AT_INSTITUTION, AT_PRODUCER = "organization__seats__user", "producer__seats__user"
LISTS = [
    Listed(Organization, "id", "seats__user", "organization"),
    Listed(Site, "id", AT_INSTITUTION, "site"),
    Listed(Order, "number", AT_INSTITUTION, "order", "orders:order_list", "orders:order_detail"),
    Listed(
        StandingOrder,
        "id",
        AT_INSTITUTION,
        "standing_order",
        "orders:standing_order_list",
        "orders:standing_order_detail",
    ),
    Listed(Application, "id", AT_INSTITUTION, "application"),
    Listed(Occurrence, "id", f"standing_order__{AT_INSTITUTION}", "occurrence"),
    Listed(
        PurchaseOrder,
        "number",
        AT_PRODUCER,
        "purchase_order",
        "orders:purchase_order_list",
        "orders:purchase_order_detail",
    ),
    Listed(
        Route,
        "id",
        "shift__courier",
        "route",
        "delivery:route_list",
        "delivery:route_detail",
        ~Q(plan__status="draft"),
    ),
]


def own_rows(town: Town, role: str, listed: Listed) -> set[Any]:
    """Return the keys of what belongs to whom the role works for, or drives; everything is the operator's."""
    whose = {} if role == "operator" else {listed.people: town.users[role]}
    return set(
        listed.model._default_manager.filter(listed.is_seen, **whose).values_list(listed.key, flat=True)
    )


@pytest.mark.parametrize("listed", LISTS, ids=lambda listed: listed.api)
def test_lists_of_the_api_hold_ones_own_rows(town: Town, listed: Listed) -> None:
    url = reverse(f"api:{listed.api}-list")

    shown = {
        role: {row[listed.key] for row in program_for(town, role).get(url).json()["results"]}
        for role in SEATED
    }

    assert shown == {role: own_rows(town, role, listed) for role in SEATED}


@pytest.mark.parametrize(
    "listed", [listed for listed in LISTS if listed.page], ids=lambda listed: listed.page
)
def test_lists_on_pages_lead_to_ones_own_rows(town: Town, listed: Listed) -> None:
    rows = listed.model._default_manager.values_list(listed.key, flat=True)
    links = {key: f'href="{reverse(listed.detail, args=[key])}"' for key in rows}

    shown = {}
    for role in SEATED:
        page = client_for(town, role).get(reverse(listed.page))
        html = page.content.decode() if page.status_code == 200 else ""
        shown[role] = {key for key, link in links.items() if link in html}

    assert shown == {role: own_rows(town, role, listed) for role in SEATED}


def test_producers_see_their_own_products_and_others_what_is_on_offer(town: Town) -> None:
    Product.objects.filter(pk=town.other.product.pk).update(is_active=False)
    url = reverse("api:product-list")

    shown = {
        role: {row["id"] for row in program_for(town, role).get(url).json()["results"]} for role in SEATED
    }

    everything = set(Product.objects.values_list("pk", flat=True))
    expected = dict.fromkeys(SEATED, everything - {town.other.product.pk})
    expected |= {"operator": everything, "producer": {town.own.product.pk}}
    assert shown == expected | {"other producer": {town.other.product.pk}}


# -- Forms ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", ["orders:event_order_create", "orders:standing_order_create"])
def test_forms_offer_the_sites_for_which_one_may_order(town: Town, page: str) -> None:
    own, other = town.own.site, town.other.site
    expected = {"orderer": {own}, "other approver": {other}, "mixed": {other}, "operator": {own, other}}

    forms = {role: client_for(town, role).get(reverse(page)).context["form"] for role in expected}

    assert {role: set(form.fields["site"].queryset) for role, form in forms.items()} == expected


# -- Strangers ------------------------------------------------------------------------------------


def filters_for(side: Side) -> dict[str, object]:
    """Every filter of every list, set to what belongs to the side."""
    return {
        "institution": side.institution.pk,
        "organization": side.institution.pk,
        "producer": side.producer.pk,
        "site": side.site.pk,
        "standing_order": side.standing_order.pk,
        "bundle": side.bundle.code,
    }


def urls_of(side: Side) -> Iterator[str]:
    """Every address of everything of the side, and every list narrowed down to it.

    But the private address of a delivery: no stranger has it.
    """
    for address in OF_ROWS:
        if "token" in address.kwargs:
            continue
        yield url_of(address, side)
        if not address.kwargs:
            yield f"{url_of(address, side)}?{urlencode(filters_for(side))}"
    for order in Order.objects.filter(organization=side.institution):
        for name in ("orders:order_detail", "orders:order_statement", "api:order-detail"):
            yield reverse(name, args=[order.number])
    for purchase_order in PurchaseOrder.objects.filter(producer=side.producer):
        for name in ("orders:purchase_order_detail", "api:purchase_order-detail"):
            yield reverse(name, args=[purchase_order.number])
    for route in Route.objects.filter(shift__courier=side.courier):
        for name in ("delivery:route_detail", "delivery:route_sheet", "api:route-detail"):
            yield reverse(name, args=[route.pk])
    for stop in Stop.objects.filter(route__shift__courier=side.courier):
        yield reverse("api:stop-detail", args=[stop.pk])


@pytest.mark.parametrize(("role", "known"), [("orderer", (books, deliveries)), ("producer", (making,))])
def test_marks_are_what_ones_own_pages_say(
    town: Town, role: str, known: tuple[Callable[[Side], Marks], ...]
) -> None:
    """Without this, pages that say nothing at all would pass the next test."""
    asker = Asker(town, role)
    everything = "".join(text_of(asker.client_of(url).get(url)) for url in set(urls_of(town.own)))

    marks = {mark for kind in known for mark in kind(town.own)}
    assert {mark for mark in marks if mark not in everything} == set()


@pytest.mark.parametrize("role", ["visitor", "nobody", "orderer", "mixed", "producer", "courier"])
def test_no_page_gives_strangers_away(town: Town, role: str) -> None:
    """Whoever asks knows what they asked for: the address itself gives nothing away."""
    asker = Asker(town, role)
    unknown = marks_of_strangers(town, role)

    found = set()
    for url in {*urls_of(town.own), *urls_of(town.other)}:
        text = text_of(asker.client_of(url).get(url)).replace(url.partition("?")[0], "")
        found |= {(url, mark, what) for mark, what in unknown.items() if mark in text}
    for address in PAGES:
        # A form that is filled in, so far, with what isn't one's own.
        with undone():
            text = text_of(asker.ask(address, "POST", check="1")).replace(url_of(address, town.own), "")
        found |= {(address.name, mark, what) for mark, what in unknown.items() if mark in text}

    assert found == set()
