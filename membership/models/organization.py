"""Who takes part: institutions, producers and the hub, the people's seats and the certifications."""

from datetime import date

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from ..business_number import display, is_valid
from ..exclusions import FULL_MASK
from ..querysets import CertificationQuerySet, DepartmentQuerySet, OrganizationQuerySet
from .naming import BilingualName


def validate_business_number(number: str) -> None:
    """Raise ValidationError unless `number` is ten digits with the right check digit."""
    if not is_valid(number):
        raise ValidationError(
            _("%(number)s is not a business registration number: the check digit does not fit."),
            code="business_number",
            params={"number": number},
        )


class Organization(BilingualName):
    """A legal person with a business registration number."""

    class Kind(models.TextChoices):
        INSTITUTION = "institution", _("member institution")
        PRODUCER = "producer", _("producer")
        HUB = "hub", _("hub")

    class OnShortage(models.TextChoices):
        SUBSTITUTE = "substitute", _("Send the best substitute")
        ASK_SUBSTITUTE = "ask_substitute", _("Ask first; without an answer, send the best substitute")
        ASK_CREDIT = "ask_credit", _("Ask first; without an answer, take it off the price")
        CREDIT = "credit", _("Send nothing else, take it off the price")

    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    business_number = models.CharField(
        _("business registration number"), max_length=10, unique=True, validators=[validate_business_number]
    )
    representative = models.CharField(_("representative"), max_length=60, blank=True)
    address = models.CharField(_("address"), max_length=200, blank=True)
    phone = models.CharField(_("phone"), max_length=20, blank=True)
    story = models.TextField(_("story"), blank=True)
    story_en = models.TextField(_("English story"), blank=True)
    # What new orders leave out unless they say otherwise.
    exclusions = models.PositiveIntegerField(_("exclusions"), default=0)
    # What becomes of an institution's orders when a producer can't bring everything.
    on_shortage = models.CharField(
        _("when something is short"), max_length=14, choices=OnShortage, default=OnShortage.SUBSTITUTE
    )
    # What members see of a producer; re-encoded when it is uploaded (`photos.py`).
    photo = models.ImageField(_("photo"), upload_to="producers", blank=True)
    is_active = models.BooleanField(_("active"), default=True)
    is_demo = models.BooleanField(_("invented demo data"), default=False)

    objects = OrganizationQuerySet.as_manager()

    class Meta:
        verbose_name = _("organization")
        verbose_name_plural = _("organizations")
        ordering = ["name"]
        indexes = [models.Index(fields=["kind", "name"])]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(business_number__regex=r"^[0-9]{10}$"),
                name="business_number_is_ten_digits",
            ),
            models.CheckConstraint(
                condition=models.Q(exclusions__lte=FULL_MASK), name="organization_exclusions_known"
            ),
        ]

    @property
    def display_story(self) -> str:
        """The story in the reader's language."""
        return self.story_en if self.story_en and get_language() == "en" else self.story

    @property
    def business_number_display(self) -> str:
        """The number as people write it, 3-2-5."""
        return display(self.business_number)


class Department(BilingualName):
    """A part of an institution that has a budget of its own. One that has paid is retired, never deleted."""

    organization = models.ForeignKey(
        Organization, on_delete=models.PROTECT, related_name="departments", verbose_name=_("institution")
    )
    code = models.CharField(_("code"), max_length=20)
    is_active = models.BooleanField(_("active"), default=True)

    objects = DepartmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("department")
        verbose_name_plural = _("departments")
        ordering = ["organization", "code"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "code"], name="department_code_once_per_organization"
            ),
        ]


class Seat(models.Model):
    """A user's role at an organization, and up to what price (won) they decide without an approver."""

    class Role(models.TextChoices):
        ORDERER = "orderer", _("orderer")
        APPROVER = "approver", _("approver")
        VIEWER = "viewer", _("viewer")
        PRODUCER = "producer", _("producer")
        COURIER = "courier", _("courier")
        OPERATOR = "operator", _("operator")

    ROLES_OF_KIND = {
        Organization.Kind.INSTITUTION: {Role.ORDERER, Role.APPROVER, Role.VIEWER},
        Organization.Kind.PRODUCER: {Role.PRODUCER},
        Organization.Kind.HUB: {Role.COURIER, Role.OPERATOR},
    }

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="seats", verbose_name=_("user")
    )
    organization = models.ForeignKey(
        Organization, on_delete=models.CASCADE, related_name="seats", verbose_name=_("organization")
    )
    role = models.CharField(_("role"), max_length=10, choices=Role)
    department = models.ForeignKey(
        Department,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="seats",
        verbose_name=_("department"),
    )
    order_limit = models.PositiveIntegerField(
        _("order limit (won)"),
        null=True,
        blank=True,
        help_text=_("An order above this price waits for an approver. Empty: none does; 0: each does."),
    )

    class Meta:
        verbose_name = _("seat")
        verbose_name_plural = _("seats")
        constraints = [
            models.UniqueConstraint(
                fields=["user", "organization"], name="one_seat_per_user_and_organization"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.organization} · {self.get_role_display()}"

    def clean(self) -> None:
        """Refuse a role that this kind of organization doesn't have."""
        if not self.organization_id or self.role not in self.Role.values:
            return
        if self.role not in self.ROLES_OF_KIND[Organization.Kind(self.organization.kind)]:
            raise ValidationError({"role": _("This role does not exist at this kind of organization.")})
        if self.department and self.department.organization_id != self.organization_id:
            raise ValidationError({"department": _("This department belongs to another institution.")})


class Certification(models.Model):
    """A social-economy certification of a producer with its validity, both days included."""

    class Kind(models.TextChoices):
        SOCIAL_ENTERPRISE = "social_enterprise", _("social enterprise")
        PRE_SOCIAL_ENTERPRISE = "pre_social_enterprise", _("preliminary social enterprise")
        COOPERATIVE = "cooperative", _("cooperative")
        SOCIAL_COOPERATIVE = "social_cooperative", _("social cooperative")
        VILLAGE_ENTERPRISE = "village_enterprise", _("village enterprise")
        SELF_SUPPORT_ENTERPRISE = "self_support_enterprise", _("self-support enterprise")
        DISABLED_STANDARD_WORKPLACE = (
            "disabled_standard_workplace",
            _("standard workplace for disabled workers"),
        )
        SEVERELY_DISABLED_PRODUCER = (
            "severely_disabled_producer",
            _("producer with severely disabled workers"),
        )
        WOMEN_OWNED = "women_owned", _("women-owned enterprise")
        DISABLED_OWNED = "disabled_owned", _("disabled-owned enterprise")

    organization = models.ForeignKey(
        Organization, on_delete=models.CASCADE, related_name="certifications", verbose_name=_("organization")
    )
    kind = models.CharField(_("kind"), max_length=30, choices=Kind)
    number = models.CharField(_("number"), max_length=40)
    issuer = models.CharField(_("issuer"), max_length=60)
    valid_from = models.DateField(_("valid from"))
    valid_until = models.DateField(_("valid until"))

    objects = CertificationQuerySet.as_manager()

    class Meta:
        verbose_name = _("certification")
        verbose_name_plural = _("certifications")
        ordering = ["organization", "kind"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "kind", "number"], name="one_row_per_certificate"
            ),
            models.CheckConstraint(
                condition=models.Q(valid_until__gte=models.F("valid_from")),
                name="certification_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.number}"

    def is_valid_on(self, day: date) -> bool:
        """Whether a purchase delivered on `day` counts for this certification."""
        return self.valid_from <= day <= self.valid_until
