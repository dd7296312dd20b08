"""Who can log in to the demo town, all with one password that everybody may know."""

from django.utils.translation import gettext_lazy as _

DEMO_PASSWORD = "kkureomi-demo"  # noqa: S105  (printed on the log-in page)
DEMO_LOGINS = [
    (_("Institution"), "orderer@demo.kkureomi.example"),
    (_("Approver"), "approver@demo.kkureomi.example"),
    (_("Producer"), "producer@demo.kkureomi.example"),
    (_("Courier"), "courier@demo.kkureomi.example"),
    (_("Operator"), "operator@demo.kkureomi.example"),
]
