"""Asking an address as somebody, and putting the answer in a few words."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlsplit

from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client
from django.test.client import MULTIPART_CONTENT
from django.urls import resolve, reverse
from rest_framework.authtoken.models import Token

from .address import Address
from .side import Side
from .town import Town


def client_for(town: Town, role: str, **options: Any) -> Client:
    """A browser in which `role` is logged in; nobody is, if it is a visitor's."""
    client = Client(**options)
    if role != "visitor":
        client.force_login(town.users[role])
    return client


def program_for(town: Town, role: str) -> Client:
    """A program with the token of `role`; a visitor's has none."""
    if role == "visitor":
        return Client()
    token, _ = Token.objects.get_or_create(user=town.users[role])
    return Client(headers={"Authorization": f"Token {token.key}"})


class Asker:
    """Asks each address as one role: pages with a browser, the API with a program.

    The browser forgets what an answer did to its cookies, so that logging out is for that one request.
    """

    def __init__(self, town: Town, role: str) -> None:
        self.side, self.browser, self.program = town.own, client_for(town, role), program_for(town, role)
        self.cookies = {name: cookie.value for name, cookie in self.browser.cookies.items()}

    def ask(self, address: Address, method: str, **more: Any) -> Any:
        """Send the request about the own side's thing, with `more` in its data."""
        return send(self.client_of(url_of(address, self.side)), address, self.side, method, **more)

    def client_of(self, url: str) -> Client:
        """Return what asks for this address: the program or the browser."""
        self.browser.cookies = SimpleCookie(self.cookies)
        return self.program if url.startswith("/api/") else self.browser


def send(client: Client, address: Address, side: Side, method: str, **more: Any) -> Any:
    """Send the request about the side's thing, with `more` in its data."""
    data = {**address.data(side), **more} if method == "POST" else more
    content_type = "application/json" if address.is_api else MULTIPART_CONTENT
    how = {} if method == "GET" else {"content_type": content_type}
    return getattr(client, method.lower())(url_of(address, side), data, **how)


def url_of(address: Address, side: Side) -> str:
    return reverse(address.name, kwargs=address.kwargs_of(side))


def answer_of(response: HttpResponse) -> str:
    """Return the status, with the name of the address to which a redirection leads; "login" asks for one."""
    if response.status_code != 302:
        return str(response.status_code)
    where = urlsplit(response["Location"])
    if where.path == reverse("login") and where.query:
        return "login"
    return f"302 {resolve(where.path).view_name}"


@contextmanager
def undone() -> Iterator[list[str]]:
    """Undo afterwards what is done to the database; the list fills with the statements that write."""
    written: list[str] = []

    def watch(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith(("INSERT", "UPDATE", "DELETE")):
            written.append(sql)
        return execute(sql, params, many, context)

    with transaction.atomic(), connection.execute_wrapper(watch):
        yield written
        transaction.set_rollback(True)
