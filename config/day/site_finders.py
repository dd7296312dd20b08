"""Find the coming deliveries whose place nobody has ever looked at, though only the road is known."""

from collections.abc import Iterator
from datetime import date

from django.urls import reverse
from django.utils.translation import gettext as _

from membership.models import Site
from orders.models import Occurrence, Order

from .exceptions import Action, DayException, Watch, both

# Not yet on the road.
TO_COME = (*Order.OPEN, Order.Status.CONFIRMED, Order.Status.PACKED)


def rough_sites(watch: Watch) -> Iterator[DayException]:
    """Each site once a day: a courier will stand somewhere on that road."""
    rough = Site.objects.doubtful().filter(precision__in=Site.LOCATED)
    orders = Order.objects.filter(site__in=rough, status__in=TO_COME, delivery_date__in=watch.days)
    dates = Occurrence.objects.filter(site__in=rough, status="planned", delivery_date__in=watch.days)
    stops = {*orders.values_list("delivery_date", "site"), *dates.values_list("delivery_date", "site")}
    sites = Site.objects.select_related("organization").in_bulk({site for _day, site in stops})
    for day, key in sorted((day, site) for day, site in stops if day):
        yield _rough(day, sites[key])


def _rough(day: date, site: Site) -> DayException:
    next_page = f"{reverse('home')}?date={day}"
    fields = (("seen", str(site.revision)), ("next", next_page))
    confirm = reverse("membership:site_confirm", args=[site.pk])
    return DayException(
        "rough",
        day,
        both(site.organization.display_name, site.display_name),
        _("Only its road is known, and nobody has confirmed the place on the map."),
        (
            Action(_("Look at the map"), reverse("membership:site_place", args=[site.pk]), "map-pin"),
            Action(_("The mark is right"), confirm, "check", True, fields),
        ),
    )
