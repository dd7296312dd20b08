"""Set what departments may spend."""

from collections.abc import Mapping

from django.db import transaction

from membership.models import Department

from ..models import Budget


@transaction.atomic
def set_budgets(amounts: Mapping[Department, int | None], *, year: int) -> None:
    """Set the departments' budgets of the year, in won including VAT; None: the department has none.

    An amount below what is already promised is possible: what comes next waits for an approver then.
    """
    for department in sorted(amounts, key=lambda department: department.pk):
        amount = amounts[department]
        if amount is None:
            Budget.objects.filter(department=department, year=year).delete()
        else:
            Budget.objects.update_or_create(department=department, year=year, defaults={"amount": amount})
