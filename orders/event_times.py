"""What `event_plan` needs to know of the tables and the settings; the plan of an order that is placed."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, time, timedelta

from django.conf import settings
from django.db.models import prefetch_related_objects

from bundles.edition_key import EditionKey
from bundles.models import Bundle, Edition, Product
from membership.models import Site
from membership.models.site import USUAL_HOURS

from .cutoff import change_until
from .event_plan import Delivery, EventPlan, Hours, HubTimes, Maker, Production, find_delivery, plan_event
from .exceptions import NotPossible
from .models import CalendarDay, Order
from .planned import swaps_of
from .working_days import WorkingDays


def hub_times() -> HubTimes:
    """Return how the hub works, from its settings."""
    return HubTimes(
        set_up=timedelta(minutes=settings.EVENT_SETUP_MINUTES),
        shortest=timedelta(minutes=settings.EVENT_WINDOW_MINUTES[0]),
        longest=timedelta(minutes=settings.EVENT_WINDOW_MINUTES[1]),
        first_arrival=settings.FIRST_ARRIVAL_TIME,
        on_the_road=timedelta(minutes=settings.ROAD_MINUTES),
        routes_planned=settings.ROUTE_PLANNING_TIME,
        cutoff=settings.CUTOFF_TIME,
        cutoff_days=settings.CUTOFF_BUSINESS_DAYS,
        change_before=timedelta(hours=settings.CHANGE_HOURS),
    )


def hours_of(site: Site) -> Hours:
    """Return when the site receives, by weekday. No query once `windows` are prefetched."""
    found: dict[int, list[tuple[time, time]]] = defaultdict(list)
    for row in sorted(site.windows.all(), key=lambda row: row.opens):
        found[row.weekday].append((row.opens, row.closes))
    return found or {weekday: [USUAL_HOURS] for weekday in range(7)}


def delivery_for(event_at: datetime, site: Site, working_days: WorkingDays) -> Delivery:
    """Return when the goods for the event come. Raises NotPossible if nobody receives them in time."""
    found = find_delivery(event_at, hours_of(site), working_days, hub_times())
    if found is None:
        raise NotPossible("nobody_receives")
    return found


def makers_of(products: Iterable[Product]) -> list[Maker]:
    """Return who makes the products, and how early."""
    return [
        Maker(product.producer.display_name, product.made_days, product.lead_days) for product in products
    ]


def expected_makers(bundle: Bundle, day: date, exclusions: int) -> list[Maker]:
    """Return who makes the bundle for the day; before it is composed, the fastest that each slot can have.

    Those have no name, since another may be chosen.
    """
    editions = Edition.objects.with_key(EditionKey(bundle.pk, day, exclusions))
    edition = editions.prefetch_related("items__product__producer").first()
    if edition:
        return makers_of(item.product for item in edition.items.all())
    prefetch_related_objects([bundle], "slots")
    leads: dict[int, list[int]] = defaultdict(list)
    offered = Product.objects.on_offer().filter(category__slots__bundle=bundle).distinct()
    for product in offered:
        if not product.broken(exclusions):
            leads[product.category_id].append(product.lead_days)
    return [
        Maker("", 0, sorted(leads[slot.category_id])[: slot.variety][-1])
        for slot in bundle.slots.all()
        if leads[slot.category_id]
    ]


def plan_of_order(order: Order, working_days: WorkingDays | None = None) -> EventPlan | None:
    """Return the plan behind an event order as it was placed: its own day, window and cut-off.

    None for an order that is for no event. Its lines say who makes what and when; before they are fixed, the
    edition of its day with the order's swaps.
    """
    if order.event_at is None or order.window_opens is None or order.window_closes is None:
        return None
    working_days = working_days or CalendarDay.objects.all().working_days()
    delivery = Delivery(order.delivery_date, order.window_opens, order.window_closes)
    plan = plan_event(order.event_at, delivery, _planned_makers(order), working_days, hub_times())
    return replace(
        plan,
        cutoff_at=order.cutoff_at,
        change_until=change_until(order.cutoff_at),
        productions=_fixed_productions(order) or plan.productions,
    )


def _fixed_productions(order: Order) -> tuple[Production, ...]:
    made: dict[date, list[str]] = defaultdict(list)
    for line in order.lines.all():
        if line.coming:
            made[line.made_on].append(line.producer_display_name)
    return tuple(Production(day, tuple(dict.fromkeys(made[day]))) for day in sorted(made, reverse=True))


def _planned_makers(order: Order) -> list[Maker]:
    editions = Edition.objects.with_key(order.edition_key).prefetch_related("items__product__producer")
    edition = editions.first()
    if edition is None:
        return []
    swaps = swaps_of(order)
    return makers_of(swaps.get(item.product_id, item.product) for item in edition.items.all())
