"""Decide about a standing order on its page: change, leave out, move, pause, resume and undo."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from membership import clock
from membership.permissions import can_order_for, role_required

from ..actions.after_change import show_at_once
from ..actions.change_date import (
    bring_back_date,
    change_date,
    date_of,
    leave_out_date,
    move_date,
)
from ..actions.change_terms import (
    at_all_sites,
    change_terms,
    change_terms_everywhere,
    pause_standing_order,
    resume_standing_order,
)
from ..actions.changing import undo_change
from ..actions.holiday import answer_holiday
from ..coming import why
from ..date_page import find_date
from ..exceptions import DayFull, NotPossible
from ..forms_change import ONE, ChangeForm
from ..full_days import in_words
from ..models import CalendarDay, Occurrence, StandingOrder, StandingOrderChange
from ..models.terms import ANSWERS
from ..reasons import told
from ..rehearsal import Consequences, rehearse
from .back import redirect_back
from .institution import READERS


def _standing(request: HttpRequest, pk: int) -> StandingOrder:
    """Return the standing order, for who may order there. A stranger gets 404, a reader 403."""
    rows = StandingOrder.objects.for_user(request.user)  # type: ignore[arg-type]
    standing: StandingOrder = get_object_or_404(rows.select_related("organization", "bundle", "site"), pk=pk)
    if not can_order_for(request.user, standing.organization):  # type: ignore[arg-type]
        raise PermissionDenied
    return standing


def _row(standing: StandingOrder, day: str) -> Occurrence:
    rule_date = _read(day)
    if rule_date is None:
        raise Http404
    try:
        row = date_of(standing, rule_date)
    except NotPossible as error:
        raise Http404 from error
    row.standing_order = standing
    return row


def _row_to_change(request: HttpRequest, standing: StandingOrder, day: date) -> Occurrence | None:
    """Return the date; one beyond what is stored is only made up until something is sent."""
    if request.method == "POST":
        return _row(standing, day.isoformat())
    return find_date(standing, day, CalendarDay.objects.all().working_days(), now=clock.now())


@require_http_methods(["GET", "POST"])
@role_required(*READERS)
def standing_order_change(request: HttpRequest, pk: int) -> HttpResponse:
    """Change one date, all from a date on, or all. A POST with `check` only shows what would change."""
    standing = _standing(request, pk)
    day = _read(request.GET.get("date", ""))
    row = _row_to_change(request, standing, day) if day else None
    form = ChangeForm(
        request.POST or None,
        standing_order=standing,
        row=row,
        today=clock.today(),
        user=request.user,  # type: ignore[arg-type]
    )
    is_check = "check" in request.POST
    consequences = None
    if request.method == "POST" and form.is_valid():
        if is_check:
            consequences = _consequences(form, lambda: _change(request, form))
        elif _try(form, lambda: _change(request, form)):
            show_at_once(standing, now=clock.now())
            messages.success(request, _("Changed. Until the change deadline you can undo it below."))
            return redirect("orders:standing_order_detail", pk=pk)
    return _show_form(request, form, consequences, is_check)


def _show_form(
    request: HttpRequest, form: ChangeForm, consequences: Consequences | None, is_check: bool
) -> HttpResponse:
    standing = form.standing_order
    here = reverse("orders:standing_order_change", args=[standing.pk])
    if form.is_outdated:
        # Who was told of it and sends the form again decides about the present state.
        standing.refresh_from_db()
    context = {
        "form": form,
        "seen": form["seen"].value() if form.is_bound and not form.is_outdated else standing.revision,
        "standing": standing,
        "row": form.row,
        "here": f"{here}?date={form.row.rule_date}" if form.row else here,
        "consequences": consequences,
        "differences": [(each, why(each.becomes)) for each in consequences.dates] if consequences else [],
        "is_check": is_check,
        "crumbs": [
            {"label": _("Standing orders"), "url": reverse("orders:standing_order_list")},
            {
                "label": standing.bundle.display_name,
                "url": reverse("orders:standing_order_detail", args=[standing.pk]),
            },
        ],
    }
    is_partial = request.htmx and is_check  # type: ignore[attr-defined]
    template = "orders/includes/consequences.html" if is_partial else "orders/standing_order_change.html"
    return render(request, template, context)


def _change(request: HttpRequest, form: ChangeForm) -> object:
    known: dict[str, Any] = {"actor": request.user, "now": clock.now(), "seen": form.cleaned_data["seen"]}
    if form.row and form.cleaned_data["scope"] == ONE:
        return change_date(form.row, form.changes, **known)
    change = change_terms_everywhere if form.cleaned_data.get("everywhere") else change_terms
    return change(form.standing_order, form.changes, since=form.cleaned_data["since"], **known)


def _consequences(form: ChangeForm, deed: Callable[[], object]) -> Consequences | None:
    try:
        return rehearse(form.standing_order, deed)
    except NotPossible as error:
        form.add_error(None, _refused(error))
    except ValidationError as error:
        form.add_error(None, error.messages)
    return None


def _refused(error: NotPossible) -> str:
    """Return why it can't be, and where the days are full, how to wait for them."""
    said = told(error.reason, error.detail)
    if not isinstance(error, DayFull):
        return said
    way = _("To wait for a place there, set up a new standing order: its form leads to the waiting list.")
    return f"{said}. {way}"


def _try(form: ChangeForm, deed: Callable[[], object]) -> bool:
    """Do it; what is refused is said on the form, with all that was typed."""
    try:
        deed()
    except NotPossible as error:
        form.add_error(None, _refused(error))
        form.is_outdated = error.reason == "changed_meanwhile"
        return False
    except ValidationError as error:
        form.add_error(None, error.messages)
        return False
    return True


# -- Small decisions, one button each -------------------------------------------------------------


def _decide(
    request: HttpRequest, standing: StandingOrder, done: str, deed: Callable[..., object]
) -> HttpResponse:
    seen = request.POST.get("seen", "")
    known: dict[str, Any] = {"actor": request.user, "now": clock.now()}
    if seen.isdecimal():
        known["seen"] = int(seen)
    try:
        deed(**known)
    except DayFull as error:
        messages.error(request, in_words(error, standing.site.district, now=clock.now()))
    except NotPossible as error:
        messages.error(request, told(error.reason, error.detail))
    else:
        show_at_once(standing, now=clock.now())
        messages.success(request, done)
    return redirect_back(request, reverse("orders:standing_order_detail", args=[standing.pk]))


@require_POST
@role_required(*READERS)
def date_leave_out(request: HttpRequest, pk: int, day: str) -> HttpResponse:
    """Let nothing come on one date."""
    standing = _standing(request, pk)
    row = _row(standing, day)
    return _decide(
        request, standing, _("This date is left out."), lambda **known: leave_out_date(row, **known)
    )


@require_POST
@role_required(*READERS)
def date_bring_back(request: HttpRequest, pk: int, day: str) -> HttpResponse:
    """Let a date come again that was left out."""
    standing = _standing(request, pk)
    row = _row(standing, day)
    return _decide(
        request, standing, _("This date comes again."), lambda **known: bring_back_date(row, **known)
    )


@require_POST
@role_required(*READERS)
def date_move(request: HttpRequest, pk: int, day: str) -> HttpResponse:
    """Deliver one date on another day."""
    standing = _standing(request, pk)
    row, to = _row(standing, day), _day(request, "to")
    if to is None:
        messages.error(request, _("Choose a day."))
        return redirect_back(request, reverse("orders:standing_order_detail", args=[pk]))
    return _decide(request, standing, _("This date was moved."), lambda **known: move_date(row, to, **known))


@require_POST
@role_required(*READERS)
def date_answer(request: HttpRequest, pk: int, day: str) -> HttpResponse:
    """Say where a date goes that falls on a holiday."""
    standing = _standing(request, pk)
    row, answer = _row(standing, day), request.POST.get("answer", "")
    if answer not in dict(ANSWERS):
        raise Http404
    return _decide(
        request,
        standing,
        _("Thank you. The date follows."),
        lambda **known: answer_holiday(row, answer, **known),
    )


@require_POST
@role_required(*READERS)
def standing_order_pause(request: HttpRequest, pk: int) -> HttpResponse:
    """Let nothing come for a time, or until it is resumed."""
    standing = _standing(request, pk)
    first, last = _day(request, "first") or clock.today() + timedelta(days=1), _day(request, "last")
    return _decide(
        request,
        standing,
        _("Paused."),
        lambda **known: _everywhere(
            request, standing, known, lambda row, **rest: pause_standing_order(row, first, last, **rest)
        ),
    )


@require_POST
@role_required(*READERS)
def standing_order_resume(request: HttpRequest, pk: int) -> HttpResponse:
    """Let dates come again from a day on."""
    standing = _standing(request, pk)
    on = _day(request, "on") or clock.today() + timedelta(days=1)
    return _decide(
        request,
        standing,
        _("Dates come again."),
        lambda **known: _everywhere(
            request, standing, known, lambda row, **rest: resume_standing_order(row, on, **rest)
        ),
    )


def _everywhere(
    request: HttpRequest, standing: StandingOrder, known: dict[str, Any], deed: Callable[..., object]
) -> object:
    """Do it for the standing order of the page, and if that is wished for all that were set up with it."""
    if "everywhere" not in request.POST:
        return deed(standing, **known)
    rest = known | {"seen": None}
    return at_all_sites(standing, lambda row: deed(row, **(known if row == standing else rest)))


def _day(request: HttpRequest, name: str) -> date | None:
    return _read(request.POST.get(name, ""))


def _read(text: str) -> date | None:
    """Return the day that is meant, None for what is none."""
    try:
        return parse_date(text)
    except ValueError:
        return None


@require_POST
@role_required(*READERS)
def standing_order_undo(request: HttpRequest, pk: int, change: int) -> HttpResponse:
    """Bring back what was before a change."""
    standing = _standing(request, pk)
    row = get_object_or_404(StandingOrderChange, standing_order=standing, pk=change)

    def undo(**known: Any) -> object:
        known.pop("seen", None)
        return undo_change(row, **known)

    return _decide(request, standing, _("Undone."), undo)
