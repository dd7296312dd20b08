"""The databases that benchmarks are measured on, each empty and in a process of its own.

SQLite, and PostgreSQL on the server of `BENCH_DATABASE_URL`, else on the one at this machine's usual port if
it answers; a database of its own is made there and dropped again.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

USUAL_SERVER = "postgres://postgres@127.0.0.1:5432/postgres"
DATABASE = "kkureomi_bench"


def on_each_database(code: str) -> None:
    """Run the code on each of them. A process of its own, so that memory is that of one run."""
    server = os.environ.get("BENCH_DATABASE_URL", "") or _usual_server()
    with tempfile.TemporaryDirectory() as folder:
        _run(code, {"VAR_DIR": folder})
        if server:
            _on_server(server, "DROP DATABASE IF EXISTS {0}", "CREATE DATABASE {0}")
            url = urlsplit(server)._replace(path=f"/{DATABASE}").geturl()
            _run(code, {"VAR_DIR": folder, "DATABASE_URL": url})
            _on_server(server, "DROP DATABASE {0}")


def _usual_server() -> str:
    try:
        _on_server(USUAL_SERVER)
    except OSError as error:
        print(f"No PostgreSQL is measured: {error}", file=sys.stderr)
        return ""
    return USUAL_SERVER


def _run(code: str, environment: dict[str, str]) -> None:
    clean = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    subprocess.run(
        [sys.executable, "-c", code],
        check=True,
        env={**clean, **environment, "DJANGO_SETTINGS_MODULE": "tests.settings"},
        cwd=Path(__file__).resolve().parents[2],
    )


def _on_server(server: str, *statements: str) -> None:
    """Execute the statements. Raises OSError if nobody answers."""
    import psycopg
    from psycopg import sql

    url = urlsplit(server)._replace(path="/postgres").geturl()
    try:
        connection = psycopg.connect(url, autocommit=True, connect_timeout=3)
    except psycopg.OperationalError as error:
        raise ConnectionError(str(error)) from error
    with connection:
        for statement in statements:
            connection.execute(sql.SQL(statement).format(sql.Identifier(DATABASE)))
