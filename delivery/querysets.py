"""Every read of routes with a meaning."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Count, Q

from membership.permissions import institution_ids, is_courier, is_operator

if TYPE_CHECKING:
    from membership.models import User

# A worker that plans says twice a second that it is alive, but for what comes before and after the search.
SILENCE = timedelta(minutes=3)
# Plans that were never in force are seen on the dispatch board only.
UNPUBLISHED = ["draft", "discarded"]


class RoutePlanQuerySet(models.QuerySet[Any]):
    def published(self) -> RoutePlanQuerySet:
        return self.filter(status="published")

    def drafts(self) -> RoutePlanQuerySet:
        return self.filter(status="draft")

    def in_view(self) -> RoutePlanQuerySet:
        """What is in force, and what may come in its place."""
        return self.filter(status__in=["published", "draft"])

    def on(self, day: date) -> RoutePlanQuerySet:
        return self.filter(date=day)

    def of(self, depot: Any, day: date) -> RoutePlanQuerySet:
        return self.filter(depot=depot, date=day)


class PlanRunQuerySet(models.QuerySet[Any]):
    def alive(self) -> PlanRunQuerySet:
        """Asked for or under way."""
        return self.filter(status__in=["asked", "running"])

    def to_run(self, now: datetime) -> PlanRunQuerySet:
        """Asked for, or given up by a worker that hasn't been heard of for a while."""
        silent = now - SILENCE
        return self.filter(Q(status="asked") | Q(status="running", alive_at__lte=silent))


class RouteQuerySet(models.QuerySet[Any]):
    def for_user(self, user: User) -> RouteQuerySet:
        """A courier's own routes of published plans; every route that ever was in force for operators."""
        if is_operator(user):
            return self.exclude(plan__status__in=UNPUBLISHED)
        return self.filter(shift__courier=user, plan__status="published") if is_courier(user) else self.none()

    def driven_by(self, user: User) -> RouteQuerySet:
        """Routes that are or were the courier's own: a phone may not know yet that a plan was replaced."""
        own = self.filter(shift__courier=user) if is_courier(user) else self.none()
        return own.exclude(plan__status__in=UNPUBLISHED)

    def with_stops(self) -> RouteQuerySet:
        """With everything that a route sheet says, in a fixed number of queries."""
        return self.select_related(
            "plan__depot__organization", "shift__courier", "shift__vehicle"
        ).prefetch_related(
            "stops__order__lines",
            "stops__order__leave_instructions",
            "stops__order__organization",
            "stops__order__site__windows",
            "stops__order__site__photos",
            "stops__proof",
            "stops__tries",
        )

    def with_progress(self) -> RouteQuerySet:
        """With `stop_count` and `done_count`."""
        return self.annotate(
            stop_count=Count("stops", filter=~Q(stops__status="cancelled")),
            done_count=Count("stops", filter=Q(stops__status__in=["delivered", "failed"])),
        )


class StopQuerySet(models.QuerySet[Any]):
    def for_user(self, user: User) -> StopQuerySet:
        """Stops of the courier's own routes of published plans; all that ever were in force for operators."""
        if is_operator(user):
            return self.exclude(plan__status__in=UNPUBLISHED)
        return (
            self.filter(route__shift__courier=user, plan__status="published")
            if is_courier(user)
            else self.none()
        )

    def driven_by(self, user: User) -> StopQuerySet:
        """Stops that are or were the courier's own: a phone may not know yet that a plan was replaced."""
        own = self.filter(route__shift__courier=user) if is_courier(user) else self.none()
        return own.exclude(plan__status__in=UNPUBLISHED)

    def live(self) -> StopQuerySet:
        """Stops of plans that are in force."""
        return self.filter(plan__status="published")


class ProofQuerySet(models.QuerySet[Any]):
    def for_user(self, user: User, today: date) -> ProofQuerySet:
        """Of the user's institutions, and of today's stops of a courier; all of them for operators."""
        if is_operator(user):
            return self
        concerned = Q(stop__order__organization__in=institution_ids(user))
        if is_courier(user):
            concerned |= Q(
                stop__route__shift__courier=user, stop__plan__status="published", stop__plan__date=today
            )
        return self.filter(concerned)


class RoadRecordQuerySet(models.QuerySet[Any]):
    def for_user(self, user: User) -> RoadRecordQuerySet:
        """What the courier's own phones sent; everything for operators."""
        return self if is_operator(user) else self.filter(courier=user)

    def unsettled(self) -> RoadRecordQuerySet:
        """Records that could not be carried out and that nobody has dealt with yet."""
        return self.exclude(problem="").filter(settled_at=None)

    def settled(self) -> RoadRecordQuerySet:
        """Problems that an operator has dealt with, the latest first."""
        return self.filter(settled_at__isnull=False).order_by("-settled_at", "-pk")

    def told(self) -> RoadRecordQuerySet:
        """With everything that is said about a record, in a fixed number of queries."""
        return self.select_related(
            "courier", "settled_by", "route__plan", "stop__order__organization", "stop__order__site"
        ).prefetch_related(
            "stop__order__lines",
            "stop__order__stops__plan",
            "stop__order__stops__route__shift__courier",
            "stop__order__stops__proof",
        )
