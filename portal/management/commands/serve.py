"""``manage.py serve``: web, worker and beat on one machine, started and stopped as one. No Redis, no PostgreSQL."""

from __future__ import annotations

import ctypes
import errno
import fcntl
import os
import signal
import socket
import subprocess
import sys
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.client import HTTPConnection, HTTPException
from itertools import chain
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import BaseCommand, CommandError, call_command

from portal.lib.env import BASE

PR_SET_PDEATHSIG = 1
BACK_OFF = (1, 2, 5, 15, 30)  # seconds before a dead child is started again; the last one repeats
# On one's own machine or in a container root is nothing to warn of at every start.
AS_ROOT = "ignore:You're running the worker with superuser privileges"
PORT_PATIENCE = 3  # seconds
CALM = 60  # a child that lived this long starts its back-off anew


def die_with_parent() -> None:
    """Linux: no orphan stays behind when the parent is killed with -9."""
    ctypes.CDLL("libc.so.6").prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


class Child:
    """One process of the house with its own process group; started again when it dies, a little later each time."""

    def __init__(self, name: str, *command: str, **env: str) -> None:
        self.name = name
        self.command = [sys.executable, "-m", *command]
        self.env = os.environ | {"PYTHONUNBUFFERED": "1", "PYTHONWARNINGS": AS_ROOT} | env
        self.deaths = 0
        self.start()

    def start(self) -> None:
        self.started = time.monotonic()
        self.start_again_at: float | None = None
        self.process = subprocess.Popen(
            self.command,
            cwd=BASE,
            env=self.env,
            start_new_session=True,  # Ctrl-C reaches the parent only, which stops the children itself
            preexec_fn=die_with_parent,  # noqa: PLW1509 -- no threads here
        )

    def tend(self) -> str:
        """Start it again when it is time; return what to tell the operator, if anything."""
        if self.process.poll() is None:
            return ""
        now = time.monotonic()
        if self.start_again_at is None:
            self.kill_group()  # what it had started itself would fight with its successor
            self.deaths = 0 if now - self.started > CALM else self.deaths
            pause = BACK_OFF[min(self.deaths, len(BACK_OFF) - 1)]
            self.deaths += 1
            self.start_again_at = now + pause
            return f"{self.name} остановился (код {self.process.returncode}), запуск через {pause} с"
        if now >= self.start_again_at:
            self.start()
        return ""

    def ask_to_stop(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()

    def stop_by(self, deadline: float) -> None:
        """Wait for its own end until ``deadline`` (monotonic seconds); then end it and all it started."""
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(max(0, deadline - time.monotonic()))
        self.kill_group()
        self.process.wait()

    def kill_group(self) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)


class Command(BaseCommand):
    help = "Запустить портал целиком: сайт, фоновую работу и расписание. Остановка: Ctrl-C."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", default=os.environ.get("PORT", "8000"))
        parser.add_argument("--demo", action="store_true", help="сначала загрузить вымышленный округ")
        parser.add_argument("--grace", type=float, default=30, help="сколько секунд ждать начатую работу")

    def handle(self, *, host: str, port: str, grace: float, demo: bool, **options: Any) -> None:
        number = port_number(port)
        with only_one(), suppress(KeyboardInterrupt):
            wait_for_port(host, number)
            self.prepare(demo=demo)
            self.run(host, number, grace)
        self.tell("Портал остановлен.")

    def prepare(self, *, demo: bool) -> None:
        call_command("migrate", verbosity=0)
        if demo:
            call_command("load_demo", stdout=self.stdout)
        collect_static()

    def run(self, host: str, port: int, grace: float) -> None:
        """Tend the processes until a signal comes, then stop them all, within ``grace`` seconds."""
        stopping: list[int] = []
        for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(name, lambda number, frame: stopping.append(number))
        children = [web(host, port), worker(port)]
        ready = False
        while not stopping:
            for child in children:
                if news := child.tend():
                    self.tell(news)
            if not ready and answers(host, port):
                ready = True
                self.tell(f"Портал работает: http://{host}:{port}/  (остановить: Ctrl-C)")
            time.sleep(0.2 if ready else 0.05)
        deadline = time.monotonic() + grace
        for child in children:
            child.ask_to_stop()
        for child in children:
            child.stop_by(deadline)

    def tell(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()  # at once, into a log file too


def web(host: str, port: int) -> Child:
    options = {
        "--bind": f"{host}:{port}",
        "--worker-class": "gthread",
        "--workers": "2",
        "--threads": "4",
        "--timeout": "120",
        "--graceful-timeout": "10",
        "--log-level": "warning",
    }
    flags = ("--preload", "--no-control-socket")  # loaded once for both workers
    return Child("Сайт", "gunicorn", "portal.wsgi", *chain(*options.items()), *flags, PORT=str(port))


def worker(port: int) -> Child:
    options = {"--concurrency": "2", "--loglevel": "WARNING"}
    flags = ("--beat", "--without-gossip", "--without-mingle", "--without-heartbeat")
    command = ("celery", "--quiet", "-A", "portal", "worker", *chain(*options.items()), *flags)
    return Child("Фоновая работа", *command, PORT=str(port))


def collect_static() -> None:
    """``collectstatic`` where a file changed: it compresses each one anew, which takes seconds."""
    files = sorted(storage.path(name) for finder in get_finders() for name, storage in finder.list([]))
    seen = "\n".join(f"{path} {(stat := os.stat(path)).st_mtime_ns} {stat.st_size}" for path in files)
    note = settings.HOME / "static.seen"
    made = settings.STATIC_ROOT / "staticfiles.json"
    if made.exists() and note.exists() and note.read_text(encoding="utf-8") == seen:
        return
    call_command("collectstatic", verbosity=0, interactive=False)
    note.write_text(seen, encoding="utf-8")


def port_number(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise CommandError(f"«{text}» — не номер порта. Нужно число от 1 до 65535, например PORT=8000.")
    return int(text)


def wait_for_port(host: str, port: int) -> None:
    """A portal killed a moment ago may still be letting its port go; anybody else's is a mistake to tell."""
    deadline = time.monotonic() + PORT_PATIENCE
    while True:
        try:
            with socket.create_server((host, port)):
                return
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise CommandError(f"Адрес {host}:{port} занять нельзя: {error.strerror}.") from error
            if time.monotonic() > deadline:
                raise CommandError(
                    f"Порт {port} занят другой программой. Остановите её или задайте другой: PORT=8001."
                ) from error
        time.sleep(0.1)


def answers(host: str, port: int) -> bool:
    """Whether the site answers there, be it only to say where it is to be asked."""
    asked = HTTPConnection("127.0.0.1" if host == "0.0.0.0" else host, port, timeout=5)  # noqa: S104 -- compares
    try:
        asked.request("GET", "/healthz?part=web", headers={"Host": "localhost"})
        return asked.getresponse().status < 500
    except (OSError, HTTPException):
        return False
    finally:
        asked.close()


@contextmanager
def only_one() -> Iterator[None]:
    """One `serve` per home folder: two would fight for the queue. The lock dies with the process."""
    with (settings.HOME / "serve.lock").open("w", encoding="ascii") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise CommandError(
                f"Портал уже запущен с этой папкой данных ({settings.HOME}). "
                "Остановите его или задайте другую PORTAL_HOME."
            ) from error
        yield
