"""The application `config`: registers the system checks and the form of the logs."""

from django.apps import AppConfig


class ConfigConfig(AppConfig):
    """The top of the house as a Django application."""

    name = "config"

    def ready(self) -> None:
        from config import checks  # noqa: F401  (registers itself)
        from config.logging import configure_events

        configure_events()
