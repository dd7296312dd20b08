"""Every read of membership with a meaning."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from django.db import models

from .permissions import institution_ids, is_operator

if TYPE_CHECKING:
    from .models import User


class OrganizationQuerySet(models.QuerySet[Any]):
    def for_user(self, user: User) -> OrganizationQuerySet:
        """Organizations where the user has a seat; all of them for operators."""
        return self if is_operator(user) else self.filter(seats__user=user).distinct()

    def institutions(self) -> OrganizationQuerySet:
        return self.filter(kind="institution")

    def producers(self) -> OrganizationQuerySet:
        return self.filter(kind="producer")


class SiteQuerySet(models.QuerySet[Any]):
    def for_user(self, user: User) -> SiteQuerySet:
        """Sites of the user's institutions; all of them for operators."""
        return self if is_operator(user) else self.filter(organization__in=institution_ids(user))

    def active(self) -> SiteQuerySet:
        return self.filter(is_active=True)


class DepartmentQuerySet(models.QuerySet[Any]):
    def for_user(self, user: User) -> DepartmentQuerySet:
        """Departments of the user's institutions; all of them for operators."""
        return self if is_operator(user) else self.filter(organization__in=institution_ids(user))


class CertificationQuerySet(models.QuerySet[Any]):
    def valid_on(self, day: date) -> CertificationQuerySet:
        """Certifications under which a purchase delivered on `day` counts."""
        return self.filter(valid_from__lte=day, valid_until__gte=day)


class MembershipQuerySet(models.QuerySet[Any]):
    def for_user(self, user: User) -> MembershipQuerySet:
        return self if is_operator(user) else self.filter(organization__in=institution_ids(user))

    def running(self) -> MembershipQuerySet:
        return self.filter(status__in=["active", "paused"])
