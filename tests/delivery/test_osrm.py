"""Against a server on this machine that speaks `/table/v1` and refuses more than 100 places."""

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from urllib.parse import parse_qs, urlsplit

import pytest

from delivery.osrm import road_matrix
from delivery.travel import Place, travel_matrix

PLACES = [Place(round(37.45 + number / 1000, 4), round(126.85 + number / 500, 4)) for number in range(120)]


def _metres(origin: list[float], destination: list[float]) -> float | None:
    """Further towards the north than back; no way at all from one place."""
    if origin == [PLACES[3].longitude, PLACES[3].latitude]:
        return None
    (x, y), (u, v) = origin, destination
    return 1e5 * (abs(x - u) + abs(y - v)) + (500.4 if v > y else 0)


class RoadServer(BaseHTTPRequestHandler):
    answer = "Ok"

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        assert url.path.startswith("/table/v1/driving/")
        places = [[float(each) for each in pair.split(",")] for pair in url.path.rsplit("/", 1)[1].split(";")]
        query = {
            key: [int(each) for each in values[0].split(";")]
            for key, values in parse_qs(url.query).items()
            if key != "annotations"
        }
        code = "TooBig" if len(places) > 100 else self.answer
        metres = [
            [_metres(places[row], places[to]) for to in query["destinations"]] for row in query["sources"]
        ]
        seconds = [[None if each is None else each / 8 for each in row] for row in metres]
        body = json.dumps({"code": code, "distances": metres, "durations": seconds}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), RoadServer)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


def test_roads_are_asked_for_piece_by_piece_and_in_both_directions(server: str) -> None:
    matrix = road_matrix(server, PLACES)
    north = round(1e5 * (10 / 500 + 10 / 1000) + 500.4)
    assert matrix.metres(PLACES[100], PLACES[110]) == north
    assert matrix.metres(PLACES[110], PLACES[100]) == 3000
    assert matrix.seconds(PLACES[110], PLACES[100]) == 3000 / 8
    assert matrix.metres(PLACES[5], PLACES[5]) == 0
    assert matrix.speed == travel_matrix(PLACES).speed


def test_pair_without_a_road_is_estimated(server: str) -> None:
    assert road_matrix(server, PLACES).metres(PLACES[3], PLACES[9]) == travel_matrix(PLACES).metres(
        PLACES[3], PLACES[9]
    )


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/", "file:///etc/passwd", "nonsense"])
def test_all_ways_are_estimated_without_a_server(url: str) -> None:
    matrix, estimate = road_matrix(url, PLACES[:4]), travel_matrix(PLACES[:4])
    assert (matrix.distance_m == estimate.distance_m).all()
    assert (matrix.duration_s == estimate.duration_s).all()


def test_all_ways_are_estimated_if_the_server_refuses(server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(RoadServer, "answer", "InvalidQuery")
    matrix = road_matrix(server, PLACES[:4])
    assert (matrix.distance_m == travel_matrix(PLACES[:4]).distance_m).all()


def test_no_places_need_no_server() -> None:
    assert road_matrix("http://127.0.0.1:9/", []).distance_m.shape == (0, 0)
