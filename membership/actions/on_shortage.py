"""What an institution wants when a producer can't bring everything."""

from ..models import Organization


def change_on_shortage(organization: Organization, on_shortage: str) -> Organization:
    """From now on shortages are dealt with like this; questions that are open keep their choices."""
    organization.on_shortage = on_shortage
    organization.save(update_fields=["on_shortage"])
    return organization
