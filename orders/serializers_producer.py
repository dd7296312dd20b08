"""What the API says about purchase orders and reads from producers."""

from rest_framework import serializers

from membership.serializers import OrganizationBriefSerializer, ShownSerializer

from .models import PurchaseOrder, PurchaseOrderEvent, PurchaseOrderLine
from .serializers import OrderEventSerializer


class PurchaseOrderEventSerializer(OrderEventSerializer):
    """A step in the life of a purchase order; without an actor the service took it by itself."""

    class Meta:
        model = PurchaseOrderEvent
        fields = OrderEventSerializer.Meta.fields


class PurchaseOrderSerializer(ShownSerializer):
    """A purchase order as lists show it: `units` and `amount` (won) of what will come."""

    producer = OrganizationBriefSerializer(read_only=True)
    units = serializers.IntegerField(read_only=True)
    amount = serializers.IntegerField(read_only=True)

    class Meta:
        model = PurchaseOrder
        fields = [
            "number",
            "producer",
            "delivery_date",
            "status",
            "acknowledge_by",
            "issued_at",
            "units",
            "amount",
        ]


class PurchaseOrderLineSerializer(ShownSerializer):
    """Units ordered, confirmed by the producer and received at the hub; the last two are null until then."""

    amount = serializers.IntegerField(read_only=True)

    class Meta:
        model = PurchaseOrderLine
        fields = [
            "id",
            "product",
            "product_name",
            "supply_price",
            "ordered",
            "confirmed",
            "received",
            "amount",
        ]


class PurchaseOrderDetailSerializer(PurchaseOrderSerializer):
    lines = PurchaseOrderLineSerializer(many=True, read_only=True)
    events = PurchaseOrderEventSerializer(many=True, read_only=True)

    class Meta(PurchaseOrderSerializer.Meta):
        fields = [*PurchaseOrderSerializer.Meta.fields, "lines", "events"]


class ShortageInput(serializers.Serializer):
    """How many units of a line the producer will bring after all."""

    confirmed = serializers.IntegerField(min_value=0)
