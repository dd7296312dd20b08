"""Addresses are found through a server that speaks Nominatim's protocol."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest

from membership.geocoding import Found, find_address

ANSWERS = {
    "서울특별시 은평구 은평로 195": [
        {"lat": "37.6027", "lon": "126.9291", "display_name": "은평구청", "place_rank": 30}
    ],
    "서울특별시 은평구 통일로": [
        {"lat": "37.61", "lon": "126.93", "display_name": "통일로", "place_rank": 26}
    ],
    "서울특별시 은평구": [{"lat": "37.60", "lon": "126.92", "display_name": "은평구", "place_rank": 12}],
}


class Nominatim(BaseHTTPRequestHandler):
    """Answers searches as Nominatim does, and fails on demand."""

    def do_GET(self) -> None:
        query = parse_qs(urlsplit(self.path).query)
        address = query["q"][0]
        self.server.asked.append((address, query["countrycodes"][0], self.headers["User-Agent"]))  # type: ignore[attr-defined]
        self.send_response(503 if address == "고장" else 200)
        self.end_headers()
        self.wfile.write(json.dumps(ANSWERS.get(address, [])).encode())

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def server(settings) -> Iterator[ThreadingHTTPServer]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Nominatim) as server:
        server.asked = []  # type: ignore[attr-defined]
        threading.Thread(target=server.serve_forever, daemon=True).start()
        settings.GEOCODER_URL = f"http://127.0.0.1:{server.server_port}"
        yield server
        server.shutdown()


def test_find_address_returns_place_and_precision(server) -> None:
    assert find_address("서울특별시 은평구 은평로 195") == Found(37.6027, 126.9291, "building")
    assert server.asked == [("서울특별시 은평구 은평로 195", "kr", "kkureomi")]


@pytest.mark.parametrize(
    ("address", "precision"), [("서울특별시 은평구 통일로", "road"), ("서울특별시 은평구", "district")]
)
def test_find_address_knows_how_rough_an_answer_is(server, address: str, precision: str) -> None:
    found = find_address(address)
    assert found is not None
    assert found.precision == precision


def test_find_address_finds_nothing(server) -> None:
    assert find_address("없는 주소") is None
    assert len(server.asked) == 1


def test_find_address_survives_a_broken_server(server) -> None:
    assert find_address("고장") is None


def test_find_address_asks_nobody_without_a_server(settings) -> None:
    settings.GEOCODER_URL = ""
    assert find_address("서울특별시 은평구 은평로 195") is None
