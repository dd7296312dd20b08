"""Standing orders for programs: set them up, decide about them and their dates, take decisions back."""

from typing import Any

from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from bundles.api import DeliveryDateFilter
from membership import clock
from membership.api import KeyFilter, OwnRows, caller

from .actions.after_change import show_at_once
from .actions.change_date import bring_back_date, change_date, leave_out_date, move_date
from .actions.change_terms import (
    change_terms,
    change_terms_everywhere,
    end_standing_order,
    pause_standing_order,
    resume_standing_order,
)
from .actions.changing import undo_change
from .actions.holiday import answer_holiday
from .actions.standing import create_standing_order
from .actions.standing_approval import approve_standing_order, decline_standing_order
from .api_rights import read_order, require_approver, require_orderer
from .api_swap import swap
from .models import Occurrence, StandingOrder, StandingOrderChange
from .serializers import OccurrenceSerializer, RefusalSerializer, StandingOrderSerializer
from .serializers_input import StandingOrderInput
from .serializers_standing import (
    DateChangeInput,
    DecisionInput,
    EndInput,
    HolidayAnswerInput,
    MoveInput,
    NoteInput,
    PauseInput,
    ResumeInput,
    StandingOrderChangeSerializer,
    SwapInput,
    TermsChangeInput,
    changes_of,
)

DECIDED = {200: StandingOrderSerializer, 409: RefusalSerializer}
DATE_DECIDED = {200: OccurrenceSerializer, 409: RefusalSerializer}


class StandingOrderFilter(filters.FilterSet):
    organization = KeyFilter()

    class Meta:
        model = StandingOrder
        fields = ["status", "organization"]


class StandingOrderViewSet(OwnRows, mixins.ListModelMixin, mixins.RetrieveModelMixin):
    """Bundles that come again and again by a rule (RFC 5545)."""

    queryset = StandingOrder.objects.select_related("organization", "department", "site", "bundle").order_by(
        "organization__name", "pk"
    )
    serializer_class = StandingOrderSerializer
    by_action = {
        "create": StandingOrderInput,
        "change": TermsChangeInput,
        "pause": PauseInput,
        "resume": ResumeInput,
        "end": EndInput,
        "decline": NoteInput,
    }
    filterset_class = StandingOrderFilter

    @extend_schema(responses={201: StandingOrderSerializer})
    def create(self, request: Request) -> Response:
        """Set up a standing order. The same one again, while it runs, returns the one that is there."""
        typed = read_order(self)
        made = create_standing_order(
            **typed, organization=typed["site"].organization, actor=caller(request), now=clock.now()
        )
        return self.show(made, status.HTTP_201_CREATED)

    def _to_decide(self) -> tuple[StandingOrder, dict[str, Any], dict[str, Any]]:
        """Return the standing order, what was sent, and who decides when and by what."""
        standing_order = self.get_object()
        require_orderer(self.request, standing_order.organization)
        typed = self.read()
        known = {"actor": caller(self.request), "now": clock.now(), "seen": typed.get("seen")}
        return standing_order, typed, known

    def _show_anew(self, standing_order: StandingOrder) -> Response:
        show_at_once(standing_order, now=clock.now())
        return self.show(self.get_object())

    @extend_schema(responses=DECIDED)
    @action(detail=True, methods=["post"])
    def change(self, request: Request, pk: str) -> Response:
        """Change all dates, or those from `since` on. Dates past their change deadline stay as they are."""
        standing_order, typed, known = self._to_decide()
        changes = changes_of(typed, standing_order, self.get_serializer_context())
        change = change_terms_everywhere if typed["everywhere"] else change_terms
        change(standing_order, changes, since=typed["since"], **known)
        return self._show_anew(standing_order)

    @extend_schema(responses=DECIDED)
    @action(detail=True, methods=["post"])
    def pause(self, request: Request, pk: str) -> Response:
        """Let nothing come for a time."""
        standing_order, typed, known = self._to_decide()
        pause_standing_order(standing_order, typed["first"], typed["last"], **known)
        return self._show_anew(standing_order)

    @extend_schema(responses=DECIDED)
    @action(detail=True, methods=["post"])
    def resume(self, request: Request, pk: str) -> Response:
        """Let dates come again from a day on."""
        standing_order, typed, known = self._to_decide()
        resume_standing_order(standing_order, typed["on"], **known)
        return self._show_anew(standing_order)

    @extend_schema(responses=DECIDED)
    @action(detail=True, methods=["post"])
    def end(self, request: Request, pk: str) -> Response:
        """Make no more orders from it, now or after a day; orders that were already made still come."""
        standing_order, typed, known = self._to_decide()
        end_standing_order(standing_order, last=typed["last"], **known)
        return self.show(self.get_object())

    @extend_schema(request=None, responses=DECIDED)
    @action(detail=True, methods=["post"])
    def approve(self, request: Request, pk: str) -> Response:
        """Let it run, up to what it costs in a year; for approvers of the institution."""
        standing_order = self.get_object()
        require_approver(request, standing_order.organization_id)
        approve_standing_order(standing_order, actor=caller(request), now=clock.now())
        return self.show(self.get_object())

    @extend_schema(responses=DECIDED)
    @action(detail=True, methods=["post"])
    def decline(self, request: Request, pk: str) -> Response:
        """Take back what made it dearer than was agreed, or end it; for approvers of the institution."""
        standing_order = self.get_object()
        require_approver(request, standing_order.organization_id)
        decline_standing_order(
            standing_order, note=self.read()["note"], actor=caller(request), now=clock.now()
        )
        return self.show(self.get_object())


class OccurrenceFilter(DeliveryDateFilter):
    standing_order = KeyFilter()

    class Meta:
        model = Occurrence
        fields = ["standing_order", "status"]


class OccurrenceViewSet(OwnRows, mixins.ListModelMixin, mixins.RetrieveModelMixin):
    """The dates of standing orders, weeks ahead, and what became of each."""

    queryset = Occurrence.objects.select_related(
        "standing_order__organization", "bundle", "site", "order"
    ).order_by("rule_date", "pk")
    serializer_class = OccurrenceSerializer
    by_action = {
        "skip": DecisionInput,
        "bring_back": DecisionInput,
        "move": MoveInput,
        "change": DateChangeInput,
        "answer": HolidayAnswerInput,
        "swap": SwapInput,
    }
    filterset_class = OccurrenceFilter

    def _to_decide(self) -> tuple[Occurrence, dict[str, Any], dict[str, Any]]:
        """Return the date, what was sent, and who decides when and by what."""
        row = self.get_object()
        require_orderer(self.request, row.standing_order.organization)
        typed = self.read()
        known = {"actor": caller(self.request), "now": clock.now(), "seen": typed.get("seen")}
        return row, typed, known

    def _show_anew(self, row: Occurrence) -> Response:
        show_at_once(row.standing_order, now=clock.now())
        return self.show(self.get_object())

    @extend_schema(responses=DATE_DECIDED)
    @action(detail=True, methods=["post"])
    def skip(self, request: Request, pk: str) -> Response:
        """Leave this date out, before its change deadline."""
        row, _typed, known = self._to_decide()
        leave_out_date(row, **known)
        return self.show(self.get_object())

    @extend_schema(responses=DATE_DECIDED)
    @action(detail=True, methods=["post"], url_path="bring-back")
    def bring_back(self, request: Request, pk: str) -> Response:
        """Let a date come again that was left out."""
        row, _typed, known = self._to_decide()
        bring_back_date(row, **known)
        return self._show_anew(row)

    @extend_schema(responses=DATE_DECIDED)
    @action(detail=True, methods=["post"])
    def move(self, request: Request, pk: str) -> Response:
        """Deliver this date on another day."""
        row, typed, known = self._to_decide()
        move_date(row, typed["to"], **known)
        return self._show_anew(row)

    @extend_schema(responses=DATE_DECIDED)
    @action(detail=True, methods=["post"])
    def change(self, request: Request, pk: str) -> Response:
        """Let other things come on this date alone; it outlives every change of all dates."""
        row, typed, known = self._to_decide()
        change_date(row, changes_of(typed, row, self.get_serializer_context()), **known)
        return self._show_anew(row)

    @extend_schema(responses=DATE_DECIDED)
    @action(detail=True, methods=["post"])
    def answer(self, request: Request, pk: str) -> Response:
        """Say where this date goes, which falls on a holiday; see `answer_by`."""
        row, typed, known = self._to_decide()
        answer_holiday(row, typed["answer"], **known)
        return self._show_anew(row)

    @extend_schema(responses=DATE_DECIDED)
    @action(detail=True, methods=["post"])
    def swap(self, request: Request, pk: str) -> Response:
        """Let another product of the same kind come, at the same price, until the cut-off."""
        row, typed, known = self._to_decide()
        swap(row, typed, actor=known["actor"], now=known["now"])
        return self.show(self.get_object())


class ChangeFilter(filters.FilterSet):
    standing_order = KeyFilter()
    occurrence = KeyFilter()

    class Meta:
        model = StandingOrderChange
        fields = ["kind", "standing_order", "occurrence"]


class ChangeViewSet(OwnRows, mixins.ListModelMixin, mixins.RetrieveModelMixin):
    """What was decided about standing orders, the latest first."""

    queryset = StandingOrderChange.objects.select_related(
        "standing_order__organization", "occurrence", "actor"
    ).order_by("-at", "-pk")
    serializer_class = StandingOrderChangeSerializer
    filterset_class = ChangeFilter

    @extend_schema(request=None, responses={200: StandingOrderChangeSerializer, 409: RefusalSerializer})
    @action(detail=True, methods=["post"])
    def undo(self, request: Request, pk: str) -> Response:
        """Bring back what was before, until `undo_until`; what hangs on it is undone first."""
        change = self.get_object()
        require_orderer(request, change.standing_order.organization)
        undo_change(change, actor=caller(request), now=clock.now())
        show_at_once(change.standing_order, now=clock.now())
        return self.show(self.get_object())
