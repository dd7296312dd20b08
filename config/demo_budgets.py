"""Two institutions of the demo town with departments, budgets and limits, and orders that wait."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import uuid4

from django.utils import timezone

from bundles.models import Bundle
from membership.models import Department, Seat, Site
from orders.actions.event_order import place_event_order
from orders.cutoff import seoul
from orders.models import Budget, CalendarDay, StandingOrder

# A fortnight ahead: the slowest bundle can still be had, and the approver has time.
EVENT_IN = timedelta(days=14)
EVENT_BEGINS = time(14, 0)


@dataclass(frozen=True)
class DemoBudget:
    """A department of the institution at a site, with won for a year; the first one pays standing orders."""

    site: str
    code: str
    name: str
    name_en: str
    amount: int


BUDGETS = (
    DemoBudget("은평구청", "GA", "총무과", "General Affairs", 24_000_000),
    DemoBudget("은평구청", "WF", "복지정책과", "Welfare Policy", 2_400_000),
    DemoBudget("마포중앙도서관", "OP", "운영지원과", "Operations", 12_000_000),
    DemoBudget("마포중앙도서관", "CU", "문화행사팀", "Cultural Events", 6_000_000),
)
# Orderers decide this much alone, in won.
ORDER_LIMIT = 300_000


def add_departments(today: date) -> None:
    """Give the institutions departments, budgets and limits before anything is ordered."""
    for row in BUDGETS:
        organization = _site(row).organization
        department = Department.objects.create(
            organization=organization, code=row.code, name=row.name, name_en=row.name_en
        )
        Budget.objects.bulk_create(
            [
                # The town begins today: of this year's budget it gets the months that are left.
                Budget(department=department, year=today.year, amount=row.amount // 12 * (13 - today.month)),
                Budget(department=department, year=today.year + 1, amount=row.amount),
            ]
        )
        StandingOrder.objects.filter(organization=organization, department=None).update(department=department)
        seats = Seat.objects.filter(organization=organization, department=None)
        seats.filter(role=Seat.Role.ORDERER).update(order_limit=ORDER_LIMIT)
        seats.update(department=department)


def add_waiting_orders(now: datetime) -> None:
    """Place an event order in each institution's second department, above its orderer's limit."""
    for row in BUDGETS[1::2]:
        site = _site(row)
        seat = site.organization.seats.filter(role=Seat.Role.ORDERER).order_by("pk")[0]
        working_days = CalendarDay.objects.all().working_days()
        place_event_order(
            site=site,
            bundle=Bundle.objects.get(code="meeting-50"),
            headcount=60,
            exclusions=site.organization.exclusions,
            event_at=seoul(working_days.next_on_or_after(timezone.localdate(now) + EVENT_IN), EVENT_BEGINS),
            note="",
            request_key=uuid4(),
            actor=seat.user,
            department=site.organization.departments.get(code=row.code),
            now=now,
        )


def _site(row: DemoBudget) -> Site:
    return Site.objects.select_related("organization").order_by("pk").filter(name=row.site)[0]
