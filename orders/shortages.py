"""What is missing, in the shapes that pages show: what became of it, why, and each step."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from membership.models import User
from membership.permissions import ordering_institution_ids

from .models import Shortage, ShortageEvent
from .reasons import words


def to_choose(user: User) -> Iterable[Shortage]:
    """Return the questions that the user may answer for their institutions, the most urgent first."""
    rows = Shortage.objects.open().filter(order_line__order__organization__in=ordering_institution_ids(user))
    return rows.select_related("order_line__order").order_by("answer_by", "pk")


def passed_over(shortage: Shortage, names: Mapping[int, str]) -> list[tuple[str, str]]:
    """Return the products that could not be chosen when it was reported, with why, the best first."""
    return [(names.get(product, str(product)), words(why)) for product, why in shortage.passed_over]


def shortage_steps(shortages: Iterable[Shortage]) -> list[dict[str, Any]]:
    """Return what happened to the shortages, the latest first. Needs `events__actor` prefetched."""
    events = [(event, shortage) for shortage in shortages for event in shortage.events.all()]
    return [
        {
            "at": event.at,
            "text": f"{shortage.order_line.product_display_name} −{shortage.quantity}",
            "who": _who(event),
            "state": event.to,
            "note": " → ".join(filter(None, [event.get_to_display(), event.note])),
        }
        for event, shortage in sorted(events, key=lambda pair: (pair[0].at, pair[0].pk), reverse=True)
    ]


def _who(event: ShortageEvent) -> str:
    """Who took the step. Who reported it at the producer is nobody's business but the hub's."""
    if not event.was:
        return ""
    return event.actor.display_name if event.actor else str(_("automatically"))
