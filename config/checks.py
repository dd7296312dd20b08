"""System checks: production does not start with a secret, a server or a host name missing.

They run before every `manage.py` command, and when gunicorn, a worker or beat starts (`config/startup.py`).
What the embedded service falls back to (SQLite, a file-system broker, e-mail in files, a key of its own) is
meant for one machine, so each fallback is an error in production.
"""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.core.exceptions import ImproperlyConfigured

ENVIRONMENTS = ("embedded", "production")
SECRET_KEY_LENGTH = 50
# Back ends that deliver nothing to anybody.
MUTE_EMAIL_BACKENDS = ("console", "dummy", "filebased", "locmem")


@register("settings")
def check_settings(app_configs: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """Return one error per setting that keeps the service from starting; each hint says what to set."""
    if settings.ENVIRONMENT not in ENVIRONMENTS:
        return [
            Error(
                f"ENVIRONMENT is {settings.ENVIRONMENT!r}, which is not known.",
                hint=f"Set ENVIRONMENT to one of: {', '.join(ENVIRONMENTS)}.",
                id="config.E001",
            )
        ]
    errors = list(_geocoder_errors())
    return errors if settings.ENVIRONMENT == "embedded" else [*errors, *_production_errors()]


def _geocoder_errors() -> Iterable[CheckMessage]:
    keys = {"kakao": "KAKAO_REST_KEY", "vworld": "VWORLD_KEY", "nominatim": ""}
    for name in settings.GEOCODERS:
        if name not in keys:
            yield Error(
                f"GEOCODERS names {name!r}, which is not known.",
                hint=f"Name some of: {', '.join(keys)}.",
                id="config.E010",
            )
        elif keys[name] and not getattr(settings, keys[name]):
            yield Error(f"{name} needs its key.", hint=f"Set {keys[name]}.", id="config.E011")


def _production_errors() -> Iterable[CheckMessage]:
    if not _secret_key_is_strong():
        yield Error(
            "SECRET_KEY is missing or weak.",
            hint=f"Set SECRET_KEY to at least {SECRET_KEY_LENGTH} random characters that nobody else knows.",
            id="config.E002",
        )
    if not settings.ALLOWED_HOSTS or "*" in settings.ALLOWED_HOSTS:
        yield Error(
            "ALLOWED_HOSTS is missing or allows every host.",
            hint="Set ALLOWED_HOSTS to the host names that the site answers to, separated by commas.",
            id="config.E003",
        )
    if settings.DATABASES["default"]["ENGINE"] != "django.db.backends.postgresql":
        yield Error(
            "The database is not PostgreSQL.",
            hint="Set DATABASE_URL, e.g. postgres://user:password@host:5432/kkureomi.",
            id="config.E004",
        )
    if not settings.CELERY_BROKER_URL.startswith(("redis://", "rediss://", "amqp://", "amqps://")):
        yield Error(
            "The Celery broker is neither Redis nor RabbitMQ.",
            hint="Set CELERY_BROKER_URL, e.g. redis://host:6379/0 or amqp://user:password@host:5672//.",
            id="config.E005",
        )
    if settings.EMAIL_BACKEND.split(".")[-2] in MUTE_EMAIL_BACKENDS:
        yield Error(
            "E-mail would reach nobody.",
            hint="Set EMAIL_URL to a mail server, e.g. smtp+tls://user:password@host:587.",
            id="config.E006",
        )
    if not settings.CSRF_TRUSTED_ORIGINS:
        yield Error(
            "CSRF_TRUSTED_ORIGINS is missing.",
            hint="Set CSRF_TRUSTED_ORIGINS to the site's https:// addresses, separated by commas.",
            id="config.E007",
        )
    if settings.CLOCK_OFFSET_SECONDS != 0:
        yield Error(
            "The service's clock is shifted, which is for rehearsals only.",
            hint="Remove CLOCK_OFFSET_SECONDS.",
            id="config.E008",
        )
    if settings.DEBUG:
        yield Error(
            "DEBUG shows settings and source code to visitors.",
            hint="Remove DEBUG.",
            id="config.E009",
        )


def _secret_key_is_strong() -> bool:
    try:
        key = settings.SECRET_KEY
    except ImproperlyConfigured:  # Django's answer to an empty key
        return False
    return len(key) >= SECRET_KEY_LENGTH and len(set(key)) >= 10
