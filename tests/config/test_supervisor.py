"""Children are restarted with growing patience and none outlives the supervisor."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from config import supervisor as module
from config.supervisor import Child, Supervisor

FOREVER = "import signal; signal.pause()"
# Says that it is deaf only when it is: opening a FIFO for writing waits for the reader.
DEAF = "import signal, sys; signal.signal(15, signal.SIG_IGN); open(sys.argv[1], 'w').close(); signal.pause()"


def make(tmp_path: Path, *argv: str) -> tuple[Supervisor, Child, list[str]]:
    said: list[str] = []
    child = Child("web", [sys.executable, "-c", *argv], tmp_path / "logs" / "web.log")
    return Supervisor([child], tmp_path, said.append), child, said


def process_of(child: Child) -> "subprocess.Popen[bytes]":
    assert child.process is not None
    return child.process


def kill(child: Child) -> None:
    process_of(child).kill()
    process_of(child).wait()


def test_dead_child_is_restarted_when_its_wait_is_over(tmp_path: Path) -> None:
    supervisor, child, said = make(tmp_path, FOREVER)
    supervisor.start()
    try:
        kill(child)

        supervisor.tend()
        assert child.process is None
        supervisor.tend()
        assert child.process is None, "restarted before its time"

        child.restart_at = 0.0
        supervisor.tend()
        assert child.alive() is True
        assert said == [
            f"web was killed by signal 9; it is restarted in 1 s. Its log: {child.log}",
            "web runs again.",
        ]
    finally:
        supervisor.stop()


def test_wait_doubles_with_every_death(tmp_path: Path) -> None:
    supervisor, child, said = make(tmp_path, "raise SystemExit(3)")
    supervisor.start()
    for _ in range(8):
        process_of(child).wait()
        supervisor.tend()  # buries
        child.restart_at = 0.0
        supervisor.tend()  # starts again
    supervisor.stop()

    waits = [line.split("restarted in ")[1].split(" s.")[0] for line in said if "restarted" in line]
    assert waits == ["1", "2", "4", "8", "16", "32", "60", "60"]


def test_deaths_are_forgiven_after_a_calm_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "CALM", -1.0)  # every life counts as calm
    supervisor, child, _ = make(tmp_path, FOREVER)
    child.deaths = 5
    supervisor.start()
    kill(child)

    supervisor.tend()

    assert child.deaths == 1


def test_stop_kills_a_child_that_ignores_the_request(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PATIENCE", 0.1)
    ready = tmp_path / "ready"
    os.mkfifo(ready)
    supervisor, child, said = make(tmp_path, DEAF, str(ready))
    supervisor.start()
    ready.open().close()

    supervisor.stop()

    assert process_of(child).returncode == -signal.SIGKILL
    assert said == ["web did not end within 0 s and is killed."]


def test_start_keeps_the_log_of_the_run_before(tmp_path: Path) -> None:
    supervisor, child, _ = make(tmp_path, "print('now')")
    child.log.parent.mkdir()
    child.log.write_text("before\n")

    supervisor.start()
    process_of(child).wait()

    assert child.log.read_text() == "now\n"
    assert child.log.with_name("web.log.1").read_text() == "before\n"
