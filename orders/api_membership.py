"""Memberships of plans for programs: read, join or change the plan, pause, resume, leave, undo."""

from collections.abc import Callable
from typing import Any

from django.shortcuts import get_object_or_404
from django_filters import rest_framework as filters
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import mixins, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from membership import clock
from membership.api import KeyFilter, OwnRows, caller
from membership.models import Membership

from .actions import memberships
from .actions.apply import apply_for_plan
from .api_rights import read_order, require_orderer
from .models import Application
from .serializers import RefusalSerializer
from .serializers_membership import (
    JoinedSerializer,
    JoinInput,
    LeaveInput,
    MembershipPauseInput,
    MembershipResumeInput,
    MembershipSerializer,
)

CHANGED = {200: MembershipSerializer, 409: RefusalSerializer}


class MembershipFilter(filters.FilterSet):
    organization = KeyFilter()

    class Meta:
        model = Membership
        fields = ["status", "organization"]


class MembershipViewSet(OwnRows, mixins.ListModelMixin, mixins.RetrieveModelMixin):
    """Plans that institutions have, with what changes when."""

    queryset = (
        Membership.objects.select_related("organization")
        .with_terms()
        .prefetch_related("events")
        .order_by("-starts_on", "pk")
    )
    serializer_class = MembershipSerializer
    by_action = {
        "create": JoinInput,
        "pause": MembershipPauseInput,
        "resume": MembershipResumeInput,
        "leave": LeaveInput,
    }
    filterset_class = MembershipFilter

    @extend_schema(responses={201: JoinedSerializer, 409: RefusalSerializer})
    def create(self, request: Request) -> Response:
        """Join a plan, or go over to another; above what the caller decides alone an approver is asked.

        The same once more returns what was asked for.
        """
        typed = read_order(self)
        wanted = Application(**typed, organization=typed["site"].organization, asked_by=caller(request))
        made = apply_for_plan(wanted, now=clock.now())
        return Response(JoinedSerializer(made).data, status.HTTP_201_CREATED)

    def _change(self, change: Callable[..., None]) -> Response:
        membership = self.get_object()
        require_orderer(self.request, membership.organization)
        change(membership, **self.read(), actor=caller(self.request), now=clock.now())
        return self.show(self.get_object())

    @extend_schema(responses=CHANGED)
    @action(detail=True, methods=["post"])
    def pause(self, request: Request, pk: str) -> Response:
        """Bring nothing on these days; what is fixed still comes."""
        return self._change(memberships.pause)

    @extend_schema(responses=CHANGED)
    @action(detail=True, methods=["post"])
    def resume(self, request: Request, pk: str) -> Response:
        """End the pause that runs."""
        return self._change(memberships.resume)

    @extend_schema(responses=CHANGED)
    @action(detail=True, methods=["post"])
    def leave(self, request: Request, pk: str) -> Response:
        """End it after a day; until then that can be undone."""
        return self._change(memberships.leave)

    @extend_schema(
        request=None, parameters=[OpenApiParameter("event", int, OpenApiParameter.PATH)], responses=CHANGED
    )
    @action(detail=True, methods=["post"], url_path="events/(?P<event>[0-9]+)/undo")
    def undo(self, request: Request, pk: str, event: str) -> Response:
        """Take a change back before its day."""
        membership: Any = self.get_object()
        require_orderer(request, membership.organization)
        row = get_object_or_404(membership.events, pk=event)
        memberships.undo(row, actor=caller(request), now=clock.now())
        return self.show(self.get_object())
