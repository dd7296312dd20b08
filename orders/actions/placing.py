"""Orders come into being: their numbers, and the names and prices that they copy."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from bundles.models import Bundle
from membership.models import Organization, Site

from ..models import Occurrence, Order, OrderEvent
from ..numbers import order_number


def new_order(identity: str, **fields: Any) -> Order:
    """Store an order with the names and the price that hold today; its number follows from the identity."""
    site, organization, bundle = fields["site"], fields["organization"], fields["bundle"]
    (number,) = free_numbers([(fields["delivery_date"], identity)])
    order: Order = Order.objects.create(
        number=number,
        gross=bundle.price_for(fields["headcount"]),
        **copied_names(site, organization, bundle),
        **fields,
    )
    OrderEvent.objects.create(
        order=order, was="", to=order.status, actor=order.placed_by, at=order.placed_at, note=order.reason
    )
    return order


def order_from(occurrence: Occurrence, *, waits: str, now: datetime) -> Order:
    """Store the order of an occurrence, awaiting approval for the reason `waits`."""
    return new_order(
        str(occurrence),
        **details_of(occurrence),
        organization=occurrence.standing_order.organization,
        site=occurrence.site,
        bundle=occurrence.bundle,
        status=Order.Status.AWAITING,
        reason=waits,
        placed_at=now,
    )


def details_of(occurrence: Occurrence) -> dict[str, Any]:
    """Return what the order of an occurrence is, besides what it copies, by the order's columns."""
    return {
        "occurrence_id": occurrence.pk,
        "department_id": occurrence.department_id,
        "headcount": occurrence.headcount,
        "exclusions": occurrence.exclusions,
        "delivery_date": occurrence.delivery_date,
        "window_opens": occurrence.window_opens,
        "window_closes": occurrence.window_closes,
        "cutoff_at": occurrence.cutoff_at,
        "on_shortage": occurrence.on_shortage,
        "placed_by_id": occurrence.standing_order.created_by_id,
    }


def copied_names(site: Site, organization: Organization, bundle: Bundle) -> dict[str, Any]:
    """Return what an order copies of where it goes and what it is, by the order's columns."""
    return {
        "bundle_name": bundle.name,
        "bundle_name_en": bundle.name_en,
        "organization_name": organization.name,
        "business_number": organization.business_number,
        "site_name": site.name,
        "address": f"{site.address} {site.address_detail}".strip(),
        "latitude": site.latitude,
        "longitude": site.longitude,
        "contact_name": site.contact_name,
        "contact_phone": site.contact_phone,
    }


def free_numbers(wanted: Sequence[tuple[date, str]]) -> list[str]:
    """Return a number that no other order has for each (delivery date, identity).

    One in some hundred million is taken already; the next attempt then gives another one.
    """
    numbers = [order_number(day, identity) for day, identity in wanted]
    known = _taken(numbers)
    for place, (day, identity) in enumerate(wanted):
        attempt = 0
        while numbers[place] in known:
            attempt += 1
            numbers[place] = order_number(day, identity, attempt)
            known |= _taken([numbers[place]])
        known.add(numbers[place])
    return numbers


def _taken(numbers: Sequence[str]) -> set[str]:
    return set(Order.objects.filter(number__in=numbers).values_list("number", flat=True))
