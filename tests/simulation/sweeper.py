"""A nursery of workers: with each line that it reads it forks one, which fixes what is due.

A worker writes its process id on a line, then a letter before each statement that it sends: `t` inside a
transaction, `o` outside; and `!` when nothing is left. When it is gone, the nursery ends its line. Forking
spares each of many short lives the start of Python. `test_killed.py` kills them in the middle.
"""

import os
import sys
from collections.abc import Callable
from typing import Any

import django

django.setup()

from django.db import connection  # noqa: E402

from membership import clock  # noqa: E402
from orders import cycle  # noqa: E402


def tell(text: bytes) -> None:
    os.write(sys.stdout.fileno(), text)


def say(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
    tell(b"t" if connection.in_atomic_block else b"o")
    return execute(sql, params, many, context)


def live() -> None:
    tell(b"%d\n" % os.getpid())
    with connection.execute_wrapper(say):
        cycle.fix_due(now=clock.now())
    tell(b"!")


for _line in sys.stdin:
    worker = os.fork()
    if not worker:
        live()
        os._exit(0)
    os.waitpid(worker, 0)
    tell(b"\n")
