"""How the API answers when something isn't possible: refusals are 409 with a code, the rest as usual."""

from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.utils.translation import gettext as _
from rest_framework import serializers, status
from rest_framework.response import Response
from rest_framework.settings import api_settings
from rest_framework.views import exception_handler

from membership.exceptions import CannotChange, SiteChanged, SiteInUse
from orders.exceptions import NotPossible, StaleState
from orders.reasons import told, words
from orders.states import IllegalTransition


def answer_exception(error: Exception, context: dict[str, Any]) -> Response | None:
    """Return the response for `error`, or None for one that nobody foresaw.

    What the state of things forbids is a 409 with its code and the reason in the reader's language; what a
    model refuses is a 400 by field, like what a serializer refuses.
    """
    if isinstance(error, NotPossible | CannotChange):
        return _refusal(error.reason, told(error.reason, getattr(error, "detail", "")))
    if isinstance(error, StaleState | IllegalTransition):
        return _refusal("wrong_state")
    if isinstance(error, SiteChanged):
        return _refusal("site_changed", _("The site was changed in the meantime. Please look at it again."))
    if isinstance(error, SiteInUse):
        coming = ", ".join(each.text for each in error.coming)
        return _refusal(
            "site_in_use", _("Something is still to come there: %(coming)s.") % {"coming": coming}
        )
    if isinstance(error, ValidationError):
        fields = serializers.as_serializer_error(error)
        if NON_FIELD_ERRORS in fields:  # a constraint over several fields
            fields[api_settings.NON_FIELD_ERRORS_KEY] = fields.pop(NON_FIELD_ERRORS)
        error = serializers.ValidationError(fields)
    return exception_handler(error, context)


def _refusal(reason: str, detail: str = "") -> Response:
    return Response({"code": reason, "detail": detail or words(reason)}, status.HTTP_409_CONFLICT)
