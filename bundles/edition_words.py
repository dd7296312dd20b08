"""Why an item is in an edition and which rules stand against one: codes of `bundles.composition` in words."""

from collections.abc import Iterable

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

REASONS: dict[str, str | Promise] = {
    "locked": _("Locked by an operator"),
    "only_choice": _("The only one that the rules leave"),
    "newcomer": _("The producer is new"),
    "below_fair_share": _("The producer is below its fair share"),
    "new_to_members": _("New to these members"),
    "well_rated": _("Rated well by members"),
    "passed_over": _("Another one deserved it more but would break a rule"),
    "balance": _("Fits the whole best"),
}

RELAXED: dict[str, str | Promise] = {
    "rotation_of_producers": _("A producer comes again earlier than promised"),
    "rotation_of_products": _("A product comes again earlier than promised"),
    "variety": _("Fewer different products than a slot asks for"),
    "producer_share": _("More from one producer than allowed"),
    "min_worth": _("Worth less than promised"),
    "standard_worth": _("Worth less than the standard contents of the date"),
    "max_cost": _("Costs more than the price allows"),
}

RULES: dict[str, str | Promise] = {
    "variety": _("the number of different products"),
    "producer_share": _("the most from one producer"),
    "min_worth": _("the least worth"),
    "max_cost": _("the most cost"),
    "rotation": _("no repetition"),
    "banned": _("what is banned"),
    "locked": _("what is locked"),
    "capacity": _("the producers' capacity"),
    "lead_time": _("the lead times"),
    "certification": _("certifications valid on the day"),
    "storage": _("the slot's storage"),
    "chilled": _("no chilled goods"),
    "halal": pgettext_lazy("rule", "halal"),
    "vegan": pgettext_lazy("rule", "vegan"),
    "allergens": pgettext_lazy("rule", "no such allergens"),
}

# Rules that stand for what an order excludes.
EXCLUDING = frozenset({"chilled", "halal", "vegan", "allergens"})


def reason_words(codes: str) -> list[str]:
    """Return the reasons of an item, separated by spaces, in the reader's language."""
    return _words(codes.split(), REASONS)


def relaxed_words(codes: str) -> list[str]:
    """Return the rules that an edition could not keep, in the reader's language."""
    return _words(codes.split(), RELAXED)


def conflict_words(codes: str) -> str:
    """Return the rules that can't hold together, such as "the most cost + what is locked", or ""."""
    return " + ".join(rule_words(codes))


def rule_words(codes: str) -> list[str]:
    """Return each of the rules, separated by spaces, in the reader's language; other codes are left out."""
    return _words([code for code in codes.split() if code in RULES], RULES)


def _words(codes: Iterable[str], known: dict[str, str | Promise]) -> list[str]:
    return [str(known.get(code, code)) for code in codes]
