"""The compose board: what is composed for which date; and how fairly producers share."""

from datetime import date, timedelta

from django import forms
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_GET

from membership import clock
from membership.permissions import role_required

from ..compose_board import STATES, WEEKS, read_board, read_to_do, state_label
from ..fair_chart import chart_of
from ..fair_shares import Share, read_fair_shares
from ..forms_producer import DayInput

PAGE_SIZE = 25
TO_DO_SHOWN = 6
# Further away there is nothing to see, and calendars end somewhere.
FARTHEST = timedelta(days=5 * 365)


class BoardForm(forms.Form):
    """From which week on; any day of it will do."""

    week = forms.DateField(label=gettext_lazy("Week of"), widget=DayInput())

    def clean_week(self) -> date:
        week: date = self.cleaned_data["week"]
        if abs(week - clock.today()) > FARTHEST:
            raise ValidationError(_("This is too far away."))
        return week


@require_GET
@role_required("operator")
def compose_board(request: HttpRequest) -> HttpResponse:
    """Four weeks of bundles by delivery date; what needs an operator comes first."""
    today = clock.today()
    form = BoardForm(request.GET) if "week" in request.GET else None
    chosen = form.cleaned_data["week"] if form and form.is_valid() else today
    monday = chosen - timedelta(days=chosen.weekday())
    context = {
        "board": read_board(monday, today),
        "to_do": read_to_do(today),
        "to_do_shown": f":{TO_DO_SHOWN}",
        "to_do_max": TO_DO_SHOWN,
        "states": [(state, state_label(state)) for state in STATES],
        "form": form if form and form.errors else BoardForm(initial={"week": monday}),
        "today": today,
        "this_monday": today - timedelta(days=today.weekday()),
        "monday": monday,
        "last_day": monday + timedelta(days=7 * WEEKS - 1),
        "earlier": monday - timedelta(weeks=WEEKS),
        "later": monday + timedelta(weeks=WEEKS),
    }
    return render(request, "orders/compose_board.html", context)


class ShareFilter(forms.Form):
    """Which producers, and in what order."""

    q = forms.CharField(label=gettext_lazy("Producer"), max_length=100, required=False)
    sort = forms.ChoiceField(
        label=pgettext_lazy("sorting", "Order"),
        required=False,
        choices=[
            ("", gettext_lazy("furthest below first")),
            ("above", gettext_lazy("furthest above first")),
            ("sales", gettext_lazy("most sales first")),
            ("name", gettext_lazy("by name")),
        ],
    )
    newcomers = forms.BooleanField(label=gettext_lazy("Newcomers only"), required=False)

    def select(self, shares: list[Share]) -> list[Share]:
        """Return the shares that the valid filter leaves, in its order; `shares` has the lowest first."""
        wanted = self.cleaned_data["q"].strip().lower()
        found = [
            share
            for share in shares
            if wanted in f"{share.producer.name} {share.producer.name_en}".lower()
            and (share.is_newcomer or not self.cleaned_data["newcomers"])
        ]
        match self.cleaned_data["sort"]:
            case "above":
                return found[::-1]
            case "sales":
                return sorted(found, key=lambda share: -share.total)
            case "name":
                return sorted(found, key=lambda share: share.producer.display_name)
        return found


@require_GET
@role_required("operator")
def compose_fairness(request: HttpRequest) -> HttpResponse:
    """How far each producer is below or above its fair share."""
    fair = read_fair_shares(clock.today())
    form = ShareFilter(request.GET)
    shares = form.select(fair.shares) if form.is_valid() else fair.shares
    context = {
        "page_obj": Paginator(shares, PAGE_SIZE).get_page(request.GET.get("page")),
        "form": form,
        "fair": fair,
        "below": sum(share.ratio < 1 for share in fair.shares if share.fair_share),
        "newcomers": sum(share.is_newcomer for share in fair.shares),
        "chart": chart_of(fair.shares),
        "crumbs": [{"label": _("Composition"), "url": reverse("orders:compose_board")}],
    }
    return render(request, "orders/compose_fairness.html", context)
