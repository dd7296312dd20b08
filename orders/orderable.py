"""What may be ordered at all; the forms of the pages and the API ask the same."""

from collections.abc import Collection
from datetime import date, timedelta

from bundles.models import Bundle
from membership.models import Membership, Organization

MAX_AHEAD = timedelta(days=365)


def may_have(organization: Organization, bundle: Bundle, *, today: date) -> bool:
    """Whether the institution may order the bundle: a plan's bundle goes to its members only."""
    if bundle.kind != Bundle.Kind.PLAN:
        return True
    return bundle.plan_id in granted_plans([organization.pk], today=today)


def granted_plans(organization_ids: Collection[int], *, today: date) -> set[int]:
    """Return the plans that running memberships of the institutions grant today or will grant later."""
    running = Membership.objects.running().filter(organization__in=organization_ids).with_terms()
    return {
        tier.plan
        for terms in (membership.terms for membership in running)
        for tier in terms.tiers
        if tier.starts_on > today or tier == terms.tier_on(today)
    }
