"""Routes for programs: a courier's rounds with their stops, and what happens at the door."""

from typing import Any

from django.shortcuts import get_object_or_404
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from membership import clock
from membership.api import OwnRows, caller
from orders.serializers import RefusalSerializer

from .actions.driving import deliver_stop, fail_stop, start_route
from .actions.road import Sent, take_record
from .models import RoadRecord, Route, RoutePlan, Stop
from .serializers import DeliverInput, FailInput, RouteSerializer, RouteSheetSerializer, StopSerializer
from .serializers_road import RoadRecordInput, RoadRecordSerializer
from .sheet import read_sheet


class RouteFilter(filters.FilterSet):
    date = filters.DateFilter("plan__date")
    date_from = filters.DateFilter("plan__date", "gte")
    date_until = filters.DateFilter("plan__date", "lte")
    plan_status = filters.ChoiceFilter("plan__status", choices=RoutePlan.Status.choices)

    class Meta:
        model = Route
        fields = ["status"]


class RouteViewSet(OwnRows, mixins.ListModelMixin, mixins.RetrieveModelMixin):
    """The courier's own rounds; all of them for operators."""

    queryset = (
        Route.objects.select_related("plan__depot", "shift__courier", "shift__vehicle")
        .with_progress()
        .order_by("-plan__date", "departs_at", "pk")
    )
    serializer_class = RouteSheetSerializer
    by_action = {"list": RouteSerializer}
    filterset_class = RouteFilter

    def get_queryset(self) -> Any:
        routes: Any = super().get_queryset()
        return routes if self.action == "list" else routes.with_stops()

    @extend_schema(request=None, responses={200: RouteSheetSerializer, 409: RefusalSerializer})
    @action(detail=True, methods=["post"])
    def start(self, request: Request, pk: str) -> Response:
        """Leave the depot: every order of the round is on its way."""
        start_route(self.get_object(), actor=caller(request), now=clock.now())
        return self.show(self.get_object())


class StopViewSet(OwnRows):
    """One stop of the courier's own rounds."""

    queryset = Stop.objects.all()
    serializer_class = StopSerializer
    by_action = {"deliver": DeliverInput, "fail": FailInput}

    def retrieve(self, request: Request, pk: str) -> Response:
        """Return the stop as the route sheet says it."""
        return self.show(self.get_object())

    @extend_schema(responses={200: StopSerializer, 409: RefusalSerializer})
    @action(detail=True, methods=["post"])
    def deliver(self, request: Request, pk: str) -> Response:
        """Record who received the goods; a second time changes nothing."""
        stop = self.get_object()
        deliver_stop(stop, **self.read(), actor=caller(request), now=clock.now())
        return self.show(stop)

    @extend_schema(responses={200: StopSerializer, 409: RefusalSerializer})
    @action(detail=True, methods=["post"])
    def fail(self, request: Request, pk: str) -> Response:
        """Record that the goods could not be handed over, and why; a second time changes nothing."""
        stop = self.get_object()
        fail_stop(stop, **self.read(), actor=caller(request), now=clock.now())
        return self.show(stop)

    def show(self, row: Stop, code: int = status.HTTP_200_OK) -> Response:
        """Answer with the stop as its route's sheet says it."""
        user = caller(self.request)
        route = Route.objects.for_user(user).with_stops().get(pk=row.route_id)
        sheet = read_sheet(route, user=user, today=clock.today())
        return super().show(next(entry for entry in sheet.stops if entry.stop.pk == row.pk), code)


class RoadRecordViewSet(OwnRows):
    """What a courier's phone has kept while there was no signal."""

    queryset = RoadRecord.objects.all()
    serializer_class = RoadRecordSerializer
    by_action = {"create": RoadRecordInput}

    @extend_schema(responses={200: RoadRecordSerializer})
    def create(self, request: Request) -> Response:
        """Take in one record, once by its key: sent again, it is answered the same and changes nothing.

        A record that the state of things forbids is kept too; its `problem` says why, and the hub is told.
        """
        user, typed = caller(request), self.read()
        routes = Route.objects.driven_by(user).select_related("plan")
        stops = Stop.objects.driven_by(user).select_related("plan", "order", "route")
        stop = get_object_or_404(stops, pk=typed["stop"]) if typed["stop"] else None
        route = stop.route if stop else get_object_or_404(routes, pk=typed["route"])
        sent = Sent(
            key=str(typed["key"]),
            kind=typed["kind"],
            route=route,
            stop=stop,
            phone_at=typed["phone_at"],
            data=typed["data"],
            photo=typed["photo"],
        )
        record = take_record(sent, actor=user, now=clock.now())
        return self.show(record)
