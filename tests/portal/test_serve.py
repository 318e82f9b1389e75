"""``manage.py serve`` as people start it: real processes, an empty home folder, SQLite and the queue of files."""

from __future__ import annotations

import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from tests.processes import ROOT, until

SIGNED_ORDER = "from tests.factories.orders import make_signed; make_signed()"
SERVICES = {"DATABASE_URL", "CELERY_BROKER_URL", "PORTAL_FILES", "PORTAL_URL", "PORTAL_PRODUCTION"}


@dataclass
class House:
    """One home folder and port, and whatever of the portal lives by them."""

    home: Path
    port: int

    @property
    def env(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if name not in SERVICES}
        return kept | {"PORTAL_HOME": str(self.home), "PORT": str(self.port)}

    def manage(self, *command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "manage.py", *command],
            cwd=ROOT,
            env=self.env,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    def start(self) -> subprocess.Popen[bytes]:
        """``manage.py serve``, ready; what it says goes to the file ``said``."""
        with (self.home / "said").open("wb") as said:
            process = subprocess.Popen(
                [sys.executable, "manage.py", "serve"], cwd=ROOT, env=self.env, stdout=said, stderr=said
            )
        until(lambda: process.poll() is not None or "Портал работает" in self.said)
        assert process.poll() is None, self.said
        return process

    @property
    def said(self) -> str:
        return (self.home / "said").read_text(encoding="utf-8")

    def health(self) -> object:
        with closing(HTTPConnection("127.0.0.1", self.port, timeout=5)) as site:
            try:
                site.request("GET", "/healthz")
                return json.load(site.getresponse())["status"]
            except OSError as error:
                return error

    def ask(self, query: str) -> list[tuple[object, ...]]:
        with closing(sqlite3.connect(self.home / "portal.sqlite3")) as database:
            return database.execute(query).fetchall()

    def living(self, part: str = "") -> set[int]:
        """Every process, wherever it hangs, that was started for this home and has ``part`` in its command."""
        found = set()
        for folder in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):  # it ended meanwhile, or it is not ours to look into
                ours = f"PORTAL_HOME={self.home}\0".encode() in (folder / "environ").read_bytes()
                if ours and part.encode() in (folder / "cmdline").read_bytes():
                    found.add(int(folder.name))
        return found


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    house = House(tmp_path, port)
    yield house
    for pid in house.living():
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def leader(pids: set[int]) -> int:
    """Of one child's processes, the one that the others hang from."""
    return next(pid for pid in pids if os.getpgid(pid) == pid)


def test_one_command_starts_it_nothing_killed_is_lost_ctrl_c_ends_it(house):
    serve = house.start()
    assert f"http://127.0.0.1:{house.port}/" in house.said
    until(lambda: house.health() == "ok")  # beat and worker have told that they live

    second = house.manage("serve", "--port", "1")
    assert second.returncode == 1
    assert f"Портал уже запущен с этой папкой данных ({house.home})" in second.stderr

    for part in ("gunicorn", "celery"):
        before = house.living(part)
        os.kill(leader(before), signal.SIGKILL)
        until(lambda part=part, before=before: bool(house.living(part) - before))
        assert not house.living(part) & before, "what the killed one had started lives on"
    until(lambda: house.health() == "ok")

    serve.kill()
    serve.wait()
    until(lambda: house.living() == set())
    assert house.manage("shell", "-c", SIGNED_ORDER).returncode == 0
    assert house.ask("SELECT state FROM jobs_job") == [("queued",)]

    serve = house.start()
    until(lambda: house.ask("SELECT state FROM jobs_job") == [("done",)])
    [[pdf]] = house.ask("SELECT pdf FROM orders_order")
    assert (house.home / "files" / str(pdf)).read_bytes().startswith(b"%PDF-")

    serve.send_signal(signal.SIGINT)
    assert serve.wait(30) == 0
    assert house.living() == set()
    assert house.said.rstrip().endswith("Портал остановлен.")


def test_busy_port_is_told(house, settings, tmp_path, monkeypatch):
    settings.HOME = tmp_path
    monkeypatch.setattr("portal.management.commands.serve.PORT_PATIENCE", 0)
    with (
        socket.create_server(("127.0.0.1", house.port)),
        pytest.raises(CommandError, match=f"Порт {house.port} занят другой программой"),
    ):
        call_command("serve", port=str(house.port))


@pytest.mark.parametrize("port", ["0", "65536", "восемь"])
def test_port_that_is_none_is_told(port):
    with pytest.raises(CommandError, match=f"«{port}» — не номер порта"):
        call_command("serve", "--port", port)
