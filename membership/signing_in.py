"""Whose failed attempts to sign in are counted together."""

from collections.abc import Mapping

from django.http import HttpRequest


def counted_name(request: HttpRequest, credentials: Mapping[str, str] | None) -> str:
    """Return the e-mail address as users are found by it, in lower case.

    Otherwise every spelling of one person's address would give another round of attempts.
    """
    return ((credentials or request.POST).get("username") or "").strip().lower()
