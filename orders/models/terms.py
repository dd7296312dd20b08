"""When a standing order delivers what: by a rule, and what happens on a holiday."""

from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from ..schedule import BadRule, rule_dates, validate
from .serving import SERVING, Serving

ONE_DAY = timedelta(days=1)


def validate_rrule(rrule: str) -> None:
    """Raise ValidationError unless `rrule` is an RFC 5545 rule that gives dates."""
    try:
        validate(rrule)
    except BadRule as error:
        raise ValidationError(_("This is not a usable rule: %(why)s"), params={"why": str(error)}) from error


class HolidayPolicy(models.TextChoices):
    """Where a date goes that falls on a holiday."""

    BEFORE = "before", _("the working day before")
    AFTER = "after", _("the working day after")
    SKIP = "skip", _("skip the delivery")
    ASK = "ask", _("ask us each time")


# What a question can be answered with.
ANSWERS = [(policy.value, policy.label) for policy in HolidayPolicy if policy != HolidayPolicy.ASK]


class Terms(Serving):
    """A bundle for a site by an RFC 5545 rule anchored on `starts_on`."""

    rrule = models.CharField(_("rule (RFC 5545)"), max_length=200, validators=[validate_rrule])
    starts_on = models.DateField(_("starts on"))
    holiday_policy = models.CharField(
        _("on a holiday"), max_length=6, choices=HolidayPolicy, default=HolidayPolicy.BEFORE
    )
    # What holds while nobody has answered, where the policy is to ask.
    holiday_default = models.CharField(
        _("without an answer"), max_length=6, choices=ANSWERS, default=HolidayPolicy.BEFORE
    )

    class Meta(Serving.Meta):
        abstract = True

    @property
    def yearly_price(self) -> int:
        """The price of everything that the rule brings in a year from its start, in won."""
        until = self.starts_on + timedelta(days=364)
        days = rule_dates(
            self.rrule, self.starts_on, after=self.starts_on - ONE_DAY, until=until, ends_on=self.last_on
        )
        return self.price * len(days)

    @property
    def last_on(self) -> date | None:
        """The last date that the rule may give."""
        raise NotImplementedError


# By the names of their columns, as they are changed and copied.
TERMS = (*SERVING, "rrule", "starts_on", "holiday_policy", "holiday_default")


def copy_terms(source: Terms, target: Terms) -> None:
    """Let one hold as the other does."""
    for name in TERMS:
        setattr(target, name, getattr(source, name))
