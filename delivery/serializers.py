"""What the API says about routes and reads at the door. Distances in metres, weight in g, volume in ml."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from membership.serializers import ShownSerializer

from .models import Proof, Route, Stop
from .sheet import read_sheet

NOTE_LENGTH = Proof._meta.get_field("note").max_length


# -- What is shown ----------------------------------------------------------------------------------


class GoodsSerializer(serializers.Serializer):
    """Units of one product to hand over; `storage` is a word, or empty for goods that need no cooling."""

    name = serializers.CharField()
    unit = serializers.CharField()
    quantity = serializers.IntegerField()
    storage = serializers.CharField()


class FactSerializer(serializers.Serializer):
    """One thing to know about the way in, such as where to park."""

    name = serializers.CharField(source="label")
    text = serializers.CharField()


class ContactSerializer(serializers.Serializer):
    name = serializers.CharField()
    phone = serializers.CharField()


class ProofSerializer(ShownSerializer):
    class Meta:
        model = Proof
        fields = ["receiver_name", "note", "delivered_at"]


class StopSerializer(serializers.Serializer):
    """A stop as the route sheet says it, in the reader's language.

    `contact` and `proof` name people: couriers read them on the day of the delivery, operators always.
    """

    id = serializers.IntegerField(source="stop.pk")
    route = serializers.IntegerField(source="stop.route_id")
    sequence = serializers.IntegerField(source="stop.sequence")
    order = serializers.CharField(source="stop.order.number")
    status = serializers.ChoiceField(Stop.Status.choices, source="stop.status")
    failure_reason = serializers.ChoiceField(
        Stop.FailureReason.choices, source="stop.failure_reason", allow_blank=True
    )
    eta = serializers.DateTimeField(source="stop.eta")
    leaves_at = serializers.DateTimeField(source="stop.leaves_at")
    name = serializers.CharField()
    organization = serializers.CharField()
    address = serializers.CharField()
    latitude = serializers.FloatField(source="stop.order.latitude")
    longitude = serializers.FloatField(source="stop.order.longitude")
    windows = serializers.ListField(child=serializers.CharField(), help_text="Such as 09:00–18:00.")
    goods = GoodsSerializer(many=True)
    boxes = serializers.IntegerField()
    weight_kg = serializers.FloatField()
    facts = FactSerializer(many=True)
    parking_height_m = serializers.FloatField(source="stop.order.site.parking_height_m", allow_null=True)
    note = serializers.CharField()
    contact = ContactSerializer(allow_null=True)
    proof = ProofSerializer(allow_null=True)


class RouteSerializer(ShownSerializer):
    """A round as lists show it; operators also see those of plans that were replaced."""

    date = serializers.DateField(source="plan.date", read_only=True)
    plan_status = serializers.CharField(source="plan.status", read_only=True)
    depot = serializers.CharField(source="plan.depot.display_name", read_only=True)
    courier = serializers.CharField(source="shift.courier.display_name", read_only=True)
    vehicle = serializers.CharField(source="shift.vehicle.plate", read_only=True)
    stop_count = serializers.IntegerField(read_only=True)
    done_count = serializers.IntegerField(read_only=True)

    class Meta:
        model = Route
        fields = [
            "id",
            "date",
            "plan_status",
            "depot",
            "courier",
            "vehicle",
            "status",
            "departs_at",
            "returns_at",
            "started_at",
            "finished_at",
            "distance_m",
            "weight_g",
            "volume_ml",
            "stop_count",
            "done_count",
        ]


class RouteSheetSerializer(RouteSerializer):
    """A round with its stops in the order in which they are driven. Needs `today` in its context."""

    stops = serializers.SerializerMethodField()

    class Meta(RouteSerializer.Meta):
        fields = [*RouteSerializer.Meta.fields, "stops"]

    @extend_schema_field(StopSerializer(many=True))
    def get_stops(self, route: Route) -> list[dict[str, Any]]:
        sheet = read_sheet(route, user=self.context["request"].user, today=self.context["today"])
        return StopSerializer(sheet.stops, many=True).data  # type: ignore[return-value]


# -- What is read -----------------------------------------------------------------------------------


class DeliverInput(serializers.Serializer):
    receiver_name = serializers.CharField(max_length=Proof._meta.get_field("receiver_name").max_length)
    note = serializers.CharField(max_length=NOTE_LENGTH, required=False, default="", allow_blank=True)


class FailInput(serializers.Serializer):
    reason = serializers.ChoiceField(Stop.FailureReason.choices)
    note = serializers.CharField(max_length=NOTE_LENGTH, required=False, default="", allow_blank=True)
