"""Workers that are killed in the middle: what they left is done by the next, and nothing twice."""

import os
import random
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction

from config.celery import app
from orders import cycle
from orders.models import CycleItem, CycleRun
from tests.factories import CUTOFF
from tests.simulation.busy_day import busy_day, check_promises, made_count, open_count, result, written
from tests.simulation.processes import start

pytestmark = pytest.mark.django_db(transaction=True)
NOW = CUTOFF + timedelta(minutes=1)
PATIENCE_S = 60
KILLS = 50
# Many small batches: a life ends within the first or second of them.
ORDERS, BATCH = 320, 5
STATEMENTS = 75


def undisturbed() -> tuple[dict[str, Any], dict[str, Any]]:
    """What comes of the day if nobody is killed, and all in one batch."""
    with transaction.atomic():
        cycle.fix_due(now=NOW)
        expected = result(), written()
        transaction.set_rollback(True)
    return expected


def kill(process: "subprocess.Popen[bytes]") -> None:
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


class Nursery:
    """Workers on the suite's database, one after the other (see `sweeper.py`)."""

    def __init__(self) -> None:
        small = {"FIX_BATCH_SIZE": str(BATCH)}
        self.process = start(["-m", "tests.simulation.sweeper"], now=NOW, more=small, stdin=subprocess.PIPE)

    def live(self, statements: int, seconds: float) -> bytes:
        """Let a worker live for so many statements and seconds, and return all that was heard of it."""
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(b"\n")
        self.process.stdin.flush()
        worker = int(self.process.stdout.readline())
        heard = self.process.stdout.read(statements)
        time.sleep(seconds)
        os.kill(worker, signal.SIGKILL)
        return heard + self.process.stdout.readline().rstrip(b"\n")


@pytest.fixture
def nursery() -> Iterator[Nursery]:
    nursery = Nursery()
    yield nursery
    kill(nursery.process)


def test_workers_killed_in_the_middle_leave_what_an_undisturbed_one_leaves(nursery: Nursery) -> None:
    busy_day(ORDERS)
    expected = undisturbed()
    chance = random.Random(20261126)
    left = [open_count()]
    assert left == [ORDERS]

    deaths = 0
    while deaths < KILLS:
        heard = nursery.live(chance.randint(1, STATEMENTS), chance.uniform(0, 0.02))
        assert b"!" not in heard
        deaths += heard.endswith(b"t")
        left.append(open_count())

    # No death lost what was done before.
    assert left == sorted(left, reverse=True)
    assert 0 < left[-1] < ORDERS
    assert CycleRun.objects.filter(step="fix", finished_at=None).exists()
    check_promises()
    cycle.fix_due(now=NOW)
    check_promises()
    assert (result(), written()) == expected
    assert (open_count(), made_count()) == (0, ORDERS // 2)


def wait_until(holds: Callable[[], bool], worker: "subprocess.Popen[bytes]") -> None:
    """Look again and again until it holds; fail if the worker ends before."""
    deadline = time.monotonic() + PATIENCE_S
    while not holds():
        assert worker.poll() is None, worker.stdout and worker.stdout.read().decode()
        assert time.monotonic() < deadline
        time.sleep(0.005)


@pytest.fixture
def queue() -> Iterator[None]:
    """An empty queue, before and after."""
    app.control.purge()
    yield
    app.control.purge()


def start_worker() -> "subprocess.Popen[bytes]":
    """A Celery worker on the suite's broker, as `manage.py serve` and compose.yaml start it."""
    quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel", "ERROR"]
    small = {"FIX_BATCH_SIZE": str(BATCH)}
    return start(["-m", "celery", "-A", "config.celery", "worker", *quiet], now=NOW, more=small)


COUNT = 40


@pytest.mark.usefixtures("queue")
def test_a_celery_worker_told_twice_and_killed_once_completes_the_day() -> None:
    busy_day(COUNT)
    expected, _ = undisturbed()
    for _ in range(2):
        app.send_task("orders.tasks.fix_due_orders")

    first = start_worker()
    wait_until(lambda: made_count() >= 3, first)
    kill(first)
    assert 0 < open_count() < COUNT
    check_promises()

    second = start_worker()
    try:
        wait_until(lambda: open_count() == 0, second)
    finally:
        second.terminate()
        second.wait(PATIENCE_S)

    check_promises()
    assert made_count() == COUNT // 2
    # Two tasks at once share the orders out in any order, so only the sums are sure.
    found = result()
    assert found["ledger"] == expected["ledger"]
    assert found["told"] == expected["told"]
    assert sum(row[2] for row in found["capacities"]) == sum(row[2] for row in expected["capacities"])
    assert CycleItem.objects.filter(run__step="fix").count() == COUNT
    assert cycle.fix_due(now=NOW) == []
