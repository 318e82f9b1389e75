"""The container files hold together; no engine is here to start them."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent.parent
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
TOOLS = Path(sys.executable).parent


def tool(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(TOOLS / command[0]), *command[1:]], cwd=ROOT, capture_output=True, text=True, check=False
    )


def test_compose_file_fits_its_schema():
    result = tool("check-jsonschema", "--builtin-schema", "vendor.compose-spec", "docker-compose.yml")
    assert result.returncode == 0, result.stdout + result.stderr


def test_compose_services_name_only_what_exists():
    services, volumes = COMPOSE["services"], COMPOSE["volumes"]
    assert set(services) == {"database", "redis", "prepare", "web", "worker", "beat"}
    for name, service in services.items():
        assert set(service.get("depends_on", {})) <= set(services), name
        named = {v.split(":")[0] for v in service.get("volumes", []) if not v.startswith((".", "/"))}
        assert named <= set(volumes), name
        assert "build" in service or "image" in service, name


def test_dockerfile_passes_hadolint():
    result = tool("hadolint", "--ignore", "DL3008", "Dockerfile")
    assert result.returncode == 0, result.stdout + result.stderr


def test_dockerfile_copies_only_what_is_there():
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    copied = re.findall(r"^COPY (?!--from)(\S+)", text, re.MULTILINE)
    assert copied
    assert all((ROOT / path).exists() for path in copied)


def test_locks_name_hashes_and_no_index():
    for lock in (ROOT / "requirements").glob("*.txt"):
        text = lock.read_text(encoding="utf-8")
        assert "://" not in text, lock.name
        pinned = re.findall(r"^[a-z0-9._-]+==", text, re.MULTILINE)
        assert len(pinned) > 30, lock.name
        assert text.count("--hash=sha256:") >= len(pinned), lock.name


def test_production_never_holds_both_builds_of_psycopg2():
    production = (ROOT / "requirements" / "production.txt").read_text(encoding="utf-8")
    assert "psycopg2==" in production
    assert "psycopg2-binary" not in production


COMPLETE = {
    "DATABASE_URL": "postgres://portal@database/portal",
    "CELERY_BROKER_URL": "redis://redis:6379/0",
    "EMAIL_URL": "smtp://mail.example.org:25",
    "PORTAL_URL": "https://portal.example.org",
    "PORTAL_HOSTS": "portal.example.org",
    "PORTAL_FROM": "portal@example.org",
}


def check_deploy(home: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "PORTAL_HOME": str(home), "PORTAL_PRODUCTION": "1", **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_complete_settings_pass_every_check_without_a_warning(tmp_path):
    result = check_deploy(tmp_path, **COMPLETE)
    assert result.returncode == 0, result.stderr
    assert "no issues" in result.stdout


@pytest.mark.parametrize("hosts", ["*", "other.example.org"])
def test_hosts_must_be_our_own(tmp_path, hosts):
    result = check_deploy(tmp_path, **COMPLETE | {"PORTAL_HOSTS": hosts})
    assert result.returncode == 1
    assert "PORTAL_HOSTS" in result.stderr


def test_embedded_defaults_are_refused_in_production(tmp_path):
    result = check_deploy(tmp_path)
    assert result.returncode == 1
    for name in ("DATABASE_URL", "CELERY_BROKER_URL", "EMAIL_URL", "PORTAL_URL"):
        assert name in result.stderr, name
