"""What people fill in for a delivery, and the filters of the lists.

Of an order for an event: `forms_event`; of a standing order: `forms_standing`.
"""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from bundles.gaps import Gap, find_gaps
from bundles.models import Bundle
from bundles.scaling import MAX_HEADCOUNT
from membership.forms import ExclusionsField
from membership.models import Department, Organization, Site, User
from membership.permissions import is_operator, ordering_institution_ids

from .models import Order, StandingOrder
from .reasons import REASONS, words


class DateInput(forms.DateInput):
    input_type = "date"

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(format="%Y-%m-%d", **kwargs)


class TimeInput(forms.TimeInput):
    input_type = "time"

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(format="%H:%M", **kwargs)


class SiteChoice(forms.ModelChoiceField):
    """A site named with its institution, for people who order for several."""

    def label_from_instance(self, obj: Site) -> str:
        names = [obj.organization.display_name, obj.display_name]
        return " · ".join(dict.fromkeys(names))


class BundleChoice(forms.ModelChoiceField):
    def label_from_instance(self, obj: Bundle) -> str:
        return obj.display_name


def orderable_sites(user: User) -> Any:
    """Return the sites to which the user may order: those of their institutions, all for operators."""
    sites = Site.objects.active().filter(organization__is_active=True).select_related("organization")
    return sites if is_operator(user) else sites.filter(organization__in=ordering_institution_ids(user))


class DepartmentChoice(forms.ModelChoiceField):
    """A department named with its institution, for people who order for several."""

    def label_from_instance(self, obj: Department) -> str:
        return f"{obj.organization.display_name} · {obj.display_name}"


def orderable_departments(user: User) -> Any:
    """Return the departments that may pay for what the user orders."""
    departments = (
        Department.objects.active().select_related("organization").order_by("organization__name", "code")
    )
    return (
        departments
        if is_operator(user)
        else departments.filter(organization__in=ordering_institution_ids(user))
    )


def own_department(user: User) -> int | None:
    """Return the department at which the user works."""
    return next((seat.department_id for seat in user.active_seats if seat.department_id), None)


def headcount_field() -> forms.IntegerField:
    """Return the field that asks for how many people."""
    return forms.IntegerField(
        label=_("People"),
        min_value=1,
        max_value=MAX_HEADCOUNT,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )


class DeliveryForm(forms.Form):
    """Where to, for how many, at what time of the day, and which department pays.

    Institutions without departments aren't asked for one.
    """

    site = SiteChoice(queryset=Site.objects.none(), label=_("Site"), empty_label=None)
    bundle = BundleChoice(queryset=Bundle.objects.none(), label=_("Bundle"), empty_label=None)
    department = DepartmentChoice(
        queryset=Department.objects.none(),
        label=_("Department that pays"),
        required=False,
        empty_label=_("Choose"),
        error_messages={"required": REASONS["no_department"]},
    )
    headcount = headcount_field()
    exclusions = ExclusionsField()
    window_opens = forms.TimeField(label=_("Not before"), required=False, widget=TimeInput())
    window_closes = forms.TimeField(label=_("Not after"), required=False, widget=TimeInput())

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["site"].queryset = orderable_sites(user)  # type: ignore[attr-defined]
        departments = orderable_departments(user)
        if departments:
            self.fields["department"].queryset = departments  # type: ignore[attr-defined]
            # Where every institution that one orders for has some, a department must be chosen.
            places = set(self.fields["site"].queryset.values_list("organization", flat=True))  # type: ignore[attr-defined]
            self.fields["department"].required = places <= set(
                departments.values_list("organization", flat=True)
            )
        else:
            del self.fields["department"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        self._check_department(cleaned)
        opens, closes = cleaned.get("window_opens"), cleaned.get("window_closes")
        if "window_opens" in cleaned and "window_closes" in cleaned:
            if (opens is None) != (closes is None):
                missing = "window_opens" if opens is None else "window_closes"
                self.add_error(missing, _("Give both times, or neither."))
            elif opens and closes and closes <= opens:
                self.add_error("window_closes", _("This must be later than the first time."))
        if gaps := self.find_gaps(cleaned):
            self.add_error("exclusions", [str(gap) for gap in gaps])
        return cleaned

    def _check_department(self, cleaned: dict[str, Any]) -> None:
        """The department is one of the site's institution, which has to name one if it has any."""
        site, department = cleaned.get("site"), cleaned.setdefault("department", None)
        if not site or "department" in self.errors:
            return
        if department is None and site.organization.departments.active().exists():
            self.add_error("department", words("no_department"))
        elif department and department.organization_id != site.organization_id:
            self.add_error("department", words("wrong_department"))

    def find_gaps(self, chosen: Mapping[str, Any]) -> list[Gap]:
        """Return the slots of the chosen bundle that the chosen exclusions leave empty."""
        bundle, day = chosen.get("bundle"), chosen.get("delivery_date")
        return find_gaps(bundle, chosen.get("exclusions", 0), day) if bundle else []


class CallOffForm(forms.Form):
    """Why the hub takes a fixed order back; the institution reads it."""

    reason = forms.CharField(
        label=_("Why"),
        max_length=200,
        help_text=_("The institution reads this in its message and in the order's history."),
    )


class InstitutionFilter(forms.Form):
    """Operators see every institution and may pick one."""

    institution = forms.ModelChoiceField(
        queryset=Organization.objects.institutions(),
        label=_("Institution"),
        required=False,
        empty_label=_("All"),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not is_operator(user):
            del self.fields["institution"]


class OrderFilter(InstitutionFilter):
    """Which orders to list; a filter that can't be read is shown as wrong and left out."""

    state = forms.ChoiceField(
        choices=[("", _("All")), *Order.Status.choices], label=_("State"), required=False
    )
    since = forms.DateField(label=_("Delivery from"), required=False, widget=DateInput())
    until = forms.DateField(label=_("Delivery until"), required=False, widget=DateInput())

    def narrow(self, orders: Any) -> Any:
        """Return the orders that the filters leave."""
        self.is_valid()
        lookups = {
            "status": "state",
            "delivery_date__gte": "since",
            "delivery_date__lte": "until",
            "organization": "institution",
        }
        chosen = {lookup: self.cleaned_data.get(name) for lookup, name in lookups.items()}
        return orders.filter(**{lookup: value for lookup, value in chosen.items() if value})


class StandingOrderFilter(InstitutionFilter):
    """Which standing orders to list."""

    state = forms.ChoiceField(
        choices=[("", _("All")), *StandingOrder.Status.choices], label=_("State"), required=False
    )

    def narrow(self, standing_orders: Any) -> Any:
        self.is_valid()
        chosen = {
            "status": self.cleaned_data.get("state"),
            "organization": self.cleaned_data.get("institution"),
        }
        return standing_orders.filter(**{lookup: value for lookup, value in chosen.items() if value})
