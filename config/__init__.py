"""The top of the house: settings, URLs, Celery, the home of each role, operations."""

from config.celery import app as celery_app

__all__ = ["celery_app"]
