"""Orders for programs: standing orders and their dates, orders, and the producers' purchase orders."""

from typing import Any
from uuid import uuid4

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django_filters import rest_framework as filters
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import mixins, serializers, status
from rest_framework.decorators import action
from rest_framework.exceptions import PermissionDenied, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from bundles.api import DeliveryDateFilter
from membership import clock
from membership.api import KeyFilter, OwnRows, caller
from membership.models import Organization
from membership.permissions import ORDERING_ROLES, can_order_for, has_role

from .actions.change_date import leave_out_date
from .actions.change_terms import end_standing_order
from .actions.event_change import CHANGEABLE, Wanted, change_event_order, last_event
from .actions.event_order import cancel_order, place_event_order
from .actions.purchase import accept_purchase_order
from .actions.shortage import report_shortage
from .actions.standing import create_standing_order
from .exceptions import NotPossible
from .models import Occurrence, Order, PurchaseOrder, StandingOrder
from .serializers import (
    OccurrenceSerializer,
    OrderDetailSerializer,
    OrderSerializer,
    RefusalSerializer,
    StandingOrderSerializer,
)
from .serializers_input import EventChangeInput, EventOrderInput, StandingOrderInput
from .serializers_producer import PurchaseOrderDetailSerializer, PurchaseOrderSerializer, ShortageInput

IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    {"type": "string", "format": "uuid"},
    OpenApiParameter.HEADER,
    description="A new UUID for each order. Sending a request again with its key returns the order that it "
    "already made; without a key every request makes another one.",
)


# -- What institutions do -----------------------------------------------------------------------------


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
    by_action = {"create": StandingOrderInput}
    filterset_class = StandingOrderFilter

    @extend_schema(responses={201: StandingOrderSerializer})
    def create(self, request: Request) -> Response:
        """Set up a standing order. The same one again, while it runs, returns the one that is there."""
        typed = _read_order(self)
        made = create_standing_order(
            **typed, organization=typed["site"].organization, actor=caller(request), now=clock.now()
        )
        return self.show(made, status.HTTP_201_CREATED)

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def end(self, request: Request, pk: str) -> Response:
        """Make no more orders from it; orders that were already made still come."""
        standing_order = self.get_object()
        _require_orderer(request, standing_order.organization)
        end_standing_order(standing_order, actor=caller(request), now=clock.now())
        return self.show(self.get_object())


class OccurrenceFilter(DeliveryDateFilter):
    standing_order = KeyFilter()

    class Meta:
        model = Occurrence
        fields = ["standing_order", "status"]


class OccurrenceViewSet(OwnRows, mixins.ListModelMixin, mixins.RetrieveModelMixin):
    """The dates of standing orders, weeks ahead, and what became of each."""

    queryset = Occurrence.objects.select_related("standing_order__organization", "bundle", "order").order_by(
        "rule_date", "pk"
    )
    serializer_class = OccurrenceSerializer
    filterset_class = OccurrenceFilter

    @extend_schema(request=None, responses={200: OccurrenceSerializer, 409: RefusalSerializer})
    @action(detail=True, methods=["post"])
    def skip(self, request: Request, pk: str) -> Response:
        """Leave this date out, before its cut-off."""
        occurrence = self.get_object()
        _require_orderer(request, occurrence.standing_order.organization)
        leave_out_date(occurrence, actor=caller(request), now=clock.now())
        return self.show(self.get_object())


class OrderFilter(DeliveryDateFilter):
    organization = KeyFilter()
    site = KeyFilter()

    class Meta:
        model = Order
        fields = ["status", "organization", "site"]


class OrderViewSet(OwnRows, mixins.ListModelMixin, mixins.RetrieveModelMixin):
    """Deliveries to the caller's institutions; one of them with its lines and what happened to it."""

    queryset = (
        Order.objects.select_related("department", "organization")
        .prefetch_related("stops__plan")
        .order_by("-delivery_date", "number")
    )
    serializer_class = OrderDetailSerializer
    by_action = {"list": OrderSerializer, "create": EventOrderInput, "change": EventChangeInput}
    filterset_class = OrderFilter
    lookup_field = "number"

    def get_queryset(self) -> Any:
        orders = super().get_queryset()
        if self.action == "list":
            return orders
        return orders.select_related("statement").prefetch_related("lines", "events__actor")

    @extend_schema(
        parameters=[IDEMPOTENCY_KEY], responses={201: OrderDetailSerializer, 409: RefusalSerializer}
    )
    def create(self, request: Request) -> Response:
        """Place an order for one event; it is fixed at its cut-off and can be cancelled until then."""
        key = serializers.UUIDField()
        try:
            request_key = key.run_validation(request.headers.get("Idempotency-Key") or uuid4())
        except ValidationError as error:
            raise ValidationError({"Idempotency-Key": error.detail}) from error
        typed = _read_order(self)
        made = place_event_order(**typed, request_key=request_key, actor=caller(request), now=clock.now())
        if any(getattr(made, name) != value for name, value in typed.items()):
            raise ValidationError({"Idempotency-Key": [_("This key was already used for another order.")]})
        order = self.get_queryset().get(pk=made.pk)
        return self.show(order, status.HTTP_201_CREATED)

    @extend_schema(responses={200: OrderDetailSerializer, 409: RefusalSerializer})
    @action(detail=True, methods=["post"])
    def change(self, request: Request, number: str) -> Response:
        """Change an event order, before its deadline; what is left out stays."""
        order = self.get_object()
        _require_orderer(request, order.organization)
        typed = self.read()
        seen = last_event(order)
        if order.event_at is None:
            raise NotPossible("wrong_state")
        wanted = Wanted(**{name: typed.get(name, getattr(order, name)) for name in CHANGEABLE})
        change_event_order(order, wanted, seen=seen, actor=caller(request), now=clock.now())
        return self.show(self.get_object())

    @extend_schema(request=None, responses={200: OrderDetailSerializer, 409: RefusalSerializer})
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, number: str) -> Response:
        """Take the order back, before its cut-off."""
        order = self.get_object()
        _require_orderer(request, order.organization)
        cancel_order(order, actor=caller(request), now=clock.now())
        return self.show(self.get_object())


def _require_orderer(request: Request, organization: Organization) -> None:
    if not can_order_for(caller(request), organization):
        raise PermissionDenied


def _read_order(view: OwnRows) -> dict[str, Any]:
    """Return what was sent by a caller who may order at all, and for the site's institution."""
    if not has_role(caller(view.request), "operator", *ORDERING_ROLES):
        raise PermissionDenied
    typed = view.read()
    _require_orderer(view.request, typed["site"].organization)
    return typed


# -- What producers do --------------------------------------------------------------------------------


class PurchaseOrderFilter(DeliveryDateFilter):
    producer = KeyFilter()

    class Meta:
        model = PurchaseOrder
        fields = ["status", "producer"]


class PurchaseOrderViewSet(OwnRows, mixins.ListModelMixin, mixins.RetrieveModelMixin):
    """What the hub asks of a producer for a delivery date."""

    queryset = (
        PurchaseOrder.objects.select_related("producer")
        .with_amount()
        .order_by("-delivery_date", "producer__name", "pk")
    )
    serializer_class = PurchaseOrderDetailSerializer
    by_action = {"list": PurchaseOrderSerializer, "shortage": ShortageInput}
    filterset_class = PurchaseOrderFilter
    lookup_field = "number"

    def get_queryset(self) -> Any:
        rows = super().get_queryset()
        return rows if self.action == "list" else rows.prefetch_related("lines", "events__actor")

    @extend_schema(request=None, responses={200: PurchaseOrderDetailSerializer, 409: RefusalSerializer})
    @action(detail=True, methods=["post"])
    def accept(self, request: Request, number: str) -> Response:
        """Promise everything that is asked."""
        accept_purchase_order(self.get_object(), actor=caller(request), now=clock.now())
        return self.show(self.get_object())

    @extend_schema(
        parameters=[OpenApiParameter("line", int, OpenApiParameter.PATH)],
        responses={200: PurchaseOrderDetailSerializer, 409: RefusalSerializer},
    )
    @action(detail=True, methods=["post"], url_path="lines/(?P<line>[0-9]+)/shortage")
    def shortage(self, request: Request, number: str, line: str) -> Response:
        """Bring fewer units of a line; orders get a stand-in or a credit for the rest."""
        row = get_object_or_404(self.get_object().lines, pk=line)
        report_shortage(row, **self.read(), actor=caller(request), now=clock.now())
        return self.show(self.get_object())
