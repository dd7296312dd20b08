"""An institution's budgets: what each department reserved, spent and has left, and the orders behind it."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from membership import clock
from membership.models import Department, Organization, Seat
from membership.permissions import INSTITUTION_ROLES, approver_seat, role_required

from ..actions.budget import set_budgets
from ..actions.department import reopen_department, retire_department
from ..budgets import Figures, forecast, read_figures
from ..departments import payers
from ..exceptions import NotPossible
from ..forms_budget import BudgetsForm, DepartmentForm, RetireForm, SeatForm
from ..models import Order, StandingOrder
from ..reasons import words
from .own_institution import chosen_year, own_institution, year_form

SUMS = ("spent", "reserved", "waiting", "forecast")


@require_GET
@role_required(*INSTITUTION_ROLES)
def budget(request: HttpRequest) -> HttpResponse:
    """Every department's fiscal year on one page."""
    institution, year = own_institution(request), chosen_year(request)
    departments = list(institution.departments.order_by("code"))
    figures = read_figures(departments, year, today=clock.today())
    rows = [row for row in figures if row.department.is_active or row.has_any]
    context = {
        "institution": institution,
        "year": year,
        "year_form": year_form(request, institution, year),
        "rows": rows,
        "total": _total(rows),
        "is_approver": _is_approver(request, institution),
        "ask_hours": settings.APPROVAL_ASK_HOURS,
        "settings_url": _address("orders:budget_settings", institution, year),
    }
    return render(request, "orders/budget.html", context)


def _total(rows: list[Figures]) -> dict[str, int]:
    total = {name: sum(getattr(row, name) for row in rows) for name in SUMS}
    with_budget = [row for row in rows if row.amount is not None]
    return {
        **total,
        "amount": sum(row.amount or 0 for row in with_budget),
        "left": sum(row.left or 0 for row in with_budget),
    }


def _is_approver(request: HttpRequest, institution: Organization) -> bool:
    return approver_seat(request.user, institution.pk) is not None  # type: ignore[arg-type]


@require_GET
@role_required(*INSTITUTION_ROLES)
def budget_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """The orders behind a department's figures of a year."""
    rows = Department.objects.for_user(request.user).select_related("organization")  # type: ignore[arg-type]
    department = get_object_or_404(rows, pk=pk)
    year, today = chosen_year(request), clock.today()
    (figures,) = read_figures([department], year, today=today)
    orders = Order.objects.of_budget(pk, year).select_related("site").order_by("delivery_date", "pk")
    context = {
        "department": department,
        "year": year,
        "figures": figures,
        "groups": [
            (_("Waiting for approval"), figures.waiting, orders.filter(status=Order.Status.AWAITING)),
            (_("Reserved"), figures.reserved, orders.reserving()),
            (_("Spent"), figures.spent, orders.spent()),
        ],
        "forecast": forecast(StandingOrder.objects.filter(department=pk), year, today=today),
        "year_form": year_form(request, department.organization, year),
        "crumbs": [{"label": _("Budgets"), "url": _address("orders:budget", department.organization, year)}],
    }
    return render(request, "orders/budget_detail.html", context)


def _address(name: str, institution: Organization, year: int) -> str:
    return f"{reverse(name)}?institution={institution.pk}&year={year}"


# -- Settings: the approver's ---------------------------------------------------------------------


@require_GET
@role_required(*INSTITUTION_ROLES)
def budget_settings(request: HttpRequest) -> HttpResponse:
    """Departments, budgets, and up to what price each person orders or approves alone."""
    return _settings_page(request, _own(request))


@require_POST
@role_required(*INSTITUTION_ROLES)
def budget_amounts(request: HttpRequest) -> HttpResponse:
    """Set the budgets of a year."""
    institution, year = _own(request), chosen_year(request)
    form = BudgetsForm(institution.departments.active().order_by("code"), year, request.POST)
    if not form.is_valid():
        return _settings_page(request, institution, amounts=form)
    set_budgets(form.amounts, year=year)
    return _saved(request, institution, year)


@require_POST
@role_required(*INSTITUTION_ROLES)
def department_add(request: HttpRequest) -> HttpResponse:
    """Add a department."""
    institution = _own(request)
    form = DepartmentForm(request.POST, instance=Department(organization=institution), prefix="new")
    if not form.is_valid():
        return _settings_page(request, institution, new=form)
    form.save()
    return _saved(request, institution, chosen_year(request))


@require_POST
@role_required(*INSTITUTION_ROLES)
def department_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Rename a department."""
    department = _own_department(request, pk)
    return _save_row(request, department.organization, DepartmentForm(request.POST, instance=department))


@require_POST
@role_required(*INSTITUTION_ROLES)
def department_retire(request: HttpRequest, pk: int) -> HttpResponse:
    """Offer a department no more; another one pays from now on."""
    department = _own_department(request, pk)
    form = _retire_form(department, payers([department]), request.POST)
    if form.is_valid():
        try:
            retire_department(
                department,
                successor=form.cleaned_data["successor"],
                actor=request.user,  # type: ignore[arg-type]
                now=clock.now(),
            )
            return _saved(request, department.organization, chosen_year(request))
        except NotPossible as error:
            form.add_error("successor", words(error.reason))
    return _settings_page(request, department.organization, retire=form)


@require_POST
@role_required(*INSTITUTION_ROLES)
def department_reopen(request: HttpRequest, pk: int) -> HttpResponse:
    """Offer a retired department again."""
    department = _own_department(request, pk)
    reopen_department(department)
    return _saved(request, department.organization, chosen_year(request))


def _own_department(request: HttpRequest, pk: int) -> Department:
    rows = Department.objects.for_user(request.user).select_related("organization")  # type: ignore[arg-type]
    department: Department = get_object_or_404(rows, pk=pk)
    _require_approver(request, department.organization)
    return department


def _retire_form(
    department: Department, payers: Mapping[int, list[StandingOrder]], data: Any = None
) -> RetireForm:
    """Return the form, which also says how many standing orders the department pays."""
    form = RetireForm(department, pays=bool(payers.get(department.pk)), data=data)
    form.auto_id = f"id_retire_{department.pk}_%s"
    return form


@require_POST
@role_required(*INSTITUTION_ROLES)
def seat_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Set a person's department and limit."""
    institutions = [seat.organization_id for seat in request.user.active_seats]  # type: ignore[union-attr]
    seat = get_object_or_404(Seat.objects.filter(organization__in=institutions), pk=pk)
    return _save_row(request, seat.organization, SeatForm(request.POST, instance=seat))


def _own(request: HttpRequest) -> Organization:
    institution = own_institution(request)
    _require_approver(request, institution)
    return institution


def _require_approver(request: HttpRequest, institution: Organization) -> None:
    if not _is_approver(request, institution):
        raise PermissionDenied


def _save_row(
    request: HttpRequest, institution: Organization, form: DepartmentForm | SeatForm
) -> HttpResponse:
    _require_approver(request, institution)
    if not form.is_valid():
        return _settings_page(request, institution, row=form)
    form.save()
    return _saved(request, institution, chosen_year(request))


def _saved(request: HttpRequest, institution: Organization, year: int) -> HttpResponse:
    messages.success(request, _("Saved."))
    return redirect(_address("orders:budget_settings", institution, year))


def _settings_page(request: HttpRequest, institution: Organization, **wrong: BaseForm) -> HttpResponse:
    """Show the page; a form that was filled in badly stands where it was."""
    year = chosen_year(request)
    departments = list(institution.departments.active().order_by("code"))
    paying = payers(departments)
    seats = (
        institution.seats.filter(user__is_active=True).select_related("user").order_by("role", "user__name")
    )
    context: dict[str, Any] = {
        "institution": institution,
        "year": year,
        "year_form": year_form(request, institution, year),
        "departments": [
            {
                "form": _row(DepartmentForm, department, wrong),
                "retire": _tried_retire(wrong, department) or _retire_form(department, paying),
                "standing_orders": len(paying.get(department.pk, ())),
            }
            for department in departments
        ],
        "retired": institution.departments.filter(is_active=False).order_by("code"),
        "seats": [_row(SeatForm, seat, wrong) for seat in seats],
        "amounts": wrong.get("amounts") or BudgetsForm(departments, year),
        "new": wrong.get("new") or DepartmentForm(prefix="new"),
        "crumbs": [{"label": _("Budgets"), "url": _address("orders:budget", institution, year)}],
    }
    return render(request, "orders/budget_settings.html", context)


def _tried_retire(wrong: dict[str, BaseForm], department: Department) -> Any:
    """Return the form that was filled in badly, where it stood."""
    tried: Any = wrong.get("retire")
    return tried if tried and tried.department.pk == department.pk else None


def _row(form_type: type, instance: Department | Seat, wrong: dict[str, BaseForm]) -> Any:
    """Return the row's form, with an id of its own for each field."""
    tried: Any = wrong.get("row")
    is_this = isinstance(tried, form_type) and tried.instance.pk == instance.pk  # type: ignore[attr-defined]
    form: Any = tried if is_this else form_type(instance=instance)
    form.auto_id = f"id_{form_type.__name__.lower()}_{instance.pk}_%s"
    return form
