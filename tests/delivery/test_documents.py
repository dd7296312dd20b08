"""The route sheet on paper, read back from the PDF."""

import re
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from django.utils.translation import override
from pypdf import PdfReader

from delivery.documents import route_sheet_pdf
from delivery.models import Route, Stop
from delivery.sheet import read_sheet
from membership.models import Site, User

from .. import factories as f

pytestmark = pytest.mark.django_db


def pages(route: Route, reader: User, *, days_later: int = 0, language: str = "en") -> list[str]:
    """The text of each page as `reader` gets it, so many days after the delivery."""
    with override(language):
        today = f.DELIVERY_DATE + timedelta(days=days_later)
        sheet = read_sheet(Route.objects.with_stops().get(pk=route.pk), user=reader, today=today)
        file = route_sheet_pdf(sheet)
    return [page.extract_text() for page in PdfReader(BytesIO(file)).pages]


def a_route(**order: Any) -> Route:
    site = f.SiteFactory(
        name="은평구립도서관",
        reception_note="1층 안내데스크",
        lift="goods",
        parking_note="지하 2층",
        parking_height_cm=210,
        unloading_note="하역장 B",
    )
    f.fixed_order(site=site, organization=site.organization, note="벨 <두 번> & 기다림", **order)
    route: Route = f.published_plan().routes.get()
    return route


def test_sheet_says_everything_that_is_needed_at_the_door() -> None:
    route = a_route()
    stop = route.stops.get()
    line = stop.order.lines.get()

    text = pages(route, route.shift.courier, language="ko")[0]

    lines = [row.strip() for row in text.splitlines()]
    assert [row for row in lines if "은평구립도서관" in row] == [
        f"은평구립도서관 · {stop.order.organization_name}"
    ]
    assert [row.split(": ")[1] for row in lines if re.match(r"^[^:]+: ", row)] == [
        "지하 2층 · 높이 2.1 m까지",
        "하역장 B",
        "후문 하역장",
        "1층 안내데스크",
        "화물용 승강기",
        "이담당 02-120-0000",
        "벨 <두 번> & 기다림",
        "  □ 부재 또는 휴무   □ 수령 거절   □ 출입 불가   □ 물품 파손   □ 시간 내 도착 못 함",
    ]
    assert [row for row in lines if line.product_name in row] == [f"{line.product_name} · {line.unit}"]
    assert lines.count(f"{line.quantity} ×") == 1
    assert lines.count(stop.order.address) == 1
    assert lines.count(f"{stop.eta.astimezone(f.TUESDAY.tzinfo):%H:%M}") == 1
    assert lines.count(f"{route.shift.vehicle.name} · {route.shift.vehicle.plate}") == 1


def test_chilled_goods_are_marked_and_short_ones_are_left_out() -> None:
    route = a_route()
    order = route.stops.get().order
    chilled = order.lines.get()
    short = f.ProductFactory(name="안 오는 떡")
    order.lines.filter(pk=chilled.pk).update(storage="chilled")
    chilled.pk = None
    chilled.product, chilled.product_name, chilled.product_name_en = short, short.name, short.name_en
    chilled.short_quantity = chilled.quantity
    chilled.save(force_insert=True)
    kept = order.lines.get(short_quantity=0)

    text = pages(route, route.shift.courier)[0]

    assert [row for row in text.splitlines() if "[chilled]" in row] == [
        f"{kept.product_name_en} · {kept.unit_en} [chilled]"
    ]
    assert short.name_en not in text


def test_pages_are_numbered_and_no_stop_is_torn_apart() -> None:
    for _ in range(12):
        f.fixed_order()
    route = f.published_plan().routes.get()

    texts = pages(route, route.shift.courier)

    count = len(texts)
    assert count > 1
    assert [re.findall(r"^\d+ / \d+$", text, re.M) for text in texts] == [
        [f"{number} / {count}"] for number in range(1, count + 1)
    ]
    signatures = [text.count("Received by, time, signature") for text in texts]
    assert sum(signatures) == 12
    assert signatures == [text.count("Contact: ") for text in texts]


def test_demo_hub_is_marked_and_a_real_one_is_not() -> None:
    route = a_route()
    mark = "Demo data: people and orders are invented"
    assert mark not in pages(route, route.shift.courier)[0]

    hub = f.hub()
    hub.is_demo = True
    hub.save()

    assert pages(route, route.shift.courier)[0].count(mark) == 1


def test_names_are_printed_for_couriers_on_the_day_alone_and_always_for_operators() -> None:
    order = f.delivered_order()
    route = Stop.objects.get(order=order).route
    courier, operator = route.shift.courier, f.operator()

    def names(reader: User, days_later: int) -> list[str]:
        return re.findall("이담당|02-120-0000|박수령", "\n".join(pages(route, reader, days_later=days_later)))

    shown = ["이담당", "02-120-0000", "박수령"]
    assert names(courier, 0) == shown
    assert names(courier, -1) == names(courier, 1) == []
    assert names(operator, 400) == shown


def test_stop_with_more_lines_than_a_page_is_printed_over_two() -> None:
    route = a_route()
    order = route.stops.get().order
    line = order.lines.get()
    for number in range(60):
        line.pk = None
        line.product = f.ProductFactory()
        line.product_name_en = f"Cake {number:02}"
        line.save(force_insert=True)

    text = "\n".join(pages(route, route.shift.courier))

    assert re.findall(r"Cake \d\d", text) == [f"Cake {number:02}" for number in range(60)]


def test_sheet_is_sent_as_pdf_and_kept_out_of_caches(monkeypatch: pytest.MonkeyPatch, client: Client) -> None:
    monkeypatch.setattr("membership.clock.now", lambda: f.DELIVERY_MORNING)
    site = Site.objects.get(pk=a_route().stops.get().order.site_id)
    route = Route.objects.get()
    client.force_login(route.shift.courier)

    response = client.get(f"/routes/{route.pk}/sheet.pdf")

    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"] == f'inline; filename="route-2026-12-01-{route.pk}.pdf"'
    assert response["Cache-Control"] == "max-age=0, no-cache, no-store, must-revalidate, private"
    assert site.name in PdfReader(BytesIO(response.content)).pages[0].extract_text()
