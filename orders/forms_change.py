"""The form that changes a standing order: one date, from a date on, or all."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from bundles.models import Bundle
from membership.models import User

from .forms import DateInput
from .forms_shortage import WishField
from .forms_standing import SHAPES, StandingOrderForm
from .models import Occurrence, StandingOrder
from .models.serving import Serving
from .rule_words import rule_words

ONE, FOLLOWING, ALL = "one", "following", "all"
KEEP = "keep"


class ChangeForm(StandingOrderForm):
    """What comes, and for more than one date also when; `changes` are the values that differ."""

    is_outdated = False

    scope = forms.ChoiceField(label=_("Change"), widget=forms.RadioSelect)
    seen = forms.IntegerField(widget=forms.HiddenInput)
    everywhere = forms.BooleanField(
        label=_("For all sites that it was set up with"),
        required=False,
        help_text=_("Site and people of the others stay as they are. Not for a single date."),
    )
    since = forms.DateField(label=_("From"), required=False, widget=DateInput())
    on_shortage = WishField()

    def __init__(
        self,
        *args: Any,
        standing_order: StandingOrder,
        row: Occurrence | None,
        today: date,
        user: User,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, today=today, user=user, **kwargs)
        self.standing_order, self.row = standing_order, row
        self.before: Serving = row or standing_order
        sites = self.fields["site"]
        sites.queryset = sites.queryset.filter(organization=standing_order.organization_id)  # type: ignore[attr-defined]
        bundles = self.fields["bundle"].queryset  # type: ignore[attr-defined]
        kept = Q(pk=self.before.bundle_id) | Q(pk__in=bundles.values("pk"))
        self.fields["bundle"].queryset = Bundle.objects.filter(kept)  # type: ignore[attr-defined]
        scopes = [(FOLLOWING, _("This date and all after it")), (ALL, _("All dates"))]
        self.fields["scope"].choices = [(ONE, _("This date only")), *scopes] if row else scopes  # type: ignore[attr-defined]
        keep = _("As before: %(rule)s") % {"rule": rule_words(standing_order.rrule, get_language() or "ko")}
        shapes = [(shape.code, shape.label) for shape in SHAPES.values()]
        self.fields["repeat"].choices = [(KEEP, keep), *shapes]  # type: ignore[attr-defined]
        self.fields["on_shortage"].say_usual(standing_order.organization)  # type: ignore[attr-defined]
        for name in ("starts_on", "ends_on"):
            del self.fields[name]
        self.fields["count"].label = _("Number of dates from then on")
        if not StandingOrder.objects.together_with(standing_order).exists():
            del self.fields["everywhere"]
        if not self.is_bound:
            self.initial = self._initial(today)

    def _initial(self, today: date) -> dict[str, Any]:
        shown = (
            "site",
            "bundle",
            "department",
            "headcount",
            "exclusions",
            "window_opens",
            "window_closes",
            "on_shortage",
        )
        own = {name: getattr(self.before, name) for name in shown}
        standing = self.standing_order
        return own | {
            "scope": ONE if self.row else ALL,
            "seen": standing.revision,
            "since": self.row.rule_date if self.row else today + timedelta(days=1),
            "repeat": KEEP,
            "holiday_policy": standing.holiday_policy,
            "holiday_default": standing.holiday_default,
        }

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        since = self.row.rule_date if self.row else cleaned.get("since")
        if cleaned.get("scope") == FOLLOWING and (since is None or since <= self.today):
            self.add_error("since", _("Choose a day that is still to come."))
        if cleaned.get("count") and cleaned.get("repeat") == KEEP:
            self.add_error("count", _("Choose how it repeats, too: dates are counted anew from then on."))
        cleaned["since"] = since if cleaned.get("scope") == FOLLOWING else None
        return cleaned

    @property
    def changes(self) -> dict[str, Any]:
        """What differs from before, by the names of the columns; of one date only what comes."""
        chosen = self.cleaned_data
        found: dict[str, Any] = {
            "site_id": chosen["site"].pk,
            "bundle_id": chosen["bundle"].pk,
            "department_id": chosen["department"].pk if chosen["department"] else None,
            "headcount": chosen["headcount"],
            "exclusions": chosen["exclusions"],
            "window_opens": chosen["window_opens"],
            "window_closes": chosen["window_closes"],
            "on_shortage": chosen["on_shortage"],
        }
        found = {name: value for name, value in found.items() if getattr(self.before, name) != value}
        if chosen["scope"] == ONE:
            return found
        standing = self.standing_order
        for name in ("holiday_policy", "holiday_default"):
            if chosen[name] != getattr(standing, name):
                found[name] = chosen[name]
        if rule := chosen.get("rule"):
            found["rrule"] = rule
        return found
