"""What gives a side away: names, numbers and addresses that a stranger must never read."""

import io
import re
from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from openpyxl import load_workbook
from pypdf import PdfReader

from delivery.models import Vehicle
from orders.models import Order

from .address import COURIER, HUB, PRODUCER, READERS
from .side import Side
from .town import Town

Marks = set[str]


def people_of_the_institution(side: Side) -> Marks:
    users = (side.orderer, side.approver, side.viewer)
    return {mark for user in users for mark in (user.name, user.email, user.phone)}


def books(side: Side) -> Marks:
    """What the institution is called by the tax office, and who in it pays."""
    departments = side.institution.departments.values_list("name", flat=True)
    return {side.institution.business_number, side.institution.business_number_display, *departments}


def deliveries(side: Side) -> Marks:
    """Where something is brought, to whom, and what of: what a courier must know."""
    site: Any = side.site
    orders = Order.objects.filter(organization=side.institution)
    return {
        side.institution.name,
        site.name,
        site.address,
        site.address_detail,
        site.contact_name,
        site.contact_phone,
        site.entrance_note,
        *orders.values_list("number", flat=True),
    }


def making(side: Side) -> Marks:
    """What is between the producer and the hub."""
    user, price = side.producer_user, side.product.supply_price
    return {
        user.name,
        user.email,
        user.phone,
        side.producer.phone,
        f"{price:,}",
        f'"supply_price":{price}',
        *side.producer.purchase_orders.values_list("number", flat=True),
    }


def driver(side: Side) -> Marks:
    """Who brings it: institutions are told by whom their order was brought."""
    return {side.courier.name}


def driving(side: Side) -> Marks:
    plates = Vehicle.objects.filter(shifts__courier=side.courier).values_list("plate", flat=True)
    return {side.courier.email, side.courier.phone, *plates}


KINDS: tuple[Callable[[Side], Marks], ...] = (
    people_of_the_institution,
    books,
    deliveries,
    making,
    driver,
    driving,
)
KNOWN = {
    **dict.fromkeys(READERS, (people_of_the_institution, books, deliveries, driver)),
    **dict.fromkeys(PRODUCER, (making,)),
    **dict.fromkeys(COURIER, (deliveries, driver, driving)),
    **dict.fromkeys(HUB, KINDS),
}


def marks_of_strangers(town: Town, role: str) -> dict[str, str]:
    """Return every mark that `role` must never read, with what it gives away."""
    unknown: dict[str, str] = {}
    for side in (town.own, town.other):
        seen_as = role.removeprefix("other ") if role.startswith("other ") == (side is town.other) else ""
        known = KNOWN.get(role if role in ("mixed", "operator") else seen_as, ())
        for kind in KINDS:
            if kind not in known:
                unknown |= dict.fromkeys(kind(side), f"{kind.__name__} of the {side.name} side")
    return unknown


def text_of(response: HttpResponse) -> str:
    """Return what a reader gets to read, and what their browser gets."""
    if response["Content-Type"] == "application/pdf":
        return "".join(page.extract_text() for page in PdfReader(io.BytesIO(response.content)).pages)
    if "spreadsheet" in response["Content-Type"]:
        rows = load_workbook(io.BytesIO(response.content)).active.iter_rows(values_only=True)
        return " ".join(str(cell) for row in rows for cell in row)
    if response["Content-Type"] == "image/jpeg":
        return ""
    return re.sub(r"\s+", " ", response.content.decode())
