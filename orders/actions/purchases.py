"""Keep what an institution says about its purchases of a year."""

from collections.abc import Mapping
from decimal import Decimal

from django.db import transaction

from membership.models import Organization

from ..models import OutsidePurchases, PurchaseTarget


@transaction.atomic
def set_outside_purchases(
    institution: Organization, year: int, *, goods: int, services: int, works: int
) -> None:
    """Keep what was bought elsewhere in the year, in won without VAT."""
    OutsidePurchases.objects.update_or_create(
        organization=institution,
        year=year,
        defaults={"goods": goods, "services": services, "works": works},
    )


@transaction.atomic
def set_targets(institution: Organization, year: int, percents: Mapping[str, Decimal | None]) -> None:
    """Keep the institution's own targets by certification; None leaves the statutory one, if there is one."""
    for kind, percent in sorted(percents.items()):
        if percent is None:
            PurchaseTarget.objects.filter(organization=institution, year=year, kind=kind).delete()
        else:
            PurchaseTarget.objects.update_or_create(
                organization=institution, year=year, kind=kind, defaults={"percent": percent}
            )
