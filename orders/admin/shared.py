"""What several admin pages of orders have in common."""

from typing import Any

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from membership.admin import HistoryAdmin

from ..reasons import words


class ReasonInWords:
    """Mix into an admin page of rows with a `reason` code."""

    @admin.display(description=_("reason"), ordering="reason")
    def reason_display(self, row: Any) -> str:
        return words(row.reason)


class EventAdmin(HistoryAdmin):
    list_filter = ["to"]
    date_hierarchy = "at"
