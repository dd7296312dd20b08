"""Forms of a plan membership: take a plan with its deliveries, pause, resume, leave."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from bundles.models import Bundle
from membership.models import Membership, Organization, User
from membership.terms import last_of_month, next_month

from .actions.memberships import earliest_last_day
from .forms import DateInput, DeliveryForm
from .forms_standing import OFFICE_DAYS
from .models.terms import HolidayPolicy
from .orderable import MAX_AHEAD

ONE_DAY = timedelta(days=1)
# How many months ahead people choose from.
MONTHS = 6
# Weeks of a month that every month has, for one delivery up to four.
USUAL_WEEKS = {1: ["2"], 2: ["1", "3"], 3: ["1", "2", "3"]}


class PlanForm(DeliveryForm):
    """A plan's bundle on a weekday in some weeks of each month: as many as the plan brings."""

    use_required_attribute = False

    weekday = forms.ChoiceField(label=_("Delivery day"), choices=OFFICE_DAYS, widget=forms.RadioSelect)
    weeks = forms.MultipleChoiceField(
        label=_("Weeks of the month"),
        choices=[("1", _("first")), ("2", _("second")), ("3", _("third")), ("4", _("fourth"))],
        widget=forms.CheckboxSelectMultiple,
    )
    holiday_policy = forms.ChoiceField(
        label=_("When the day is a holiday"),
        choices=HolidayPolicy.choices,
        initial=HolidayPolicy.BEFORE,
        widget=forms.RadioSelect,
    )

    def __init__(
        self,
        *args: Any,
        user: User,
        organization: Organization,
        membership: Membership | None,
        today: date,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, user=user, **kwargs)
        self.today, self.membership = today, membership
        self.fields["site"].queryset = self.fields["site"].queryset.filter(  # type: ignore[attr-defined]
            organization=organization
        )
        if "department" in self.fields:
            own = self.fields["department"].queryset.filter(organization=organization)  # type: ignore[attr-defined]
            if own:
                self.fields["department"].queryset = own  # type: ignore[attr-defined]
            else:
                del self.fields["department"]
        bundles = Bundle.objects.on_offer().filter(plan__is_active=True).select_related("plan")
        if membership:
            bundles = bundles.exclude(plan=membership.tier_on(next_month(today)).plan_id)
        self.fields["bundle"].queryset = bundles.order_by("plan__monthly_fee", "pk")  # type: ignore[attr-defined]
        self.fields["bundle"].label = _("Plan")
        self.fields["starts_on"] = _month_choice(today) if membership else _first_day(today)

    def clean_starts_on(self) -> date:
        day: date = self.cleaned_data["starts_on"]
        if not self.today < day <= self.today + MAX_AHEAD:
            raise forms.ValidationError(_("Begin tomorrow or within a year."))
        return day

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        bundle = cleaned.get("bundle")
        if (
            bundle
            and cleaned.get("weekday")
            and cleaned["weekday"] not in bundle.plan.delivery_days.split(",")
        ):
            self.add_error("weekday", _("This plan doesn't deliver on this day."))
        if bundle and cleaned.get("weeks"):
            self._check_weeks(bundle, cleaned["weeks"])
        if not {"weekday", "weeks"} & self.errors.keys() and cleaned.get("weeks"):
            days = ",".join(f"{week}{cleaned['weekday']}" for week in cleaned["weeks"])
            cleaned["rule"] = f"FREQ=MONTHLY;BYDAY={days}"
        return cleaned

    def _check_weeks(self, bundle: Bundle, weeks: list[str]) -> None:
        wanted = min(bundle.plan.deliveries_per_month, 4)  # type: ignore[union-attr]
        if len(weeks) != wanted:
            self.add_error(
                "weeks",
                ngettext(
                    "This plan brings %(n)d delivery a month: choose %(n)d week.",
                    "This plan brings %(n)d deliveries a month: choose %(n)d weeks.",
                    wanted,
                )
                % {"n": wanted},
            )


def _first_day(today: date) -> forms.DateField:
    return forms.DateField(
        label=_("Begins on"),
        widget=DateInput(attrs={"min": (today + ONE_DAY).isoformat()}),
        initial=next_month(today),
        help_text=_("The first of a month, or any day: the plan's deliveries are counted by calendar month."),
    )


def _months(first: date) -> list[date]:
    months = [first]
    while len(months) < MONTHS:
        months.append(next_month(months[-1]))
    return months


def _month_choice(today: date) -> forms.TypedChoiceField:
    return forms.TypedChoiceField(
        label=_("Changes on"),
        choices=[(day.isoformat(), date_format(day)) for day in _months(next_month(today))],
        coerce=date.fromisoformat,
    )


class PauseForm(forms.Form):
    """The first and the last day without deliveries."""

    use_required_attribute = False
    starts_on = forms.DateField(label=_("First day without deliveries"), widget=DateInput())
    ends_on = forms.DateField(
        label=_("Last day without deliveries"),
        required=False,
        widget=DateInput(),
        help_text=_("Empty: until you resume."),
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        self.fields["starts_on"].initial = today + ONE_DAY
        self.fields["starts_on"].widget.attrs["min"] = (today + ONE_DAY).isoformat()

    def clean_starts_on(self) -> date:
        day: date = self.cleaned_data["starts_on"]
        if not self.today < day <= self.today + MAX_AHEAD:
            raise forms.ValidationError(_("Begin tomorrow or within a year."))
        return day

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        starts_on, ends_on = cleaned.get("starts_on"), cleaned.get("ends_on")
        if starts_on and ends_on and ends_on < starts_on:
            self.add_error("ends_on", _("This must not be before the start."))
        return cleaned


class ResumeForm(forms.Form):
    """From which day on deliveries come again."""

    use_required_attribute = False
    resumes_on = forms.DateField(label=_("Deliveries from"), widget=DateInput())

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["resumes_on"].initial = today + ONE_DAY
        self.fields["resumes_on"].widget.attrs["min"] = (today + ONE_DAY).isoformat()


class LeaveForm(forms.Form):
    """The last day, at the end of a month that leaves the hub its notice."""

    use_required_attribute = False
    last_day = forms.TypedChoiceField(label=_("Last day"), coerce=date.fromisoformat)
    note = forms.CharField(
        label=_("Why you leave"),
        required=False,
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("The hub reads it."),
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        lasts = [last_of_month(day) for day in _months(earliest_last_day(today).replace(day=1))]
        self.fields["last_day"].choices = [  # type: ignore[attr-defined]
            (day.isoformat(), date_format(day)) for day in lasts
        ]
