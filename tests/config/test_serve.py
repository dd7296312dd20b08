"""`manage.py serve` for real: an empty folder, a browser's question, a killed child, an orderly end."""

import os
import select
import signal
import socket
import sqlite3
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

BASE_DIR = Path(__file__).resolve().parent.parent.parent
pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="looks at processes through /proc"),
    # Building the demo town takes its time: one process runs all of these.
    pytest.mark.xdist_group("serve"),
]


class Service:
    """A running `manage.py serve` with a data folder and a port of its own, and what it said."""

    def __init__(self, var: Path, port: int | None = None) -> None:
        self.var = var
        self.port = port or free_port()
        # The embedded defaults, whatever database the suite runs on.
        ours = ("DATABASE_URL", "CELERY_BROKER_URL", "ENVIRONMENT", "DJANGO_SETTINGS_MODULE")
        environment = {key: value for key, value in os.environ.items() if key not in ours}
        self.process = subprocess.Popen(
            [sys.executable, "manage.py", "serve", "--port", str(self.port)],
            cwd=BASE_DIR,
            env={**environment, "VAR_DIR": str(var)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.said: list[str] = []

    def read_until(self, words: str) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.said.append(line.rstrip("\n"))
            if words in line:
                return
        raise AssertionError(f"{words!r} was never said:\n" + "\n".join(self.said))

    def end(self, number: signal.Signals) -> int:
        """Signal the supervisor, read what it still says and return its exit code."""
        self.process.send_signal(number)
        assert self.process.stdout is not None
        self.said += self.process.stdout.read().splitlines()
        return self.process.wait()

    def children(self) -> dict[str, int]:
        """Return the process id of each direct child by its name."""
        pid = self.process.pid
        found = {}
        for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
            words = Path(f"/proc/{child}/cmdline").read_text().split("\0")
            found[next(word for word in words if word in ("gunicorn", "worker", "beat"))] = int(child)
        return found


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    service = Service(tmp_path_factory.mktemp("serve"))
    service.read_until("Stop with Ctrl-C")
    yield service
    service.end(signal.SIGTERM)


@pytest.fixture
def another(service: Service, tmp_path: Path) -> Service:
    """Return a second running service, on a copy of the first one's data."""
    with sqlite3.connect(service.var / "kkureomi.sqlite3") as source:
        source.backup(sqlite3.connect(tmp_path / "kkureomi.sqlite3"))
    another = Service(tmp_path)
    another.read_until("Stop with Ctrl-C")
    return another


def test_serve_prepares_an_empty_folder_and_answers(service: Service) -> None:
    with urllib.request.urlopen(f"http://127.0.0.1:{service.port}/health/") as answer:
        assert answer.status == 200

    assert sorted(service.children()) == ["beat", "gunicorn", "worker"]


def test_second_serve_on_the_same_data_says_so(service: Service) -> None:
    second = Service(service.var)

    assert second.process.communicate()[0] == (
        f"CommandError: The service already runs on the data in {service.var}. Stop it first, or set VAR_DIR "
        "to another folder (and --port to another port).\n"
    )
    assert second.process.returncode == 1


def test_serve_on_a_used_port_says_so(service: Service, tmp_path: Path) -> None:
    second = Service(tmp_path, port=service.port)

    assert second.process.communicate()[0] == (
        f"CommandError: Cannot listen on 127.0.0.1 port {service.port}: Address already in use. "
        "Choose another with --port.\n"
    )
    assert second.process.returncode == 1


def test_killed_worker_is_restarted(service: Service) -> None:
    before = service.children()
    os.kill(before["worker"], signal.SIGKILL)

    service.read_until("worker runs again.")

    after = service.children()
    assert after["worker"] != before["worker"]
    assert {**after, "worker": 0} == {**before, "worker": 0}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_serve_ends_in_order_and_leaves_no_process(another: Service, number: signal.Signals) -> None:
    children = another.children().values()

    assert another.end(number) == 0
    assert another.said[-1] == "Stopped."
    assert [pid for pid in children if Path(f"/proc/{pid}").exists()] == []


def test_children_end_when_serve_itself_is_killed(another: Service) -> None:
    ended = [os.pidfd_open(pid) for pid in another.children().values()]

    another.process.kill()
    another.process.wait()

    for descriptor in ended:
        assert select.select([descriptor], [], [], 60)[0] == [descriptor]
        os.close(descriptor)


def test_second_start_neither_migrates_nor_seeds(another: Service) -> None:
    assert another.said[:2] == ["Database: up to date.", "Starting: web server, worker, beat …"]
    assert another.end(signal.SIGTERM) == 0
