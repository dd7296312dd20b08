"""How the API answers when something isn't possible: refusals are 409 with a code, the rest as usual."""

from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from rest_framework import serializers, status
from rest_framework.response import Response
from rest_framework.settings import api_settings
from rest_framework.views import exception_handler

from orders.exceptions import NotPossible, StaleState
from orders.reasons import words
from orders.states import IllegalTransition


def answer_exception(error: Exception, context: dict[str, Any]) -> Response | None:
    """Return the response for `error`, or None for one that nobody foresaw.

    What the state of things forbids is a 409 with its code and the reason in the reader's language; what a
    model refuses is a 400 by field, like what a serializer refuses.
    """
    if isinstance(error, NotPossible):
        return _refusal(error.reason)
    if isinstance(error, StaleState | IllegalTransition):
        return _refusal("wrong_state")
    if isinstance(error, ValidationError):
        fields = serializers.as_serializer_error(error)
        if NON_FIELD_ERRORS in fields:  # a constraint over several fields
            fields[api_settings.NON_FIELD_ERRORS_KEY] = fields.pop(NON_FIELD_ERRORS)
        error = serializers.ValidationError(fields)
    return exception_handler(error, context)


def _refusal(reason: str) -> Response:
    return Response({"code": reason, "detail": words(reason)}, status.HTTP_409_CONFLICT)
