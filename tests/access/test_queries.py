"""However many rows a page shows, it asks the database as often: with one of everything and with three."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from delivery.models import Route

from ..factories import OrderFactory
from .addresses import OF_ROWS
from .asking import Asker, client_for, undone, url_of
from .side import LATER, LATER_CUTOFF, NOW, TODAY, YESTERDAY, Side
from .town import build_town, ordered

pytestmark = pytest.mark.django_db
CATALOGUE = [
    "bundles:bundle_list",
    "bundles:producer_detail",
    "api:bundle-list",
    "api:edition-list",
    "api:product-list",
]
# The pages and lists whose rows are counted: with three of everything there is more to read on each.
LISTS = {
    "orderer": [
        *CATALOGUE,
        "home",
        "membership:site_list",
        "bundles:product_list",
        "orders:order_list",
        "orders:standing_order_list",
        "orders:standing_order_detail",
        "orders:budget",
        "orders:budget_detail",
        "api:order-list",
        "api:standing_order-list",
        "api:occurrence-list",
        "api:site-list",
    ],
    "producer": [
        "home",
        "bundles:product_list",
        "orders:purchase_order_list",
        "orders:purchase_order_detail",
        "orders:production",
        "orders:rating_list",
        "api:product-list",
        "api:purchase_order-list",
    ],
    "courier": [
        *CATALOGUE,
        "delivery:drive",
        "delivery:route_list",
        "delivery:route_detail",
        "api:route-list",
        "api:route-detail",
    ],
    "operator": [
        *CATALOGUE,
        "home",
        "membership:site_list",
        "bundles:product_list",
        "orders:order_list",
        "orders:standing_order_list",
        "orders:membership_list",
        "orders:purchase_order_list",
        "orders:production",
        "orders:rating_list",
        "orders:shortage_list",
        "orders:compose_board",
        "orders:compose_fairness",
        "orders:edition_detail",
        "orders:packing",
        "orders:order_packing",
        "orders:cycle_run_list",
        "orders:cycle_item_list",
        "orders:cycle_run_detail",
        "delivery:route_list",
        "delivery:dispatch",
        "api:organization-list",
        "api:site-list",
        "api:order-list",
        "api:standing_order-list",
        "api:occurrence-list",
        "api:purchase_order-list",
        "api:shortage-list",
        "api:route-list",
    ],
}


def urls_for(role: str, side: Side) -> dict[str, str]:
    """Return every address that `role` may read, and some whose things have more to tell."""
    urls = {
        address.name: url_of(address, side) for address in OF_ROWS if address.answer("GET", role) == "200"
    }
    short = side.institution.orders.filter(delivery_date=TODAY, lines__shortages__isnull=False).first()
    delivered, answered = side.delivered, side.producer.purchase_orders.get(delivery_date=TODAY)
    started = Route.objects.get(shift__courier=side.courier, plan__date=YESTERDAY)
    more = {
        "orders:order_detail": [short.number, delivered.number],
        "api:order-detail": [short.number, delivered.number],
        "orders:purchase_order_detail": [answered.number],
        "api:purchase_order-detail": [answered.number],
        "delivery:route_detail": [started.pk],
        "delivery:route_sheet": [started.pk],
        "api:route-detail": [started.pk],
    }
    for name in urls.keys() & more.keys():
        urls |= {f"{name} {nth}": reverse(name, args=[key]) for nth, key in enumerate(more[name])}
    return urls


def read(size: int) -> tuple[dict[str, int], dict[str, int]]:
    """Return how many queries each address takes and how many bytes it answers, in a town of that size."""
    queries, lengths = {}, {}
    with undone():
        town = build_town(size)
        for role in LISTS:
            asker = Asker(town, role)
            for name, url in urls_for(role, town.own).items():
                with CaptureQueriesContext(connection) as captured:
                    response = asker.client_of(url).get(url)
                assert response.status_code == 200
                queries[f"{role} {name}"] = len(captured)
                lengths[f"{role} {name}"] = sum(map(len, response))
    return queries, lengths


def test_pages_take_as_many_queries_for_three_of_everything_as_for_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("membership.clock.now", lambda: NOW)
    lists = [f"{role} {name}" for role, names in LISTS.items() for name in names]

    queries, lengths = read(1)
    queries_of_three, lengths_of_three = read(3)

    assert queries_of_three == queries
    assert [name for name in lists if lengths_of_three[name] <= lengths[name]] == []


def test_a_second_page_takes_no_more_queries_than_a_short_list(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("membership.clock.now", lambda: NOW)
    town = build_town()
    client = client_for(town, "orderer")
    urls = [reverse("home"), reverse("orders:order_list"), reverse("api:order-list")]

    def queries() -> list[int]:
        counts = []
        for url in urls:
            with CaptureQueriesContext(connection) as captured:
                assert client.get(url).status_code == 200
            counts.append(len(captured))
        return counts

    few = queries()
    for _ in range(30):
        OrderFactory(**ordered(town.own, LATER), cutoff_at=LATER_CUTOFF)

    assert queries() == few
    urls = [f"{url}?page=2" for url in urls[1:2]]
    assert queries() == few[1:2]
