"""What every long-running process asks itself before it begins to work."""

import sys

import django
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import SystemCheckError


def refuse_unsound_settings() -> None:
    """Run the system checks of a deployment and leave the process if one of them is an error.

    An embedded service skips them: it starts in seconds, and none of the checks concerns it. Anything
    else, a misspelt ENVIRONMENT included, is checked.

    Raises:
        SystemExit: with every error and its hint on standard error.
    """
    if settings.ENVIRONMENT == "embedded":
        return
    django.setup()
    try:
        call_command("check", deploy=True)
    except SystemCheckError as error:
        # Celery swallows an ordinary exception of a signal's receiver; leaving is what is wanted.
        sys.exit(str(error))
