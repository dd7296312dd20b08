"""Shortages for programs: what could not come of an order, and an institution's choice."""

from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import mixins
from rest_framework.decorators import action
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from membership import clock
from membership.api import OwnRows, caller
from membership.permissions import can_order_for

from .actions.question import answer_shortage
from .models import Shortage
from .serializers import RefusalSerializer
from .serializers_shortage import AnswerInput, ShortageSerializer


class ShortageFilter(filters.FilterSet):
    delivery_date = filters.DateFilter("order_line__order__delivery_date")
    order = filters.CharFilter("order_line__order__number")

    class Meta:
        model = Shortage
        fields = ["status"]


class ShortageViewSet(OwnRows, mixins.ListModelMixin, mixins.RetrieveModelMixin):
    """What could not come of the caller's orders, why, and what came of it."""

    queryset = (
        Shortage.objects.select_related("order_line__order__organization", "substitute")
        .prefetch_related("options__product", "events__actor")
        .order_by("-reported_at", "-pk")
    )
    serializer_class = ShortageSerializer
    by_action = {"answer": AnswerInput}
    filterset_class = ShortageFilter

    @extend_schema(responses={200: ShortageSerializer, 409: RefusalSerializer})
    @action(detail=True, methods=["post"])
    def answer(self, request: Request, pk: str) -> Response:
        """Choose what should come instead, before `answer_by`."""
        shortage = self.get_object()
        if not can_order_for(caller(request), shortage.order_line.order.organization):
            raise PermissionDenied
        answer_shortage(shortage, self.read()["product"], actor=caller(request), now=clock.now())
        return self.show(self.get_object())
