"""What every test stands on: fast hashing, mail in memory, files in a throw-away folder, background work at once."""

from __future__ import annotations

from pathlib import Path

import hypothesis
import pytest
from django.test import Client

from accounts.models import Membership

pytest_plugins = ["tests.processes"]

# A machine under load is slow at anything; how long an example takes is no promise of the product's.
hypothesis.settings.register_profile(
    "house", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow], print_blob=True
)
hypothesis.settings.load_profile("house")

SHARED = Path(__file__).resolve().parent.parent.parent / "shared"


def pytest_report_header() -> str:
    """Says whether ``tests/real`` is part of the run."""
    return f"real documents: {SHARED if SHARED.exists() else 'not here, tests/real is left out'}"


@pytest.fixture(autouse=True)
def _house(settings, tmp_path):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    settings.MEDIA_ROOT = tmp_path / "files"
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }


@pytest.fixture(autouse=True)
def _eager(settings):
    """Tasks run in the process; `transaction.on_commit` still decides when (django_capture_on_commit_callbacks)."""
    from portal.celery import app

    app.conf.task_always_eager = True


@pytest.fixture
def login(client: Client):
    """``login(membership)`` → a client that works as this member."""

    def enter(membership: Membership) -> Client:
        client.force_login(membership.user, backend="django.contrib.auth.backends.ModelBackend")
        session = client.session
        session["membership"] = membership.pk
        session.save()
        return client

    return enter
