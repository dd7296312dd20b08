"""Admin pages of those who take part, and the base of all pages on which history is only read."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from .business_number import normalize
from .models import (
    Certification,
    Department,
    Membership,
    MembershipEvent,
    MembershipPause,
    MembershipTier,
    Organization,
    Plan,
    Seat,
    Site,
    User,
)


class ReadOnly:
    """Mix into an admin page or inline: rows are written by the service's actions and never by hand."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class HistoryAdmin(ReadOnly, admin.ModelAdmin):
    """A page of what has happened: to be searched and read. Tables grow large, so totals aren't counted."""

    show_full_result_count = False


class HistoryInline(ReadOnly, admin.TabularInline):
    """Rows of history below the thing that they belong to."""

    extra = 0
    show_change_link = True


class KeptAdmin(admin.ModelAdmin):
    """A page of things that may change but are never deleted: they are ended or switched off instead."""

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


# -- People ---------------------------------------------------------------------------------------


class LowerCaseEmail:
    """Mix into a form: e-mail addresses are kept in lower case, as they are looked up."""

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"].lower()  # type: ignore[attr-defined]
        return email


class UserAddForm(LowerCaseEmail, AdminUserCreationForm):
    """A new person: e-mail address, name and a password (or none: they ask for a reset link)."""

    class Meta:
        model = User
        fields = ("email", "name", "name_en", "phone", "language")


class UserEditForm(LowerCaseEmail, UserChangeForm):
    """A person's data; the password is changed on a page of its own."""

    class Meta:
        model = User
        fields = "__all__"


class SeatForm(forms.ModelForm):
    """Form of a seat: who, where, as what. `Seat.clean` refuses a role that doesn't fit the organization."""

    class Meta:
        model = Seat
        fields = ["user", "organization", "role", "department", "order_limit"]


class SeatInline(admin.TabularInline):
    model = Seat
    form = SeatForm
    extra = 0
    autocomplete_fields = ["user", "organization", "department"]

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Seat]:
        return super().get_queryset(request).select_related("user", "organization", "department")


@admin.register(User)
class UserAdmin(DjangoUserAdmin):
    form = UserEditForm
    add_form = UserAddForm
    ordering = ["name", "pk"]
    list_display = ["email", "name", "seats_display", "language", "is_staff", "is_active", "last_login"]
    list_filter = ["seats__role", "is_active", "is_staff", "language"]
    search_fields = ["email", "name", "name_en", "phone", "seats__organization__name"]
    readonly_fields = ["last_login", "joined_at"]
    inlines = [SeatInline]
    fieldsets = [
        (None, {"fields": ["email", "password"]}),
        (_("Person"), {"fields": ["name", "name_en", "phone", "language"]}),
        (
            _("Permissions"),
            {
                "fields": ["is_active", "is_staff", "is_superuser", "groups", "user_permissions"],
                "classes": ["collapse"],
            },
        ),
        (_("Dates"), {"fields": ["last_login", "joined_at"]}),
    ]
    add_fieldsets = [
        (None, {"fields": ["email", "name", "name_en", "phone", "language"]}),
        (_("Password"), {"fields": ["usable_password", "password1", "password2"]}),
    ]

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[User]:
        return super().get_queryset(request).prefetch_related("seats__organization")

    @admin.display(description=_("seats"))
    def seats_display(self, user: User) -> str:
        return ", ".join(f"{seat.organization} ({seat.get_role_display()})" for seat in user.seats.all())

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """People stay in the history that they made; an account is switched off instead."""
        return False


@admin.register(Seat)
class SeatAdmin(admin.ModelAdmin):
    form = SeatForm
    list_display = ["user", "organization", "role", "department", "order_limit"]
    list_filter = ["role", "organization__kind"]
    list_select_related = ["user", "organization", "department"]
    search_fields = ["user__email", "user__name", "organization__name", "organization__name_en"]
    autocomplete_fields = ["user", "organization", "department"]


# -- Organizations ----------------------------------------------------------------------------------


class OrganizationForm(forms.ModelForm):
    """Takes the business number as people write it, with or without hyphens."""

    business_number = forms.CharField(
        label=_("Business registration number"),
        max_length=14,
        help_text=_("Ten digits, such as 116-82-00276."),
    )

    class Meta:
        model = Organization
        fields = ["kind", "business_number"]  # the rest stands in the fieldsets

    def clean_business_number(self) -> str:
        """Return the ten digits; the model checks the check digit."""
        try:
            return normalize(self.cleaned_data["business_number"])
        except ValueError as error:
            raise ValidationError(_("A business registration number has ten digits.")) from error


class CertificationInline(admin.TabularInline):
    model = Certification
    extra = 0


class SiteInline(admin.TabularInline):
    model = Site
    extra = 0
    fields = ["name", "name_en", "district", "address", "precision", "is_active"]
    readonly_fields = ["precision"]
    can_delete = False
    show_change_link = True


@admin.register(Organization)
class OrganizationAdmin(admin.ModelAdmin):
    form = OrganizationForm
    list_display = ["name", "name_en", "kind", "business_number_display", "phone", "is_active"]
    list_filter = ["kind", "is_active", "is_demo"]
    search_fields = ["name", "name_en", "business_number", "representative"]
    fieldsets = [
        (None, {"fields": ["kind", ("name", "name_en"), "business_number", "representative", "is_active"]}),
        (_("Contact"), {"fields": ["address", "phone"]}),
        (_("Story"), {"fields": ["story", "story_en"], "classes": ["collapse"]}),
        (_("Demo"), {"fields": ["is_demo"], "classes": ["collapse"]}),
    ]
    inlines = [SeatInline, CertificationInline, SiteInline]

    @admin.display(description=_("business registration number"), ordering="business_number")
    def business_number_display(self, organization: Organization) -> str:
        return organization.business_number_display


@admin.register(Department)
class DepartmentAdmin(admin.ModelAdmin):
    list_display = ["name", "name_en", "code", "organization", "is_active"]
    list_filter = ["is_active"]
    list_select_related = ["organization"]
    search_fields = ["name", "name_en", "code", "organization__name"]
    autocomplete_fields = ["organization"]

    def has_delete_permission(self, request: HttpRequest, obj: Department | None = None) -> bool:
        """Nobody deletes what has paid: it is taken out of use."""
        return False


@admin.register(Certification)
class CertificationAdmin(admin.ModelAdmin):
    list_display = ["organization", "kind", "number", "issuer", "valid_from", "valid_until"]
    list_filter = ["kind", "issuer"]
    list_select_related = ["organization"]
    search_fields = ["number", "organization__name", "organization__name_en"]
    autocomplete_fields = ["organization"]
    date_hierarchy = "valid_until"


# -- Plans ----------------------------------------------------------------------------------------


@admin.register(Plan)
class PlanAdmin(admin.ModelAdmin):
    list_display = ["name", "name_en", "code", "monthly_fee", "deliveries_per_month", "delivery_days"]
    list_filter = ["is_active"]
    search_fields = ["name", "name_en", "code"]


class MembershipTierInline(HistoryInline):
    model = MembershipTier
    show_change_link = False


class MembershipPauseInline(HistoryInline):
    model = MembershipPause
    show_change_link = False


class MembershipEventInline(HistoryInline):
    model = MembershipEvent
    fk_name = "membership"
    fields = ["at", "kind", "effective_on", "until", "plan", "actor", "note"]
    show_change_link = False


@admin.register(Membership)
class MembershipAdmin(HistoryAdmin):
    """To be read: changes go through the service's own page, which knows what they mean for deliveries."""

    list_display = ["organization", "status", "starts_on", "ends_on"]
    list_filter = ["status", "tiers__plan"]
    list_select_related = ["organization"]
    search_fields = ["organization__name", "organization__name_en"]
    date_hierarchy = "starts_on"
    inlines = [MembershipTierInline, MembershipPauseInline, MembershipEventInline]


from . import admin_sites  # noqa: E402, F401  (registers itself, with the pages above as its base)
