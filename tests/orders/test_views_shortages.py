"""Pages of a shortage: the institution's wish and choice, the hub's view of all orders, and the API."""

from datetime import timedelta

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse

from membership.models import Organization, User
from orders.actions.shortage import report_shortage
from orders.models import PurchaseOrderLine, Shortage
from tests.api_client import api
from tests.factories import (
    CUTOFF,
    InstitutionFactory,
    ProductFactory,
    issued_purchase_order,
    operator,
    orderer,
    viewer,
)
from tests.snapshot import everything

pytestmark = pytest.mark.django_db
NOW = CUTOFF + timedelta(hours=18)


@pytest.fixture(autouse=True)
def _clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("membership.clock.now", lambda: NOW)


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def asked(office: Organization) -> PurchaseOrderLine:
    """Ten units for one order, and two products that could stand in."""
    line: PurchaseOrderLine = issued_purchase_order(organization=office).lines.get()
    for nth in range(2):
        ProductFactory(category=line.product.category, list_price=2000 + nth * 100, lead_days=0)
    return line


def said(response) -> list[str]:  # type: ignore[no-untyped-def]
    return [str(message) for message in get_messages(response.wsgi_request)]


def test_an_institution_says_what_it_wants() -> None:
    office = InstitutionFactory()
    person = orderer(office, language="en")
    page = reverse("orders:institution_on_shortage", args=[office.pk])

    wrong = client_of(person).post(page, {"on_shortage": "nothing"})
    client_of(person).post(page, {"on_shortage": "ask_credit"})

    assert wrong.status_code == 422
    office.refresh_from_db()
    assert office.on_shortage == "ask_credit"
    answer = api(person).post(f"/api/v1/organizations/{office.pk}/on-shortage/", {"on_shortage": "credit"})
    assert (answer.status_code, answer.json()["on_shortage"]) == (200, "credit")
    before = everything()
    answer = api(viewer(office)).post(f"/api/v1/organizations/{office.pk}/on-shortage/", {"on_shortage": "x"})
    assert answer.status_code == 403
    assert everything()["membership.Organization"] == before["membership.Organization"]


def test_the_question_is_answered_with_one_tap_and_the_second_person_sees_it() -> None:
    office = InstitutionFactory(on_shortage="ask_credit")
    first, second = orderer(office, language="en"), orderer(office, language="en")
    line = asked(office)
    (shortage,) = report_shortage(line, 7, actor=operator(), now=NOW)
    page = reverse("orders:order_shortage", args=[shortage.order_line.order.number, shortage.pk])
    choice = shortage.options.last().product

    assert page in client_of(first).get("/").content.decode()
    assert choice.name_en in client_of(first).get(page).content.decode()
    client_of(first).post(page, {"product": choice.pk})
    late = client_of(second).post(page, {}, follow=True)

    assert Shortage.objects.get().substitute.product == choice
    assert f"{choice.name} × 3" in late.content.decode()
    assert "It is settled already" in late.content.decode()


def test_the_hub_sees_what_would_happen_before_it_reports() -> None:
    line = asked(InstitutionFactory())
    hub = operator(language="en")
    first, second = line.product.category.products.exclude(pk=line.product_id).order_by("pk")
    page = reverse("orders:shortage_line", args=[line.pk])
    client = client_of(hub)
    before = everything()

    shown = client.get(page, {"confirmed": 4, "first": second.pk})

    (row,) = shown.context["preview"]["rows"]
    assert (row["units"], row["outcome"], row["options"]) == (6, "replaced", [(second, 6)])
    assert everything() == before
    wrong = client.post(reverse("orders:shortage_report", args=[line.pk]), {"confirmed": 11})
    assert (wrong.status_code, everything()) == (422, before)
    client.post(reverse("orders:shortage_report", args=[line.pk]), {"confirmed": 4, "first": second.pk})
    shortage = Shortage.objects.get()
    assert (shortage.substitute.product, shortage.reason) == (second, "chosen_by_operator")
    assert second.name_en in client.get(page).content.decode()
    done = client.post(reverse("orders:shortage_change", args=[shortage.pk]), {"product": first.pk})
    assert said(done) == ["Changed. The institution is told."]
    assert Shortage.objects.get().substitute.product == first
    client.post(reverse("orders:shortage_change_all", args=[line.pk]), {})
    assert Shortage.objects.get().status == "credited"
    assert client.get(reverse("orders:shortage_list")).context["page_obj"].object_list[0] == line


def test_programs_read_shortages_and_choose() -> None:
    office = InstitutionFactory(on_shortage="ask_credit")
    person = orderer(office)
    (shortage,) = report_shortage(asked(office), 7, actor=operator(), now=NOW)
    option = shortage.options.first().product_id

    (found,) = api(person).get("/api/v1/shortages/", {"status": "asked"}).json()["results"]
    path = f"/api/v1/shortages/{shortage.pk}/"

    assert (found["quantity"], found["amount"], found["credited"]) == (3, 6_000, 0)
    assert found["options"][0]["product"] == option
    assert api(viewer(office)).post(f"{path}answer/", {"product": option}).status_code == 403
    assert api(orderer()).post(f"{path}answer/", {"product": option}).status_code == 404
    answer = api(person).post(f"{path}answer/", {"product": option}, format="json")
    assert (answer.status_code, answer.json()["status"]) == (200, "replaced")
    other = api(person).post(f"{path}answer/", {"product": None}, format="json")
    assert (other.status_code, other.json()["code"]) == (409, "already_answered")
