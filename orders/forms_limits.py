"""How many deliveries a day takes: by weekday, on single dates, and the zones of the town."""

from datetime import date
from typing import Any

from django import forms
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from membership.geocoding.gazetteer import DISTRICTS, ENGLISH
from membership.models import SiteWindow

from .day_limits import Limits
from .forms import DateInput
from .models import Zone
from .orderable import MAX_AHEAD

WEEKDAYS = range(5)
MOST = 10_000


def limit_field(**fields: Any) -> forms.IntegerField:
    """Return a field that takes a number of deliveries, or nothing for no limit."""
    return forms.IntegerField(min_value=0, max_value=MOST, required=False, **fields)


class WeeklyLimitsForm(forms.Form):
    """A table: a row for the hub and each zone, a field for each weekday. Empty: as many as wanted."""

    def __init__(self, *args: Any, zones: list[Zone | None], limits: Limits, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.zones = zones
        for zone in zones:
            for weekday in WEEKDAYS:
                label = f"{zone or _('Whole hub')} · {SiteWindow.Weekday(weekday).label}"
                field = limit_field(label=label)
                field.initial = limits.by_weekday.get((zone.pk if zone else None, weekday))
                field.widget.attrs["aria-label"] = label
                self.fields[_name(zone, weekday)] = field

    def rows(self) -> list[tuple[Zone | None, list[tuple[str, forms.BoundField]]]]:
        """Return the table as it is shown: each field with the name of its weekday."""
        return [
            (
                zone,
                [(str(WEEKDAYS_ABBR[weekday]), self[_name(zone, weekday)]) for weekday in WEEKDAYS],
            )
            for zone in self.zones
        ]

    def chosen(self) -> list[tuple[Zone | None, dict[int, int | None]]]:
        """Return what was filled in."""
        return [
            (zone, {weekday: self.cleaned_data[_name(zone, weekday)] for weekday in WEEKDAYS})
            for zone in self.zones
        ]


def _name(zone: Zone | None, weekday: int) -> str:
    return f"limit-{zone.pk if zone else 'hub'}-{weekday}"


class ZoneChoice(forms.ModelChoiceField):
    def label_from_instance(self, obj: Zone) -> str:
        return obj.display_name


class DateLimitForm(forms.Form):
    """One date that takes more or fewer deliveries than its weekday."""

    day = forms.DateField(label=_("Day"), widget=DateInput())
    zone = ZoneChoice(
        Zone.objects.all(), label=_("Zone"), required=False, empty_label=_("Whole hub"), blank=True
    )
    deliveries = limit_field(label=_("Deliveries"), help_text=_("Empty: as many as wanted on this date."))

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        self.fields["day"].widget.attrs |= {
            "min": today.isoformat(),
            "max": (today + MAX_AHEAD).isoformat(),
        }

    def clean_day(self) -> date:
        day: date = self.cleaned_data["day"]
        if not self.today <= day <= self.today + MAX_AHEAD:
            raise forms.ValidationError(_("Choose a day from today on, within a year."))
        return day


class ZoneForm(forms.ModelForm):
    """A zone and its districts; a district that another zone has moves to this one."""

    use_required_attribute = False
    districts = forms.MultipleChoiceField(
        label=_("Districts"),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("A district that another zone has moves here."),
    )

    class Meta:
        model = Zone
        fields = ["name", "name_en"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = ENGLISH if get_language() == "en" else {name: name for name in DISTRICTS}
        choices = [(name, names[name]) for name in DISTRICTS]
        self.fields["districts"].choices = choices  # type: ignore[attr-defined]
        if self.instance.pk:
            self.initial["districts"] = [row.district for row in self.instance.districts.all()]
