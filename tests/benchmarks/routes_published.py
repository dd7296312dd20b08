"""From orders in the database to a published plan: `python -m tests.benchmarks.routes_published [stops]`.

The stops of a drawn Seoul day as orders of eight lines, fixed by the cut-off; then they are read, planned
and published by `delivery.actions.planning`, as the rule does. Two JSON lines for each database: the first
plan that can be had (`ROUTE_SECONDS` of 3), and one of a minute. `overhead_seconds` is all that isn't search.
"""

import json
import os
import resource
import sys
import time
from datetime import time as clock
from datetime import timedelta
from typing import Any

from .databases import on_each_database

STOPS = 2_000


def main(arguments: list[str]) -> None:
    stops = int(arguments[0]) if arguments else STOPS
    on_each_database(f"from tests.benchmarks.routes_published import measure; measure({stops})")


def measure(stops: int) -> None:
    """Print what it takes to publish the first plan, and a better one."""
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    _fill(stops)
    for name, seconds in (("published_first", 3.0), ("published_minute", 60.0)):
        print(json.dumps({"benchmark": f"{name}_{stops}", **_published(seconds)}), flush=True)


def _fill(stops: int) -> None:
    """Fixed orders at the places of the drawn day, and its vans with a courier each."""
    from delivery.models import Depot, Shift, Vehicle
    from membership.business_number import with_check_digit
    from membership.models import Organization, User
    from orders import cycle
    from orders.models import Order

    from . import night
    from .routes_seoul import HUB, seoul_day

    night.fill(stops)
    cycle.fix_due(now=night.NOW)
    drawn = seoul_day(stops)
    orders = list(Order.objects.order_by("pk"))
    for order, job in zip(orders, drawn.jobs, strict=True):
        order.latitude, order.longitude = job.place.latitude, job.place.longitude
        opens, closes = job.windows[0]
        order.window_opens, order.window_closes = _clock(opens), _clock(closes)
    Order.objects.bulk_update(
        orders, ["latitude", "longitude", "window_opens", "window_closes"], batch_size=500
    )
    hub = Organization.objects.create(kind="hub", name="허브", business_number=with_check_digit("301820000"))
    depot = Depot.objects.create(
        organization=hub, name="허브", address="은평구", latitude=HUB.latitude, longitude=HUB.longitude
    )
    for van in drawn.vans:
        courier = User.objects.create(email=f"courier{van.key}@example.com", name=f"배송원 {van.key}")
        vehicle = Vehicle.objects.create(
            name=f"{van.key}호차",
            plate=f"{van.key}",
            depot=depot,
            max_weight_kg=van.max_weight_g // 1000,
            max_volume_l=van.max_volume_ml // 1000,
            is_chilled=van.chilled,
        )
        Shift.objects.create(
            courier=courier,
            vehicle=vehicle,
            date=night.DELIVERY_DATE,
            starts=_clock(van.starts_s),
            ends=_clock(van.ends_s),
        )


def _clock(seconds: int) -> clock:
    return clock(seconds // 3600, seconds % 3600 // 60)


def _published(seconds: float) -> dict[str, Any]:
    from django.db import connection

    from delivery.actions.planning import plan_day
    from delivery.models import Depot, RoutePlan

    from . import night

    RoutePlan.objects.update(status=RoutePlan.Status.SUPERSEDED)
    began = time.perf_counter()
    plan_day(Depot.objects.get(), night.DELIVERY_DATE, now=night.NOW + timedelta(days=1), seconds=seconds)
    took = time.perf_counter() - began
    plan = RoutePlan.objects.get(status=RoutePlan.Status.PUBLISHED)
    return {
        "database": connection.vendor,
        "stops": plan.stops.count(),
        "unassigned": plan.unassigned.count(),
        "vans": plan.routes.count(),
        "km": round(plan.distance_m / 1000, 1),
        "seconds": round(took, 1),
        "search_seconds": round(plan.seconds, 1),
        "overhead_seconds": round(took - plan.seconds, 1),
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "load": round(os.getloadavg()[0], 1),
    }


if __name__ == "__main__":
    main(sys.argv[1:])
