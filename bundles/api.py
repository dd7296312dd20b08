"""The catalogue for programs: products, bundles, and what fills a bundle on a delivery date."""

from django_filters import rest_framework as filters
from rest_framework import mixins, viewsets

from membership.api import KeyFilter, OwnRows

from .models import Bundle, Edition, Product
from .serializers import BundleSerializer, EditionSerializer, ProductSerializer


class DeliveryDateFilter(filters.FilterSet):
    """One delivery date, or a span of them with both ends included."""

    delivery_date = filters.DateFilter()
    delivery_date_from = filters.DateFilter("delivery_date", "gte")
    delivery_date_until = filters.DateFilter("delivery_date", "lte")


class ProductFilter(filters.FilterSet):
    category = filters.CharFilter("category__code")
    producer = KeyFilter()

    class Meta:
        model = Product
        fields = ["category", "producer", "storage", "tax_type"]


class ProductViewSet(OwnRows, mixins.ListModelMixin, mixins.RetrieveModelMixin):
    """What is on offer; producers see their own products, operators all of them."""

    queryset = Product.objects.select_related("producer", "category").order_by(
        "category__position", "name", "pk"
    )
    serializer_class = ProductSerializer
    filterset_class = ProductFilter


class BundleFilter(filters.FilterSet):
    plan = filters.CharFilter("plan__code")

    class Meta:
        model = Bundle
        fields = ["kind", "plan"]


class BundleViewSet(viewsets.ReadOnlyModelViewSet):
    """Bundles on offer."""

    queryset = (
        Bundle.objects.on_offer()
        .select_related("plan")
        .prefetch_related("slots__category")
        .order_by("kind", "price", "pk")
    )
    serializer_class = BundleSerializer
    filterset_class = BundleFilter


class EditionFilter(DeliveryDateFilter):
    bundle = KeyFilter()
    product = KeyFilter("items__product", distinct=True)
    producer = KeyFilter("items__product__producer", distinct=True)
    category = filters.CharFilter("items__slot__category__code", distinct=True)

    class Meta:
        model = Edition
        fields = ["bundle"]


class EditionViewSet(viewsets.ReadOnlyModelViewSet):
    """The contents of bundles by delivery date; the filters also look into the contents."""

    queryset = Edition.objects.with_contents().order_by("-delivery_date", "bundle", "pk")
    serializer_class = EditionSerializer
    filterset_class = EditionFilter
