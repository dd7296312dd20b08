"""What operators do with a draft: take it from a plan, put it in force, or away.

Nobody does anything to a state of it that they haven't seen (`revision`).
"""

from datetime import datetime

from django.db import transaction
from django.db.models import F, Sum

from membership.models import User
from orders.exceptions import NotPossible

from ..day import read_day
from ..models import Depot, Route, RoutePlan, Stop
from ..review import review
from .store import rewrite, store_plan
from .tell import rounds_of, tell_couriers


def draft_of(plan: RoutePlan, *, now: datetime) -> RoutePlan:
    """Return the day's draft, made from the plan in force if there is none."""
    seen = review(plan, now=now)
    with transaction.atomic():
        depot = Depot.objects.select_for_update().get(pk=plan.depot_id)
        draft: RoutePlan | None = RoutePlan.objects.drafts().of(depot, plan.date).first()
        return draft or store_plan(depot, seen.problem, seen.plan, base=plan, status=RoutePlan.Status.DRAFT)


def publish_draft(draft: RoutePlan, *, revision: int, actor: User | None, now: datetime) -> RoutePlan:
    """Put the draft in force as it was seen, timed for the day as it is now.

    Raises NotPossible: somebody else changed it, a courier has left with something that it gives to another,
    or it can't be driven (any more).
    """
    seen = review(draft, now=now)
    if seen.faults:
        raise NotPossible("plan_faulty", "; ".join(seen.faults))
    with transaction.atomic():
        locked = lock_draft(draft, revision)
        if read_day(locked.depot, locked.date).fingerprint != seen.problem.fingerprint:
            raise NotPossible("plan_changed")
        rewrite(locked, seen.problem, seen.plan, list(seen.day.tours))
        before = RoutePlan.objects.published().of(locked.depot, locked.date).first()
        known = rounds_of(before)
        if before:
            # Locked, so that no courier starts a route while it is being replaced.
            for route in before.routes.select_for_update().order_by("pk"):
                if route.status != Route.Status.PLANNED:
                    _take_over(route, locked)
            RoutePlan.objects.filter(pk=before.pk).update(status=RoutePlan.Status.SUPERSEDED)
        locked.distance_m = locked.routes.aggregate(total=Sum("distance_m"))["total"] or 0
        locked.status, locked.published_at, locked.published_by = RoutePlan.Status.PUBLISHED, now, actor
        locked.save(update_fields=["distance_m", "status", "published_at", "published_by"])
        tell_couriers(locked, known, now=now)
    return locked


def _take_over(route: Route, draft: RoutePlan) -> None:
    """Bring a route that has left into the draft: its row stays, with the order and times of the draft.

    Phones on the road know the rows of their stops, and proofs hang on them. Raises NotPossible if the draft
    gives what the van carries to another, or another's to it.
    """
    planned = list(draft.stops.filter(route__shift=route.shift_id).order_by("sequence"))
    times = {stop.order_id: (stop.eta, stop.leaves_at) for stop in planned}
    stops = {stop.order_id: stop for stop in route.stops.select_for_update().order_by("sequence")}
    elsewhere = draft.stops.exclude(route__shift=route.shift_id).filter(order__in=stops)
    if elsewhere.exists() or times.keys() - stops.keys():
        raise NotPossible("route_started")
    own = draft.routes.filter(shift=route.shift_id).first()
    draft.stops.filter(route__shift=route.shift_id).delete()
    draft.routes.filter(shift=route.shift_id).delete()
    route.plan = draft
    if own:
        route.returns_at, route.keeps_order = own.returns_at, own.keeps_order
    route.save(update_fields=["plan", "returns_at", "keeps_order"])
    route.stops.update(plan=draft, sequence=F("sequence") + 1000)
    done = [stop for stop in stops.values() if stop.status != Stop.Status.PENDING]
    # The stop that the van drives to right now is not in the draft: it comes first.
    pending = [stop for stop in stops.values() if stop.status == Stop.Status.PENDING]
    first = [stop for stop in pending if stop.order_id not in times]
    others = [stops[key] for key in times if stops[key].status == Stop.Status.PENDING]
    for sequence, stop in enumerate([*done, *first, *others], start=1):
        stop.sequence = sequence
        if stop.status == Stop.Status.PENDING:
            stop.eta, stop.leaves_at = times.get(stop.order_id, (stop.eta, stop.leaves_at))
        stop.save(update_fields=["sequence", "eta", "leaves_at"])


@transaction.atomic
def discard_draft(draft: RoutePlan, *, revision: int) -> None:
    """Put the draft away. Raises NotPossible."""
    locked = lock_draft(draft, revision)
    locked.status = RoutePlan.Status.DISCARDED
    locked.save(update_fields=["status"])


def lock_draft(draft: RoutePlan, revision: int) -> RoutePlan:
    """Return the draft with its depot locked, if it is still the one that was seen. Raises NotPossible."""
    Depot.objects.select_for_update().get(pk=draft.depot_id)
    plans = RoutePlan.objects.select_for_update(of=("self",)).select_related("depot")
    locked: RoutePlan = plans.get(pk=draft.pk)
    if locked.status != RoutePlan.Status.DRAFT:
        raise NotPossible("wrong_state")
    if locked.revision != revision:
        raise NotPossible("plan_changed")
    return locked
