"""What an institution sees and does: its home, its orders, and the papers that come with them."""

from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from bundles.allergen_words import allergen_words
from bundles.quote import saving
from membership import clock
from membership.allergens import codes
from membership.models import Certification, Organization
from membership.permissions import (
    INSTITUTION_ROLES,
    ORDERING_ROLES,
    approver_seat,
    can_order_for,
    has_role,
    is_operator,
    ordering_institution_ids,
    role_required,
)

from ..actions.authority import approvers_of
from ..actions.event_change import deadline_of, may_change
from ..actions.event_order import cancel_order
from ..coming import coming_deliveries, live_stop, why_failed, why_waiting
from ..credits import bill_of
from ..documents import statement_pdf
from ..event_alternatives import alternatives_to_order
from ..event_steps import EventStep, event_steps
from ..event_times import plan_of_order
from ..exceptions import NotPossible
from ..forms import CallOffForm, OrderFilter
from ..forms_labels import LabelForm
from ..forms_rating import RatingForm, rating_forms
from ..forms_shortage import WishForm
from ..made import ledger_entries
from ..models import Application, CalendarDay, Occurrence, Order, OrderLine, Rating
from ..models.order import RATING_PERIOD
from ..packing import FIXED
from ..plan_usage import plan_usages
from ..planned import swaps_of
from ..progress import order_steps, timeline
from ..quote import Quote, quote
from ..reasons import TOLD_IN_FULL, words
from ..shortages import shortage_steps, to_choose
from ..waiting import to_decide, waiting_orders

PAGE_SIZE = 25
READERS = (*INSTITUTION_ROLES, "operator")
# How long a failed order stays on the home page.
RECENT_DAYS = 7


@require_GET
def institution_home(request: HttpRequest) -> HttpResponse:
    """The next delivery, the four weeks after it, what needs a look, and the plan."""
    user, today = request.user, clock.today()
    deliveries = coming_deliveries(user, today=today)  # type: ignore[arg-type]
    following = next((delivery for delivery in deliveries if delivery.is_expected), None)
    recent = Order.objects.for_user(user).filter(  # type: ignore[arg-type]
        status=Order.Status.FAILED, delivery_date__gte=today - timedelta(days=RECENT_DAYS)
    )
    context = {
        "now": clock.now(),
        "today": today,
        "next": following,
        "deliveries": [delivery for delivery in deliveries if delivery is not following],
        "failed_dates": [item for item in deliveries if item.occurrence and item.state == "failed"],
        "failed_orders": [
            (order, why_failed(order))
            for order in recent.select_related("bundle").prefetch_related("stops__plan")
        ],
        "offers": Application.objects.for_user(user)  # type: ignore[arg-type]
        .filter(status=Application.Status.OFFERED)
        .select_related("bundle")
        .order_by("offered_until", "pk"),
        "to_rate": list(_to_rate(request)),
        "to_decide": to_decide(user),  # type: ignore[arg-type]
        "to_choose": list(to_choose(user)),  # type: ignore[arg-type]
        "to_answer": list(Occurrence.objects.to_answer(user, clock.now())),  # type: ignore[arg-type]
        "institutions": [
            seat.organization
            for seat in user.active_seats  # type: ignore[union-attr]
            if seat.role in ORDERING_ROLES
        ],
        "usages": plan_usages(user, today=today),  # type: ignore[arg-type]
        "several": len({seat.organization_id for seat in user.active_seats}) > 1,  # type: ignore[union-attr]
        "may_order": may_order(request),
    }
    return render(request, "orders/institution_home.html", context)


def _to_rate(request: HttpRequest) -> Any:
    """Return what was delivered lately and may still be rated, the latest first."""
    orders = Order.objects.to_rate(request.user, clock.today() - RATING_PERIOD)  # type: ignore[arg-type]
    return orders.select_related("bundle").order_by("-delivery_date", "-pk")


@require_GET
@role_required(*READERS)
def order_list(request: HttpRequest) -> HttpResponse:
    """Every order, newest delivery first."""
    filters = OrderFilter(request.GET, user=request.user)  # type: ignore[arg-type]
    orders = filters.narrow(Order.objects.for_user(request.user))  # type: ignore[arg-type]
    orders = orders.select_related("organization", "site", "bundle").order_by("-delivery_date", "-pk")
    context = {
        "filters": filters,
        "is_filtered": any(request.GET.get(name) for name in filters.fields),
        "page_obj": Paginator(orders, PAGE_SIZE).get_page(request.GET.get("page")),
        "may_order": may_order(request),
        "is_operator": is_operator(request.user),  # type: ignore[arg-type]
    }
    return render(request, "orders/order_list.html", context)


@require_GET
@role_required(*READERS)
def order_detail(request: HttpRequest, number: str) -> HttpResponse:
    """Everything about one order: what, where, when, for how much, and what happened to it."""
    return order_page(request, number)


def order_page(request: HttpRequest, number: str, *, wrong: list[RatingForm] | None = None) -> HttpResponse:
    """Show the order; `wrong` are its rating forms that were filled in badly."""
    orders = (
        Order.objects.for_user(request.user)  # type: ignore[arg-type]
        .select_related(
            "organization",
            "site",
            "bundle",
            "department",
            "statement",
            "occurrence__standing_order",
            "placed_by",
            "promise",
        )
        .prefetch_related(
            "lines__shortages__substitute",
            "lines__substitutes",
            "lines__inspected",
            "lines__shortages__events__actor",
            "events__actor",
            "stops__plan",
            "stops__proof",
        )
    )
    order = get_object_or_404(orders, number=number)
    now = clock.now()
    shortages = [row for line in order.lines.all() for row in line.shortages.all()]
    stop = live_stop(order)
    planned = _planned(order) if order.status in Order.OPEN else None
    worth = planned.worth if planned else sum(line.list_price * line.coming for line in order.lines.all())
    context = {
        "now": now,
        "order": order,
        "lines": [_line(line) for line in order.lines.all()],
        "bill": bill_of(order),
        "steps": order_steps(order),
        "events": sorted(
            timeline(order) + shortage_steps(shortages), key=lambda event: event["at"], reverse=True
        ),
        "runs": ledger_entries(request.user, order.occurrence, order),  # type: ignore[arg-type]
        "event_steps": _event_steps(order, now),
        "questions": [shortage for shortage in shortages if shortage.is_open],
        "stop": stop,
        "is_followed": order.status in FIXED and order.delivery_date >= clock.today(),
        "proof": getattr(stop, "proof", None),
        "statement": getattr(order, "statement", None),
        "why": why_failed(order) or why_waiting(order),
        "detail": _detail(order, request),
        "alternatives": alternatives_to_order(order, now=now)
        if can_order_for(request.user, order.organization)  # type: ignore[arg-type]
        else [],
        "quote": planned,
        "worth": worth,
        "saving": saving(worth or 0, order.gross),
        "call_off_form": CallOffForm()
        if is_operator(request.user)  # type: ignore[arg-type]
        and order.status in (Order.Status.CONFIRMED, Order.Status.PACKED)
        else None,
        "waiting": next(iter(waiting_orders(request.user, [order])), None),  # type: ignore[arg-type]
        "is_approver": approver_seat(request.user, order.organization_id) is not None,  # type: ignore[arg-type]
        "approvers": approvers_of(order.organization, order.gross)
        if order.status == Order.Status.AWAITING
        else [],
        "is_open": order.status in Order.OPEN and order.cutoff_at > now,
        "wish_form": WishForm(order),
        "may_order": can_order_for(request.user, order.organization),  # type: ignore[arg-type]
        "may_change": can_order_for(request.user, order.organization)  # type: ignore[arg-type]
        and may_change(order, actor=request.user, now=now),  # type: ignore[arg-type]
        "change_until": deadline_of(order, request.user),  # type: ignore[arg-type]
        "is_operator": is_operator(request.user),  # type: ignore[arg-type]
        "label_form": _label_form(order, request),
        "crumbs": [{"label": _("Orders"), "url": reverse("orders:order_list")}],
    }
    if order.status == Order.Status.DELIVERED:
        context |= _ratings(request, order, wrong)
    return render(request, "orders/order_detail.html", context, status=422 if wrong else 200)


def _event_steps(order: Order, now: datetime) -> list[EventStep]:
    """Return the times behind an event, while they matter."""
    if order.event_at is None or order.status not in (*Order.OPEN, *FIXED, Order.Status.DISPATCHED):
        return []
    working_days = CalendarDay.objects.all().working_days()
    plan = plan_of_order(order, working_days)
    return event_steps(plan, working_days, now=now) if plan else []


def _ratings(request: HttpRequest, order: Order, wrong: list[RatingForm] | None) -> dict[str, Any]:
    """Return the forms for those who may rate; everybody else reads what was said."""
    may_rate = order.organization_id in ordering_institution_ids(request.user)  # type: ignore[arg-type]
    return {
        "rating_forms": wrong or rating_forms(order),
        "may_rate": may_rate and order.is_open_to_rating(clock.today()),
        "rate_until": order.delivery_date + RATING_PERIOD,
        "is_rated": Rating.objects.of_order(order).exists(),
    }


def _label_form(order: Order, request: HttpRequest) -> LabelForm | None:
    """For operators, once the contents are fixed."""
    may_print = is_operator(request.user) and order.status in FIXED  # type: ignore[arg-type]
    return LabelForm() if may_print else None


def _detail(order: Order, request: HttpRequest) -> str:
    """Return what an operator needs to mend a failed order; what the courier said is in the history."""
    if order.reason in TOLD_IN_FULL:
        return order.detail
    is_known = order.reason == "delivery_failed" or not is_operator(request.user)  # type: ignore[arg-type]
    return "" if is_known else order.detail


def _planned(order: Order) -> Quote:
    working_days = CalendarDay.objects.all().working_days()
    return quote(
        order.bundle,
        order.headcount,
        order.exclusions,
        order.delivery_date,
        working_days,
        swaps_of(order),
    )


def _line(line: OrderLine) -> dict[str, Any]:
    """Return what the page shows of a line: its producer's certifications, allergens, what became of it."""
    shortages = list(line.shortages.all())
    return {
        "line": line,
        "certifications": [Certification.Kind(kind).label for kind in line.certifications.split()],
        "allergens": allergen_words(codes(line.allergens)),
        "substitutes": [shortage.substitute for shortage in shortages if shortage.substitute],
        "credited": [shortage for shortage in shortages if shortage.credited],
        "asked": [shortage for shortage in shortages if shortage.is_open],
    }


@require_POST
@role_required(*READERS)
def order_cancel(request: HttpRequest, number: str) -> HttpResponse:
    """Take an order back before its cut-off."""
    order = get_object_or_404(Order.objects.for_user(request.user), number=number)  # type: ignore[arg-type]
    if not can_order_for(request.user, order.organization):  # type: ignore[arg-type]
        raise PermissionDenied
    try:
        cancel_order(order, actor=request.user, now=clock.now())  # type: ignore[arg-type]
        messages.success(request, _("The order was cancelled."))
    except NotPossible as error:
        messages.error(request, words(error.reason))
    return redirect("orders:order_detail", number=order.number)


@require_GET
@role_required(*READERS)
def order_statement(request: HttpRequest, number: str) -> HttpResponse:
    """The statement of delivery as PDF, once it is issued."""
    orders = (
        Order.objects.for_user(request.user)  # type: ignore[arg-type]
        .filter(statement__isnull=False)
        .select_related("statement")
        .prefetch_related("lines__shortages", "lines__inspected", "stops__plan", "stops__proof")
    )
    order = get_object_or_404(orders, number=number)
    supplier = Organization.objects.filter(kind=Organization.Kind.HUB).order_by("pk").first()
    if supplier is None:
        raise Http404("There is no hub to be the supplier.")
    pdf = statement_pdf(order.statement, supplier=supplier, receipt=getattr(live_stop(order), "proof", None))
    return HttpResponse(
        pdf,
        content_type="application/pdf",
        headers={"Content-Disposition": f'inline; filename="statement-{order.statement.number}.pdf"'},
    )


def may_order(request: HttpRequest) -> bool:
    """Whether the reader may order for anybody at all."""
    return has_role(request.user, "orderer", "approver", "operator")  # type: ignore[arg-type]
