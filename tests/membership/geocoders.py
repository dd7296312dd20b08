"""A server on this machine that speaks what the geocoders speak, and fails on demand."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

KAKAO, VWORLD, NOMINATIM = "/v2/local/search/address.json", "/req/address", "/search"


class Geocoders(ThreadingHTTPServer):
    """Answers by path and address; `failures` has what a path answers instead: (status, headers, body)."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.places: dict[tuple[str, str], Any] = {}
        self.failures: dict[str, tuple[int, dict[str, str], str]] = {}
        self.asked: list[tuple[str, str]] = []
        self.headers: list[dict[str, str]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def kakao(self, address: str, kind: str, x: str = "126.9291", y: str = "37.6027") -> None:
        """Kakao knows the address, as this kind of thing."""
        self.places[KAKAO, address] = {"address_name": address, "address_type": kind, "x": x, "y": y}

    def vworld(self, address: str, kind: str, number: str = "195") -> None:
        """VWorld knows the address as a road address or a land lot."""
        self.places[VWORLD, f"{kind} {address}"] = {
            "status": "OK",
            "refined": {"text": address, "structure": {"level1": "서울특별시", "level5": number}},
            "result": {"crs": "EPSG:4326", "point": {"x": "126.9291", "y": "37.6027"}},
        }

    def nominatim(self, address: str, rank: int) -> None:
        """OpenStreetMap knows the address, with this rank."""
        self.places[NOMINATIM, address] = {
            "lat": "37.6027",
            "lon": "126.9291",
            "display_name": address,
            "place_rank": rank,
        }

    def answer(self, path: str, query: dict[str, str]) -> Any:
        if path == VWORLD:
            self.asked.append((path, f"{query['type']} {query['address']}"))
            place = self.places.get((path, f"{query['type']} {query['address']}"))
            return {"response": place or {"status": "NOT_FOUND"}}
        address = query["query" if path == KAKAO else "q"]
        self.asked.append((path, address))
        found = [place] if (place := self.places.get((path, address))) else []
        return {"meta": {"total_count": len(found)}, "documents": found} if path == KAKAO else found


class _Handler(BaseHTTPRequestHandler):
    server: Geocoders

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        self.server.headers.append({**dict(self.headers), "key": query.get("key", "")})
        body = json.dumps(self.server.answer(parts.path, query))
        status, headers, body = self.server.failures.get(parts.path, (200, {}, body))
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *args: object) -> None:
        pass


@contextmanager
def geocoders(settings: Any, *order: str) -> Iterator[Geocoders]:
    """Start the server and let the service ask it in this order."""
    with Geocoders() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        settings.GEOCODERS = list(order)
        settings.KAKAO_URL = settings.VWORLD_URL = settings.NOMINATIM_URL = server.url
        settings.KAKAO_REST_KEY, settings.VWORLD_KEY = "kakao-key", "vworld-key"
        yield server
        server.shutdown()
