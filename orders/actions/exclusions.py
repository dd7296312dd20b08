"""What an institution doesn't take: for new orders, and for the standing orders that are running."""

from datetime import datetime

from django.db import transaction

from membership.models import Organization

from ..cutoff import cutoff_at
from ..models import CalendarDay, Occurrence, StandingOrder
from .editions import compose_missing, keep_missing, missing_editions, slowest_lead


def change_exclusions(
    organization: Organization, exclusions: int, *, with_standing_orders: bool, now: datetime
) -> None:
    """Let new orders leave this out, and running standing orders from the next cut-off on if that is asked.

    Orders that were already made keep theirs. The dates that get other contents show them at once.
    """
    with transaction.atomic():
        Organization.objects.select_for_update(no_key=True).get(pk=organization.pk)
        Organization.objects.filter(pk=organization.pk).update(exclusions=exclusions)
        changed = _change_standing_orders(organization, exclusions, now) if with_standing_orders else []
    own = {(standing.bundle_id, exclusions) for standing in changed}
    if wanted := [each for each in missing_editions(now=now) if (each.bundle.pk, each.exclusions) in own]:
        result = compose_missing(wanted)
        for each in wanted:
            keep_missing(each, result, now=now)


def _change_standing_orders(
    organization: Organization, exclusions: int, now: datetime
) -> list[StandingOrder]:
    running = organization.standing_orders.not_ended().select_for_update()
    changed = [standing for standing in running.order_by("pk") if standing.exclusions != exclusions]
    for standing in changed:
        standing.exclusions = exclusions
        standing.save(update_fields=["exclusions"])
        _move_cutoffs(standing, now)
    return changed


def _move_cutoffs(standing: StandingOrder, now: datetime) -> None:
    """Set the cut-offs that the other contents imply, as far as those are composed."""
    working_days = CalendarDay.objects.all().working_days()
    open_ = standing.occurrences.filter(status=Occurrence.Status.PLANNED, cutoff_at__gt=now)
    for day in open_.dates("delivery_date", "day"):
        lead = slowest_lead(standing.edition_key(day))
        open_.filter(delivery_date=day).update(cutoff_at=cutoff_at(day, lead, working_days))
