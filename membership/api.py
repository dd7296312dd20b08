"""Signing in, the caller, their organizations; and the rule by which every noun shows its rows."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth import authenticate
from django.db import models
from django.utils.translation import gettext as _
from django_filters import rest_framework as filters
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import exceptions, generics, permissions, status, viewsets
from rest_framework.authtoken.models import Token
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from . import clock
from .actions.on_shortage import change_on_shortage
from .models import Organization, User
from .permissions import can_order_for
from .serializers import (
    CredentialsSerializer,
    MeSerializer,
    OnShortageInput,
    OrganizationSerializer,
    TokenSerializer,
)


def caller(request: Request) -> User:
    """Return the signed-in user: the default permission lets nobody else in."""
    return request.user  # type: ignore[return-value]


class OwnRows(viewsets.GenericViewSet):
    """Rows through the model's `for_user`: what the caller may not see is a 404.

    `serializer_class` shows a row; `by_action` says which actions show less or read something.
    """

    by_action: dict[str, type[BaseSerializer]] = {}

    def get_queryset(self) -> models.QuerySet[Any]:
        rows: Any = super().get_queryset()
        if getattr(self, "swagger_fake_view", False):  # the schema is drawn without a caller
            return rows.none()
        return rows.for_user(caller(self.request))

    def get_serializer_class(self) -> Any:
        # OPTIONS describes what POST would read.
        action = self.action_map.get("post", "") if self.action == "metadata" else self.action
        return self.by_action.get(action, self.serializer_class)

    def get_serializer_context(self) -> dict[str, Any]:
        """Serializers get today's date with the request: only the edge reads the clock."""
        return {**super().get_serializer_context(), "today": clock.today()}

    def read(self) -> dict[str, Any]:
        """Return what was sent for this action, or raise ValidationError."""
        typed = self.get_serializer(data=self.request.data)
        typed.is_valid(raise_exception=True)
        return typed.validated_data

    def show(self, row: Any, code: int = status.HTTP_200_OK) -> Response:
        """Answer with the row in full."""
        shown: Any = self.serializer_class
        return Response(shown(row, context=self.get_serializer_context()).data, code)


class TokenView(generics.GenericAPIView):
    """A token for programs, instead of a session."""

    serializer_class = CredentialsSerializer
    throttle_scope = "token"

    def get_permissions(self) -> Any:
        return [permissions.AllowAny()] if self.request.method == "POST" else super().get_permissions()

    @extend_schema(
        responses={200: TokenSerializer, 429: OpenApiResponse(description="Too many attempts; try later.")}
    )
    def post(self, request: Request) -> Response:
        """Sign in: return the caller's token, the same one until it is revoked."""
        credentials = self.get_serializer(data=request.data)
        credentials.is_valid(raise_exception=True)
        email, password = credentials.validated_data["email"], credentials.validated_data["password"]
        user = authenticate(request, username=email, password=password)
        if getattr(request, "axes_locked_out", False):
            wait = settings.AXES_COOLOFF_TIME.total_seconds()
            raise exceptions.Throttled(wait, _("There were too many failed attempts."))
        if user is None:
            raise exceptions.ValidationError(
                {"non_field_errors": [_("This e-mail address and password do not belong together.")]}
            )
        token, _created = Token.objects.get_or_create(user=user)
        return Response(TokenSerializer({"token": token.key}).data)

    @extend_schema(request=None, responses={204: None})
    def delete(self, request: Request) -> Response:
        """Revoke the caller's token."""
        Token.objects.filter(user=caller(request)).delete()
        return Response(status=status.HTTP_204_NO_CONTENT)


class MeView(generics.RetrieveAPIView):
    """The caller and their seats."""

    serializer_class = MeSerializer

    def get_object(self) -> User:
        return caller(self.request)


class KeyFilter(filters.NumberFilter):
    """The key of another row, typed in: a choice of rows would name them all to everybody."""

    field_class = forms.IntegerField

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, min_value=1, max_value=models.BigIntegerField.MAX_BIGINT, **kwargs)


class OrganizationFilter(filters.FilterSet):
    class Meta:
        model = Organization
        fields = ["kind", "is_active"]


class OrganizationViewSet(OwnRows, viewsets.ReadOnlyModelViewSet):
    """Organizations at which the caller has a seat; all of them for operators."""

    queryset = Organization.objects.prefetch_related("certifications", "departments").order_by("name", "pk")
    serializer_class = OrganizationSerializer
    by_action = {"on_shortage": OnShortageInput}
    filterset_class = OrganizationFilter

    @extend_schema(responses={200: OrganizationSerializer})
    @action(detail=True, methods=["post"], url_path="on-shortage")
    def on_shortage(self, request: Request, pk: str) -> Response:
        """Say what becomes of the institution's orders when a producer can't bring everything."""
        organization = self.get_object()
        if not can_order_for(caller(request), organization):
            raise exceptions.PermissionDenied
        change_on_shortage(organization, self.read()["on_shortage"])
        return self.show(self.get_object())
