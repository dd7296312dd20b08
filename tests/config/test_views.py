"""The home of each role, the health of the service, the choice of language, the log-in of parts of pages."""

from collections.abc import Callable

import pytest
from django.db import DatabaseError, connection
from django.test import Client

from membership.models import User
from tests import factories as f

pytestmark = pytest.mark.django_db

ROLES: dict[str, Callable[[], User]] = {
    "operator": f.operator,
    "courier": f.courier,
    "producer": f.producer_user,
    "orderer": f.orderer,
    "approver": f.approver,
    "viewer": f.viewer,
    "nobody": f.UserFactory,
}
HOMES = {
    "operator": "day_board.html",
    "courier": "delivery/drive/page.html",
    "producer": "orders/producer_home.html",
    "orderer": "orders/institution_home.html",
    "approver": "orders/institution_home.html",
    "viewer": "orders/institution_home.html",
    "nobody": "no_seat.html",
}


# -- Home -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ROLES)
def test_home_is_that_of_the_role(client: Client, role: str) -> None:
    client.force_login(ROLES[role]())
    shown = client.get("/", follow=True)
    assert (shown.status_code, shown.templates[0].name) == (200, HOMES[role])


def test_an_operator_who_also_orders_lands_on_the_board(client: Client) -> None:
    user = f.operator()
    f.SeatFactory(user=user)
    client.force_login(user)
    assert client.get("/").templates[0].name == "day_board.html"


def test_home_asks_visitors_to_log_in_and_takes_no_posts(client: Client) -> None:
    assert client.get("/")["Location"] == "/login/?next=/"
    client.force_login(f.orderer())
    assert client.post("/").status_code == 405


def test_a_part_of_a_page_is_not_replaced_by_the_login_form(client: Client) -> None:
    answer = client.get("/login/?next=/", headers={"HX-Request": "true"})
    assert (answer["HX-Refresh"], answer.content) == ("true", b"")
    assert client.get("/login/").templates[0].name == "registration/login.html"


# -- Health ---------------------------------------------------------------------------------------


def test_health_answers_anybody(client: Client) -> None:
    answer = client.get("/health/")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


def test_health_fails_when_the_database_does(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> None:
        raise DatabaseError

    client.raise_request_exception = False
    monkeypatch.setattr(connection, "cursor", refuse)
    assert client.get("/health/").status_code == 500


# -- Language -------------------------------------------------------------------------------------


def test_the_language_follows_the_person(client: Client) -> None:
    user = f.orderer(language="ko")
    client.force_login(user)
    answer = client.post("/language/", {"language": "en", "next": "/orders/?state=placed"})
    assert (answer.status_code, answer["Location"]) == (302, "/orders/?state=placed")
    assert answer.cookies["django_language"].value == "en"
    user.refresh_from_db()
    assert user.language == "en"
    assert '<html lang="en">' in client.get("/").content.decode()


def test_a_visitor_keeps_the_language_in_the_browser(client: Client) -> None:
    assert '<html lang="ko">' in client.get("/login/").content.decode()
    client.post("/language/", {"language": "en", "next": "/login/"})
    assert '<html lang="en">' in client.get("/login/").content.decode()


@pytest.mark.parametrize("language", ["fr", ""])
def test_an_unknown_language_changes_nothing(client: Client, language: str) -> None:
    user = f.orderer(language="ko")
    client.force_login(user)
    answer = client.post("/language/", {"language": language, "next": "/"})
    assert (answer.status_code, dict(answer.cookies)) == (302, {})
    user.refresh_from_db()
    assert user.language == "ko"


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "javascript:alert(1)", ""])
def test_the_choice_of_language_never_leads_to_another_site(client: Client, elsewhere: str) -> None:
    answer = client.post("/language/", {"language": "en", "next": elsewhere})
    assert answer["Location"] == "/"


def test_a_link_cannot_change_the_language(client: Client) -> None:
    assert client.get("/language/", {"language": "en"}).status_code == 405
