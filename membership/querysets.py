"""Every read of membership with a meaning."""

from __future__ import annotations

from datetime import date, datetime
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

    def unlocated(self) -> SiteQuerySet:
        """Sites to which no order can be made: nowhere, or known by their district only."""
        return self.filter(precision__in=["none", "district"])

    def doubtful(self) -> SiteQuerySet:
        """Sites at which somebody should look on the map: unlocated, or only roughly and never confirmed."""
        return self.filter(
            models.Q(precision__in=["none", "district"])
            | models.Q(precision="road", confirmed_at__isnull=True)
        )

    def to_locate(self, now: datetime) -> SiteQuerySet:
        """Unlocated sites in use whose address is to be looked up, again or for the first time."""
        is_due = models.Q(locate_after__isnull=True) | models.Q(locate_after__lte=now)
        return self.active().unlocated().filter(is_due)


class DepartmentQuerySet(models.QuerySet[Any]):
    def for_user(self, user: User) -> DepartmentQuerySet:
        """Departments of the user's institutions; all of them for operators."""
        return self if is_operator(user) else self.filter(organization__in=institution_ids(user))

    def active(self) -> DepartmentQuerySet:
        """Those that may pay for something new."""
        return self.filter(is_active=True)


class CertificationQuerySet(models.QuerySet[Any]):
    def valid_on(self, day: date) -> CertificationQuerySet:
        """Certifications under which a purchase delivered on `day` counts."""
        return self.filter(valid_from__lte=day, valid_until__gte=day)


class MembershipQuerySet(models.QuerySet[Any]):
    def for_user(self, user: User) -> MembershipQuerySet:
        return self if is_operator(user) else self.filter(organization__in=institution_ids(user))

    def running(self) -> MembershipQuerySet:
        """Agreed and not yet over; it may begin later."""
        return self.filter(status="active")

    def with_terms(self) -> MembershipQuerySet:
        """With the rows that say what it grants when."""
        return self.prefetch_related("tiers__plan", "pauses")

    def over(self, today: date) -> MembershipQuerySet:
        """Running ones whose last day has passed."""
        return self.running().filter(ends_on__lt=today)
