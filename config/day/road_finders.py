"""What is stuck on the road: stops that failed, are tried again or lack units, and records in conflict."""

from collections.abc import Iterator
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from config.templatetags.ui import won
from delivery.models import FailedTry, RoadRecord, Stop
from orders.cutoff import SEOUL
from orders.models import InspectedLine
from orders.reasons import words

from .exceptions import Action, DayException, Watch, call, open_page, place


def failed_stops(watch: Watch) -> Iterator[DayException]:
    """Deliveries that a courier brings back, until and after the goods are at the hub again."""
    for row in _stops(watch, "failed"):
        if row.returned_at:
            step = _("The goods are back at the hub.")
            actions = []
        else:
            step = _("The courier brings the goods back.")
            url = reverse("delivery:stop_back", args=[row.pk])
            actions = [Action(_("Goods are back"), url, "warehouse", is_post=True)]
        said = _said(row.get_failure_reason_display(), row.order.detail.partition(" · ")[2], step)
        yield _stuck("stop_failed", row, said, (*actions, *call(row.order.contact_phone)))


def tried_stops(watch: Watch) -> Iterator[DayException]:
    """Stops where nobody took the goods and that are tried again today."""
    for row in _stops(watch, "pending", tries__isnull=False).distinct():
        last: FailedTry = list(row.tries.all())[-1]
        again = _("It is tried again at about %(at)s.") % {"at": f"{row.eta.astimezone(SEOUL):%H:%M}"}
        said = _said(last.get_reason_display(), last.note, again)
        yield _stuck("stop_tried", row, said, call(row.order.contact_phone))


def partial_stops(watch: Watch) -> Iterator[DayException]:
    """Stops where units were missing at the door; they are credited."""
    rows = _stops(watch, "delivered", order__lines__inspected__missing__gt=0).distinct()
    for row in rows.prefetch_related("order__lines__inspected"):
        missing = [line.inspected for line in row.order.lines.all() if _is_short(line)]
        units = [
            f"{each.order_line.product_display_name} × {each.missing} ({each.get_reason_display()})"
            for each in missing
        ]
        credit = _("%(amount)s is credited.") % {"amount": won(sum(each.credited for each in missing))}
        yield _stuck("stop_partial", row, " · ".join([*units, credit]), ())


def unsettled_records(watch: Watch) -> Iterator[DayException]:
    """What couriers recorded and the hub has otherwise."""
    rows = RoadRecord.objects.unsettled().filter(route__plan__date__in=watch.days)
    rows = rows.select_related("route__plan", "courier", "stop__order__organization", "stop__order__site")
    for row in rows.order_by("received_at", "pk"):
        url = f"{reverse('delivery:record_list')}#record-{row.pk}"
        yield DayException(
            "road_record",
            row.route.plan.date,
            place(row.stop.order) if row.stop else row.courier.display_name,
            f"{row.get_kind_display().capitalize()} · {words(row.problem)}",
            (Action(_("Settle"), url, "scale"),),
        )


def _stops(watch: Watch, status: str, **conditions: Any) -> Any:
    rows = Stop.objects.live().filter(status=status, plan__date__in=watch.days, **conditions)
    rows = rows.select_related("order__organization", "order__site").prefetch_related("tries")
    return rows.order_by("plan__date", "eta", "pk")


def _is_short(line: Any) -> bool:
    inspected: InspectedLine | None = getattr(line, "inspected", None)
    return inspected is not None and inspected.missing > 0


def _said(reason: str, note: str, step: str) -> str:
    return " · ".join(filter(None, [reason.capitalize(), note, step]))


def _stuck(kind: str, stop: Stop, said: str, actions: tuple[Action, ...]) -> DayException:
    order = stop.order
    link = open_page("orders:order_detail", order.number)
    return DayException(kind, order.delivery_date, place(order), said, (*actions, link))
