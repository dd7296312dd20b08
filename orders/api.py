"""Orders for programs, and the producers' purchase orders. Standing orders: `api_standing`."""

from typing import Any
from uuid import uuid4

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import mixins, serializers, status
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from bundles.api import DeliveryDateFilter
from membership import clock
from membership.api import KeyFilter, OwnRows, caller

from .actions.approval import approve_order, decline_order
from .actions.event_change import CHANGEABLE, Wanted, change_event_order, last_event
from .actions.event_order import cancel_order, place_event_order
from .actions.purchase import accept_purchase_order
from .actions.shortage import report_shortage
from .api_rights import read_order, require_approver, require_orderer
from .api_swap import swap
from .exceptions import NotPossible
from .models import Order, PurchaseOrder
from .serializers import (
    OrderDetailSerializer,
    OrderSerializer,
    RefusalSerializer,
)
from .serializers_input import EventChangeInput, EventOrderInput
from .serializers_producer import PurchaseOrderDetailSerializer, PurchaseOrderSerializer, ShortageInput
from .serializers_standing import ApproveOrderInput, NoteInput, SwapInput

IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    {"type": "string", "format": "uuid"},
    OpenApiParameter.HEADER,
    description="A new UUID for each order. Sending a request again with its key returns the order that it "
    "already made; without a key every request makes another one.",
)


# -- What institutions do -----------------------------------------------------------------------------


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
    by_action = {
        "list": OrderSerializer,
        "create": EventOrderInput,
        "change": EventChangeInput,
        "approve": ApproveOrderInput,
        "decline": NoteInput,
        "swap": SwapInput,
    }
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
        typed = read_order(self)
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
        require_orderer(request, order.organization)
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
        require_orderer(request, order.organization)
        cancel_order(order, actor=caller(request), now=clock.now())
        return self.show(self.get_object())

    @extend_schema(responses={200: OrderDetailSerializer, 409: RefusalSerializer})
    @action(detail=True, methods=["post"])
    def approve(self, request: Request, number: str) -> Response:
        """Let a waiting order go ahead at the price that was seen; for approvers of the institution."""
        order = self.get_object()
        require_approver(request, order.organization_id)
        approve_order(order, **self.read(), actor=caller(request), now=clock.now())
        return self.show(self.get_object())

    @extend_schema(responses={200: OrderDetailSerializer, 409: RefusalSerializer})
    @action(detail=True, methods=["post"])
    def decline(self, request: Request, number: str) -> Response:
        """Refuse a waiting order, with a word to its orderer; for approvers of the institution."""
        order = self.get_object()
        require_approver(request, order.organization_id)
        decline_order(order, note=self.read()["note"], actor=caller(request), now=clock.now())
        return self.show(self.get_object())

    @extend_schema(responses={200: OrderDetailSerializer, 409: RefusalSerializer})
    @action(detail=True, methods=["post"])
    def swap(self, request: Request, number: str) -> Response:
        """Let another product of the same kind come, at the same price, until the cut-off."""
        order = self.get_object()
        require_orderer(request, order.organization)
        swap(order, self.read(), actor=caller(request), now=clock.now())
        return self.show(self.get_object())


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
