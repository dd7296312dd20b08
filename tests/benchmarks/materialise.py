"""One night's cut-off: `python -m tests.benchmarks.materialise [orders …]`.

Standing orders of a city come due together; each becomes an order of eight lines with capacity reserved and
purchase orders issued, through `orders.cycle.fix_due` as the workers call it: one worker on SQLite, which has
one writer, and two on PostgreSQL. Beside it, in the same run and the same database: Django's `bulk_create` of
the very same rows, and on PostgreSQL COPY of them. Prints one JSON line for each database and size.

PostgreSQL is the server of `BENCH_DATABASE_URL`, else the one at this machine's usual port, if it answers; a
database of its own is made there and dropped again. `load` is the machine's load when the night began: where
others work too, `cpu_ms_per_order` and `of_bulk_create_cpu` say more than the clock. They hold the workers'
and, where the server runs on this machine, its processes' time (`database_cpu_seconds`).
"""

import json
import multiprocessing
import os
import resource
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, NamedTuple

from .databases import on_each_database

SIZES = (5_000, 10_000, 20_000)
WORKERS = {"sqlite": 1, "postgresql": 2}


class Taken(NamedTuple):
    """What a piece of work took: seconds on the clock, of our processes, of the server's; memory in MB."""

    seconds: float
    cpu: float
    database_cpu: float
    memory_mb: int = 0


def main(arguments: list[str]) -> None:
    for size in [int(each) for each in arguments] or SIZES:
        on_each_database(f"from tests.benchmarks.materialise import measure; measure({size})")


def measure(orders: int) -> None:
    """Fix so many orders in an empty database and print what it took; AssertionError if one is missing."""
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", verbosity=0)
    from . import night

    night.fill(orders)
    load = os.getloadavg()[0]
    workers = WORKERS[connection.vendor]
    taken = _at_once(workers)
    night.check(orders)
    rows = night.rows_made()
    count = sum(len(of_model) for of_model in rows.values())
    bulk = _timed(lambda: night.bulk_create(rows))
    cpu, bulk_cpu = taken.cpu + taken.database_cpu, bulk.cpu + bulk.database_cpu
    line = {
        "benchmark": "materialise",
        "database": connection.vendor,
        "workers": workers,
        "orders": orders,
        "rows": count,
        "load": round(load, 1),
        "seconds": round(taken.seconds, 1),
        "orders_per_second": round(orders / taken.seconds),
        "ms_per_order": round(1000 * taken.seconds / orders, 2),
        "cpu_seconds": round(taken.cpu, 1),
        "database_cpu_seconds": round(taken.database_cpu, 1),
        "cpu_ms_per_order": round(1000 * cpu / orders, 2),
        "memory_mb": taken.memory_mb,
        "bulk_create_seconds": round(bulk.seconds, 1),
        "bulk_create_cpu_ms_per_order": round(1000 * bulk_cpu / orders, 2),
        "of_bulk_create_speed": round(bulk.seconds / taken.seconds, 2),
        "of_bulk_create_cpu": round(bulk_cpu / cpu, 2),
    }
    if connection.vendor == "postgresql":
        texts = night.copied(rows)
        copy = _timed(lambda: night.copy(texts))
        line |= {"copy_seconds": round(copy.seconds, 1)}
        line |= {"copy_cpu_ms_per_order": round(1000 * (copy.cpu + copy.database_cpu) / orders, 2)}
    print(json.dumps(line), flush=True)


def _at_once(workers: int) -> Taken:
    """Let so many workers fix what is due, each a process; memory is what the largest came to need."""
    from django.db import connection

    connection.close()  # it can't be shared
    context = multiprocessing.get_context("fork")
    start = time.monotonic()
    pipes, processes = [], []
    for _ in range(workers):
        ours, theirs = context.Pipe()
        process = context.Process(target=_worker, args=[theirs])
        process.start()
        pipes.append(ours)
        processes.append(process)
    found = [pipe.recv() for pipe in pipes]
    seconds = time.monotonic() - start
    for process in processes:
        process.join()
    return Taken(
        seconds,
        sum(each.cpu for each in found),
        sum(each.database_cpu for each in found),
        max(each.memory_mb for each in found),
    )


def _worker(pipe: Connection) -> None:
    from orders import cycle

    from . import night

    before = _peak_mb()
    taken = _timed(lambda: cycle.fix_due(now=night.NOW))
    pipe.send(taken._replace(memory_mb=_peak_mb() - before))


def _timed(work: Callable[[], Any]) -> Taken:
    seconds, cpu, database_cpu = time.monotonic(), time.process_time(), _database_cpu()
    work()
    return Taken(time.monotonic() - seconds, time.process_time() - cpu, _database_cpu() - database_cpu)


def _database_cpu() -> float:
    """Return the seconds of the server's process behind our connection; 0 where it can't be seen."""
    from django.db import connection

    if connection.vendor == "postgresql":
        with connection.cursor() as cursor, suppress(OSError):
            cursor.execute("SELECT pg_backend_pid()")
            of_process = Path(f"/proc/{cursor.fetchone()[0]}/stat").read_text().rpartition(")")[2].split()
            return (int(of_process[11]) + int(of_process[12])) / os.sysconf("SC_CLK_TCK")
    return 0.0


def _peak_mb() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


if __name__ == "__main__":
    main(sys.argv[1:])
