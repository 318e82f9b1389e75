"""The project: settings, URLs, start pages, and the Celery application that ``celery -A portal`` finds."""

from portal.celery import app as celery_app

__all__ = ("celery_app",)
