"""A worker's sweep as a process: fixes what is due and says a letter before each statement it sends.

Started by `test_killed.py`, which kills it in the middle.
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


def say(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
    os.write(sys.stdout.fileno(), b".")
    return execute(sql, params, many, context)


with connection.execute_wrapper(say):
    cycle.fix_due(now=clock.now())
os.write(sys.stdout.fileno(), b"!")
