"""What every answer promises the browser: no forged requests, no way out, strict headers, quiet logs."""

import re
from collections.abc import Iterable
from html.parser import HTMLParser
from typing import Any

import pytest
from django.conf import settings
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from config.logging import log_settings

from ..factories import PASSWORD
from ..snapshot import everything
from .address import EVERYBODY, Address
from .addresses import ADDRESSES, OF_ROWS, PAGES
from .asking import Asker, answer_of, client_for, send, undone, url_of
from .side import Side
from .town import Town

pytestmark = pytest.mark.django_db
ELSEWHERE = [
    "https://elsewhere.example/",
    "//elsewhere.example/",
    "///elsewhere.example/",
    "/\\elsewhere.example/",
    "http:elsewhere.example",
    "javascript:alert(1)",
]
INSIDE = re.compile(r"/(?![/\\])")
ROLES = ["visitor", "orderer", "producer", "courier", "operator"]


# -- Forged requests ------------------------------------------------------------------------------


def test_no_write_works_without_the_token_of_a_form(town: Town) -> None:
    """Other people's pages can send our reader's browser here, but cannot read the token of our forms."""
    clients = {role: client_for(town, role, enforce_csrf_checks=True) for role in EVERYBODY}
    before = everything()

    answers: dict[tuple[str, str], str] = {}
    changed = []
    for address in ADDRESSES:
        for role in address.doers:
            with undone() as written:
                answers[address.name, role] = answer_of(send(clients[role], address, town.own, "POST"))
                if written and everything() != before:
                    changed.append(address.name)

    # Whoever signs in to the API shows the password itself and no cookie.
    assert answers.pop(("api:token", "visitor")) == "200"
    assert {asked: answer for asked, answer in answers.items() if answer != "403"} == {}
    assert changed == []


# -- Ways out -------------------------------------------------------------------------------------


# The forms that lead back to the page on which they were.
LEADING_BACK = {
    "set_language",
    "login",
    "logout",
    "membership:site_confirm",
    "orders:occurrence_skip",
    "orders:occurrence_retry",
    "orders:order_pack",
    "orders:order_approve",
    "orders:order_decline",
    "orders:application_approve",
    "orders:application_decline",
    "orders:application_withdraw",
    "orders:application_call_off",
    "orders:date_answer",
    "orders:date_bring_back",
    "orders:date_leave_out",
    "orders:date_move",
    "orders:standing_order_pause",
    "orders:standing_order_resume",
    "orders:standing_order_undo",
    "orders:standing_order_approve",
    "orders:standing_order_decline",
    "orders:purchase_order_accept",
    "orders:purchase_order_line_receive",
    "orders:purchase_order_line_take_back",
    "orders:purchase_order_receive",
}


def locations(town: Town, pages: Iterable[Address], wanted: str) -> dict[str, str]:
    """Return where the form of each page leads that asks to go on to `wanted`."""
    found = {}
    for address in pages:
        for role in address.doers[:1]:
            with undone():
                response = send(client_for(town, role), address, town.own, "POST", next=wanted)
                found[address.name] = response["Location"]
    return found


def test_forms_lead_back_to_where_one_was(town: Town) -> None:
    where = "/bundles/?plan=1"

    assert {name for name, to in locations(town, PAGES, where).items() if to == where} == LEADING_BACK


@pytest.mark.parametrize("elsewhere", ELSEWHERE)
def test_no_form_leads_out_of_the_service(town: Town, elsewhere: str) -> None:
    pages = [address for address in PAGES if address.name in LEADING_BACK]

    away = {name: to for name, to in locations(town, pages, elsewhere).items() if not INSIDE.match(to)}

    assert away == {}


# -- Headers and cookies --------------------------------------------------------------------------


def headers_of(response: HttpResponse) -> tuple[str | None, ...]:
    policy = re.sub(r" 'nonce-[^']+'", "", response["Content-Security-Policy"])
    return (
        "; ".join(sorted(policy.split("; "))),
        response.get("X-Frame-Options"),
        response.get("X-Content-Type-Options"),
        response.get("Referrer-Policy"),
        response.get("Cross-Origin-Opener-Policy"),
    )


class Inline(HTMLParser):
    """Collects the code and looks inside a page that a strict policy blocks."""

    def __init__(self, response: HttpResponse) -> None:
        super().__init__()
        self.found: list[str] = []
        self.nonces = set(re.findall(r"'nonce-([^']+)'", response["Content-Security-Policy"]))
        self.feed(response.content.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        is_code = tag == "script" and "src" not in given and given.get("type") != "application/json"
        if tag == "style" or (is_code and given.get("nonce") not in self.nonces):
            self.found.append(tag)
        for name, value in attrs:
            if name == "style" or name.startswith("on") or (value or "").lower().startswith("javascript:"):
                self.found.append(f"{tag} {name}={value}")


def test_every_answer_has_a_strict_policy_and_keeps_it(town: Town) -> None:
    tiles = "/".join(settings.MAP_TILE_URL.split("/")[:3])
    policy = [
        "base-uri 'none'",
        "connect-src 'self'",
        "default-src 'none'",
        "font-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        f"img-src 'self' data: {tiles}".rstrip(),
        "manifest-src 'self'",
        "script-src 'self'",
        "style-src 'self'",
    ]

    headers, blocked = {}, {}
    for role in ROLES:
        client = client_for(town, role)
        for address in ADDRESSES:
            # With a browser the API is a page, too.
            response = client.get(url_of(address, town.own), headers={"Accept": "text/html"})
            headers[headers_of(response)] = address.name
            if response["Content-Type"].startswith("text/html") and (found := Inline(response).found):
                blocked[address.name, role] = found

    assert list(headers) == [("; ".join(policy), "DENY", "nosniff", "same-origin", "same-origin")]
    assert blocked == {}


def test_cookies_are_out_of_reach_for_scripts_and_other_sites(town: Town) -> None:
    client = Client()
    client.get(reverse("login"))
    client.post(reverse("login"), {"username": town.own.orderer.email, "password": PASSWORD})
    client.post(reverse("set_language"), {"language": "en"})

    cookies = {
        name: (bool(cookie["httponly"]), cookie["samesite"]) for name, cookie in client.cookies.items()
    }
    assert cookies == {
        settings.SESSION_COOKIE_NAME: (True, "Lax"),
        settings.CSRF_COOKIE_NAME: (False, "Lax"),
        settings.LANGUAGE_COOKIE_NAME: (False, "Lax"),
    }


# -- Logs -----------------------------------------------------------------------------------------


def people_of(side: Side) -> set[str]:
    users = (side.orderer, side.approver, side.viewer, side.producer_user, side.courier)
    site: Any = side.site
    about_users = {mark for user in users for mark in (user.name, user.email, user.phone)}
    return about_users | {site.address, site.contact_name, site.contact_phone}


def written(caplog: pytest.LogCaptureFixture) -> str:
    """Return what production writes of what was logged."""
    made = dict(log_settings(json=True)["formatters"]["events"])
    formatter = made.pop("()")(**made)
    return "\n".join(formatter.format(record) for record in caplog.records)


def test_logs_name_nobody(town: Town, caplog: pytest.LogCaptureFixture) -> None:
    for role in ("visitor", "orderer", "courier"):
        asker = Asker(town, role)
        for address in OF_ROWS:
            asker.ask(address, "GET", q=town.own.orderer.name)
            with undone():
                asker.ask(address, "POST")

    logs = written(caplog)
    assert "Not Found: /orders/" in logs
    assert {mark for mark in people_of(town.own) | people_of(town.other) if mark in logs} == set()


def test_logs_of_failed_log_ins_name_nobody(town: Town, caplog: pytest.LogCaptureFixture) -> None:
    emails = (town.own.orderer.email, "stranger@elsewhere.example")
    for email in emails:
        for _ in range(settings.AXES_FAILURE_LIMIT + 1):
            Client().post(reverse("login"), {"username": email, "password": "wrong-word"})
            Client().post(reverse("api:token"), {"email": email, "password": "wrong-word"})
        Client().post(reverse("password_reset"), {"email": email})

    logs = written(caplog)
    assert "AXES: " in logs
    assert [typed for typed in (*emails, town.own.orderer.name, "wrong-word") if typed in logs] == []
