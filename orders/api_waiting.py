"""The waiting list for programs: what an institution waits for, and its answer to an offer."""

from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import mixins
from rest_framework.decorators import action
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from membership import clock
from membership.api import KeyFilter, OwnRows, caller
from membership.permissions import can_order_for

from .actions.apply import withdraw_application
from .actions.wait import accept_offer
from .models import Application
from .places import Places
from .serializers import RefusalSerializer
from .serializers_waiting import ApplicationSerializer
from .waiting_list import turns


class ApplicationFilter(filters.FilterSet):
    organization = KeyFilter()

    class Meta:
        model = Application
        fields = ["status", "kind", "organization"]


class ApplicationViewSet(OwnRows, mixins.ListModelMixin, mixins.RetrieveModelMixin):
    """Plans, standing orders and event orders that wait for an approver or for a place on full days."""

    queryset = Application.objects.select_related(
        "organization", "site", "bundle", "order", "asked_by"
    ).order_by("asked_at", "pk")
    serializer_class = ApplicationSerializer
    filterset_class = ApplicationFilter

    def get_serializer_context(self) -> dict[str, object]:
        """Where everybody stands in line is read once for all."""
        line = {turn.application.pk: turn for turn in turns(Places(now=clock.now()))}
        return {**super().get_serializer_context(), "turns": line}

    @extend_schema(request=None, responses={200: ApplicationSerializer, 409: RefusalSerializer})
    @action(detail=True, methods=["post"])
    def accept(self, request: Request, pk: str) -> Response:
        """Take the place that is offered, before `offered_until`; what was asked for is set up."""
        accept_offer(self._own(), actor=caller(request), now=clock.now())
        return self.show(self.get_object())

    @extend_schema(request=None, responses={200: ApplicationSerializer, 409: RefusalSerializer})
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: str) -> Response:
        """Leave the list, or decline the offer."""
        withdraw_application(self._own(), actor=caller(request), now=clock.now())
        return self.show(self.get_object())

    def _own(self) -> Application:
        application: Application = self.get_object()
        if not can_order_for(caller(self.request), application.organization):
            raise PermissionDenied
        return application
