"""One night's cut-off: `python -m tests.benchmarks.materialise [orders …]`. Takes long, and stands alone.

Standing orders of a city come due together; each becomes an order of eight lines with capacity reserved and
purchase orders issued, through `orders.cycle.fix_due` as the worker calls it. Beside it, in the same run and
the same database: Django's `bulk_create` of the very same rows, and on PostgreSQL COPY of them. Prints one
JSON line for each database and size. PostgreSQL is that of `BENCH_DATABASE_URL` (a database of its own is
made there and dropped again); without the variable only SQLite is measured.
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

SIZES = (5_000, 10_000, 20_000)
DATABASE = "kkureomi_bench"


def main(arguments: list[str]) -> None:
    sizes = [int(each) for each in arguments] or SIZES
    server = os.environ.get("BENCH_DATABASE_URL", "")
    for size in sizes:
        with tempfile.TemporaryDirectory() as folder:
            _run(size, {"VAR_DIR": folder})
            if server:
                _on_server(server, "DROP DATABASE IF EXISTS {0}", "CREATE DATABASE {0}")
                url = urlsplit(server)._replace(path=f"/{DATABASE}").geturl()
                _run(size, {"VAR_DIR": folder, "DATABASE_URL": url})
                _on_server(server, "DROP DATABASE {0}")


def _run(size: int, environment: dict[str, str]) -> None:
    """Measure in a process of its own, so that memory is that of one night."""
    clean = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    code = f"from tests.benchmarks.materialise import measure; measure({size})"
    subprocess.run(
        [sys.executable, "-c", code],
        check=True,
        env={**clean, **environment, "DJANGO_SETTINGS_MODULE": "tests.settings"},
        cwd=Path(__file__).resolve().parents[2],
    )


def _on_server(server: str, *statements: str) -> None:
    import psycopg
    from psycopg import sql

    with psycopg.connect(urlsplit(server)._replace(path="/postgres").geturl(), autocommit=True) as connection:
        for statement in statements:
            connection.execute(sql.SQL(statement).format(sql.Identifier(DATABASE)))


def measure(orders: int) -> None:
    """Fix so many orders in an empty database and print what it took; AssertionError if one is missing."""
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", verbosity=0)
    from orders import cycle

    from . import night

    night.fill(orders)
    memory_before = _peak_mb()
    seconds = _timed(lambda: cycle.fix_due(now=night.NOW))
    peak_mb = _peak_mb()
    night.check(orders)
    rows = night.rows_made()
    count = sum(len(of_model) for of_model in rows.values())
    line = {
        "benchmark": "materialise",
        "database": connection.vendor,
        "orders": orders,
        "rows": count,
        "seconds": round(seconds, 1),
        "orders_per_second": round(orders / seconds),
        "ms_per_order": round(1000 * seconds / orders, 2),
        "memory_mb": peak_mb - memory_before,
        "peak_mb": peak_mb,
    }
    bulk = night.time_bulk_create(rows)
    line |= {"bulk_create_seconds": round(bulk, 1), "of_bulk_create_speed": round(bulk / seconds, 2)}
    if connection.vendor == "postgresql":
        line["copy_seconds"] = round(night.time_copy(rows), 1)
    print(json.dumps(line), flush=True)


def _timed(work: Callable[[], Any]) -> float:
    start = time.monotonic()
    work()
    return time.monotonic() - start


def _peak_mb() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


if __name__ == "__main__":
    main(sys.argv[1:])
