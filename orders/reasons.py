"""Why something was moved, skipped, failed or refused: codes in rows, words on pages."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from bundles.edition_words import conflict_words

REASONS: dict[str, str | Promise] = {
    "moved_before": _("Moved to the working day before a holiday"),
    "moved_after": _("Moved to the working day after a holiday"),
    "skipped_holiday": _("Skipped because of a holiday"),
    "skipped_by_member": _("Skipped by the institution"),
    "rule_changed": _("The rule no longer gives this date"),
    "bad_rule": _("The rule of the standing order cannot be read"),
    "institution_inactive": _("The institution no longer takes part"),
    "standing_order_ended": _("The standing order was ended"),
    "standing_order_paused": _("The standing order is paused"),
    "edition_fixed": _("The contents are published or already ordered and don't change any more"),
    "edition_changed": _("The contents were changed in the meantime, so nothing was done: please look again"),
    "cannot_come_back": _("What came before is no longer possible: sold out, too late or not on offer"),
    "no_alternative": _("This can't come instead (any more): please choose again"),
    "published_by_rule": _("Published by itself, since nobody had"),
    "over_limit": _("The price is above what the orderer may order without approval"),
    "over_budget": _("The price is above what is left of the department's budget"),
    "over_limit_and_budget": _("The price is above the orderer's limit and above what is left of the budget"),
    "not_approved": _("Nobody approved it before the cut-off"),
    "declined": _("An approver declined it"),
    "no_authority": _("The price is above what you may approve"),
    "budget_changed": _("The budget has become too small in the meantime: please look again"),
    "standing_order_awaiting": _("The standing order was not approved before the cut-off"),
    "standing_order_declined": _("An approver declined the standing order"),
    "no_department": _("Choose the department that pays"),
    "wrong_department": _("This department belongs to another institution"),
    "no_edition": _("No contents could be composed for this date"),
    "no_slots": _("The bundle has no contents yet"),
    "no_product": _("No product is on offer for a slot of the bundle"),
    "no_capacity": _("No producer has enough capacity left for a slot of the bundle"),
    "unlocated_site": _("The site has no usable location"),
    "capacity_short": _("Too few units are left for the day and nothing can stand in (left/needed)"),
    "too_late": _("It is too late for this delivery date"),
    "not_a_working_day": _("There are no deliveries on this day"),
    "already_done": _("Already done"),
    "past_cutoff": _("The cut-off has passed"),
    "wrong_state": _("Its state does not allow this any more"),
    "rating_closed": _("A delivery can be rated for 30 days"),
    "already_received": _("It was already counted in otherwise: take that back first"),
    "already_packed": _("Some of it is packed already: take it out of the boxes first"),
    "chilled_last": _("Chilled goods come last: pack the others first"),
    "wrong_quantity": _("This quantity is not possible"),
    "delivery_failed": _("The delivery failed"),
    "not_yet": _("It is too early for this"),
    "same_plan": _("The published routes already fit"),
    "route_started": _("A route of the day is already on its way"),
    "no_orders": _("There is nothing to deliver on this day"),
    "unexpected": _("An unexpected error; the operator was told"),
}


# Reasons whose detail everybody may read; the others have it for operators.
TOLD_IN_FULL = {"capacity_short"}


def words(reason: str) -> str:
    """Return the reason in the reader's language."""
    return str(REASONS.get(reason, reason))


def told(reason: str, detail: str) -> str:
    """Return the reason with its detail, where everybody may read that."""
    return f"{words(reason)}: {detail}" if detail and reason in TOLD_IN_FULL else words(reason)


def cannot_words(reason: str, detail: str) -> str:
    """Return why something can't be composed, with the rules that can't hold together."""
    rules = conflict_words(detail)
    return f"{words(reason)}: {rules}" if rules else words(reason)
