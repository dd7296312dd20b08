"""Admin pages of the runs and the mail, to be read."""

from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from membership.admin import HistoryAdmin

from ..models import CycleItem, CycleRun, Notification
from .shared import ReasonInWords


@admin.register(CycleRun)
class CycleRunAdmin(HistoryAdmin):
    list_display = ["step", "started_at", "done", "skipped", "failed", "items_link"]
    list_filter = ["step"]
    date_hierarchy = "started_at"

    @admin.display(description=_("items"))
    def items_link(self, run: CycleRun) -> SafeString:
        """A run may have thousands of items: they stand on their own page."""
        url = reverse("admin:orders_cycleitem_changelist")
        return format_html('<a href="{}?run__id__exact={}">{}</a>', url, run.pk, _("Items"))


@admin.register(CycleItem)
class CycleItemAdmin(ReasonInWords, HistoryAdmin):
    list_display = [
        "at",
        "run",
        "subject",
        "organization",
        "delivery_date",
        "outcome",
        "reason_display",
        "detail",
    ]
    list_filter = ["outcome", "run__step", "reason"]
    list_select_related = ["run", "organization"]
    search_fields = ["subject", "organization__name", "organization__name_en"]
    date_hierarchy = "delivery_date"


@admin.register(Notification)
class NotificationAdmin(HistoryAdmin):
    list_display = ["created_at", "kind", "recipient", "order", "purchase_order", "sent_at"]
    list_filter = ["kind", ("sent_at", admin.EmptyFieldListFilter)]
    list_select_related = ["recipient", "order", "purchase_order"]
    search_fields = ["recipient__email", "recipient__name", "order__number", "purchase_order__number"]
    date_hierarchy = "created_at"
