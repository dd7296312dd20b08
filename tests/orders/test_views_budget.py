"""The budget page adds up, its settings are the approver's, and mistakes are said where they were made."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from membership.models import Department, Organization, User
from orders.models import Budget
from tests.factories import (
    TUESDAY,
    BudgetFactory,
    DepartmentFactory,
    InstitutionFactory,
    OrderFactory,
    approver,
    orderer,
    viewer,
)

pytestmark = pytest.mark.django_db
SETTINGS = "/budget/settings/"


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("membership.clock.now", lambda: TUESDAY)


def browser(user: User) -> Client:
    User.objects.filter(pk=user.pk).update(language="en")
    client = Client()
    client.force_login(User.objects.get(pk=user.pk))
    return client


def page(client: Client, url: str, **data: Any) -> str:
    response = client.post(url, data, follow=True) if data else client.get(url)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def department(institution: Organization, **fields: Any) -> Department:
    made: Department = DepartmentFactory(organization=institution, **fields)
    return made


def test_the_page_shows_each_department_and_their_sum() -> None:
    institution = InstitutionFactory()
    first = department(institution, name_en="Office")
    department(institution, name_en="Library")
    BudgetFactory(department=first, amount=1_000_000)
    BudgetFactory(department=department(institution, name_en="Park"), amount=10_000)
    for place in institution.departments.filter(name_en__in=["Office", "Park"]):
        OrderFactory(organization=institution, department=place)
    OrderFactory(organization=institution, department=first, status="awaiting")

    shown = page(browser(viewer(institution)), reverse("orders:budget"))

    assert "<strong>₩980,000</strong>" in shown
    assert '<span class="badge tone-danger">−₩10,000</span>' in shown
    assert "not set" in shown
    assert 'data-label="Left">₩970,000</td>' in shown
    assert 'data-label="Reserved">₩40,000</td>' in shown
    assert 'data-label="Waiting for approval">₩20,000</td>' in shown
    assert "Departments, budgets and limits" not in shown
    assert "No departments yet" in page(browser(viewer(InstitutionFactory())), reverse("orders:budget"))


def test_another_year_has_its_own_figures() -> None:
    budget = BudgetFactory(year=2027, amount=3_000_000)
    client = browser(viewer(budget.department.organization))

    assert "₩3,000,000" not in page(client, reverse("orders:budget"))
    assert "₩3,000,000" in page(client, reverse("orders:budget") + "?year=2027")
    for strange in ("x", "0", "99999", "２０２７", "1999"):
        assert "not set" in page(client, reverse("orders:budget") + f"?year={strange}")


def test_the_orders_behind_the_figures_are_listed() -> None:
    institution = InstitutionFactory()
    place = department(institution)
    ours = OrderFactory(organization=institution, department=place)
    waiting = OrderFactory(organization=institution, department=place, status="awaiting")
    other = OrderFactory(organization=institution, department=department(institution))

    shown = page(browser(viewer(institution)), reverse("orders:budget_detail", args=[place.pk]))

    assert [order.number in shown for order in (ours, waiting, other)] == [True, True, False]


def test_budgets_are_set_changed_and_taken_away() -> None:
    institution = InstitutionFactory()
    first, second = department(institution), department(institution)
    client = browser(approver(institution))
    url = reverse("orders:budget_amounts")
    fields = [f"amount_{place.pk}" for place in (first, second)]

    def budgets() -> list[tuple[int, int, int]]:
        return list(Budget.objects.order_by("department").values_list("department", "year", "amount"))

    page(client, url, year=2027, **dict(zip(fields, (500, 0), strict=True)))
    assert budgets() == [(first.pk, 2027, 500), (second.pk, 2027, 0)]
    page(client, url, year=2027, **dict(zip(fields, (600, ""), strict=True)))
    assert budgets() == [(first.pk, 2027, 600)]
    shown = page(client, url, year=2027, **dict(zip(fields, ("-1", "many"), strict=True)))
    assert "Ensure this value is greater than or equal to 0." in shown
    assert 'value="many"' in shown
    assert budgets() == [(first.pk, 2027, 600)]


def test_departments_are_added_and_renamed_and_codes_stay_apart() -> None:
    institution = InstitutionFactory()
    client = browser(approver(institution))
    add = reverse("orders:department_add")

    page(client, add, **{"new-code": "A1", "new-name": "총무과", "new-name_en": ""})
    made = institution.departments.get()
    assert "Another department has this code." in page(
        client, add, **{"new-code": " A1", "new-name": "다른 과", "new-name_en": ""}
    )
    page(client, reverse("orders:department_edit", args=[made.pk]), code="A1", name="행정과", name_en="")
    department(InstitutionFactory(), code="A1")

    assert list(institution.departments.values_list("code", "name")) == [("A1", "행정과")]


def test_a_person_gets_a_department_and_a_limit_of_the_own_institution_only() -> None:
    institution = InstitutionFactory()
    place = department(institution)
    seat = orderer(institution).seats.get()
    client = browser(approver(institution))
    url = reverse("orders:seat_edit", args=[seat.pk])

    page(client, url, department=place.pk, order_limit=300_000)
    seat.refresh_from_db()
    assert (seat.department, seat.order_limit) == (place, 300_000)
    assert "Select a valid choice" in page(client, url, department=DepartmentFactory().pk, order_limit=1)
    page(client, url, department="", order_limit="")
    seat.refresh_from_db()
    assert (seat.department, seat.order_limit, seat.role) == (None, None, "orderer")


def test_an_approver_of_two_institutions_chooses_one() -> None:
    first, second = InstitutionFactory(name="가", name_en="One"), InstitutionFactory(name="나", name_en="Two")
    user = approver(first)
    user.seats.create(organization=second, role="viewer")
    client = browser(user)

    assert "One ·" in page(client, reverse("orders:budget"))
    assert "Two ·" in page(client, reverse("orders:budget") + f"?institution={second.pk}")
    assert client.get(SETTINGS + f"?institution={second.pk}").status_code == 403
    assert client.get(SETTINGS + f"?institution={InstitutionFactory().pk}").status_code == 404
    assert client.get(SETTINGS + "?institution=x").status_code == 404
