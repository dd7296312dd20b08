"""What the API says about shortages, and what it reads from institutions that are asked."""

from rest_framework import serializers

from membership.serializers import ShownSerializer

from .models import Shortage, ShortageEvent, ShortageOption
from .serializers import OrderEventSerializer


class ShortageEventSerializer(OrderEventSerializer):
    """A step in the life of a shortage; who took it at the producer or the hub stays there."""

    class Meta:
        model = ShortageEvent
        fields = [name for name in OrderEventSerializer.Meta.fields if not name.startswith("actor")]


class ShortageOptionSerializer(ShownSerializer):
    """A product that may come instead, at the same price."""

    product_name = serializers.CharField(source="product.name", read_only=True)
    product_name_en = serializers.CharField(source="product.name_en", read_only=True)

    class Meta:
        model = ShortageOption
        fields = ["product", "product_name", "product_name_en", "units"]


class ShortageSerializer(ShownSerializer):
    """Units of an order's line that cannot come. `amount` (won) is their price, `credited` what needn't be
    paid of it; while the shortage is `asked`, one of the `options` may be chosen until `answer_by`.
    """

    order = serializers.CharField(source="order_line.order.number", read_only=True)
    product = serializers.IntegerField(source="order_line.product_id", read_only=True)
    product_name = serializers.CharField(source="order_line.product_name", read_only=True)
    credited = serializers.IntegerField(read_only=True)
    why = serializers.CharField(read_only=True)
    options = ShortageOptionSerializer(many=True, read_only=True)
    events = ShortageEventSerializer(many=True, read_only=True)

    class Meta:
        model = Shortage
        fields = [
            "id",
            "order",
            "order_line",
            "product",
            "product_name",
            "quantity",
            "amount",
            "credited",
            "status",
            "reason",
            "why",
            "substitute",
            "answer_by",
            "reported_at",
            "options",
            "events",
        ]


class AnswerInput(serializers.Serializer):
    """The product to come instead, one of the options; null takes the price off."""

    product = serializers.IntegerField(min_value=1, allow_null=True)
