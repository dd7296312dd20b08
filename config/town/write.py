"""Write a town into the database: every row through its model's own checks, all of them or none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.translation import gettext as _

from bundles.models import Bundle, CapacityPool, Category, Product, Slot
from delivery.models import Depot, Shift, Vehicle
from membership import exclusions
from membership.actions.site import WAY_IN
from membership.actions.subscribe import begin_membership
from membership.allergens import mask
from membership.models import Certification, Membership, Organization, Plan, Seat, Site, SiteWindow, User
from orders.models import StandingOrder

from .errors import BadTown, CellError
from .rows import Place, Producer, Town

Kind = Organization.Kind


def write_town(
    town: Town,
    *,
    password: str,
    is_demo: bool,
    now: datetime,
    looked_up: Mapping[str, str] | None = None,
) -> dict[str, int]:
    """Write the town and return the number of rows by sheet. `password` is a hash for everybody's account.

    `looked_up` says which geocoder found a place, by its key; other coordinates came with the town.
    Raises BadTown with every fault; then nothing was written.
    """
    writer = _Writer(password, is_demo, now, looked_up or {})
    with transaction.atomic():
        writer.write(town)
        if writer.errors:
            raise BadTown(writer.errors)
    return {sheet: len(getattr(town, sheet)) for sheet in town.__dataclass_fields__}


class _Writer:
    """Keeps what was written by key, for the rows that name it, and the faults found so far."""

    def __init__(self, password: str, is_demo: bool, now: datetime, looked_up: Mapping[str, str]) -> None:
        self.password, self.is_demo, self.now, self.looked_up = password, is_demo, now, looked_up
        self.errors: list[CellError] = []
        # By sheet and key; None stands for a row that has a fault of its own.
        self.known: dict[str, dict[str, Any]] = {}
        self.sheet, self.index = "", 0

    def write(self, town: Town) -> None:
        for sheet, rows in ((name, getattr(town, name)) for name in town.__dataclass_fields__):
            self.sheet, self.known[sheet] = sheet, {}
            for self.index, row in enumerate(rows):
                getattr(self, f"_{sheet}")(row)

    # -- Helpers ------------------------------------------------------------------------------------

    def _fault(self, column: str | None, message: str) -> None:
        self.errors.append(CellError(self.sheet, self.index, column, message))

    def _save(self, instance: models.Model, columns: dict[str, str] | None = None) -> Any:
        """Check and store; return the instance, or None after noting its faults by column."""
        try:
            instance.full_clean()
        except ValidationError as error:
            for field, messages in error.message_dict.items():
                column = None if field == "__all__" else (columns or {}).get(field, field)
                for message in messages:
                    self._fault(column, message)
            return None
        instance.save()
        return instance

    def _keep(self, key: str, instance: Any, column: str = "key") -> None:
        if key in self.known[self.sheet]:
            self._fault(column, _("“%(key)s” already stands further up in this sheet.") % {"key": key})
        else:
            self.known[self.sheet][key] = instance

    def _find(self, column: str, key: str, *sheets: str) -> Any:
        """Return what `key` names in one of the sheets; None if it is faulty, or missing, which is noted."""
        for sheet in sheets:
            if key in self.known[sheet]:
                return self.known[sheet][key]
        names = ", ".join(sheets)
        self._fault(column, _("“%(key)s” is not a row of %(sheets)s.") % {"key": key, "sheets": names})
        return None

    # -- One method for each sheet --------------------------------------------------------------------

    def _organization(self, kind: str, row: Any, **fields: Any) -> Any:
        return self._save(
            Organization(
                kind=kind,
                name=row.name,
                name_en=row.name_en,
                business_number=row.business_number,
                address=row.address,
                is_demo=self.is_demo,
                **fields,
            )
        )

    def _hub(self, row: Any) -> None:
        organization = self._organization(Kind.HUB, row)
        self._keep(row.key, organization)
        if organization:
            depot = Depot(
                organization=organization,
                name=row.name,
                name_en=row.name_en,
                address=row.address,
                latitude=row.latitude,
                longitude=row.longitude,
            )
            self.known["depots"] = {"": self._save(depot)}

    def _places(self, row: Place) -> None:
        institutions = self.known.setdefault("institutions", {})
        if row.business_number not in institutions:
            excluded = exclusions.mask(row.exclusions)
            institutions[row.business_number] = self._organization(Kind.INSTITUTION, row, exclusions=excluded)
        organization = institutions[row.business_number]
        if organization is None:
            self._keep(row.key, None)
            return
        site = self._save(
            Site(
                organization=organization,
                name=row.name,
                name_en=row.name_en,
                district=row.district,
                address=row.address,
                latitude=row.latitude,
                longitude=row.longitude,
                precision=row.precision or Site.Precision.NONE,
                located_by=self._located_by(row),
                **{name: getattr(row, name) for name in WAY_IN},
            )
        )
        self._keep(row.key, site)
        if site and row.closes <= row.opens:
            self._fault("closes", _("Closing must come after opening."))
        elif site:
            SiteWindow.objects.bulk_create(
                SiteWindow(site=site, weekday=weekday, opens=row.opens, closes=row.closes)
                for weekday in range(5)
            )

    def _located_by(self, row: Place) -> str:
        if not row.precision or row.precision == Site.Precision.NONE:
            return ""
        return self.looked_up.get(row.key, Site.LocatedBy.IMPORT)

    def _producers(self, row: Producer) -> None:
        producer = self._organization(
            Kind.PRODUCER,
            row,
            representative=row.representative,
            phone=row.phone,
            story=row.story,
            story_en=row.story_en,
        )
        self._keep(row.key, producer)
        for held in row.certifications if producer else ():
            certification = Certification(
                organization=producer,
                kind=held.kind,
                number=held.number,
                issuer=held.issuer,
                valid_from=held.valid_from,
                valid_until=held.valid_until,
            )
            fields = ("kind", "number", "issuer", "valid_from", "valid_until", "__all__")
            self._save(certification, dict.fromkeys(fields, "certifications"))

    def _people(self, row: Any) -> None:
        place = self._find("organization", row.organization, "hub", "places", "producers")
        user = self._save(
            User(
                email=row.email.lower(),
                name=row.name,
                name_en=row.name_en,
                phone=row.phone,
                password=self.password,
                is_staff=row.role == Seat.Role.OPERATOR,
                is_superuser=row.role == Seat.Role.OPERATOR,
            )
        )
        self._keep(row.key, user)
        if user and place:
            organization = place.organization if isinstance(place, Site) else place
            self._save(Seat(user=user, organization=organization, role=row.role))
            if isinstance(place, Site) and row.role == Seat.Role.ORDERER and not place.contact_name:
                place.contact_name, place.contact_phone = user.name, user.phone
                place.save(update_fields=["contact_name", "contact_phone"])

    def _categories(self, row: Any) -> None:
        category = Category(code=row.code, name=row.name, name_en=row.name_en, position=row.position)
        self._keep(row.code, self._save(category), "code")

    def _pools(self, row: Any) -> None:
        producer = self._find("producer", row.producer, "producers")
        pool = None
        if producer:
            pool = self._save(
                CapacityPool(
                    producer=producer,
                    name=row.name,
                    name_en=row.name_en,
                    daily_capacity=row.daily_capacity,
                )
            )
        self._keep(row.key, pool)

    def _products(self, row: Any) -> None:
        producer = self._find("producer", row.producer, "producers")
        category = self._find("category", row.category, "categories")
        try:
            allergens = mask(row.allergens)
        except ValueError:
            self._fault("allergens", _("Allergens are the printed codes 1 to 19."))
            allergens = 0
        copied = (
            "name name_en unit unit_en list_price supply_price tax_type servings weight_g volume_ml storage "
            "lead_days made_days daily_capacity"
        ).split()
        product = None
        if producer and category:
            product = self._save(
                Product(
                    producer=producer,
                    category=category,
                    code=row.key,
                    allergens=allergens,
                    pool=self._find("pool", row.pool, "pools") if row.pool else None,
                    is_vegan=row.vegan,
                    is_halal=row.halal,
                    **{name: getattr(row, name) for name in copied},
                ),
                {"code": "key", "is_vegan": "vegan", "is_halal": "halal"},
            )
        self._keep(row.key, product)

    def _plans(self, row: Any) -> None:
        plan = Plan(
            code=row.code,
            name=row.name,
            name_en=row.name_en,
            monthly_fee=row.monthly_fee,
            deliveries_per_month=row.deliveries_per_month,
        )
        self._keep(row.code, self._save(plan), "code")

    def _bundles(self, row: Any) -> None:
        plan = self._find("plan", row.plan, "plans") if row.plan else None
        copied = "code kind name name_en description description_en base_headcount price".split()
        copied.append("max_producer_percent")
        bundle = Bundle(plan=plan, **{name: getattr(row, name) for name in copied})
        self._keep(row.code, self._save(bundle), "code")

    def _slots(self, row: Any) -> None:
        bundle = self._find("bundle", row.bundle, "bundles")
        category = self._find("category", row.category, "categories")
        if bundle and category:
            self._save(
                Slot(
                    bundle=bundle,
                    position=row.position,
                    category=category,
                    servings_per_person=row.servings_per_person or 0,
                    fixed_quantity=row.fixed_quantity or 0,
                )
            )

    def _vehicles(self, row: Any) -> None:
        depot = self.known.get("depots", {}).get("")
        if depot is None:
            self._fault(None, _("A vehicle needs a hub; its sheet has no sound row."))
            return
        vehicle = Vehicle(
            plate=row.plate,
            depot=depot,
            name=row.name,
            name_en=row.name_en,
            max_weight_kg=row.max_weight_kg,
            max_volume_l=row.max_volume_l,
            is_chilled=row.chilled,
            height_cm=row.height_cm,
        )
        self._keep(row.plate, self._save(vehicle, {"is_chilled": "chilled"}), "plate")

    def _shifts(self, row: Any) -> None:
        courier = self._find("courier", row.courier, "people")
        vehicle = self._find("vehicle", row.vehicle, "vehicles")
        if courier and vehicle:
            self._save(
                Shift(courier=courier, vehicle=vehicle, date=row.date, starts=row.starts, ends=row.ends)
            )

    def _standing_orders(self, row: Any) -> None:
        site = self._find("place", row.place, "places")
        bundle = self._find("bundle", row.bundle, "bundles")
        if not site or not bundle:
            return
        memberships = Membership.objects.running().filter(organization=site.organization)
        if bundle.plan and not memberships.exists():
            begin_membership(site.organization, bundle.plan, row.starts_on, actor=None, now=self.now)
        seats: Iterable[Seat] = site.organization.seats.filter(role=Seat.Role.ORDERER).order_by("pk")[:1]
        copied = "headcount rrule starts_on holiday_policy window_opens window_closes".split()
        self._save(
            StandingOrder(
                organization=site.organization,
                site=site,
                bundle=bundle,
                exclusions=site.organization.exclusions,
                created_by=next((seat.user for seat in seats), None),
                created_at=self.now,
                **{name: getattr(row, name) for name in copied},
            )
        )
