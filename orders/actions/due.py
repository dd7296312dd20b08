"""What comes due: dates of standing orders, and placed orders. How each is locked, read, kept and refused.

All rows are of one delivery date. The thinking is the same for both kinds, in `orders/fixing.py`.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Generic, Self, TypeVar

from bundles.bulk import insert_rows, new_keys, update_rows
from bundles.edition_key import EditionKey
from membership.models import Organization, Site

from ..fixing import Due, Lines, Plan, Refusal
from ..models import Notification, Occurrence, Order, OrderEvent, StandingOrder
from ..planned import swaps_by
from ..querysets import EDITION_COLUMNS
from .advance import advance_orders
from .ledger import Outcome
from .notify import Message, notify_readers, operators, readers_of
from .placing import copied_names, details_of, free_numbers

Row = TypeVar("Row", Occurrence, Order)
# Nobody at the hub can do anything about these.
OF_MEMBERS = {f"standing_order_{StandingOrder.Status.AWAITING}"}


class DueRows(ABC, Generic[Row]):
    """Locked rows that are due, by key, in the order in which they are."""

    def __init__(self, rows: Sequence[Row], now: datetime) -> None:
        self.rows: dict[int, Row] = {row.pk: row for row in rows}
        self.now = now
        self.day: date = rows[0].delivery_date  # type: ignore[assignment]

    @classmethod
    @abstractmethod
    def editions(cls, keys: Sequence[int]) -> set[EditionKey]:
        """Return the editions that these will need; nothing is locked."""

    @classmethod
    @abstractmethod
    def lock(cls, keys: Sequence[int], now: datetime) -> Self | None:
        """Lock those that are due and that nobody else has in hand; None if there are none."""

    @abstractmethod
    def dues(self, *, is_late: bool) -> list[Due]:
        """Return them as they are thought over; `is_late` if the day's routes are planned already."""

    @abstractmethod
    def keep(self, plan: Plan) -> dict[int, Lines]:
        """Store the orders that are made; return the lines by the keys of the orders."""

    @abstractmethod
    def refuse(self, refusals: Mapping[int, Refusal]) -> None:
        """Store why these aren't made, and tell the people."""

    @abstractmethod
    def outcome(self, row: Row, why: Refusal | None) -> Outcome:
        """Return what became of it, for the ledger."""

    @abstractmethod
    def message(self, reader: int, key: int, detail: str) -> Message:
        """Return what a person is told of one that isn't made."""

    @abstractmethod
    def organization(self, row: Row) -> Organization:
        """Return whose it is."""

    def tell_confirmed(self, orders: Mapping[int, Row]) -> None:
        """Tell the institutions' people of their orders, by the keys of these."""
        readers = readers_of({self.organization(row).pk for row in orders.values()}, "orderer", "approver")
        messages = [
            Message(reader, order_id=key)
            for key, row in orders.items()
            for reader in readers[self.organization(row).pk]
        ]
        notify_readers(Notification.Kind.ORDER_CONFIRMED, messages, now=self.now)

    def tell_not_made(self, details: Mapping[int, str], *, hub: bool) -> None:
        """Tell the institutions' people, and the operators of the `hub`."""
        if not details:
            return
        owners = {key: self.organization(self.rows[key]).pk for key in details}
        readers = readers_of(set(owners.values()), "orderer", "approver")
        at_hub = [user.pk for user in operators()] if hub else []
        messages = [
            self.message(reader, key, detail)
            for key, detail in details.items()
            for reader in readers[owners[key]] + at_hub
        ]
        notify_readers(Notification.Kind.ORDER_NOT_MADE, messages, now=self.now)


class DueOccurrences(DueRows[Occurrence]):
    """Dates of standing orders: an order is made of each."""

    def __init__(self, rows: Sequence[Occurrence], now: datetime) -> None:
        super().__init__(rows, now)
        self.made: dict[int, tuple[int, str]] = {}  # key and number of the order of each

    @classmethod
    def editions(cls, keys: Sequence[int]) -> set[EditionKey]:
        wanted = Occurrence.objects.filter(
            pk__in=keys,
            status=Occurrence.Status.PLANNED,
            standing_order__status=StandingOrder.Status.ACTIVE,
            standing_order__organization__is_active=True,
        )
        return {EditionKey(*row) for row in wanted.order_by().values_list(*EDITION_COLUMNS).distinct()}

    @classmethod
    def lock(cls, keys: Sequence[int], now: datetime) -> Self | None:
        due = Occurrence.objects.due(now).filter(pk__in=keys)
        due = due.select_related("standing_order__organization", "site")
        due = due.prefetch_related("bundle", "standing_order__bundle")
        due = due.select_for_update(skip_locked=True, of=("self",))
        rows = [row for row in due if row.status == Occurrence.Status.PLANNED]
        return cls(rows, now) if rows else None

    def message(self, reader: int, key: int, detail: str) -> Message:
        return Message(reader, occurrence_id=key, detail=detail)

    def organization(self, row: Occurrence) -> Organization:
        return row.standing_order.organization

    def dues(self, *, is_late: bool) -> list[Due]:
        swaps = swaps_by("occurrence", list(self.rows))
        return [
            Due(
                row.pk,
                row.edition_key(self.day),
                row.headcount,
                row.price,
                swaps.get(row.pk, {}),
                row.department_id,
                _why_not_wanted(row.standing_order) or _why_not_possible(row.site, is_late),
            )
            for row in self.rows.values()
        ]

    def keep(self, plan: Plan) -> dict[int, Lines]:
        rows = [self.rows[key] for key in plan.made]
        numbers = free_numbers([(self.day, str(row)) for row in rows])
        keys = new_keys(Order, len(rows))
        self.made = dict(zip(plan.made, zip(keys, numbers, strict=True), strict=True))
        columns = [self._columns(row, plan.made[row.pk]) for row in rows]
        insert_rows(Order, tuple(columns[0]), [tuple(each.values()) for each in columns])
        self._write_events(dict(zip(keys, rows, strict=True)))
        Occurrence.objects.filter(pk__in=plan.made).update(status=Occurrence.Status.ORDERED)
        self.tell_confirmed(dict(zip(keys, rows, strict=True)))
        return dict(zip(keys, plan.made.values(), strict=True))

    def _columns(self, row: Occurrence, lines: Lines) -> dict[str, Any]:
        key, number = self.made[row.pk]
        organization = row.standing_order.organization
        return {
            "id": key,
            "number": number,
            "organization_id": organization.pk,
            "site_id": row.site_id,
            "bundle_id": row.bundle_id,
            **details_of(row),
            **copied_names(row.site, organization, row.bundle),
            **_sums(lines),
            "status": Order.Status.CONFIRMED.value,
            "placed_at": self.now,
        }

    def _write_events(self, rows: Mapping[int, Occurrence]) -> None:
        """Placed and confirmed in one breath: nobody ever sees it in between."""
        events = []
        for key, row in rows.items():
            events.append((key, "", "placed", row.standing_order.created_by_id, self.now))
            events.append((key, "placed", "confirmed", None, self.now))
        insert_rows(OrderEvent, ("order_id", "was", "to", "actor_id", "at"), events)

    def refuse(self, refusals: Mapping[int, Refusal]) -> None:
        rows = [(why.outcome, why.reason, why.detail[:300], key) for key, why in refusals.items()]
        update_rows(Occurrence, ("status", "reason", "detail"), rows)
        detail = {key: f"{self.day} {why.reason}" for key, why in refusals.items()}
        failed = [key for key, why in refusals.items() if why.outcome == "failed"]
        self.tell_not_made({key: detail[key] for key in failed}, hub=True)
        waited = [key for key, why in refusals.items() if why.reason in OF_MEMBERS]
        self.tell_not_made({key: detail[key] for key in waited}, hub=False)

    def outcome(self, row: Occurrence, why: Refusal | None) -> Outcome:
        standing = row.standing_order
        if why:
            about = (str(standing), row.pk, standing.organization, self.day)
            return Outcome(why.outcome, *about, why.reason, why.detail)
        order_id, number = self.made[row.pk]
        return Outcome("done", number, order_id, standing.organization, self.day)


class DueOrders(DueRows[Order]):
    """Orders that were placed for an event, or approved: their rows are there and are now fixed."""

    @classmethod
    def editions(cls, keys: Sequence[int]) -> set[EditionKey]:
        placed = Order.objects.filter(pk__in=keys, status=Order.Status.PLACED).order_by()
        return {EditionKey(*row) for row in placed.values_list("bundle", "delivery_date", "exclusions")}

    @classmethod
    def lock(cls, keys: Sequence[int], now: datetime) -> Self | None:
        due = Order.objects.due(now).filter(pk__in=keys).select_related("organization", "site")
        due = due.prefetch_related("bundle").select_for_update(skip_locked=True, of=("self",))
        rows = [row for row in due if row.status == Order.Status.PLACED]
        return cls(rows, now) if rows else None

    def message(self, reader: int, key: int, detail: str) -> Message:
        return Message(reader, order_id=key, detail=detail)

    def organization(self, row: Order) -> Organization:
        return row.organization

    def dues(self, *, is_late: bool) -> list[Due]:
        of_orders = swaps_by("order", list(self.rows))
        # An approved order of a standing order's date has what was swapped on the date.
        dates = {row.occurrence_id: key for key, row in self.rows.items() if row.occurrence_id}
        of_dates = {dates[key]: swaps for key, swaps in swaps_by("occurrence", list(dates)).items()}
        return [
            Due(
                row.pk,
                row.edition_key,
                row.headcount,
                row.gross,
                of_dates.get(row.pk) or of_orders.get(row.pk, {}),
                refused=_why_not_possible(row.site, is_late),
            )
            for row in self.rows.values()
        ]

    def keep(self, plan: Plan) -> dict[int, Lines]:
        rows = [self.rows[key] for key in plan.made]
        columns = [
            {**copied_names(row.site, row.organization, row.bundle), **_sums(plan.made[row.pk])}
            for row in rows
        ]
        values = [(*each.values(), row.pk) for each, row in zip(columns, rows, strict=True)]
        update_rows(Order, tuple(columns[0]), values)
        advance_orders(rows, Order.Status.CONFIRMED, actor=None, now=self.now)
        self.tell_confirmed({row.pk: row for row in rows})
        return dict(plan.made)

    def refuse(self, refusals: Mapping[int, Refusal]) -> None:
        reasons = {key: why.reason for key, why in refusals.items()}
        rows = [self.rows[key] for key in refusals]
        advance_orders(rows, Order.Status.FAILED, actor=None, now=self.now, notes=reasons)
        details = [(why.reason, why.detail[:300], key) for key, why in refusals.items()]
        update_rows(Order, ("reason", "detail"), details)
        self.tell_not_made(reasons, hub=True)

    def outcome(self, row: Order, why: Refusal | None) -> Outcome:
        about = (row.number, row.pk, row.organization, self.day)
        return Outcome(why.outcome, *about, why.reason, why.detail) if why else Outcome("done", *about)


def _why_not_wanted(standing_order: StandingOrder) -> Refusal | None:
    """Return why the standing order makes no orders today."""
    if not standing_order.organization.is_active:
        return Refusal("skipped", "institution_inactive")
    if standing_order.status != StandingOrder.Status.ACTIVE:
        return Refusal("skipped", f"standing_order_{standing_order.status}")
    return None


def _why_not_possible(site: Site, is_late: bool) -> Refusal | None:
    if is_late:
        return Refusal("failed", "too_late")
    return None if site.is_located else Refusal("failed", "unlocated_site", site.name)


def _sums(lines: Lines) -> dict[str, int]:
    """Return the totals of an order, by its columns."""
    supply, vat = sum(line.supply for line in lines), sum(line.vat for line in lines)
    return {"gross": supply + vat, "supply": supply, "vat": vat}
