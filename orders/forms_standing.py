"""The form of a standing order: friendly fields that become one recurrence rule (RFC 5545)."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any, NamedTuple

from django import forms
from django.db.models import Q
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from bundles.models import Bundle
from membership.models import Site, SiteWindow, User
from membership.permissions import is_operator, ordering_institution_ids

from .forms import DateInput, DeliveryForm
from .models.terms import ANSWERS, HolidayPolicy
from .orderable import MAX_AHEAD, granted_plans, may_have
from .rule_words import WEEKDAYS
from .schedule import BadRule, validate


class Shape(NamedTuple):
    """A kind of rule on the form: its code, its name, and how its fields become RFC 5545."""

    code: str
    label: Any
    rule: Callable[[dict[str, Any]], str]
    fields: tuple[str, ...]


def _weekly(cleaned: dict[str, Any]) -> str:
    interval = int(cleaned["interval"])
    every = f";INTERVAL={interval}" if interval > 1 else ""
    return f"FREQ=WEEKLY{every};BYDAY={','.join(sorted(cleaned['weekdays'], key=WEEKDAYS.index))}"


def _monthly(cleaned: dict[str, Any]) -> str:
    months = int(cleaned["months"])
    return f"FREQ=MONTHLY;INTERVAL={months}" if months > 1 else "FREQ=MONTHLY"


def _monthly_weekday(cleaned: dict[str, Any]) -> str:
    days = [f"{nth}{day}" for day in cleaned["nth_weekday"] for nth in cleaned["nth"]]
    return f"{_monthly(cleaned)};BYDAY={','.join(days)}"


def _monthly_day(cleaned: dict[str, Any]) -> str:
    return f"{_monthly(cleaned)};BYMONTHDAY={','.join(cleaned['month_day'])}"


def _own(cleaned: dict[str, Any]) -> str:
    return str(cleaned["rrule"]).strip().upper().removeprefix("RRULE:")


SHAPES = {
    shape.code: shape
    for shape in (
        Shape("weekly", _("Every week or every few weeks"), _weekly, ("weekdays", "interval")),
        Shape(
            "monthly_weekday",
            _("On weekdays in some weeks of the month"),
            _monthly_weekday,
            ("nth", "nth_weekday", "months"),
        ),
        Shape("monthly_day", _("On days of the month"), _monthly_day, ("month_day", "months")),
        Shape("own", _("By a rule of my own (RFC 5545)"), _own, ("rrule",)),
    )
}
OFFICE_DAYS = list(zip(WEEKDAYS, SiteWindow.Weekday.labels, strict=True))[:5]
RULE_ERRORS = {
    "several_lines": _("Give the rule on one line."),
    "start_in_rule": _("Leave DTSTART out: the rule starts on the day given below."),
    "sub_daily": _("A standing order delivers once a day at most."),
    "unsupported_part": _("The rule has a part that isn't supported, such as BYWEEKNO or BYHOUR."),
    "unparsable": _("This is not a rule like FREQ=WEEKLY;BYDAY=TH."),
    "matches_nothing": _("This rule gives no date from that start on."),
}


def _every_weeks() -> list[tuple[str, Any]]:
    weeks = [(str(n), format_lazy(_("every {n} weeks"), n=n)) for n in range(2, 13)]
    return [("1", _("every week")), *weeks]


class StandingOrderForm(DeliveryForm):
    """A bundle again and again. Its friendly fields become one RRULE, `cleaned_data["rule"]`."""

    use_required_attribute = False

    repeat = forms.ChoiceField(
        label=_("Repeat"),
        choices=[(shape.code, shape.label) for shape in SHAPES.values()],
        initial="weekly",
        widget=forms.RadioSelect,
    )
    weekdays = forms.MultipleChoiceField(
        label=_("Weekdays"), choices=OFFICE_DAYS, widget=forms.CheckboxSelectMultiple
    )
    interval = forms.ChoiceField(
        label=_("How often"),
        choices=_every_weeks(),
        initial="1",
    )
    nth = forms.MultipleChoiceField(
        label=_("Which of the month"),
        choices=[
            ("1", _("first")),
            ("2", _("second")),
            ("3", _("third")),
            ("4", _("fourth")),
            ("-1", _("last")),
        ],
        widget=forms.CheckboxSelectMultiple,
    )
    nth_weekday = forms.MultipleChoiceField(
        label=_("Weekdays"), choices=OFFICE_DAYS, widget=forms.CheckboxSelectMultiple
    )
    month_day = forms.MultipleChoiceField(
        label=_("Days of the month"),
        choices=[*((str(day), str(day)) for day in range(1, 32)), ("-1", _("last day"))],
        widget=forms.CheckboxSelectMultiple,
        help_text=_("A month without a day has no delivery for it."),
    )
    months = forms.ChoiceField(
        label=_("In which months"),
        choices=[
            ("1", _("every month")),
            ("2", _("every 2 months")),
            ("3", _("every 3 months")),
            ("4", _("every 4 months")),
            ("6", _("every 6 months")),
            ("12", _("once a year")),
        ],
        initial="1",
        required=False,
    )
    rrule = forms.CharField(
        label=_("Rule"),
        max_length=200,
        help_text=_("Such as FREQ=MONTHLY;INTERVAL=3;BYDAY=2TU"),
    )
    starts_on = forms.DateField(
        label=_("Starts on"),
        widget=DateInput(),
        help_text=_("“Every 2 weeks” counts from here."),
    )
    ends_on = forms.DateField(
        label=_("Ends on"),
        required=False,
        widget=DateInput(),
        help_text=_("The last day on which a date may lie. Empty: until you end it."),
    )
    count = forms.IntegerField(
        label=_("Or after so many dates"),
        required=False,
        min_value=1,
        max_value=999,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )
    holiday_policy = forms.ChoiceField(
        label=_("When the day is a holiday"),
        choices=HolidayPolicy.choices,
        initial=HolidayPolicy.BEFORE,
        widget=forms.RadioSelect,
    )
    holiday_default = forms.ChoiceField(
        label=_("Without an answer"),
        choices=ANSWERS,
        initial=HolidayPolicy.BEFORE,
        required=False,
        help_text=_("You are asked by mail as soon as the date is shown, and reminded."),
    )

    def __init__(self, *args: Any, today: date, user: User, **kwargs: Any) -> None:
        super().__init__(*args, user=user, **kwargs)
        self.today = today
        if self.is_bound:
            self._ask_only_for(SHAPES.get(self.data.get("repeat", "")))
        bundles = Bundle.objects.on_offer()
        if not is_operator(user):
            plans = granted_plans(ordering_institution_ids(user), today=today)
            bundles = bundles.filter(Q(kind=Bundle.Kind.EVENT) | Q(plan__in=plans))
        self.fields["bundle"].queryset = bundles  # type: ignore[attr-defined]
        starts_on = self.fields["starts_on"]
        starts_on.initial = today + timedelta(days=1)
        starts_on.widget.attrs["min"] = today.isoformat()

    def _ask_only_for(self, chosen: Shape | None) -> None:
        """Of the fields that make a rule, only those of the chosen kind must be filled in."""
        for shape in SHAPES.values():
            for name in shape.fields:
                if name != "months":
                    self.fields[name].required = shape is chosen

    def clean_starts_on(self) -> date:
        day: date = self.cleaned_data["starts_on"]
        if not self.today <= day <= self.today + MAX_AHEAD:
            raise forms.ValidationError(_("Start today or within a year."))
        return day

    def clean_months(self) -> str:
        return str(self.cleaned_data["months"] or "1")

    def clean_holiday_default(self) -> str:
        return str(self.cleaned_data["holiday_default"] or HolidayPolicy.BEFORE)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        starts_on, ends_on = cleaned.get("starts_on"), cleaned.get("ends_on")
        if starts_on and ends_on and ends_on < starts_on:
            self.add_error("ends_on", _("This must not be before the start."))
        self._check_plan(cleaned.get("bundle"), cleaned.get("site"))
        self._read_rule(cleaned)
        return cleaned

    def _check_plan(self, bundle: Bundle | None, site: Site | None) -> None:
        """A plan's bundle goes to institutions with that plan."""
        if bundle and site and not may_have(site.organization, bundle, today=self.today):
            self.add_error("bundle", _("The institution has no membership with this plan."))

    def _read_rule(self, cleaned: dict[str, Any]) -> None:
        shape = SHAPES.get(cleaned.get("repeat", ""))
        if not shape or any(name in self.errors for name in shape.fields):
            return
        rule = shape.rule(cleaned)
        if count := cleaned.get("count"):
            if cleaned.get("ends_on") or "COUNT=" in rule or "UNTIL=" in rule:
                self.add_error("count", _("Give one end only: a last day or a number of dates."))
                return
            rule = f"{rule};COUNT={count}"
        try:
            validate(rule, cleaned.get("starts_on"))
        except BadRule as error:
            self.add_error(shape.fields[0], RULE_ERRORS[error.reason])
        else:
            cleaned["rule"] = rule
