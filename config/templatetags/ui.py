"""Small words of the pages: an icon, an amount of won, the badge of a state, the address without its page.

Everything larger is an included template below `components/`; the style guide shows all of them.
"""

from datetime import date, datetime

from django import template
from django.http import QueryDict
from django.template.context import Context
from django.templatetags.static import static
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import get_language

from membership.exclusion_words import exclusion_words

register = template.Library()

# One colour and one icon per state, whatever it is a state of: (tone, icon). Tones are in components.css.
STATE_LOOKS = {
    # orders and stops
    "awaiting": ("warning", "hourglass"),
    "placed": ("info", "clipboard-list"),
    "confirmed": ("primary", "clipboard-check"),
    "packed": ("plum", "package-check"),
    "dispatched": ("accent", "truck"),
    "delivered": ("success", "circle-check"),
    "failed": ("danger", "circle-x"),
    "cancelled": ("neutral", "ban"),
    "pending": ("neutral", "circle-dashed"),
    # occurrences of a standing order
    "forecast": ("neutral", "circle-dashed"),
    "planned": ("neutral", "calendar"),
    "ordered": ("primary", "calendar-check"),
    "skipped": ("neutral", "skip-forward"),
    # editions; once ordered they look like an occurrence that is
    "missing": ("danger", "circle-alert"),
    "draft": ("neutral", "pen-line"),
    "published": ("success", "eye"),
    # standing orders
    "active": ("success", "repeat"),
    "paused": ("warning", "hourglass"),
    "ended": ("neutral", "flag"),
    # purchase orders
    "issued": ("info", "receipt"),
    "accepted": ("primary", "check"),
    "short": ("warning", "triangle-alert"),
    "overdue": ("danger", "hourglass"),
    "received": ("success", "package-check"),
    # shortages
    "asked": ("warning", "circle-help"),
    "replaced": ("success", "refresh-cw"),
    "credited": ("info", "undo-2"),
    "dropped": ("neutral", "ban"),
    # applications
    "waiting": ("info", "hourglass"),
    "offered": ("accent", "circle-help"),
    "agreed": ("primary", "check"),
    "done": ("success", "circle-check"),
    "declined": ("danger", "circle-x"),
    "withdrawn": ("neutral", "undo-2"),
    "expired": ("neutral", "ban"),
    # routes
    "started": ("accent", "circle-play"),
    "finished": ("success", "flag"),
}


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """Return the icon `name` of `static/icons.svg`; decoration unless a `label` gives it a spoken name."""
    spoken = format_html('role="img" aria-label="{}"', label) if label else 'aria-hidden="true"'
    return format_html(
        '<svg class="icon" {} focusable="false"><use href="{}#{}"></use></svg>',
        SafeString(spoken),
        static("icons.svg"),
        name,
    )


@register.simple_tag
def state_badge(state: str, label: str, large: bool = False) -> SafeString:
    """Return the badge of a state: `{% state_badge order.status order.get_status_display %}`."""
    tone, picture = STATE_LOOKS[str(state)]
    return format_html(
        '<span class="badge tone-{}{}">{}{}</span>',
        tone,
        " badge--large" if large else "",
        icon(picture),
        label,
    )


@register.filter
def won(amount: int | None) -> str:
    """Return integer won as people write it: 12,300원 in Korean, ₩12,300 in English; `None` is a dash."""
    if amount is None:
        return "–"
    digits = f"{abs(amount):,}"
    sign = "−" if amount < 0 else ""
    return f"{sign}{digits}원" if get_language() == "ko" else f"{sign}₩{digits}"


WEEKDAYS_KO = "월화수목금토일"


@register.filter
def weekday(value: date) -> str:
    """Return the short weekday of a date: 목 in Korean, Thu in English."""
    return WEEKDAYS_KO[value.weekday()] if get_language() == "ko" else date_format(value, "D")


@register.filter
def day(value: date | None) -> str:
    """Return a date as people say it, without its year: 12월 3일 (목) in Korean, Thu 3 Dec in English."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        value = localtime(value).date()
    if get_language() == "ko":
        return f"{value.month}월 {value.day}일 ({weekday(value)})"
    return date_format(value, "D j M")


@register.filter
def moment(value: datetime | None) -> str:
    """Return an aware datetime, in local time: 12월 3일 (목) 15:00 in Korean, Thu 3 Dec 15:00 in English."""
    return f"{day(value)} {localtime(value):%H:%M}" if value else ""


@register.filter
def excluded(mask: int) -> list[str]:
    """Return exclusions in words, such as "no peanuts", "vegan only"."""
    return exclusion_words(mask)


@register.simple_tag(takes_context=True)
def page_url(context: Context, number: int) -> str:
    """Return the query string of page `number` of this list, keeping the filters that are set."""
    query: QueryDict = context["request"].GET.copy()
    query["page"] = str(number)
    return "?" + query.urlencode()


@register.filter
def state_tone(state: str) -> str:
    """Return the tone of a state, for a component that is coloured like its badge."""
    return STATE_LOOKS[str(state)][0]


@register.filter
def state_icon(state: str) -> str:
    """Return the icon of a state."""
    return STATE_LOOKS[str(state)][1]
