"""Mail, from stored notification rows: claim a row, send it, so that nobody is told twice."""

from datetime import datetime
from smtplib import SMTPDataError, SMTPRecipientsRefused
from typing import Any

import structlog
from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.utils import timezone, translation

from .alternatives import alternatives_to_occurrence
from .compose_board import read_to_do
from .event_alternatives import alternatives_to_order
from .holiday import holiday_name, holiday_of, question_of
from .models import CalendarDay, Notification, Occurrence, Shortage
from .reasons import told, words

log = structlog.get_logger(__name__)
# What a server answers about one mail or address only; the others may still go.
OF_THIS_MAIL = (SMTPDataError, SMTPRecipientsRefused)
# So many of each kind are named in a mail; the board has them all.
TO_DO_SHOWN = 20
# Their detail is a day, and why something happened to it.
OF_A_DATE = (
    Notification.Kind.DATE_MOVED,
    Notification.Kind.SWAPS_DROPPED,
)
OF_HOLIDAY = (
    Notification.Kind.HOLIDAY_ASKED,
    Notification.Kind.HOLIDAY_REMINDER,
    Notification.Kind.HOLIDAY_SETTLED,
)
# Their detail is the window in which to expect it.
OF_ARRIVAL = (
    Notification.Kind.ORDER_ETA,
    Notification.Kind.ORDER_ON_THE_WAY,
    Notification.Kind.ORDER_ETA_MOVED,
)
OF_SHORTAGE = (Notification.Kind.SHORTAGE_ASKED, Notification.Kind.SHORTAGE_REMINDER)
# Their detail is why the order waits.
OF_APPROVAL = (Notification.Kind.APPROVAL_ASKED, Notification.Kind.APPROVAL_REMINDER)


def send_pending(*, now: datetime, limit: int = 200) -> int:
    """Send the oldest unsent notifications and return how many were sent.

    A row is claimed before it is sent; if that fails, the claim is undone and it is tried again. A mail that
    can't be written or an address that is refused doesn't hold up the others; a server that is away does.
    A worker killed in between loses one mail, never the order that it tells about.
    """
    rows = Notification.objects.filter(sent_at=None).select_related(
        "recipient",
        "order__bundle",
        "occurrence__bundle",
        "occurrence__site",
        "standing_order__bundle",
        "application__bundle__plan",
        "application__organization",
        "application__site",
        "purchase_order__producer",
    )
    sent = 0
    for row in rows.order_by("created_at", "pk")[:limit]:
        if not Notification.objects.filter(pk=row.pk, sent_at=None).update(sent_at=now):
            continue
        try:
            _send(row, now)
            sent += 1
        except Exception as error:
            Notification.objects.filter(pk=row.pk).update(sent_at=None)
            log.warning("mail_not_sent", notification=row.pk, exc_info=True)
            if isinstance(error, OSError) and not isinstance(error, OF_THIS_MAIL):
                break
    return sent


def _send(row: Notification, now: datetime) -> None:
    with translation.override(row.recipient.language):
        context = {
            "row": row,
            "order": row.order,
            "standing_order": row.standing_order,
            "application": row.application,
            "purchase_order": row.purchase_order,
            "service_url": settings.SERVICE_URL,
        }
        if row.kind == Notification.Kind.ORDER_NOT_MADE:
            context |= _not_made(row, now)
        elif row.kind in OF_A_DATE:
            day, _, reason = row.detail.partition(" ")
            context |= {"date": day, "reason": words(reason)}
        elif row.kind in OF_HOLIDAY and row.occurrence:
            context |= _holiday(row.occurrence, now)
        elif row.kind in OF_APPROVAL or row.kind == Notification.Kind.APPLICATION_EXPIRED:
            context["reason"] = words(row.detail)
        elif row.kind == Notification.Kind.ORDER_CONFIRMED and row.order:
            context["stand_ins"] = row.order.lines.exclude(instead_of="")
        elif row.kind in OF_ARRIVAL:
            context["arrival"] = _named(row.detail, "day opens closes was_day was_opens was_closes")
        elif row.kind == Notification.Kind.ROUTE_PLANNED:
            context["round"] = _named(row.detail, "day departs stops")
        elif row.kind in OF_SHORTAGE and row.order:
            asked = Shortage.objects.open().filter(order_line__order=row.order)
            context["questions"] = asked.select_related("order_line__order__organization").prefetch_related(
                "options__product__producer"
            )
        elif row.kind == Notification.Kind.COMPOSE_TO_DO:
            context |= {"to_do": read_to_do(timezone.localdate(row.created_at)), "shown": f":{TO_DO_SHOWN}"}
        html = None
        if row.purchase_order:
            context["lines"] = list(row.purchase_order.lines.select_related("product"))
            html = render_to_string("orders/emails/purchase_order.html", context)
        subject = render_to_string("orders/emails/subject.txt", context).strip()
        body = render_to_string("orders/emails/body.txt", context)
    send_mail(subject, body, None, [row.recipient.email], html_message=html)


def _holiday(occurrence: Occurrence, now: datetime) -> dict[str, Any]:
    """Say what is asked about the date, or what holds."""
    working_days = CalendarDay.objects.all().working_days()
    question = question_of(occurrence, working_days, now=now)
    return {
        "date": holiday_of(occurrence),
        "is_holiday": True,
        "holiday": holiday_name(occurrence, working_days),
        "choices": question.choices if question else [],
    }


def _named(detail: str, names: str) -> dict[str, str]:
    """Return the words of a detail by their names; what it doesn't say is left out."""
    return dict(zip(names.split(), detail.split(), strict=False))


def _not_made(row: Notification, now: datetime) -> dict[str, Any]:
    """Say why, and what can be had instead."""
    date, _, reason = row.detail.partition(" ")
    why = {"date": date if reason else "", "reason": words(reason or date)}
    if row.order:
        why["reason"] = told(reason or date, row.order.detail)
        return why | {"alternatives": alternatives_to_order(row.order, now=now)}
    if row.occurrence:
        why["reason"] = told(reason or date, row.occurrence.detail)
        return why | {"alternatives": alternatives_to_occurrence(row.occurrence, now=now)}
    return why
