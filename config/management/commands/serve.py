"""`manage.py serve`: the whole service on one machine, from an empty folder to a page that answers."""

import fcntl
import signal
import socket
import sys
import time
import urllib.error
import urllib.request
from argparse import ArgumentParser
from pathlib import Path
from types import FrameType
from typing import IO, Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, connection
from django.db.migrations.executor import MigrationExecutor

from config.demo_town.logins import DEMO_LOGINS, DEMO_PASSWORD
from config.supervisor import Child, Supervisor
from membership.models import Organization

READY_SECONDS = 60
LOG_LINES = 20


class Command(BaseCommand):
    """Prepare the database, then supervise web server, worker and beat until Ctrl-C or SIGTERM."""

    help = "Run the whole service on this machine: migrate, seed an empty database, web, worker and beat."
    # Of all system checks only ours: the others load every page of the site, which the children do anyway.
    requires_system_checks = ["settings"]
    stopping = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--bind", default="127.0.0.1", help="Address to listen on (127.0.0.1).")
        parser.add_argument("--port", type=int, default=8000, help="Port to listen on (8000).")

    def handle(self, *args: Any, bind: str, port: int, **options: Any) -> None:
        if settings.ENVIRONMENT != "embedded":
            raise CommandError(
                "`serve` is for one machine with the embedded settings. In production run the web server, "
                "the worker and beat as compose.yaml does."
            )
        with self._only_one():
            self._require_free_port(bind, port)
            try:
                self._migrate()
                self._seed_if_empty()
            except KeyboardInterrupt:
                raise CommandError("Interrupted; the next start goes on from here.") from None
            connection.close()
            self._supervise(bind, port)

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()

    # -- Before the children ----------------------------------------------------------------------

    def _only_one(self) -> IO[str]:
        """Return the lock file of this data folder, locked until it is closed or this process ends."""
        lock = (Path(settings.VAR_DIR) / "serve.lock").open("w")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
            raise CommandError(
                f"The service already runs on the data in {settings.VAR_DIR}. Stop it first, or set VAR_DIR "
                "to another folder (and --port to another port)."
            ) from None
        return lock

    def _require_free_port(self, bind: str, port: int) -> None:
        family = socket.AF_INET6 if ":" in bind else socket.AF_INET
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((bind, port))
            except OSError as error:
                raise CommandError(
                    f"Cannot listen on {bind} port {port}: {error.strerror}. Choose another with --port."
                ) from None

    def _migrate(self) -> None:
        try:
            executor = MigrationExecutor(connection)
            plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
        except OperationalError as error:
            raise CommandError(f"The database does not answer: {error}") from error
        if plan:
            self._say(f"Database: {len(plan)} migrations to apply …")
            call_command("migrate", interactive=False, verbosity=0)
        self._say("Database: up to date.")

    def _seed_if_empty(self) -> None:
        if get_user_model().objects.exists() or Organization.objects.exists():
            return
        self._say("Demo town: the database is empty, building it …")
        call_command("seed_demo", stdout=self.stdout)

    # -- The children -----------------------------------------------------------------------------

    def _supervise(self, bind: str, port: int) -> None:
        supervisor = Supervisor(_children(bind, port), settings.BASE_DIR, self._say)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._stop_soon)
        self._say("Starting: web server, worker, beat …")
        try:
            supervisor.start()
            self._wait_until_ready(supervisor.children[0], bind, port)
            if not self.stopping:
                self._welcome(bind, port)
            while not self.stopping:
                time.sleep(0.2)
                supervisor.tend()
        finally:
            self._say("Stopping: web server, worker, beat …")
            supervisor.stop()
            self._say("Stopped.")

    def _stop_soon(self, number: int, frame: FrameType | None) -> None:
        self.stopping = True

    def _wait_until_ready(self, web: Child, bind: str, port: int) -> None:
        """Return when the site answers; raise CommandError with the end of its log if it cannot."""
        deadline = time.monotonic() + READY_SECONDS
        # The site answers only to names that it knows, whatever address it listens on.
        name = next((host.lstrip(".") for host in settings.ALLOWED_HOSTS if host != "*"), "localhost")
        address = f"{_address(bind, port)}health/"
        question = urllib.request.Request(address, headers={"Host": name})  # noqa: S310  (ours)
        while not self.stopping:
            try:
                urllib.request.urlopen(question, timeout=5).close()  # noqa: S310
                return
            except urllib.error.HTTPError as error:
                raise _web_failed(f"The site answers with an error ({error.code}).", web.log) from None
            except OSError:
                if not web.alive() or time.monotonic() > deadline:
                    raise _web_failed("The web server does not answer.", web.log) from None
                time.sleep(0.05)

    def _welcome(self, bind: str, port: int) -> None:
        self._say(f"\nThe service answers at {_address(bind, port)}")
        emails = [email for _, email in DEMO_LOGINS]
        known = set(get_user_model().objects.filter(email__in=emails).values_list("email", flat=True))
        logins = [(role, email) for role, email in DEMO_LOGINS if email in known]
        if logins:
            self._say(f"Demo log-ins, all with the password {DEMO_PASSWORD}:")
        for role, email in logins:
            self._say(f"  {email:34} {role}")
        connection.close()
        self._say(f"Logs: {Path(settings.VAR_DIR) / 'logs'}. Stop with Ctrl-C.")


def _web_failed(what: str, log: Path) -> CommandError:
    end = "\n".join(log.read_text(errors="replace").splitlines()[-LOG_LINES:])
    return CommandError(f"{what} The end of {log}:\n{end}")


def _address(bind: str, port: int) -> str:
    """Return the address for a browser on this machine."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(bind, bind)  # noqa: S104  (compared, not bound)
    return f"http://{_in_url(host)}:{port}/"


def _in_url(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _children(bind: str, port: int) -> list[Child]:
    """Return the web server (first), the worker and beat, each as its own process with its own log."""
    celery = [sys.executable, "-m", "celery", "-A", "config.celery"]
    # One worker on one machine has nobody to gossip with; starting is quicker without.
    worker = ["worker", "--without-gossip", "--without-mingle", "--without-heartbeat"]
    commands = {
        "web": [
            sys.executable,
            "-m",
            "gunicorn",
            "-c",
            "python:config.gunicorn",
            "--bind",
            f"{_in_url(bind)}:{port}",
        ],
        "worker": [*celery, *worker, "--loglevel", "INFO"],
        # No pid file: the lock on the data folder already keeps a second beat away.
        "beat": [*celery, "beat", "--pidfile=", "--loglevel", "INFO"],
    }
    logs = Path(settings.VAR_DIR) / "logs"
    return [Child(name, argv, logs / f"{name}.log") for name, argv in commands.items()]
