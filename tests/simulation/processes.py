"""Real processes on the suite's database and broker: a worker that dies, a Celery worker."""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from django.conf import settings
from django.db import connection
from django.utils import timezone

ROOT = Path(__file__).resolve().parents[2]


def start(
    argv: Sequence[str],
    *,
    now: datetime,
    more: Mapping[str, str] | None = None,
    stdin: int = subprocess.DEVNULL,
) -> "subprocess.Popen[bytes]":
    """Start `python argv…` in a session of its own, with the test's data and with `now` on its clock.

    `more` are further variables of its environment.
    """
    return subprocess.Popen(
        [sys.executable, *argv],
        cwd=ROOT,
        env={**_environment(now), **(more or {})},
        stdin=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )


def _environment(now: datetime) -> dict[str, str]:
    offset = int((now - timezone.now()).total_seconds())
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        # `tests.settings` goes one folder down from here, as it did for this process.
        "VAR_DIR": str(settings.VAR_DIR.parent),
        "DATABASE_URL": _database_url(),
        "CLOCK_OFFSET_SECONDS": str(offset),
        # Mail goes into a folder: this process can't see the memory of that one.
        "EMAIL_URL": "filemail://",
    }


def _database_url() -> str:
    name = str(connection.settings_dict["NAME"])
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    return urlunsplit(urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}"))
