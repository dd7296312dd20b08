"""Why something was moved, skipped, failed or refused: codes in rows, words on pages."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from bundles.edition_words import conflict_words

REASONS: dict[str, str | Promise] = {
    "moved_before": _("Moved to the working day before a holiday"),
    "moved_after": _("Moved to the working day after a holiday"),
    "skipped_holiday": _("Skipped because of a holiday"),
    "skipped_by_member": _("Skipped by the institution"),
    "moved_by_member": _("Moved by the institution"),
    "asked_before": _("A holiday: the working day before, unless you decide otherwise"),
    "asked_after": _("A holiday: the working day after, unless you decide otherwise"),
    "asked_skip": _("A holiday: nothing comes, unless you decide otherwise"),
    "no_holiday": _("This is no holiday: it comes on its day"),
    "past_change_deadline": _("The change deadline has passed"),
    "newer_change": _("Something was changed after it: undo that first"),
    "day_taken": _("Another date of this standing order already comes on that day"),
    "pause_ends_before": _("The pause must not end before it begins"),
    "wrong_site": _("This site belongs to another institution"),
    "rule_changed": _("The rule no longer gives this date"),
    "bad_rule": _("The rule of the standing order cannot be read"),
    "institution_inactive": _("The institution no longer takes part"),
    "standing_order_ended": _("The standing order was ended"),
    "standing_order_paused": _("The standing order is paused"),
    "beyond_plan": _("The plan's deliveries of this month are used up"),
    "other_plan": _("The membership has another plan then"),
    "no_plan": _("The membership no longer has this plan"),
    "membership_paused": _("The membership is paused"),
    "membership_ended": _("The membership has ended"),
    "membership_not_begun": _("The membership begins later"),
    "application_open": _("An application is already under way: withdraw it first"),
    "not_approved_in_time": _("Nobody approved it before the day on which it was to start"),
    "day_full": _("All delivery places of these days are taken"),
    "offer_not_taken": _("Nobody accepted the place in time"),
    "called_off_by_hub": _("The hub took it off the waiting list"),
    "not_full": _("There is a place: order it right away"),
    "change_pending": _("Another change of plan is still to come: undo it first"),
    "pause_overlaps": _("The membership is already paused on one of these days"),
    "not_paused": _("The membership is not paused then"),
    "notice_too_short": _("The notice would be too short for this day"),
    "already_leaving": _("The membership already has a last day: undo it first"),
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
    "department_retired": _("This department is no longer in use"),
    "no_edition": _("No contents could be composed for this date"),
    "no_slots": _("The bundle has no contents yet"),
    "no_product": _("No product is on offer for a slot of the bundle"),
    "no_capacity": _("No producer has enough capacity left for a slot of the bundle"),
    "unlocated_site": _("The site has no usable location"),
    "capacity_short": _("Too few units are left for the day and nothing can stand in (left/needed)"),
    "too_late": _("It is too late for this delivery date"),
    "nobody_receives": _("Nobody receives anything at the site in time before the event"),
    "past_change": _("The time for changes has passed; ask the hub, until the cut-off"),
    "changed_meanwhile": _("Somebody changed it in the meantime: look at what it is now, then send again"),
    "not_a_working_day": _("There are no deliveries on this day"),
    "already_done": _("Already done"),
    "past_cutoff": _("The cut-off has passed"),
    "wrong_state": _("Its state does not allow this any more"),
    "rating_closed": _("A delivery can be rated for 30 days"),
    "already_received": _("It was already counted in otherwise: take that back first"),
    "already_packed": _("Some of it is packed already: take it out of the boxes first"),
    "chilled_last": _("Chilled goods come last: pack the others first"),
    "wrong_quantity": _("This quantity is not possible"),
    "busy": _("Others are changing this right now: please try again in a moment"),
    # What becomes of a shortage
    "best": _("The best of all that can stand in"),
    "next_best": _("The best that is left for this order"),
    "asked": _("The institution is asked"),
    "wanted_credit": _("The institution takes no substitutes"),
    "all_full": _("Of what could stand in, too little is left"),
    "nothing_fits": _("Nothing can stand in"),
    "answered": _("Chosen by the institution"),
    "by_default": _("Nobody answered in time"),
    "left_without": _("The order left before anybody answered"),
    "chosen_by_operator": _("Chosen by the hub"),
    "cancelled": _("The order was called off"),
    "already_answered": _("It is settled already"),
    "answer_closed": _("The time to answer is over"),
    "not_an_option": _("This is not among the choices"),
    "question_open": _("The institution is still asked what should come instead"),
    "no_time_to_ask": _("There was no time left to ask"),
    # Why a product can't stand in for another
    "new_allergen": _("It has an allergen that the missing product doesn't have"),
    "needs_cold": _("It must be kept cold, the missing product needn't"),
    "price_far": _("Its price differs too much"),
    "certification_lost": _("Its producer has none of the certifications"),
    "too_slow": _("It can't be made in time any more"),
    "producer_received": _("Its producer's goods have already come"),
    "closed": _("It isn't made on that day"),
    "excluded": _("The order excludes it"),
    "on_order": _("The order has it already"),
    "full": _("Too little of it was left"),
    "nothing_handed_over": _("Nothing was handed over: report a failure instead"),
    "reason_missing": _("Units that are missing need a reason"),
    "moved_to_other_route": _("The routes were planned anew: this stop is on another route now"),
    "route_replaced": _("The routes were planned anew: this route is no longer driven"),
    "delivery_failed": _("The delivery failed"),
    "not_decided": _("Say of each of these orders what shall become of it"),
    "not_yet": _("It is too early for this"),
    "same_plan": _("The published routes already fit"),
    "van_loaded": _("The van is loaded already: please ask the hub if something has changed"),
    "route_started": _("A route of the day is already on its way"),
    "plan_changed": _("Somebody else has changed this plan: please look at it again"),
    "move_impossible": _("This cannot be done: see what is marked in red"),
    "move_needs_consent": _("Please confirm what gets late or overloaded"),
    "plan_faulty": _("This plan cannot be driven as it is"),
    "no_orders": _("There is nothing to deliver on this day"),
    "unexpected": _("An unexpected error; the operator was told"),
}


# Reasons whose detail everybody may read; the others have it for operators.
TOLD_IN_FULL = {"capacity_short", "day_full", "past_change_deadline"}


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
