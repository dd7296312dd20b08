"""The style guide: every component with sample data, for those who write pages. Operators only."""

import re
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.templatetags.ui import STATE_LOOKS
from membership.permissions import role_required

SAMPLE_DAY = date(2026, 12, 3)
SAMPLE_NOON = datetime(2026, 12, 3, 12, 0, tzinfo=ZoneInfo("Asia/Seoul"))
TONES = ["neutral", "info", "primary", "plum", "accent", "success", "warning", "danger"]
SPRITE = Path(__file__).parent / "static" / "icons.svg"


class SampleForm(forms.Form):
    """One field of each kind; bound and empty, so that the errors show."""

    contact = forms.CharField(label=gettext_lazy("Contact"), help_text=gettext_lazy("Who opens the door."))
    email = forms.EmailField(label=gettext_lazy("E-mail"))
    delivery_on = forms.DateField(
        label=gettext_lazy("Delivery date"), widget=forms.DateInput(attrs={"type": "date"}), required=False
    )
    bundle = forms.ChoiceField(
        label=gettext_lazy("Bundle"), choices=[("10", "커피와 쿠키 10인"), ("20", "커피와 쿠키 20인")]
    )
    policy = forms.ChoiceField(
        label=gettext_lazy("When the day is a holiday"),
        choices=[("before", gettext_lazy("The day before")), ("after", gettext_lazy("The day after"))],
        widget=forms.RadioSelect,
    )
    note = forms.CharField(
        label=gettext_lazy("Note"), widget=forms.Textarea(attrs={"rows": 3}), required=False
    )
    cups = forms.BooleanField(label=gettext_lazy("Reusable cups, please"), required=False)


class SampleStars(forms.Form):
    """Four of five."""

    stars = forms.ChoiceField(
        label=gettext_lazy("Stars"),
        choices=[(number, number) for number in range(1, 6)],
        initial=4,
        widget=forms.RadioSelect,
    )


@role_required("operator")
def style_guide(request: HttpRequest) -> HttpResponse:
    """Show every component of the product on one page."""
    form = SampleForm({"contact": "", "email": "kim@", "bundle": "20", "policy": "after"})
    context = {
        "tones": TONES,
        "stars_form": SampleStars(),
        "picture_icons": ["coffee", "leaf", "cake"],
        "icons": re.findall(r'symbol id="([^"]+)"', SPRITE.read_text()),
        "states": list(STATE_LOOKS),
        "form": form,
        "page_obj": Paginator(range(1, 131), 50).page(2),
        "events": _sample_events(),
        "steps": _sample_steps(),
        "details": [
            {"label": _("Receiver"), "value": "은평구청 총무과"},
            {"label": _("Address"), "value": "서울 은평구 은평로 195, 3층"},
            {"label": _("Window"), "value": "13:00–14:30"},
        ],
        "lines": SAMPLE_LINES,
        "total": sum(line["amount"] for line in SAMPLE_LINES),
        "map_data": _sample_map(),
        "day": SAMPLE_DAY,
        "now": SAMPLE_NOON,
        "cutoff_at": SAMPLE_NOON + timedelta(days=1, hours=3),
    }
    return render(request, "style_guide.html", context)


SAMPLE_LINES: list[dict[str, Any]] = [
    {"item": "공정무역 드립백 커피", "producer": "아름다운로스터 협동조합", "quantity": 24, "amount": 28_800},
    {"item": "우리밀 쿠키 상자", "producer": "해오름베이커리", "quantity": 12, "amount": 54_000},
    {"item": "사과·배 컵과일", "producer": "햇살과일 마을기업", "quantity": 24, "amount": 67_200},
]

# (latitude, longitude, name, ETA, state) by vehicle
SAMPLE_ROUTES = {
    "1호차": [
        (37.6027, 126.9291, "은평구청", "13:05", "delivered"),
        (37.5794, 126.9368, "서대문구청", "13:40", "failed"),
        (37.5663, 126.9019, "마포구청", "14:15", "pending"),
    ],
    "2호차": [
        (37.5735, 126.9788, "종로구청", "13:20", "pending"),
        (37.5636, 126.9976, "중구청", "13:50", "pending"),
        (37.5894, 127.0167, "성북구청", "14:30", "pending"),
    ],
}


def _sample_map() -> dict[str, object]:
    routes = [
        {
            "label": label,
            "stops": [
                {"lat": lat, "lng": lng, "number": number, "label": name, "detail": eta, "state": state}
                for number, (lat, lng, name, eta, state) in enumerate(stops, start=1)
            ],
        }
        for label, stops in SAMPLE_ROUTES.items()
    ]
    return {"depot": {"lat": 37.6086, "lng": 126.9340, "label": "꾸러미 허브"}, "routes": routes}


def _sample_events() -> list[dict[str, object]]:
    told = [
        (8, "placed", _("Order placed"), "김하늘"),
        (5, "confirmed", _("Contents fixed and ordered from 3 producers"), _("Cut-off")),
        (1, "packed", _("Packed in 2 boxes"), "허브"),
        (0, "dispatched", _("On the way, third stop"), "박기사"),
    ]
    return [
        {"at": SAMPLE_NOON - timedelta(days=days), "state": state, "text": text, "who": who}
        for days, state, text, who in told
    ]


def _sample_steps() -> list[dict[str, str]]:
    return [
        {"label": _("Previewed"), "icon": "calendar-days", "state": "done", "when": "11.17"},
        {"label": _("Cut-off"), "icon": "timer", "state": "done", "when": "11.30 15:00"},
        {"label": _("Accepted"), "icon": "clipboard-check", "state": "done", "when": "12.01"},
        {"label": _("Packed"), "icon": "package-check", "state": "done", "when": "12.02"},
        {"label": _("On the way"), "icon": "truck", "state": "current", "when": "13:40"},
        {"label": _("Delivered"), "icon": "circle-check", "state": "", "when": ""},
    ]
