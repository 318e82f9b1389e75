"""``script/pictures``: the pictures of the guides, from the demo portal on one fixed day, by Chromium.

The portal is filled and served by this process with its clock set to `DAY`; the browser's own clock goes on. The same
portal gives the same pictures but for what is drawn by chance (secrets of links, which no picture shows).
"""

from __future__ import annotations

import datetime
import io
import os
import shutil
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "ru" / "pictures"
DAY = datetime.datetime(2026, 11, 24, 9, 30, tzinfo=ZoneInfo("Europe/Moscow"))
MOST_BYTES = 60_000
QUALITIES = (80, 65, 50, 40, 30)
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--hide-scrollbars",
]
SCHOOLS = (
    "Наименование;Тип;Код;Директор\n"
    "МБОУ «СОШ № 1»;СОШ;sch900001;Гаранина Ольга Павловна\n"
    "МБОУ «СОШ № 7»;СОШ;sch900007;Орлова Жанна Викторовна\n"
    "МБОУ «СОШ № 12»;СОШ;sch900012а;Ушаков Илья Петрович\n"
    "МБОУ «ООШ с. Боровое»;ООШ;sch900014;Нилова Анна Игоревна\n"
)
Prepare = Callable[[Any], None]


@dataclass(frozen=True)
class Picture:
    """Where to go as whom (``follow``: links by their names), and which part to keep.

    That is the element ``part``, at most ``height`` pixels from its top.
    """

    role: str
    path: str
    follow: tuple[str, ...] = ()
    part: str = "main"
    height: int = 640
    phone: bool = False
    prepare: Prepare | None = None


def read_schools(page: Any) -> None:
    file = {"name": "Школы.csv", "mimeType": "text/csv", "buffer": SCHOOLS.encode()}
    page.locator("input[name=file]").set_input_files(files=[file])
    page.get_by_role("button", name="Прочитать и показать").click()
    page.wait_for_load_state("networkidle")


PICTURES = {
    "deputy-mine": Picture("deputy", "/roadmaps/mine/"),
    "deputy-report": Picture("deputy", "/roadmaps/mine/", ("Отметить выполнение",), part=".duty__form"),
    "deputy-schedule": Picture("deputy", "/schools/schedule/"),
    "head-start": Picture("head", "/"),
    "head-sign": Picture("head", "/", ("Прочесть и подписать",), height=760),
    "admin-start": Picture("admin", "/"),
    "admin-import": Picture("admin", "/schools/import/", prepare=read_schools),
    "admin-letterhead": Picture("admin", "/department/", height=760),
    "observer-visits": Picture("observer", "/observers/mine/", phone=True),
    "observer-sheet": Picture("observer", "/observers/mine/", ("Лист наблюдения",), phone=True),
    "expert-entry": Picture(
        "methodist", "/recheck/", ("МБОУ «СОШ № 7»", "Внести с листа"), part="main .sheet", height=420
    ),
    "methodist-start": Picture("methodist", "/", height=720),
    "methodist-editor": Picture("methodist", "/roadmaps/", ("План гимназии № 4",), height=760),
    "methodist-review": Picture("methodist", "/roadmaps/review/"),
    "methodist-matrix": Picture("methodist", "/roadmaps/", ("Карта округа", "Матрица"), height=720),
    "methodist-schedule": Picture("methodist", "/schools/schedule/", height=720),
    "methodist-signs": Picture("methodist", "/schools/results/", height=720),
    "methodist-recheck": Picture("methodist", "/recheck/", ("МБОУ «СОШ № 7»",), height=720),
}


def serve() -> str:
    """The demo portal in this process; its address."""
    from django.core.management import call_command
    from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
    from django.core.wsgi import get_wsgi_application

    from jobs.domain import pulse

    class Quiet(WSGIRequestHandler):
        def log_message(self, *_: Any) -> None:
            pass

    for command in ("migrate", "load_demo"):
        call_command(command, verbosity=0, stdout=io.StringIO())
    for part in (pulse.BEAT, pulse.WORKER):  # their processes are not needed here
        pulse.beat(part)
    call_command("collectstatic", verbosity=0, interactive=False)
    server = ThreadedWSGIServer(("127.0.0.1", 0), Quiet)
    server.daemon_threads = True
    server.set_app(get_wsgi_application())
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}"


def session_of(role: str) -> str:
    """A log-in of the demo's person, without the form."""
    from django.test import Client

    from accounts.models import User

    user, client = User.objects.get(email=f"{role}@demo.example"), Client()
    user.news_read_on = DAY.date()
    user.save()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    cookies: SimpleCookie = client.cookies
    return cookies["sessionid"].value


def take(browser: Any, site: str, picture: Picture) -> bytes:
    sizes = {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 1.5}
    if not picture.phone:
        sizes = {"viewport": {"width": 920, "height": 1000}, "device_scale_factor": 1.2}
    context = browser.new_context(locale="ru-RU", reduced_motion="reduce", color_scheme="light", **sizes)
    context.add_cookies([{"name": "sessionid", "value": session_of(picture.role), "url": site}])
    page = context.new_page()
    page.goto(site + picture.path)
    for name in picture.follow:
        link = page.locator("main").get_by_role("link", name=name, exact=True).first
        page.goto(site + (link.get_attribute("href") or ""))
    page.wait_for_load_state("networkidle")
    if picture.prepare:
        picture.prepare(page)
    page.set_viewport_size({"width": page.viewport_size["width"], "height": 2000})
    box = page.locator(picture.part).first.bounding_box()
    box["height"] = min(box["height"], picture.height)
    shot: bytes = page.screenshot(clip=box, animations="disabled")
    context.close()
    return shot


def packed(shot: bytes) -> bytes:
    """As WebP, the best that keeps within `MOST_BYTES`."""
    from PIL import Image

    picture = Image.open(io.BytesIO(shot)).convert("RGB")
    for quality in QUALITIES:
        kept = io.BytesIO()
        picture.save(kept, "WEBP", quality=quality, method=6)
        if kept.tell() <= MOST_BYTES:
            break
    return kept.getvalue()


def main(names: list[str]) -> None:
    os.environ |= {"DJANGO_SETTINGS_MODULE": "portal.settings", "DJANGO_ALLOW_ASYNC_UNSAFE": "true"}
    os.environ |= {"CELERY_TASK_ALWAYS_EAGER": "1", "EMAIL_URL": "dummymail://"}
    import django
    import time_machine
    from playwright.sync_api import sync_playwright

    django.setup()
    FOLDER.mkdir(exist_ok=True)
    with time_machine.travel(DAY, tick=False), sync_playwright() as player:
        site = serve()
        chromium = os.environ.get("PORTAL_CHROMIUM") or shutil.which("chromium")
        browser = player.chromium.launch(executable_path=chromium, args=FLAGS)
        for name in names or PICTURES:
            content = packed(take(browser, site, PICTURES[name]))
            (FOLDER / f"{name}.webp").write_bytes(content)
            print(f"{name:20} {len(content):>7}")
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1:])
