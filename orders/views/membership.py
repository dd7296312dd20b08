"""An institution's plan membership: see it, take a plan or change it, pause, resume, leave, undo."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from bundles.models import Bundle
from membership import clock
from membership.exceptions import CannotChange
from membership.models import Membership, MembershipEvent, Organization
from membership.permissions import INSTITUTION_ROLES, approver_seat, can_order_for, is_operator, role_required

from ..actions import memberships
from ..actions.apply import apply_for_plan
from ..exceptions import NotPossible
from ..forms import own_department
from ..forms_plan import USUAL_WEEKS, LeaveForm, PauseForm, PlanForm, ResumeForm
from ..full_days import refusal_of, with_other_weekday
from ..membership_page import membership_page
from ..models import Application
from ..plan_foresight import Foresight, foresee, with_last_day, with_pause, with_plan
from ..reasons import words
from ..rule_words import rule_words
from ..waiting import waiting_applications
from .institution import READERS
from .own_institution import own_institution
from .standing_create import STORED, first_dates, standing_consequences
from .waiting_list import join

PAGE = "orders:membership_detail"


@require_GET
@role_required(*INSTITUTION_ROLES)
def membership(request: HttpRequest) -> HttpResponse:
    """Lead to the page of the reader's institution."""
    return redirect(PAGE, pk=own_institution(request).pk)


@require_GET
@role_required(*READERS)
def membership_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """The plan, this month's deliveries, what comes, what changes when, and what happened."""
    institution = _institution(request, pk)
    today = clock.today()
    shown = membership_page(institution, today=today)
    application: Application | None = shown["application"]
    context = {
        **shown,
        "institution": institution,
        "now": clock.now(),
        "today": today,
        "may_order": can_order_for(request.user, institution),  # type: ignore[arg-type]
        "is_operator": is_operator(request.user),  # type: ignore[arg-type]
        "is_approver": approver_seat(request.user, pk) is not None,  # type: ignore[arg-type]
        "waiting": next(iter(waiting_applications(request.user, [application])), None)  # type: ignore[arg-type]
        if application
        else None,
        "rule_in_words": rule_words(application.rrule, get_language() or "ko") if application else "",
        "plans": None if shown["membership"] or application else _plans(),
    }
    return render(request, "orders/membership.html", context)


def _institution(request: HttpRequest, pk: int) -> Organization:
    rows = Organization.objects.for_user(request.user).institutions()  # type: ignore[arg-type]
    found: Organization = get_object_or_404(rows, pk=pk)
    return found


def _own(request: HttpRequest, pk: int) -> Organization:
    institution = _institution(request, pk)
    if not can_order_for(request.user, institution):  # type: ignore[arg-type]
        raise PermissionDenied
    return institution


def _plans() -> Any:
    """Return what a plan brings, one bundle for each."""
    bundles = Bundle.objects.on_offer().filter(plan__is_active=True).select_related("plan")
    return bundles.order_by("plan__monthly_fee", "pk")


# -- Take a plan ----------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
@role_required(*READERS)
def membership_plan(request: HttpRequest, pk: int) -> HttpResponse:
    """Join, or change the plan. A POST with `check` only shows what it would bring and cost.

    One with `instead` puts a weekday that is free into the form, one with `queue` the plan on the list of
    those who wait.
    """
    institution = _own(request, pk)
    running = Membership.objects.running().filter(organization=institution).with_terms().first()
    form = _plan_form(request, institution, running)
    if (
        "queue" in request.POST
        and form.is_valid()
        and (joined := join(request, form, _wanted(request, form)))
    ):
        return joined
    is_check = not {"check", "instead", "queue"}.isdisjoint(request.POST)
    if request.method == "POST" and not is_check and form.is_valid() and (made := _apply(request, form)):
        messages.success(request, _applied(made))
        return redirect(PAGE, pk=pk)
    context = {
        "form": form,
        "institution": institution,
        "membership": running,
        "tier": running.tier_on(clock.today()) if running else None,
        **first_dates(form),
        **_plan_consequences(request, form, institution, running),
        "chosen": form.cleaned_data if form.is_bound else form.initial,
        "crumbs": _crumbs(institution),
    }
    is_partial = request.htmx and is_check  # type: ignore[attr-defined]
    template = "orders/includes/plan_consequences.html" if is_partial else "orders/membership_plan.html"
    status = 422 if request.method == "POST" and not is_check else 200
    return render(request, template, context, status=status)


def _crumbs(institution: Organization) -> list[dict[str, Any]]:
    return [{"label": _("Membership"), "url": reverse(PAGE, args=[institution.pk])}]


def _plan_form(request: HttpRequest, institution: Organization, running: Membership | None) -> PlanForm:
    fixed: dict[str, Any] = {
        "user": request.user,
        "organization": institution,
        "membership": running,
        "today": clock.today(),
    }
    if request.method == "POST":
        return PlanForm(with_other_weekday(request.POST), **fixed)
    form = PlanForm(**fixed)
    bundles = form.fields["bundle"].queryset  # type: ignore[attr-defined]
    bundle = bundles.filter(code=request.GET.get("bundle", "")).first() or bundles.first()
    form.initial = {
        "site": form.fields["site"].queryset.first(),  # type: ignore[attr-defined]
        "department": own_department(request.user),  # type: ignore[arg-type]
        "exclusions": institution.exclusions,
        "bundle": bundle,
        "headcount": bundle.base_headcount if bundle else None,
        "weekday": bundle.plan.delivery_days.split(",")[0] if bundle else None,
        "weeks": USUAL_WEEKS.get(bundle.plan.deliveries_per_month, ["1", "2", "3", "4"]) if bundle else [],
    }
    return form


def _wanted(request: HttpRequest, form: PlanForm) -> Application:
    chosen = form.cleaned_data
    return Application(
        kind=Application.Kind.PLAN,
        organization=chosen["site"].organization,
        rrule=chosen["rule"],
        asked_by=request.user,  # type: ignore[misc]
        **{name: chosen[name] for name in STORED if name in chosen},
    )


def _apply(request: HttpRequest, form: PlanForm) -> Application | None:
    try:
        return apply_for_plan(_wanted(request, form), now=clock.now())
    except ValidationError as error:
        form.add_error(None, error.messages)
    except NotPossible as error:
        form.add_error(None, words(error.reason))
    return None


def _applied(made: Application) -> str:
    if made.status == Application.Status.AWAITING:
        return _("An approver is asked. The plan begins as soon as it is approved.")
    return _("The plan is set up with its deliveries.")


def _plan_consequences(
    request: HttpRequest, form: PlanForm, institution: Organization, running: Membership | None
) -> dict[str, Any]:
    """Return what it costs, whether it waits for approval, and what the present plan no longer brings."""
    if not form.is_bound:
        return {}
    form.is_valid()
    chosen = form.cleaned_data
    if not all(chosen.get(name) for name in ("site", "bundle", "headcount", "rule", "starts_on")):
        return {}
    application = _wanted(request, form)
    standing = application.as_standing_order()
    plan, starts_on = chosen["bundle"].plan, chosen["starts_on"]
    changed = with_plan(running.terms, plan, starts_on) if running else None
    return {
        **standing_consequences(standing),
        **refusal_of(standing, now=clock.now(), plan=application),
        "new_plan": plan,
        "foresight": foresee(running, changed, now=clock.now()) if running and changed else None,
    }


# -- Pause, resume, leave -------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
@role_required(*READERS)
def membership_pause(request: HttpRequest, pk: int) -> HttpResponse:
    """Bring nothing for some days."""
    return _change(
        request,
        pk,
        PauseForm,
        title=_("Pause the deliveries"),
        text=_("Nothing of the plan comes on these days. Orders that are already fixed still come."),
        submit=_("Pause"),
        change=memberships.pause,
        foretell=lambda running, chosen: with_pause(running.terms, chosen["starts_on"], chosen["ends_on"]),
        done=_("The pause is set."),
    )


@require_http_methods(["GET", "POST"])
@role_required(*READERS)
def membership_resume(request: HttpRequest, pk: int) -> HttpResponse:
    """End the pause that runs."""
    return _change(
        request,
        pk,
        ResumeForm,
        title=_("Resume the deliveries"),
        text=_("From this day on the plan's dates come again, as far as their cut-offs are still ahead."),
        submit=_("Resume"),
        change=memberships.resume,
        foretell=lambda running, chosen: memberships.resumed(
            running.terms, chosen["resumes_on"], clock.today()
        ),
        done=_("The deliveries resume."),
    )


@require_http_methods(["GET", "POST"])
@role_required(*READERS)
def membership_leave(request: HttpRequest, pk: int) -> HttpResponse:
    """Leave at the end of a month."""
    return _change(
        request,
        pk,
        LeaveForm,
        title=_("Leave the plan"),
        text=_("After the last day nothing more of the plan comes. You can undo it until then."),
        submit=_("Leave"),
        change=memberships.leave,
        foretell=lambda running, chosen: with_last_day(running.terms, chosen["last_day"]),
        done=_("The last day is set."),
    )


def _change(
    request: HttpRequest,
    pk: int,
    form_type: Callable[..., forms.Form],
    *,
    change: Callable[..., None],
    foretell: Callable[[Membership, dict[str, Any]], Any],
    done: str,
    **texts: str,
) -> HttpResponse:
    """Show the form and, with `check`, what it would do to the coming dates; then do it."""
    institution = _own(request, pk)
    rows = Membership.objects.running().filter(organization=institution).with_terms()
    running = rows.select_related("organization").first()
    if running is None:
        messages.error(request, words("membership_ended"))
        return redirect(PAGE, pk=pk)
    is_check = "check" in request.POST
    form = form_type(request.POST or None, today=clock.today())
    if form.is_bound and form.is_valid() and not is_check:
        try:
            change(running, **form.cleaned_data, actor=request.user, now=clock.now())
        except CannotChange as error:
            form.add_error(None, words(error.reason))
        else:
            messages.success(request, done)
            return redirect(PAGE, pk=pk)
    foresight: Foresight | None = None
    if form.is_bound and form.is_valid():
        foresight = foresee(running, foretell(running, form.cleaned_data), now=clock.now())
    context = {
        **texts,
        "form": form,
        "institution": institution,
        "foresight": foresight,
        "crumbs": _crumbs(institution),
    }
    is_partial = request.htmx and is_check  # type: ignore[attr-defined]
    template = "orders/includes/foresight.html" if is_partial else "orders/membership_change.html"
    return render(request, template, context, status=422 if form.is_bound and not is_check else 200)


@require_POST
@role_required(*READERS)
def membership_undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a change back before its day."""
    institutions = Organization.objects.for_user(request.user)  # type: ignore[arg-type]
    events = MembershipEvent.objects.filter(membership__organization__in=institutions)
    event = get_object_or_404(events.select_related("membership__organization"), pk=pk)
    institution = event.membership.organization
    if not can_order_for(request.user, institution):  # type: ignore[arg-type]
        raise PermissionDenied
    try:
        memberships.undo(event, actor=request.user, now=clock.now())  # type: ignore[arg-type]
        messages.success(request, _("The change was undone."))
    except CannotChange as error:
        messages.error(request, words(error.reason))
    return redirect(PAGE, pk=institution.pk)
