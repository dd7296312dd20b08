"""Logs as events with fields: lines for people on one machine, JSON for collectors in production.

Log identifiers and counts only (`order=4711`), never names, e-mail or street addresses: logs travel
further and live longer than the rows they speak of.
"""

from typing import Any

import structlog

# Local variables would carry people's data into the log.
_traceback_as_data = structlog.processors.ExceptionRenderer(
    structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
)
# Applied to our own events and to the records of libraries alike.
_SHARED: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.PositionalArgumentsFormatter(),
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]


def log_settings(*, json: bool, level: str = "INFO") -> dict[str, Any]:
    """Return the `LOGGING` setting: everything to standard error through one structlog formatter.

    Args:
        json: one JSON object per line, with exceptions as data; otherwise readable lines.
        level: the lowest level of the root logger.
    """
    rendering = (
        [_traceback_as_data, structlog.processors.JSONRenderer(ensure_ascii=False)]
        if json
        else [structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)]
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "events": {
                "()": structlog.stdlib.ProcessorFormatter,
                # Without the `extra` of libraries: Django puts the request with its query string there.
                "foreign_pre_chain": _SHARED,
                "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, *rendering],
            }
        },
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "events"}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            # Django and gunicorn put handlers of their own on these.
            **{
                name: {"handlers": [], "level": level, "propagate": True}
                for name in ("django", "django.server", "gunicorn.error", "gunicorn.access")
            },
            # Says that it has begun, in every process and every command.
            "axes.apps": {"level": "WARNING"},
            # Repeats what a geocoder answers, and with it the address.
            "geopy": {"level": "WARNING"},
        },
    }


def configure_events() -> None:
    """Send the events of `structlog.get_logger()` through the `LOGGING` setting."""
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_SHARED,
            structlog.processors.StackInfoRenderer(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
