"""What no form of ours sends is refused before it is read; what the portal writes is for its own eyes."""

from __future__ import annotations

import stat

import pytest
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage
from django.http import HttpResponse
from django.test import RequestFactory

from accounts.models import User
from portal.lib import env
from portal.middleware import refuse_endless

ANSWER = refuse_endless(lambda _: HttpResponse("ok"))


def answered(size: object, user: object) -> int:
    request = RequestFactory().post("/", CONTENT_LENGTH=str(size))
    request.user = user  # type: ignore[assignment]
    return ANSWER(request).status_code


@pytest.mark.parametrize(
    ("size", "user", "status"),
    [
        (settings.STRANGER_MAX_BYTES, AnonymousUser(), 200),
        (settings.STRANGER_MAX_BYTES + 1, AnonymousUser(), 413),
        (settings.STRANGER_MAX_BYTES + 1, User(), 200),
        (settings.REQUEST_MAX_BYTES, User(), 200),
        (settings.REQUEST_MAX_BYTES + 1, User(), 413),
        ("9" * 30, User(), 413),
        ("", AnonymousUser(), 200),
        ("-1", AnonymousUser(), 200),
    ],
)
def test_request_is_refused_by_its_declared_length(size, user, status):
    assert answered(size, user) == status


@pytest.mark.django_db
def test_refusal_says_what_to_do(client):
    response = client.post("/login/", {}, CONTENT_LENGTH=str(settings.REQUEST_MAX_BYTES + 1))
    assert response.status_code == 413
    assert "приложите файлы по одному" in response.content.decode()


def mode(path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_home_and_secret_are_the_owners_alone(tmp_path, monkeypatch):
    monkeypatch.setenv("PORTAL_HOME", str(tmp_path / "fresh"))
    home = env.home()
    key = env.secret("PORTAL_TEST_KEY", stored_in=home / "test.key")
    assert len(key) > 60
    assert env.secret("PORTAL_TEST_KEY", stored_in=home / "test.key") == key
    assert (mode(home), mode(home / "test.key")) == (0o700, 0o600)


def test_uploads_are_the_owners_alone(tmp_path):
    storage = FileSystemStorage(tmp_path / "files")
    name = storage.save("evidence/2026/one", ContentFile(b"1"))
    path = tmp_path / "files" / name
    assert (mode(path), mode(path.parent)) == (0o600, 0o700)


@pytest.mark.django_db
@pytest.mark.parametrize(("path", "status"), [("/healthz?part=web", 200), ("/login/", 301)])
def test_health_is_answered_without_tls(client, settings, path, status):
    settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
    assert client.get(path).status_code == status
