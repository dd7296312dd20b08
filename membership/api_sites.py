"""Sites for programs: the same actions as on the pages."""

from typing import Any

from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status
from rest_framework.decorators import action
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from . import clock
from .actions.site import change_site, confirm_site, create_site, place_site, reopen_site, retire_site
from .api import KeyFilter, OwnRows, caller
from .geocoding.address import normalized
from .geocoding.find import find_address
from .models import Site
from .permissions import ORDERING_ROLES, can_order_for, has_role
from .serializers_site import NewSiteInput, PlaceInput, SeenInput, SiteChangeInput, SiteSerializer

LOOK_UP_SECONDS = 4


class SiteFilter(filters.FilterSet):
    organization = KeyFilter()

    class Meta:
        model = Site
        fields = ["organization", "district", "precision", "is_active"]


class ConflictSerializer(serializers.Serializer):
    """Why it can't be done: a code for programs, words for people."""

    code = serializers.CharField()
    detail = serializers.CharField()


class SiteViewSet(OwnRows, mixins.ListModelMixin, mixins.RetrieveModelMixin):
    """Places of the caller's institutions to which deliveries go."""

    queryset = (
        Site.objects.select_related("organization")
        .prefetch_related("windows")
        .order_by("organization__name", "name", "pk")
    )
    serializer_class = SiteSerializer
    by_action = {"create": NewSiteInput, "change": SiteChangeInput, "place": PlaceInput, "confirm": SeenInput}
    filterset_class = SiteFilter

    @extend_schema(responses={201: SiteSerializer})
    def create(self, request: Request) -> Response:
        """Add a site where its address is found."""
        if not has_role(caller(request), "operator", *ORDERING_ROLES):
            raise PermissionDenied
        typed = self.read()
        organization, week = typed.pop("organization"), typed.pop("windows", {})
        if not can_order_for(caller(request), organization):
            raise PermissionDenied
        now = clock.now()
        search = find_address(typed["address"], now=now, seconds=LOOK_UP_SECONDS)
        made = create_site(organization, typed, week, search=search, actor=caller(request), now=now)
        return self.show(self.get_queryset().get(pk=made.pk), status.HTTP_201_CREATED)

    @extend_schema(responses={200: SiteSerializer, 409: ConflictSerializer})
    @action(detail=True, methods=["post"])
    def change(self, request: Request, pk: str) -> Response:
        """Change what is said about a site; another address is looked up."""
        site = self._own()
        sent = self.get_serializer(site, data=request.data, partial=True)
        sent.is_valid(raise_exception=True)
        typed: dict[str, Any] = dict(sent.validated_data)
        seen, week = typed.pop("seen", 0), typed.pop("windows")
        now, search = clock.now(), None
        if normalized(typed.get("address", site.address)) != normalized(site.address):
            search = find_address(typed["address"], now=now, seconds=LOOK_UP_SECONDS)
        change_site(site, typed, week, seen=seen, search=search, actor=caller(request), now=now)
        return self.show(self.get_object())

    @extend_schema(responses={200: SiteSerializer, 409: ConflictSerializer})
    @action(detail=True, methods=["post"])
    def place(self, request: Request, pk: str) -> Response:
        """Put the site where a person says that it is."""
        place_site(self._own(), **self.read(), actor=caller(request), now=clock.now())
        return self.show(self.get_object())

    @extend_schema(responses={200: SiteSerializer, 409: ConflictSerializer})
    @action(detail=True, methods=["post"])
    def confirm(self, request: Request, pk: str) -> Response:
        """Keep that a person has found the place right."""
        confirm_site(self._own(), **self.read(), actor=caller(request), now=clock.now())
        return self.show(self.get_object())

    @extend_schema(request=None, responses={200: SiteSerializer, 409: ConflictSerializer})
    @action(detail=True, methods=["post"])
    def retire(self, request: Request, pk: str) -> Response:
        """Take the site out of use, unless something is still to come there."""
        retire_site(self._own(), actor=caller(request), now=clock.now())
        return self.show(self.get_object())

    @extend_schema(request=None, responses={200: SiteSerializer})
    @action(detail=True, methods=["post"])
    def reopen(self, request: Request, pk: str) -> Response:
        """Take a retired site into use again."""
        reopen_site(self._own(), actor=caller(request), now=clock.now())
        return self.show(self.get_object())

    def _own(self) -> Site:
        site: Site = self.get_object()
        if not can_order_for(caller(self.request), site.organization):
            raise PermissionDenied
        return site
