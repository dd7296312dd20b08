"""People, organizations and their places."""

from datetime import date, time
from typing import Any

import factory
from factory.django import DjangoModelFactory

from membership.business_number import with_check_digit
from membership.models import (
    AddressAnswer,
    Certification,
    Department,
    Membership,
    MembershipTier,
    Organization,
    Plan,
    Seat,
    Site,
    SiteChange,
    SitePhoto,
    SiteWindow,
    User,
)

from .times import TUESDAY

PASSWORD = "secret-pass-1"


class UserFactory(DjangoModelFactory[User]):
    class Meta:
        model = User
        skip_postgeneration_save = True

    email = factory.Sequence(lambda n: f"person{n}@example.com")
    name = factory.Sequence(lambda n: f"사람{n}")
    name_en = factory.Sequence(lambda n: f"Person {n}")
    phone = "010-1234-5678"
    joined_at = TUESDAY
    password = PASSWORD

    @classmethod
    def _create(cls, model_class: type[User], *args: Any, **kwargs: Any) -> User:
        return model_class.objects.create_user(*args, **kwargs)


class OrganizationFactory(DjangoModelFactory[Organization]):
    class Meta:
        model = Organization
        abstract = True

    representative = "김대표"
    address = "서울특별시 은평구 녹번동 1"
    phone = "02-123-4567"


class InstitutionFactory(OrganizationFactory):
    kind = Organization.Kind.INSTITUTION
    name = factory.Sequence(lambda n: f"기관{n}")
    name_en = factory.Sequence(lambda n: f"Institution {n}")
    business_number = factory.Sequence(lambda n: with_check_digit(f"10183{n + 1:04d}"))


class ProducerFactory(OrganizationFactory):
    kind = Organization.Kind.PRODUCER
    name = factory.Sequence(lambda n: f"생산자{n}")
    name_en = factory.Sequence(lambda n: f"Producer {n}")
    business_number = factory.Sequence(lambda n: with_check_digit(f"20281{n + 1:04d}"))


class HubFactory(OrganizationFactory):
    kind = Organization.Kind.HUB
    name = "꾸러미 허브"
    name_en = "Hub"
    business_number = factory.Sequence(lambda n: with_check_digit(f"30382{n + 1:04d}"))


def hub() -> Organization:
    """The one hub of the town."""
    return Organization.objects.filter(kind=Organization.Kind.HUB).first() or HubFactory()


class DepartmentFactory(DjangoModelFactory[Department]):
    class Meta:
        model = Department

    organization = factory.SubFactory(InstitutionFactory)
    code = factory.Sequence(lambda n: f"D{n}")
    name = factory.Sequence(lambda n: f"총무과{n}")
    name_en = factory.Sequence(lambda n: f"General affairs {n}")


class SeatFactory(DjangoModelFactory[Seat]):
    class Meta:
        model = Seat

    user = factory.SubFactory(UserFactory)
    organization = factory.SubFactory(InstitutionFactory)
    role = Seat.Role.ORDERER


def _seated(organization: Organization, role: str, **user: Any) -> User:
    return SeatFactory(organization=organization, role=role, user=UserFactory(**user)).user


def orderer(organization: Organization | None = None, **user: Any) -> User:
    return _seated(organization or InstitutionFactory(), Seat.Role.ORDERER, **user)


def approver(organization: Organization | None = None, **user: Any) -> User:
    return _seated(organization or InstitutionFactory(), Seat.Role.APPROVER, **user)


def viewer(organization: Organization | None = None, **user: Any) -> User:
    return _seated(organization or InstitutionFactory(), Seat.Role.VIEWER, **user)


def producer_user(organization: Organization | None = None, **user: Any) -> User:
    return _seated(organization or ProducerFactory(), Seat.Role.PRODUCER, **user)


def courier(**user: Any) -> User:
    return _seated(hub(), Seat.Role.COURIER, **user)


def operator(**user: Any) -> User:
    return _seated(hub(), Seat.Role.OPERATOR, **user)


class CertificationFactory(DjangoModelFactory[Certification]):
    class Meta:
        model = Certification

    organization = factory.SubFactory(ProducerFactory)
    kind = Certification.Kind.SOCIAL_ENTERPRISE
    number = factory.Sequence(lambda n: f"제2026-{n:03d}호")
    issuer = "고용노동부"
    valid_from = date(2026, 1, 1)
    valid_until = date(2028, 12, 31)


class SiteFactory(DjangoModelFactory[Site]):
    """A located site near City Hall, open on weekdays from nine to six (`windows=False`: it doesn't say)."""

    class Meta:
        model = Site
        skip_postgeneration_save = True

    organization = factory.SubFactory(InstitutionFactory)
    name = factory.Sequence(lambda n: f"본관{n}")
    name_en = factory.Sequence(lambda n: f"Main building {n}")
    district = "중구"
    address = factory.Sequence(lambda n: f"서울특별시 중구 세종대로 {n + 1}")
    address_detail = "3층 회의실"
    latitude = factory.Sequence(lambda n: 37.5663 + n % 7 * 0.004)
    longitude = factory.Sequence(lambda n: 126.9779 + n % 11 * 0.004)
    precision = Site.Precision.BUILDING
    located_by = factory.LazyAttribute(lambda site: "" if site.precision == "none" else "person")
    contact_name = "이담당"
    contact_phone = "02-120-0000"
    entrance_note = "후문 하역장"

    @factory.post_generation
    def windows(self, create: bool, wanted: bool | None, **kwargs: Any) -> None:
        if wanted is not False:
            SiteWindow.objects.bulk_create(
                SiteWindow(site=self, weekday=weekday, opens=time(9), closes=time(18)) for weekday in range(5)
            )


class AddressAnswerFactory(DjangoModelFactory[AddressAnswer]):
    class Meta:
        model = AddressAnswer

    address = factory.Sequence(lambda n: f"서울특별시 중구 세종대로 {n + 1}")
    provider = "kakao"
    latitude = 37.5663
    longitude = 126.9779
    precision = Site.Precision.BUILDING
    answered_at = TUESDAY


def site_change(site: Site | None = None) -> SiteChange:
    """Somebody has said that there is a lift."""
    changes = {"lift": ["", "yes"]}
    return SiteChange.objects.create(
        site=site or SiteFactory(), revision=2, changes=changes, actor=operator(), at=TUESDAY
    )


def site_photo(site: Site | None = None) -> SitePhoto:
    """A photo of the gate, without its file."""
    return SitePhoto.objects.create(
        site=site or SiteFactory(),
        photo="sites/gate.jpg",
        caption="후문",
        added_by=operator(),
        added_at=TUESDAY,
    )


class PlanFactory(DjangoModelFactory[Plan]):
    class Meta:
        model = Plan

    code = factory.Sequence(lambda n: f"plan-{n}")
    name = "맺음 10만원"
    monthly_fee = 100_000
    deliveries_per_month = 2


class MembershipFactory(DjangoModelFactory[Membership]):
    """A membership since New Year with one tier: of `plan`, or of a plan of its own."""

    class Meta:
        model = Membership
        skip_postgeneration_save = True

    organization = factory.SubFactory(InstitutionFactory)
    starts_on = date(2026, 1, 1)

    @factory.post_generation
    def plan(self, create: bool, wanted: Plan | None, **kwargs: Any) -> None:
        TierFactory(membership=self, plan=wanted or PlanFactory(**kwargs))


class TierFactory(DjangoModelFactory[MembershipTier]):
    class Meta:
        model = MembershipTier

    membership = factory.SubFactory(MembershipFactory)
    plan = factory.SubFactory(PlanFactory)
    starts_on = factory.SelfAttribute("membership.starts_on")
    monthly_fee = factory.SelfAttribute("plan.monthly_fee")
    deliveries_per_month = factory.SelfAttribute("plan.deliveries_per_month")
