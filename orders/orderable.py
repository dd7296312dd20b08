"""What may be ordered at all; the forms of the pages and the API ask the same."""

from datetime import timedelta

from bundles.models import Bundle
from membership.models import Membership, Organization

MAX_AHEAD = timedelta(days=365)


def may_have(organization: Organization, bundle: Bundle) -> bool:
    """Whether the institution may order the bundle: a plan's bundle goes to its members only."""
    if bundle.kind != Bundle.Kind.PLAN:
        return True
    return Membership.objects.running().filter(organization=organization, plan=bundle.plan_id).exists()
