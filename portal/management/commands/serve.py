"""``manage.py serve``: web, worker and beat on one machine, started and stopped as one. No Redis, no PostgreSQL."""

from __future__ import annotations

import ctypes
import fcntl
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from argparse import ArgumentParser
from typing import IO, Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError, call_command

PR_SET_PDEATHSIG = 1
BACK_OFF = (1, 2, 5, 15, 30)  # seconds before a dead child is started again; the last one repeats
# On one's own machine or in a container root is nothing to warn of at every start.
AS_ROOT = "ignore:You're running the worker with superuser privileges"
CALM = 60  # a child that lived this long starts its back-off anew


def die_with_parent() -> None:
    """Linux: no orphan stays behind when the parent is killed with -9."""
    ctypes.CDLL("libc.so.6").prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


class Child:
    """One process of the house; started again when it dies, a little later each time."""

    def __init__(self, name: str, *command: str) -> None:
        self.name = name
        self.command = [sys.executable, "-m", *command]
        self.deaths = 0
        self.start()

    def start(self) -> None:
        self.started = time.monotonic()
        self.start_again_at: float | None = None
        self.process = subprocess.Popen(
            self.command,
            env=os.environ | {"PYTHONUNBUFFERED": "1", "PYTHONWARNINGS": AS_ROOT},
            start_new_session=True,  # Ctrl-C reaches the parent only, which stops the children in order
            preexec_fn=die_with_parent,  # noqa: PLW1509 -- no threads here
        )

    def tend(self) -> str:
        """Start it again when it is time; return what to tell the operator, if anything."""
        if self.process.poll() is None:
            return ""
        now = time.monotonic()
        if self.start_again_at is None:
            self.deaths = 0 if now - self.started > CALM else self.deaths
            pause = BACK_OFF[min(self.deaths, len(BACK_OFF) - 1)]
            self.deaths += 1
            self.start_again_at = now + pause
            return f"{self.name} остановился (код {self.process.returncode}), запуск через {pause} с"
        if now >= self.start_again_at:
            self.start()
        return ""

    def stop(self, grace: float) -> None:
        if self.process.poll() is None:
            self.process.terminate()
        try:
            self.process.wait(grace)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


class Command(BaseCommand):
    help = "Запустить портал целиком: сайт, фоновую работу и расписание. Остановка: Ctrl-C."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", default=os.environ.get("PORT", "8000"))
        parser.add_argument("--demo", action="store_true", help="сначала загрузить вымышленный округ")
        parser.add_argument("--grace", type=float, default=30, help="сколько секунд ждать начатую работу")

    def handle(self, *, host: str, port: str, grace: float, demo: bool, **options: Any) -> None:
        lock = only_one()
        call_command("migrate", verbosity=0)
        if demo:
            call_command("load_demo", stdout=self.stdout)
        call_command("collectstatic", verbosity=0, interactive=False)
        stopping: list[int] = []
        for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(name, lambda number, frame: stopping.append(number))
        children = [web(host, port), worker()]
        if self.wait_until_ready(children, f"http://{host}:{port}/healthz", stopping):
            self.stdout.write(f"Портал работает: http://{host}:{port}/  (остановить: Ctrl-C)")
        while not stopping:
            for child in children:
                if news := child.tend():
                    self.stderr.write(news)
            time.sleep(0.2)
        for child in children:  # the web first: nothing new comes in while the worker finishes
            child.stop(grace)
        self.stdout.write("Портал остановлен.")
        lock.close()

    def wait_until_ready(self, children: list[Child], url: str, stopping: list[int]) -> bool:
        while not stopping:
            for child in children:
                if news := child.tend():
                    self.stderr.write(news)
            try:
                with urllib.request.urlopen(url, timeout=5):  # noqa: S310 -- our own address
                    return True
            except (OSError, urllib.error.URLError):
                time.sleep(0.1)
        return False


def web(host: str, port: str) -> Child:
    return Child(
        "Сайт",
        *("gunicorn", "portal.wsgi", "--bind", f"{host}:{port}", "--worker-class", "gthread"),
        *(
            "--workers",
            "2",
            "--threads",
            "4",
            "--timeout",
            "120",
            "--no-control-socket",
            "--log-level",
            "warning",
        ),
    )


def worker() -> Child:
    return Child(
        "Фоновая работа",
        *(
            "celery",
            "--quiet",
            "-A",
            "portal",
            "worker",
            "--beat",
            "--concurrency",
            "2",
            "--loglevel",
            "WARNING",
        ),
        *("--without-gossip", "--without-mingle", "--without-heartbeat"),
    )


def only_one() -> IO[str]:
    """One `serve` per home folder: two would fight for the queue. The lock dies with the process."""
    lock = (settings.HOME / "serve.lock").open("w", encoding="ascii")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        raise CommandError(
            f"Портал уже запущен с этой папкой данных ({settings.HOME}). Остановите его или задайте другую PORTAL_HOME."
        ) from error
    return lock
