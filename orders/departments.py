"""Which standing orders a department pays, now or later."""

from collections import defaultdict
from collections.abc import Collection

from membership.models import Department

from .models import LaterTerms, Occurrence, StandingOrder


def payers(departments: Collection[Department]) -> dict[int, list[StandingOrder]]:
    """Return, by department, the standing orders that would still bring something at its cost.

    By their terms, by later ones, or by what was chosen for a single date.
    """
    of_terms = StandingOrder.objects.filter(department__in=departments)
    of_later = LaterTerms.objects.filter(department__in=departments)
    of_dates = Occurrence.objects.filter(department__in=departments, status=Occurrence.Status.PLANNED)
    pairs = {
        *of_terms.values_list("department", "pk"),
        *of_later.values_list("department", "standing_order"),
        *of_dates.values_list("department", "standing_order"),
    }
    rows = StandingOrder.objects.not_ended().in_bulk({standing for _department, standing in pairs})
    found: dict[int, list[StandingOrder]] = defaultdict(list)
    for department, standing in sorted(pairs):
        if standing in rows:
            found[department].append(rows[standing])
    return found
