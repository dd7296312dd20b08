"""The inspection record: what was counted, signed and photographed at the door, for whom it concerns."""

import re
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO

import pytest
from django.test import Client
from pypdf import PdfReader

from delivery.models import Proof, RoadRecord
from membership.models import Organization, User
from membership.photos import whole_jpeg
from tests.pictures import png

from .. import factories as f
from .driving import logged_in, on_the_way

pytestmark = pytest.mark.django_db


def a_proof(**told: object) -> Proof:
    """Handed over from a phone, with two units damaged, a signature, a place and a photo."""
    route, [stop], _ = on_the_way()
    line = stop.order.lines.get()
    record = f.road_record(
        stop,
        RoadRecord.Kind.DELIVER,
        route.shift.courier,
        photo=whole_jpeg(png()),
        lines=[{"line": line.pk, "quantity": 8, "reason": "damaged"}],
        latitude=37.61,
        longitude=126.93,
        accuracy_m=12,
        **told,
    )
    assert record.problem == ""
    return Proof.objects.get()


def file_of(client: Client, proof: Proof) -> bytes:
    response = client.get(f"/stops/{proof.stop_id}/inspection.pdf")
    assert response["Content-Type"] == "application/pdf"
    assert response["Cache-Control"] == "max-age=0, no-cache, no-store, must-revalidate, private"
    return response.content


def text_of(file: bytes) -> str:
    text = " ".join(page.extract_text() for page in PdfReader(BytesIO(file)).pages)
    return " ".join(text.split())


def member_of(proof: Proof) -> User:
    return f.orderer(organization=proof.stop.order.organization, language="en")


def test_record_says_in_korean_what_was_counted_where_when_and_by_whom(at: Callable) -> None:
    proof = a_proof(neighbour="관리실", note="상자 <두 개> 젖음")
    order, line = proof.stop.order, proof.stop.order.lines.get()

    file = file_of(logged_in(member_of(proof)), proof)

    words = text_of(file)
    for part in (
        "검수조서",
        order.number,
        order.organization_name,
        order.address,
        "2026-12-01 09:00",
        "37.61000, 126.93000 (±12 m)",
        f"{line.product_name} {line.unit} 10 8 2 일부 부족 파손 2",
        "인수 수량 8개 · 검수 중 부족 2개",
        "박수령 (대리 보관: 관리실)",
        "상자 <두 개> 젖음",
        proof.recorded_by.name,
    ):
        assert words.count(part) >= 1, (part, words)
    assert len(PdfReader(BytesIO(file)).pages[0].images) == 1


def test_what_ran_short_before_the_delivery_is_told_apart(at: Callable) -> None:
    proof = a_proof()
    line = proof.stop.order.lines.get()
    line.pk, line.product, line.product_name = None, f.ProductFactory(), "귤"
    line.short_quantity = line.quantity
    line.save(force_insert=True)

    words = text_of(file_of(logged_in(member_of(proof)), proof))

    assert re.findall(r"귤 \S+ (\d+) (\d+) (\d+) (\S+) (.+? \d+)", words) == [
        ("10", "0", "10", "미납", "납품 전 부족 10")
    ]


def test_record_is_the_same_file_however_the_institution_changes_later(at: Callable) -> None:
    proof = a_proof()
    client = logged_in(member_of(proof))
    before = file_of(client, proof)
    Organization.objects.filter(kind="institution").update(name="다른 이름", address="다른 주소")
    at(f.DELIVERY_MORNING + timedelta(days=40))

    assert file_of(client, proof) == before


def test_photo_and_record_are_for_the_institution_the_hub_and_that_days_courier(at: Callable) -> None:
    proof = a_proof()
    driver, member = proof.recorded_by, member_of(proof)
    foreign = f.orderer(organization=f.InstitutionFactory())
    colleague, operator = f.courier(email="other@example.org"), f.operator()
    urls = [f"/stops/{proof.stop_id}/photo/", f"/stops/{proof.stop_id}/inspection.pdf"]

    def answers(user: User) -> list[int]:
        return [logged_in(user).get(url).status_code for url in urls]

    assert [answers(user) for user in (member, driver, operator)] == [[200, 200]] * 3
    assert [answers(user) for user in (foreign, colleague)] == [[404, 404]] * 2
    assert [Client().get(url)["Location"] for url in urls] == [f"/login/?next={url}" for url in urls]
    at(f.DELIVERY_MORNING + timedelta(days=1))
    assert answers(driver) == [404, 404]
    assert [answers(user) for user in (member, operator)] == [[200, 200]] * 2


def test_order_shows_signature_photo_and_what_was_not_handed_over(at: Callable) -> None:
    proof = a_proof()

    html = logged_in(member_of(proof)).get(f"/orders/{proof.stop.order.number}/").content.decode()

    assert re.findall(r'<path d="(M10[^"]+)"', html) == ["M10 20 L300 200"]
    assert re.findall(r'src="(/stops/[^"]+)"', html) == [f"/stops/{proof.stop_id}/photo/"]
    assert re.findall(r'href="(/stops/[^"]+pdf)"', html) == [f"/stops/{proof.stop_id}/inspection.pdf"]
    assert html.count("× 2: damaged") == 1


def test_a_hand_over_without_photo_signature_or_place_has_its_record_too(at: Callable) -> None:
    order = f.delivered_order()
    proof = order.stops.get().proof
    client = logged_in(member_of(proof))

    words = text_of(file_of(client, proof))

    assert [words.count(part) for part in ("서명 없음", "기록 없음", "이상 없음", "검수 사진")] == [
        1,
        1,
        1,
        0,
    ]
    assert client.get(f"/stops/{proof.stop_id}/photo/").status_code == 404
