"""Child processes of one machine: started together, restarted when they die, ended together."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

# Seconds before the first restart; doubled for every further death, and forgiven after a calm minute.
FIRST_WAIT, LONGEST_WAIT, CALM = 1.0, 60.0, 60.0
# Seconds that children have to finish what they hold (a running task) before they are killed.
PATIENCE = 20.0

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


def _end_with_parent() -> None:
    """Ask the kernel (Linux) to end this child when the supervisor itself is killed."""
    if _libc is not None:
        _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


@dataclass
class Child:
    """One process that should always run; its output goes to `log`, which is begun anew at each start-up."""

    name: str
    argv: Sequence[str]
    log: Path
    process: "subprocess.Popen[bytes] | None" = None
    deaths: int = 0
    started_at: float = 0.0  # monotonic seconds, like the next
    restart_at: float = 0.0

    def start(self, folder: Path) -> None:
        """Run the command in `folder`, in a session of its own: Ctrl-C is for the supervisor alone."""
        environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                self.argv,
                cwd=folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=_end_with_parent,
            )
        self.started_at = time.monotonic()

    def alive(self) -> bool:
        """Return whether the process runs."""
        return self.process is not None and self.process.poll() is None

    def signal_group(self, number: signal.Signals) -> None:
        """Signal the child and the processes that it started itself."""
        if self.process is not None:
            try:
                os.killpg(self.process.pid, number)
            except ProcessLookupError:
                pass


class Supervisor:
    """Keeps `children` running in `folder` until it is stopped; tells what happens through `say`."""

    def __init__(self, children: Sequence[Child], folder: Path, say: Callable[[str], None]) -> None:
        self.children = children
        self.folder = folder
        self.say = say

    def start(self) -> None:
        """Start every child; the log of the run before is kept as `<name>.log.1`."""
        for child in self.children:
            child.log.parent.mkdir(parents=True, exist_ok=True)
            if child.log.exists():
                child.log.replace(child.log.with_name(child.log.name + ".1"))
            child.start(self.folder)

    def tend(self) -> None:
        """Notice the dead and restart those whose waiting time is over."""
        now = time.monotonic()
        for child in self.children:
            if child.process is not None:
                code = child.process.poll()
                if code is not None:
                    self._bury(child, code, now)
            elif now >= child.restart_at:
                child.start(self.folder)
                self.say(f"{child.name} runs again.")

    def _bury(self, child: Child, code: int, now: float) -> None:
        # What the dead child had started (a web server's workers) would hold its port.
        child.signal_group(signal.SIGKILL)
        child.process = None
        child.deaths = 1 if now - child.started_at > CALM else child.deaths + 1
        wait = min(FIRST_WAIT * 2 ** (child.deaths - 1), LONGEST_WAIT)
        child.restart_at = now + wait
        how = f"was killed by signal {-code}" if code < 0 else f"ended with code {code}"
        self.say(f"{child.name} {how}; it is restarted in {wait:.0f} s. Its log: {child.log}")

    def stop(self) -> None:
        """End every child: ask all at once, wait for them, kill what is left after `PATIENCE` seconds."""
        running = [(child, child.process) for child in self.children if child.process is not None]
        for _, process in running:
            process.terminate()
        deadline = time.monotonic() + PATIENCE
        for child, process in running:
            try:
                process.wait(timeout=max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                self.say(f"{child.name} did not end within {PATIENCE:.0f} s and is killed.")
            child.signal_group(signal.SIGKILL)
            process.wait()
