"""How a producer's share develops, in words that a baker can use."""

from datetime import date, timedelta
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from membership import clock
from membership.models import Organization
from membership.permissions import role_required

from .models import Closure
from .share import WEEKS_LATELY, chart_of, share_by_category, share_by_week
from .views_offer import producers_of

# From where on, in percent of the fair share, sales are called less or more than it.
LESS, MORE = 80, 120


@require_GET
@role_required("producer", "operator")
def producer_share(request: HttpRequest, pk: int) -> HttpResponse:
    """What the producer sold lately, what its fair share would have been and where that comes from."""
    producer = get_object_or_404(producers_of(request.user), pk=pk)  # type: ignore[arg-type]
    today = clock.today()
    categories = share_by_category(producer, today)
    weeks = share_by_week(producer, today)
    won, fair = sum(row.won for row in categories), sum(row.fair for row in categories)
    context = {
        "producer": producer,
        "won": won,
        "fair": fair,
        "percent": round(100 * won / fair) if fair else None,
        "standing": _standing(won, fair),
        "weeks_lately": WEEKS_LATELY,
        "categories": categories,
        "example": max(categories, key=lambda row: row.fair, default=None) if fair else None,
        "hindrances": _hindrances(producer, today),
        "weeks": weeks,
        "chart": chart_of(weeks),
        "crumbs": [{"label": _("Products"), "url": reverse("bundles:product_list")}],
    }
    return render(request, "bundles/producer_share.html", context)


def _standing(won: int, fair: int) -> str:
    """Return none, less, more or even."""
    if not fair:
        return "none"
    percent = 100 * won / fair
    return "less" if percent < LESS else "more" if percent > MORE else "even"


def _hindrances(producer: Organization, today: date) -> list[str]:
    """Return what keeps the producer out of bundles and can be seen in what it says of itself."""
    found = []
    certifications = list(producer.certifications.all())
    if certifications and not any(row.is_valid_on(today) for row in certifications):
        until = max(row.valid_until for row in certifications)
        found.append(
            _("No certificate is valid any more; the last one ended on %(day)s.")
            % {"day": date_format(until)}
        )
    if closed := _closed_days(producer.closures, today):
        words = ngettext("%(n)d closed day in these weeks.", "%(n)d closed days in these weeks.", closed)
        found.append(words % {"n": closed})
    if hidden := producer.products.filter(is_active=False).count():
        words = ngettext("%(n)d product is not on offer.", "%(n)d products are not on offer.", hidden)
        found.append(words % {"n": hidden})
    if not producer.products.on_offer().exists():
        found.append(_("No product is on offer."))
    return found


def _closed_days(closures: Any, today: date) -> int:
    first = today - timedelta(weeks=WEEKS_LATELY)
    rows: QuerySet[Closure] = closures.touching(first, today)
    closed = {
        row.first_day + timedelta(days=nth)
        for row in rows
        for nth in range((row.last_day - row.first_day).days + 1)
    }
    return sum(first <= day <= today for day in closed)
