"""The way between a phone and the hub, on which the signal can be lost: a tunnel of TCP connections."""

import socket
import threading
from contextlib import suppress


class Tunnel:
    """Carries connections to a port of this machine while it is open.

    `lose_answers` lets requests that begin with some bytes through and cuts the line before their answer.
    """

    def __init__(self, port: int) -> None:
        self.target = port
        self.is_open = True
        self.to_lose = 0
        self.lost = 0
        self.beginning = b""
        self.requests = 0
        self._lines: set[socket.socket] = set()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """No signal any more: whatever is under way is cut."""
        self.is_open = False
        for line in list(self._lines):
            self._hang_up(line)

    def open(self) -> None:
        self.is_open = True

    def lose_answers(self, beginning: bytes, count: int) -> None:
        """Lose the next `count` answers to requests that begin so."""
        self.beginning, self.to_lose = beginning, count

    def stop(self) -> None:
        self.close()
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                phone, _address = self._listener.accept()
                if self.is_open:
                    threading.Thread(target=self._connect, args=[phone], daemon=True).start()
                else:
                    phone.close()

    def _connect(self, phone: socket.socket) -> None:
        hub = socket.create_connection(("127.0.0.1", self.target))
        self._lines |= {phone, hub}
        cut = threading.Event()
        threading.Thread(target=self._carry, args=[phone, hub, cut, True], daemon=True).start()
        self._carry(hub, phone, cut, False)

    def _carry(
        self, source: socket.socket, goal: socket.socket, cut: threading.Event, is_asking: bool
    ) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                if is_asking and self.beginning and data.startswith(self.beginning):
                    self.requests += 1
                    if self.to_lose:
                        self.to_lose -= 1
                        cut.set()
                elif not is_asking and cut.is_set():
                    self.lost += 1
                    break
                goal.sendall(data)
        self._hang_up(source)
        self._hang_up(goal)

    def _hang_up(self, line: socket.socket) -> None:
        self._lines.discard(line)
        with suppress(OSError):
            line.shutdown(socket.SHUT_RDWR)
        line.close()
