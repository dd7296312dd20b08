"""Every read of routes with a meaning."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Count, Q

from membership.permissions import is_courier, is_operator

if TYPE_CHECKING:
    from membership.models import User


class RoutePlanQuerySet(models.QuerySet[Any]):
    def published(self) -> RoutePlanQuerySet:
        return self.filter(status="published")

    def on(self, day: date) -> RoutePlanQuerySet:
        return self.filter(date=day)


class RouteQuerySet(models.QuerySet[Any]):
    def for_user(self, user: User) -> RouteQuerySet:
        """A courier's own routes of published plans; every route for operators."""
        if is_operator(user):
            return self
        return self.filter(shift__courier=user, plan__status="published") if is_courier(user) else self.none()

    def with_stops(self) -> RouteQuerySet:
        """With everything that a route sheet says, in a fixed number of queries."""
        return self.select_related(
            "plan__depot__organization", "shift__courier", "shift__vehicle"
        ).prefetch_related(
            "stops__order__lines",
            "stops__order__organization",
            "stops__order__site__windows",
            "stops__proof",
        )

    def with_progress(self) -> RouteQuerySet:
        """With `stop_count` and `done_count`."""
        return self.annotate(
            stop_count=Count("stops", filter=~Q(stops__status="cancelled")),
            done_count=Count("stops", filter=Q(stops__status__in=["delivered", "failed"])),
        )


class StopQuerySet(models.QuerySet[Any]):
    def for_user(self, user: User) -> StopQuerySet:
        """Stops of the courier's own routes of published plans; every stop for operators."""
        if is_operator(user):
            return self
        return (
            self.filter(route__shift__courier=user, plan__status="published")
            if is_courier(user)
            else self.none()
        )

    def live(self) -> StopQuerySet:
        """Stops of plans that are in force."""
        return self.filter(plan__status="published")
