"""How much of its plan an institution has used this month."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from membership.models import Membership, MembershipTier, User

from .models import Occurrence, Order
from .querysets import OccurrenceQuerySet


@dataclass(frozen=True)
class PlanUsage:
    """The plan's dates of the month: `made` are orders, `planned` those that become orders."""

    membership: Membership
    tier: MembershipTier
    made: int
    planned: int
    is_paused: bool

    @property
    def booked(self) -> int:
        return self.made + self.planned

    @property
    def limit(self) -> int:
        return self.tier.deliveries_per_month


def plan_usages(user: User, *, today: date) -> list[PlanUsage]:
    """Return the usage of each running membership that the user sees, for the month of `today`.

    Like the plan itself it counts by the dates of the rule: a holiday moves none into another month.
    """
    memberships = Membership.objects.for_user(user).running().with_terms().select_related("organization")
    counted = _counted(Occurrence.objects.for_user(user), today)
    return [
        _usage(membership, counted, today) for membership in memberships.order_by("organization__name", "pk")
    ]


def usages_of(memberships: Iterable[Membership], *, today: date) -> dict[int, PlanUsage]:
    """Return the usage of each of these, by institution. Needs their tiers and pauses prefetched."""
    rows = {membership.organization_id: membership for membership in memberships}
    counted = _counted(Occurrence.objects.filter(standing_order__organization__in=rows), today)
    return {key: _usage(membership, counted, today) for key, membership in rows.items()}


def usage_of(membership: Membership, *, today: date) -> PlanUsage:
    """Return the usage of one membership."""
    dates = Occurrence.objects.filter(standing_order__organization=membership.organization_id)
    return _usage(membership, _counted(dates, today), today)


def _usage(membership: Membership, counted: Counter[tuple[int, str]], today: date) -> PlanUsage:
    return PlanUsage(
        membership,
        membership.tier_on(today),
        counted[membership.organization_id, Occurrence.Status.ORDERED],
        counted[membership.organization_id, Occurrence.Status.PLANNED],
        membership.terms.why_closed(today) == "membership_paused",
    )


def _counted(rows: OccurrenceQuerySet, today: date) -> Counter[tuple[int, str]]:
    dates = rows.filter(
        bundle__plan__isnull=False,
        rule_date__year=today.year,
        rule_date__month=today.month,
    ).exclude(order__status__in=[Order.Status.FAILED, Order.Status.CANCELLED])
    return Counter(dates.order_by().values_list("standing_order__organization", "status"))
