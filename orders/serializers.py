"""What the API says about standing orders, their dates and orders. Money is integer won including VAT."""

from datetime import datetime

from django.utils import timezone
from rest_framework import serializers

from bundles.serializers import BundleBriefSerializer
from membership.allergens import codes
from membership.models import Organization, User
from membership.serializers import (
    DepartmentSerializer,
    ExclusionsField,
    OrganizationBriefSerializer,
    ShownSerializer,
    SiteBriefSerializer,
)

from .coming import live_stop, why, why_failed, why_waiting
from .holiday import is_asked
from .models import Occurrence, Order, OrderEvent, OrderLine, StandingOrder


class RefusalSerializer(serializers.Serializer):
    """Why something can't be done (any more): a code for programs, words for people."""

    code = serializers.CharField()
    detail = serializers.CharField()


class ActorSerializer(ShownSerializer):
    class Meta:
        model = User
        fields = ["name", "name_en"]


class OrderEventSerializer(ShownSerializer):
    """A step in the life of an order; without an actor the service took it by itself."""

    actor = ActorSerializer(read_only=True, allow_null=True)

    class Meta:
        model = OrderEvent
        fields = ["was", "to", "at", "actor", "note"]


class StandingOrderSerializer(ShownSerializer):
    organization = OrganizationBriefSerializer(read_only=True)
    department = DepartmentSerializer(read_only=True, allow_null=True)
    site = SiteBriefSerializer(read_only=True)
    bundle = BundleBriefSerializer(read_only=True)
    exclusions = ExclusionsField(read_only=True)

    class Meta:
        model = StandingOrder
        fields = [
            "id",
            "organization",
            "department",
            "site",
            "bundle",
            "headcount",
            "exclusions",
            "rrule",
            "starts_on",
            "ends_on",
            "holiday_policy",
            "holiday_default",
            "window_opens",
            "window_closes",
            "status",
            "revision",
            "together_with",
            "created_at",
        ]


class OccurrenceSerializer(ShownSerializer):
    """One date of a standing order; `why` says in words why it was moved, skipped or not ordered.

    While the institution is asked where it goes on a holiday, `answer_by` is until when.
    """

    organization = OrganizationBriefSerializer(source="standing_order.organization", read_only=True)
    bundle = BundleBriefSerializer(read_only=True)
    site = SiteBriefSerializer(read_only=True)
    exclusions = ExclusionsField(read_only=True)
    order = serializers.CharField(source="order.number", read_only=True, allow_null=True)
    why = serializers.SerializerMethodField()
    answer_by = serializers.SerializerMethodField()

    class Meta:
        model = Occurrence
        fields = [
            "id",
            "standing_order",
            "organization",
            "bundle",
            "site",
            "headcount",
            "exclusions",
            "window_opens",
            "window_closes",
            "rule_date",
            "delivery_date",
            "cutoff_at",
            "status",
            "reason",
            "why",
            "answer",
            "answer_by",
            "order",
        ]

    def get_why(self, occurrence: Occurrence) -> str:
        return str(why(occurrence))

    def get_answer_by(self, occurrence: Occurrence) -> datetime | None:
        by = occurrence.answer_by if is_asked(occurrence) else None
        return timezone.localtime(by) if by else None


class OrderSerializer(ShownSerializer):
    """An order as lists show it. Before it is fixed `gross` is the bundle's price, the rest 0.

    `why` says why it failed or waits for approval.
    """

    department = DepartmentSerializer(read_only=True, allow_null=True)

    exclusions = ExclusionsField(read_only=True)
    on_shortage = serializers.ChoiceField(
        choices=Organization.OnShortage.choices,
        source="wish",
        read_only=True,
        help_text="What becomes of it when a producer can't bring everything.",
    )
    eta = serializers.SerializerMethodField()
    why = serializers.SerializerMethodField()

    class Meta:
        model = Order
        fields = [
            "number",
            "organization",
            "organization_name",
            "department",
            "site",
            "site_name",
            "bundle",
            "bundle_name",
            "bundle_name_en",
            "headcount",
            "exclusions",
            "event_at",
            "delivery_date",
            "window_opens",
            "window_closes",
            "cutoff_at",
            "on_shortage",
            "status",
            "reason",
            "why",
            "eta",
            "occurrence",
            "placed_at",
            "gross",
            "supply",
            "vat",
        ]

    def get_eta(self, order: Order) -> datetime | None:
        """When the courier is expected, while the order is on a route and not yet delivered."""
        stop = live_stop(order)
        return timezone.localtime(stop.eta) if stop and stop.status == "pending" else None

    def get_why(self, order: Order) -> str:
        return str(why_failed(order) or why_waiting(order))


class OrderLineSerializer(ShownSerializer):
    """A frozen line: `short_quantity` of its units can't come; a stand-in names the line it replaces."""

    allergens = serializers.SerializerMethodField()

    class Meta:
        model = OrderLine
        fields = [
            "id",
            "product",
            "product_name",
            "product_name_en",
            "unit",
            "unit_en",
            "producer",
            "producer_name",
            "producer_name_en",
            "certifications",
            "quantity",
            "short_quantity",
            "substitutes",
            "list_price",
            "tax_type",
            "gross",
            "supply",
            "vat",
            "allergens",
            "storage",
        ]

    def get_allergens(self, line: OrderLine) -> list[int]:
        return list(codes(line.allergens))


class OrderDetailSerializer(OrderSerializer):
    lines = OrderLineSerializer(many=True, read_only=True)
    events = OrderEventSerializer(many=True, read_only=True)
    statement = serializers.CharField(source="statement.number", read_only=True, allow_null=True)

    class Meta(OrderSerializer.Meta):
        fields = [
            *OrderSerializer.Meta.fields,
            "address",
            "contact_name",
            "contact_phone",
            "note",
            "statement",
            "lines",
            "events",
        ]
