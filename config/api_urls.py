"""Addresses of the API. The schema and its page are public: who writes a program has no account yet."""

from django.urls import path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.routers import DefaultRouter

from bundles.api import BundleViewSet, EditionViewSet, ProductViewSet
from delivery.api import RoadRecordViewSet, RouteViewSet, StopViewSet
from membership.api import MeView, OrganizationViewSet, TokenView
from membership.api_sites import SiteViewSet
from orders.api import OrderViewSet, PurchaseOrderViewSet
from orders.api_membership import MembershipViewSet
from orders.api_shortage import ShortageViewSet
from orders.api_standing import ChangeViewSet, OccurrenceViewSet, StandingOrderViewSet
from orders.api_waiting import ApplicationViewSet

app_name = "api"

router = DefaultRouter()
router.include_format_suffixes = False
router.register("organizations", OrganizationViewSet)
router.register("sites", SiteViewSet)
router.register("products", ProductViewSet)
router.register("bundles", BundleViewSet)
router.register("editions", EditionViewSet)
router.register("standing-orders", StandingOrderViewSet, "standing_order")
router.register("occurrences", OccurrenceViewSet)
router.register("standing-order-changes", ChangeViewSet, "change")
router.register("memberships", MembershipViewSet)
router.register("orders", OrderViewSet)
router.register("applications", ApplicationViewSet)
router.register("shortages", ShortageViewSet)
router.register("purchase-orders", PurchaseOrderViewSet, "purchase_order")
router.register("routes", RouteViewSet)
router.register("stops", StopViewSet)
router.register("road-records", RoadRecordViewSet, "road_record")

urlpatterns = [
    path("token/", TokenView.as_view(), name="token"),
    path("me/", MeView.as_view(), name="me"),
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    path(
        "docs/",
        SpectacularSwaggerSplitView.as_view(url_name="api:schema", template_name="api_docs.html"),
        name="docs",
    ),
    *router.urls,
]
