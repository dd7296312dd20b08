"""How much of its plan an institution has used this month."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Count

from membership.models import Membership, User

from .models import Occurrence, Order


@dataclass(frozen=True)
class PlanUsage:
    """Deliveries of the month by the plan: `made` are orders, `planned` those that become orders."""

    membership: Membership
    made: int
    planned: int

    @property
    def booked(self) -> int:
        return self.made + self.planned

    @property
    def limit(self) -> int:
        return self.membership.plan.deliveries_per_month


def plan_usages(user: User, *, today: date) -> list[PlanUsage]:
    """Return the usage of each running membership that the user sees, for the month of `today`."""
    orders = (
        Order.objects.for_user(user)
        .filter(delivery_date__year=today.year, delivery_date__month=today.month)
        .exclude(status__in=[Order.Status.FAILED, Order.Status.CANCELLED])
    )
    made = _counted(orders, "organization", "bundle__plan")
    occurrences = Occurrence.objects.for_user(user).filter(
        status=Occurrence.Status.PLANNED,
        delivery_date__year=today.year,
        delivery_date__month=today.month,
    )
    planned = _counted(occurrences, "standing_order__organization", "standing_order__bundle__plan")
    memberships = Membership.objects.for_user(user).running().select_related("plan", "organization")
    return [
        PlanUsage(
            membership,
            made.get((membership.organization_id, membership.plan_id), 0),
            planned.get((membership.organization_id, membership.plan_id), 0),
        )
        for membership in memberships.order_by("organization__name")
    ]


def _counted(rows: object, organization: str, plan: str) -> dict[tuple[int, int], int]:
    counted = rows.order_by().values_list(organization, plan).annotate(count=Count("pk"))  # type: ignore[attr-defined]
    return {(organization_id, plan_id): count for organization_id, plan_id, count in counted}
