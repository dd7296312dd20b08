"""What is known about a site, and the notice that one isn't on the map yet."""

from typing import Any

from django import template

from ..models import Site
from ..permissions import ordering_institution_ids
from ..site_facts import site_facts

register = template.Library()


register.simple_tag(site_facts, name="site_facts")


@register.simple_tag(takes_context=True)
def sites_to_mark(context: Any) -> list[Site]:
    """Return the sites of the reader's institutions to which nothing can be delivered yet."""
    user = context["request"].user
    institutions = [seat.organization_id for seat in user.active_seats]
    sites = Site.objects.active().unlocated().filter(organization__in=institutions)
    return list(sites.select_related("organization").order_by("name", "pk"))


@register.simple_tag(takes_context=True)
def may_mark(context: Any, site: Site) -> bool:
    """Whether the reader may put the site on the map."""
    user = context["request"].user
    return any(seat.role == "operator" for seat in user.active_seats) or (
        site.organization_id in ordering_institution_ids(user)
    )
