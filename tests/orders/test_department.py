"""A department is retired, never deleted: what it paid stays, and another one pays from then on."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from membership.models import Department, Organization, Seat, User
from orders.actions.authority import check_department
from orders.actions.change_terms import change_terms
from orders.actions.changing import undo_change
from orders.actions.department import retire_department
from orders.actions.preview import preview_standing_order
from orders.exceptions import NotPossible
from orders.forms import orderable_departments
from orders.models import Occurrence, Order, StandingOrder
from tests.factories import (
    CUTOFF,
    DELIVERY_DATE,
    TUESDAY,
    BudgetFactory,
    DepartmentFactory,
    InstitutionFactory,
    OrderFactory,
    StandingOrderFactory,
    approver,
    orderer,
    viewer,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("membership.clock.now", lambda: TUESDAY)


@pytest.fixture
def institution() -> Organization:
    return InstitutionFactory()


@pytest.fixture
def old(institution: Organization) -> Department:
    return DepartmentFactory(organization=institution, code="A")


@pytest.fixture
def new(institution: Organization) -> Department:
    return DepartmentFactory(organization=institution, code="B")


def paid_by(department: Department) -> StandingOrder:
    """A standing order with the dates of five weeks."""
    standing: StandingOrder = StandingOrderFactory(
        organization=department.organization,
        department=department,
        created_by=orderer(department.organization),
    )
    preview_standing_order(standing, now=TUESDAY)
    return standing


def payers_of(standing: StandingOrder) -> list[str]:
    """Who pays each date, by code."""
    rows = Occurrence.objects.filter(standing_order=standing).order_by("rule_date")
    return list(rows.values_list("department__code", flat=True))


def test_standing_orders_and_people_go_over_and_orders_stay(old: Department, new: Department) -> None:
    standing = paid_by(old)
    institution, clerk = old.organization, orderer(old.organization)
    clerk.seats.update(department=old)
    order = OrderFactory(organization=institution, department=old)
    other = paid_by(DepartmentFactory(organization=institution, code="C"))
    count = len(payers_of(standing))

    for _ in range(2):
        retire_department(old, successor=new, actor=approver(institution), now=TUESDAY)

    standing.refresh_from_db()
    old.refresh_from_db()
    assert (old.is_active, standing.department) == (False, new)
    assert payers_of(standing) == ["B"] * count
    assert payers_of(other) == ["C"] * count
    assert Order.objects.get(pk=order.pk).department == old
    assert Seat.objects.get(user=clerk).department == new
    assert standing.changes.count() == 1


def test_dates_past_their_last_change_are_still_paid_by_it(old: Department, new: Department) -> None:
    standing = paid_by(old)
    after_deadline = CUTOFF - timedelta(hours=1)

    retire_department(old, successor=new, actor=approver(old.organization), now=after_deadline)

    assert payers_of(standing)[:2] == ["A", "B"]


def test_later_terms_and_single_dates_go_over_too(old: Department, new: Department) -> None:
    institution = old.organization
    third = DepartmentFactory(organization=institution, code="C")
    later, single = paid_by(third), paid_by(third)
    actor = approver(institution)
    since = DELIVERY_DATE + timedelta(days=7)
    change_terms(later, {"department_id": old.pk}, since=since, actor=actor, now=TUESDAY)
    row = single.occurrences.order_by("rule_date")[1]
    Occurrence.objects.filter(pk=row.pk).update(own={"department_id": old.pk}, department=old)

    retire_department(old, successor=new, actor=actor, now=TUESDAY)

    assert payers_of(later)[:3] == ["C", "B", "B"]
    assert payers_of(single)[:3] == ["C", "B", "C"]


def test_what_pays_something_needs_a_successor_that_is_in_use(old: Department, new: Department) -> None:
    standing = paid_by(old)
    gone = DepartmentFactory(organization=old.organization, is_active=False)

    def refused(successor: Department | None) -> str:
        with pytest.raises(NotPossible) as refusal:
            retire_department(old, successor=successor, actor=approver(old.organization), now=TUESDAY)
        return refusal.value.reason

    assert [refused(each) for each in (None, old, gone, DepartmentFactory())] == [
        "no_department",
        "department_retired",
        "department_retired",
        "wrong_department",
    ]
    old.refresh_from_db()
    standing.refresh_from_db()
    assert (old.is_active, standing.department) == (True, old)


def test_the_last_department_leaves_orders_without_one(old: Department) -> None:
    standing = paid_by(old)

    retire_department(old, successor=None, actor=approver(old.organization), now=TUESDAY)

    standing.refresh_from_db()
    assert standing.department is None
    check_department(old.organization, None)


def test_a_retired_department_pays_for_nothing_new(old: Department, new: Department) -> None:
    retire_department(old, successor=None, actor=approver(old.organization), now=TUESDAY)

    assert list(orderable_departments(orderer(old.organization))) == [new]
    old.refresh_from_db()
    with pytest.raises(NotPossible, match="department_retired"):
        check_department(old.organization, old)


def test_undoing_a_change_does_not_bring_a_retired_department_back(old: Department, new: Department) -> None:
    standing = paid_by(old)
    actor = approver(old.organization)
    retire_department(old, successor=new, actor=actor, now=TUESDAY)

    with pytest.raises(NotPossible, match="department_retired"):
        undo_change(standing.changes.get(), actor=actor, now=TUESDAY)

    standing.refresh_from_db()
    assert standing.department == new


# -- On the page ----------------------------------------------------------------------------------


def browser(user: User) -> Client:
    User.objects.filter(pk=user.pk).update(language="en")
    client = Client()
    client.force_login(User.objects.get(pk=user.pk))
    return client


def page(client: Client, url: str, **data: Any) -> str:
    response = client.post(url, data, follow=True) if data else client.get(url)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def test_approvers_retire_a_department_and_use_it_again(old: Department, new: Department) -> None:
    standing = paid_by(old)
    BudgetFactory(department=old)
    client = browser(approver(old.organization))
    retire = reverse("orders:department_retire", args=[old.pk])

    assert "It pays 1 standing order," in page(client, reverse("orders:budget_settings"))
    assert "Choose the department that pays" in page(client, retire, successor="")
    shown = page(client, retire, successor=new.pk)
    assert "No longer in use" in shown
    assert f'name="amount_{old.pk}"' not in shown
    standing.refresh_from_db()
    assert standing.department == new
    assert "retired" in page(client, reverse("orders:budget"))
    assert old.display_name not in page(client, reverse("orders:budget") + "?year=2028")
    assert "retired" in page(client, reverse("orders:budget_detail", args=[old.pk]))

    page(client, reverse("orders:department_reopen", args=[old.pk]), year=2026)
    old.refresh_from_db()
    assert old.is_active


def test_others_retire_nothing(old: Department, new: Department) -> None:
    retire, reopen = (reverse(f"orders:department_{verb}", args=[old.pk]) for verb in ("retire", "reopen"))
    for user, status in (
        (orderer(old.organization), 403),
        (viewer(old.organization), 403),
        (approver(), 404),
    ):
        client = browser(user)
        assert client.post(retire, {"successor": new.pk}).status_code == status
        assert client.post(reopen).status_code == status
    old.refresh_from_db()
    assert old.is_active
