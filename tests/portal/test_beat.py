"""Beat names only tasks that exist."""

from django.conf import settings

from portal.celery import app


def test_every_scheduled_task_is_registered():
    app.loader.import_default_modules()
    named = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert named
    assert named <= set(app.tasks)
