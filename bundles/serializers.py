"""What the API says about the catalogue. Money is integer won including VAT, weight in g, volume in ml."""

from rest_framework import serializers

from membership.serializers import ExclusionsField, OrganizationBriefSerializer, ShownSerializer

from .models import Bundle, Edition, EditionItem, Product, Slot


class ProductBriefSerializer(ShownSerializer):
    """A product by name, as other things mention it."""

    producer = OrganizationBriefSerializer(read_only=True)

    class Meta:
        model = Product
        fields = ["id", "code", "name", "name_en", "producer"]


class ProductSerializer(ProductBriefSerializer):
    """What the hub pays and what a producer can make a day is theirs to know, and left out."""

    category = serializers.CharField(source="category.code", read_only=True)
    allergens = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=19),
        source="allergen_codes",
        read_only=True,
        help_text="The numbered codes that Korean schools print, ascending.",
    )

    class Meta(ProductBriefSerializer.Meta):
        fields = [
            *ProductBriefSerializer.Meta.fields,
            "category",
            "unit",
            "unit_en",
            "list_price",
            "tax_type",
            "servings",
            "weight_g",
            "volume_ml",
            "storage",
            "allergens",
            "lead_days",
            "is_active",
        ]


class SlotSerializer(ShownSerializer):
    """Servings a person, or a fixed number of units; the other one is zero."""

    category = serializers.CharField(source="category.code", read_only=True)

    class Meta:
        model = Slot
        fields = ["position", "category", "servings_per_person", "fixed_quantity"]


class BundleBriefSerializer(ShownSerializer):
    """A bundle by name, as other things mention it."""

    class Meta:
        model = Bundle
        fields = ["id", "code", "name", "name_en"]


class BundleSerializer(BundleBriefSerializer):
    plan = serializers.CharField(source="plan.code", read_only=True, allow_null=True)
    slots = SlotSerializer(many=True, read_only=True)

    class Meta(BundleBriefSerializer.Meta):
        fields = [
            *BundleBriefSerializer.Meta.fields,
            "kind",
            "plan",
            "description",
            "description_en",
            "base_headcount",
            "price",
            "slots",
        ]


class EditionItemSerializer(ShownSerializer):
    position = serializers.IntegerField(source="slot.position", read_only=True)
    category = serializers.CharField(source="slot.category.code", read_only=True)
    product = ProductBriefSerializer(read_only=True)

    class Meta:
        model = EditionItem
        fields = ["position", "category", "product"]


class EditionSerializer(ShownSerializer):
    """The contents of a bundle for a date; with exclusions it is a variant for the orders that have them."""

    exclusions = ExclusionsField(read_only=True)
    bundle = BundleBriefSerializer(read_only=True)
    items = EditionItemSerializer(many=True, read_only=True)

    class Meta:
        model = Edition
        fields = ["id", "bundle", "delivery_date", "exclusions", "composed_at", "items"]
