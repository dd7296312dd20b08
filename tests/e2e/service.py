"""The service as `make run` starts it: `manage.py serve` in a folder of its own, at a time of its own."""

import os
import signal
import socket
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 240


class Service:
    """One installation of the service that can be stopped and started again at a later time."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = _free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.process: subprocess.Popen[str] | None = None
        self.offset_seconds = 0

    @property
    def environment(self) -> dict[str, str]:
        """The environment of `make run`, or of the database and broker that the suite runs on."""
        kept = {"PATH", "HOME", "LANG", "CELERY_BROKER_URL"}
        environment = {name: value for name, value in os.environ.items() if name in kept}
        environment |= {
            "VAR_DIR": str(self.folder),
            "CLOCK_OFFSET_SECONDS": str(self.offset_seconds),
            "SWEEP_SECONDS": "2",
            "ROUTE_SECONDS": "1",
            # No requests to a map server from a test.
            "MAP_TILE_URL": "",
        }
        if broker := environment.get("CELERY_BROKER_URL", ""):
            environment["CELERY_BROKER_URL"] = _own_redis_database(broker)
        if url := os.environ.get("DATABASE_URL"):
            environment["DATABASE_URL"] = self._own_database(url)
        return environment

    def start(self, at: datetime | None = None) -> list[str]:
        """Start and return the lines printed until it answers; `at` is what the service believes is now."""
        if at:
            self.offset_seconds = int((at - datetime.now(UTC)).total_seconds())
        self.process = subprocess.Popen(
            [sys.executable, "manage.py", "serve", "--port", str(self.port)],
            cwd=ROOT,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        lines: list[str] = []
        assert self.process.stdout
        for line in self.process.stdout:
            lines.append(line.rstrip())
            if "Ctrl-C" in line:
                return lines
        raise AssertionError("The service did not start:\n" + "\n".join(lines))

    def stop(self) -> int:
        """Press Ctrl-C and return the exit code."""
        assert self.process
        self.process.send_signal(signal.SIGINT)
        self.process.communicate(timeout=60)
        return self.process.returncode

    def restart(self, at: datetime) -> None:
        """Stop, and start again at another time, as after a night."""
        assert self.stop() == 0
        self.start(at)

    def _own_database(self, url: str) -> str:
        import psycopg
        from psycopg import sql

        parts = urlsplit(url)
        name = f"{parts.path.lstrip('/')}_e2e_{self.port}"
        server = urlunsplit(parts._replace(path="/postgres"))
        with psycopg.connect(server, autocommit=True) as connection:
            exists = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone()
            if not exists:
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        return urlunsplit(parts._replace(path=f"/{name}"))

    def drop_database(self) -> None:
        """Remove the database that this service made for itself, if it did."""
        url = os.environ.get("DATABASE_URL")
        if not url:
            return
        import psycopg
        from psycopg import sql

        parts = urlsplit(url)
        name = f"{parts.path.lstrip('/')}_e2e_{self.port}"
        with psycopg.connect(urlunsplit(parts._replace(path="/postgres")), autocommit=True) as connection:
            connection.execute(
                sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
            )


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _own_redis_database(url: str) -> str:
    """Keep away from the queue of the other tests."""
    if not url.startswith("redis"):
        return url
    parts = urlsplit(url)
    return urlunsplit(parts._replace(path="/8"))
