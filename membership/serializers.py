"""What the API says about who takes part. Names come in both languages."""

from typing import Any

from rest_framework import serializers

from .exclusions import BITS, codes, mask
from .models import Certification, Department, Organization, Seat, Site, User


class ShownSerializer(serializers.ModelSerializer):
    """Shows rows and reads nothing, so that no form of the browsable pages offers other people's rows."""

    def get_extra_kwargs(self) -> dict[str, Any]:
        return {name: {"read_only": True} for name in self.Meta.fields}


class ExclusionsField(serializers.ListField):
    """Exclusions by their codes: "1" to "19" for allergens as Korean schools number them, and three words."""

    child = serializers.ChoiceField(choices=list(BITS))

    def to_representation(self, data: Any) -> list[str]:
        return list(codes(data))

    def to_internal_value(self, data: Any) -> Any:
        return mask(super().to_internal_value(data))


class CredentialsSerializer(serializers.Serializer):
    """What a person signs in with."""

    email = serializers.EmailField()
    password = serializers.CharField(trim_whitespace=False, style={"input_type": "password"})


class TokenSerializer(serializers.Serializer):
    """To be sent with every request, as `Authorization: Token …`."""

    token = serializers.CharField(read_only=True)


class OrganizationBriefSerializer(ShownSerializer):
    """An organization by name, as other things mention it."""

    class Meta:
        model = Organization
        fields = ["id", "name", "name_en"]


class DepartmentSerializer(ShownSerializer):
    class Meta:
        model = Department
        fields = ["id", "code", "name", "name_en", "is_active"]


class CertificationSerializer(ShownSerializer):
    """Valid on both its first and its last day."""

    class Meta:
        model = Certification
        fields = ["kind", "number", "issuer", "valid_from", "valid_until"]


class OrganizationSerializer(ShownSerializer):
    exclusions = ExclusionsField(read_only=True, help_text="What new orders leave out unless they say so.")
    certifications = CertificationSerializer(many=True, read_only=True)
    departments = DepartmentSerializer(many=True, read_only=True)

    class Meta:
        model = Organization
        fields = [
            "id",
            "kind",
            "name",
            "name_en",
            "business_number",
            "representative",
            "address",
            "phone",
            "story",
            "story_en",
            "exclusions",
            "on_shortage",
            "is_active",
            "certifications",
            "departments",
        ]


class OnShortageInput(serializers.ModelSerializer):
    """What becomes of the institution's orders when a producer can't bring everything."""

    class Meta:
        model = Organization
        fields = ["on_shortage"]
        extra_kwargs = {"on_shortage": {"required": True}}


class SeatSerializer(ShownSerializer):
    """Orders above `order_limit` (won, null: none) wait for an approver."""

    organization = OrganizationBriefSerializer(read_only=True)
    department = DepartmentSerializer(read_only=True, allow_null=True)

    class Meta:
        model = Seat
        fields = ["organization", "role", "department", "order_limit"]


class MeSerializer(ShownSerializer):
    """The caller, with the seats from which follows what they may see and do."""

    seats = SeatSerializer(source="active_seats", many=True, read_only=True)

    class Meta:
        model = User
        fields = ["email", "name", "name_en", "phone", "language", "seats"]


class SiteBriefSerializer(ShownSerializer):
    """A site by name, as other things mention it."""

    class Meta:
        model = Site
        fields = ["id", "name", "name_en"]
