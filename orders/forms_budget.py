"""What an institution fills in about its money: departments, budgets, limits, purchases and targets."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from membership.models import Certification, Department, Organization, Seat

from .models import Budget, PurchaseTarget
from .models.budget import YEARS
from .reasons import REASONS

# A hundred billion won: more is a slip of the finger.
MOST = 10**11
WON = {"inputmode": "numeric", "step": "1"}


class YearForm(forms.Form):
    """Which fiscal year, and of which institution where a person has several."""

    year = forms.TypedChoiceField(label=_("Fiscal year"), coerce=int)
    institution = forms.ModelChoiceField(
        queryset=Organization.objects.none(), label=_("Institution"), empty_label=None
    )

    def __init__(self, *args: Any, year: int, this_year: int, institutions: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        years = sorted({*range(this_year - 3, this_year + 2), year}, reverse=True)
        self.fields["year"].choices = [(each, each) for each in years]  # type: ignore[attr-defined]
        if len(institutions) > 1:
            self.fields["institution"].queryset = institutions  # type: ignore[attr-defined]
        else:
            del self.fields["institution"]


class DepartmentForm(forms.ModelForm):
    """A department of the institution; its code is unique there."""

    class Meta:
        model = Department
        fields = ["code", "name", "name_en"]
        labels = {"code": _("Department code"), "name": _("Name"), "name_en": _("English name")}

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"].strip()
        taken = Department.objects.filter(organization=self.instance.organization_id, code=code)
        if taken.exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError(_("Another department has this code."))
        return code


class RetireForm(forms.Form):
    """Which department pays from now on what one that is retired would have paid."""

    successor = forms.ModelChoiceField(
        queryset=Department.objects.none(),
        label=_("Who pays from now on"),
        required=False,
        empty_label=_("Choose"),
        error_messages={"required": REASONS["no_department"]},
    )

    def __init__(self, department: Department, *, pays: bool, data: Any = None) -> None:
        super().__init__(data)
        self.department = department
        others = Department.objects.active().filter(organization=department.organization_id)
        others = others.exclude(pk=department.pk).order_by("code")
        self.fields["successor"].queryset = others  # type: ignore[attr-defined]
        self.fields["successor"].required = pays and others.exists()


class BudgetsForm(forms.Form):
    """An amount for each department in a year; an empty one means no budget."""

    year = forms.IntegerField(min_value=YEARS[0], max_value=YEARS[1], widget=forms.HiddenInput())

    def __init__(self, departments: Iterable[Department], year: int, data: Any = None) -> None:
        super().__init__(data, initial={"year": year})
        self.departments = {f"amount_{department.pk}": department for department in departments}
        set_now = dict(
            Budget.objects.filter(department__in=self.departments.values(), year=year).values_list(
                "department", "amount"
            )
        )
        for name, department in self.departments.items():
            self.fields[name] = forms.IntegerField(
                label=department.display_name,
                required=False,
                min_value=0,
                max_value=MOST,
                initial=set_now.get(department.pk),
                widget=forms.NumberInput(attrs=WON),
            )

    @property
    def amounts(self) -> dict[Department, int | None]:
        return {department: self.cleaned_data[name] for name, department in self.departments.items()}


class SeatForm(forms.ModelForm):
    """Where a person works, and up to what price they order (or approve) alone."""

    class Meta:
        model = Seat
        fields = ["department", "order_limit"]
        labels = {"department": _("Department"), "order_limit": _("Limit (won)")}
        widgets = {"order_limit": forms.NumberInput(attrs=WON)}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        departments = Department.objects.active().filter(organization=self.instance.organization_id)
        self.fields["department"].queryset = departments.order_by("code")  # type: ignore[attr-defined]
        self.fields["order_limit"].help_text = ""


class OutsideForm(forms.Form):
    """What was bought elsewhere in a year, in won without VAT."""

    goods = forms.IntegerField(label=_("Goods"), min_value=0, max_value=MOST, widget=forms.NumberInput(WON))
    services = forms.IntegerField(
        label=_("Services"), min_value=0, max_value=MOST, widget=forms.NumberInput(WON)
    )
    works = forms.IntegerField(
        label=_("Construction"), min_value=0, max_value=MOST, widget=forms.NumberInput(WON)
    )


class TargetsForm(forms.Form):
    """The institution's own target for each certification, in percent; empty: the statutory one."""

    def __init__(self, institution: Organization, year: int, data: Any = None) -> None:
        super().__init__(data)
        own = dict(
            PurchaseTarget.objects.filter(organization=institution, year=year).values_list("kind", "percent")
        )
        for kind, label in Certification.Kind.choices:
            self.fields[kind] = forms.DecimalField(
                label=label,
                required=False,
                min_value=Decimal(0),
                max_value=Decimal(100),
                max_digits=4,
                decimal_places=1,
                initial=own.get(kind),
                widget=forms.NumberInput({"inputmode": "decimal", "step": "0.1"}),
            )
