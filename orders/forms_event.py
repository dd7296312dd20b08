"""An order for one event: what people fill in, or say in a sentence, and what follows from it."""

from collections.abc import MutableMapping
from datetime import date, datetime, time
from typing import Any
from uuid import uuid4

from django import forms
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from bundles.edition_words import EXCLUDING
from bundles.models import Bundle

from .actions.event_change import CHANGEABLE, Wanted
from .cutoff import earliest_delivery_date, seoul
from .event_plan import EventPlan, plan_event
from .event_times import delivery_for, expected_makers, hub_times
from .exceptions import NotPossible
from .forms import DateInput, DeliveryForm, TimeInput, headcount_field
from .models import Order
from .orderable import MAX_AHEAD
from .reasons import TOLD_IN_FULL, cannot_words, told
from .working_days import WorkingDays

EVENING = time(23, 0)
# Where a refusal is shown that isn't the bundle's.
DECIDED_BY = {
    "unlocated_site": "site",
    "nobody_receives": "site",
    "too_late": "event_on",
    "capacity_short": "event_on",
    "day_full": "event_on",
}


class EventForm(forms.Form):
    """When an event begins; the window in which the goods come follows from that.

    `plan` has everything between ordering and the event, once enough is filled in; `refusal` says why nothing
    can come.
    """

    event_on = forms.DateField(label=_("Day of the event"), widget=DateInput())
    event_time = forms.TimeField(label=_("It begins at"), widget=TimeInput())
    note = forms.CharField(
        label=_("Note"),
        required=False,
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("For the hub and the courier, such as the room or whom to call."),
    )

    def __init__(self, *args: Any, now: datetime, working_days: WorkingDays, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.now, self.working_days = now, working_days
        self.plan: EventPlan | None = None
        self.refusal = ""
        today, earliest = timezone.localdate(now), earliest_delivery_date(now, working_days)
        day = self.fields["event_on"]
        day.help_text = _("The earliest possible delivery is on %(day)s.") % {"day": date_format(earliest)}
        day.widget.attrs |= {"min": today.isoformat(), "max": (today + MAX_AHEAD).isoformat()}

    def clean_event_on(self) -> date:
        day: date = self.cleaned_data["event_on"]
        if day > timezone.localdate(self.now) + MAX_AHEAD:
            raise forms.ValidationError(_("Order at most a year ahead."))
        return day

    def clean(self) -> dict[str, Any]:
        try:
            self._count_back(self.cleaned_data)
        except NotPossible as error:
            self.blame(error.reason, error.detail)
        return super().clean() or self.cleaned_data

    def begin(self) -> None:
        """Count back from what the form begins with."""
        try:
            self._count_back(self.initial)
        except NotPossible as error:
            self.refusal = error.reason

    def _count_back(self, chosen: MutableMapping[str, Any]) -> None:
        """Add `event_at` and `delivery_date`, and make the plan, as far as enough is chosen.

        A day without its time is looked at as if the event were in the evening. Raises NotPossible if nothing
        can come for the event any more, or at all.
        """
        on, at = chosen.get("event_on"), chosen.get("event_time")
        site, bundle = chosen.get("site"), chosen.get("bundle")
        if on and at:
            chosen["event_at"] = seoul(on, at)
        if not on or not site or not bundle:
            return
        event_at = seoul(on, at or EVENING)
        delivery = delivery_for(event_at, site, self.working_days)
        makers = expected_makers(bundle, delivery.day, chosen.get("exclusions") or 0)
        plan = plan_event(event_at, delivery, makers, self.working_days, hub_times())
        chosen["delivery_date"] = delivery.day
        self.plan = plan if at else None
        if plan.cutoff_at <= self.now:
            raise NotPossible("too_late")

    def blame(self, reason: str, detail: str) -> None:
        """Show why the order could not be placed, next to the field that decides it, if it's asked."""
        self.refusal = reason
        named = DECIDED_BY.get(reason, "bundle")
        decides = named if named in self.fields else None
        if reason == "too_late":
            self.add_error(decides, _("It is too late for this event. See below what is still possible."))
        elif reason in TOLD_IN_FULL:
            self.add_error(decides, told(reason, detail))
        else:
            is_excluded = not EXCLUDING.isdisjoint(detail.split())
            can_exclude = is_excluded and "exclusions" in self.fields
            self.add_error("exclusions" if can_exclude else decides, cannot_words(reason, detail))


class EventOrderForm(EventForm, DeliveryForm):
    """An order for an event."""

    # They follow from the event.
    window_opens = None  # type: ignore[assignment]
    window_closes = None  # type: ignore[assignment]
    # Chosen when the form is shown: sending the same form twice finds the order that it already made.
    request_key = forms.UUIDField(widget=forms.HiddenInput(), initial=uuid4)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["bundle"].queryset = Bundle.objects.for_events()  # type: ignore[attr-defined]

    def order(self) -> dict[str, Any]:
        """Return what `place_event_order` takes."""
        derived = ("event_on", "event_time", "delivery_date")
        return {name: value for name, value in self.cleaned_data.items() if name not in derived}


class EventChangeForm(EventForm):
    """What may change of an event order; what it is for and where it goes stays."""

    headcount = headcount_field()
    # The last thing that had happened to the order when the form was shown.
    seen = forms.IntegerField(widget=forms.HiddenInput())

    def __init__(self, *args: Any, order: Order, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fixed = {name: getattr(order, name) for name in ("site", "bundle", "exclusions")}

    def clean(self) -> dict[str, Any]:
        self.cleaned_data |= self.fixed
        return super().clean()

    def wanted(self) -> Wanted:
        """Return the event as it shall be."""
        return Wanted(**{name: self.cleaned_data[name] for name in CHANGEABLE})
