"""What a department may spend in a fiscal year."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from membership.models import Department

# Far enough on both sides, and no mistyped year.
YEARS = (2020, 2099)


class Budget(models.Model):
    """Won including VAT for the orders that are delivered in a calendar year.

    What is reserved, spent and left is summed over the orders (`orders/budgets.py`) and stands nowhere else.
    Whoever adds to that sum locks this row first.
    """

    department = models.ForeignKey(
        Department, on_delete=models.CASCADE, related_name="budgets", verbose_name=_("department")
    )
    year = models.PositiveSmallIntegerField(
        _("fiscal year"), validators=[MinValueValidator(YEARS[0]), MaxValueValidator(YEARS[1])]
    )
    amount = models.PositiveBigIntegerField(_("amount (won)"))

    class Meta:
        verbose_name = _("budget")
        verbose_name_plural = _("budgets")
        ordering = ["-year", "department"]
        constraints = [
            models.UniqueConstraint(fields=["department", "year"], name="one_budget_per_department_and_year"),
            models.CheckConstraint(condition=Q(year__range=YEARS), name="budget_year_is_near"),
        ]

    def __str__(self) -> str:
        return f"{self.department} {self.year}"
