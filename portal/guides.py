"""The guides of ``docs/ru/``: read, rendered and kept once a process. Raw HTML in them stays plain text.

A guide is Markdown: ``#`` its title, ``##`` a chapter, ``###`` a task. A heading's anchor is its own words, as on
GitHub: «Подписать приказ» is ``#подписать-приказ``. Links between guides are written by file (``head.md#…``), pictures
as ``pictures/name.webp``, a name that stands on the screen in bold: ``tests/portal/test_guides.py`` resolves all three.
"""

from __future__ import annotations

import datetime
import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.templatetags.static import static
from django.urls import reverse
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from PIL import Image

from accounts.models import Role
from portal.lib.env import BASE
from portal.lib.typography import bound

FOLDER = BASE / "docs" / "ru"
COMMON, NEWS = "common", "news"
# In the order in which they are offered; the reader's own stands before them.
SLUGS = (COMMON, "methodist", "deputy", "head", "admin", "viewer", "observer", "expert")
OF_ROLE = {
    Role.ADMIN: "admin",
    Role.METHODIST: "methodist",
    Role.HEAD: "head",
    Role.DEPUTY: "deputy",
    Role.VIEWER: "viewer",
    Role.OBSERVER: "observer",
}
SHARPNESS = 1.5  # pixels of a picture for one of the page
TASK = 3  # the level of a task's heading
MONTHS = (
    *("января", "февраля", "марта", "апреля", "мая", "июня"),
    *("июля", "августа", "сентября", "октября", "ноября", "декабря"),
)


@dataclass(frozen=True)
class Heading:
    """A chapter (level 2) or a task (level 3) of a guide."""

    level: int
    title: str
    anchor: str


@dataclass(frozen=True)
class Chapter:
    """A chapter with its tasks, for the list of contents."""

    heading: Heading
    tasks: tuple[Heading, ...]


@dataclass(frozen=True)
class Guide:
    """One rendered guide. ``lede`` is its first paragraph as plain words."""

    slug: str
    title: str
    lede: str
    html: str
    chapters: tuple[Chapter, ...]

    @property
    def headings(self) -> list[Heading]:
        return [one for chapter in self.chapters for one in (chapter.heading, *chapter.tasks)]


class Renderer(RendererHTML):
    """Links lead to the portal's pages, pictures to its static files with their size; text is bound."""

    def heading_open(self, tokens: Sequence[Token], idx: int, *_: Any) -> str:
        return f'<{tokens[idx].tag} id="{anchor_of(tokens[idx + 1])}">'

    def text(self, tokens: Sequence[Token], idx: int, *_: Any) -> str:
        return bound(super().text(tokens, idx, *_))

    def link_open(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        token = tokens[idx]
        token.attrSet("href", address(str(token.attrs["href"])))
        return str(self.renderToken(tokens, idx, options, env))

    def image(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        token = tokens[idx]
        name = str(token.attrs["src"])
        with Image.open(FOLDER / name) as picture:
            size = [str(round(side / SHARPNESS)) for side in picture.size]
        token.attrs = {
            "src": static(name.replace("pictures/", "help/")),
            "alt": self.renderInlineAsText(token.children or [], options, env),
            "width": size[0],
            "height": size[1],
            "loading": "lazy",
        }
        return str(self.renderToken(tokens, idx, options, env))

    def table_open(self, tokens: Sequence[Token], idx: int, *_: Any) -> str:
        return '<div class="scroll" tabindex="0" role="group" aria-label="Таблица"><table class="tbl">'

    def table_close(self, *_: Any) -> str:
        return "</table></div>"


MARKDOWN = MarkdownIt("commonmark", {"html": False}, renderer_cls=Renderer).enable("table")


@cache
def read(slug: str) -> Guide:
    """The guide of this name. Raises `LookupError` when there is none."""
    if slug not in (*SLUGS, NEWS):
        raise LookupError(slug)
    tokens = MARKDOWN.parse((FOLDER / f"{slug}.md").read_text(encoding="utf-8"))
    title, body = words(tokens[1]), tokens[3:]
    lede = next((words(body[n + 1]) for n, one in enumerate(body) if one.type == "paragraph_open"), "")
    return Guide(slug, title, lede, MARKDOWN.renderer.render(body, MARKDOWN.options, {}), chapters(body))


def chapters(tokens: Sequence[Token]) -> tuple[Chapter, ...]:
    found: list[Chapter] = []
    for token, inline in itertools.pairwise(tokens):
        if token.type != "heading_open":
            continue
        heading = Heading(int(token.tag[1]), words(inline), anchor_of(inline))
        if heading.level < TASK:
            found.append(Chapter(heading, ()))
        else:
            found[-1] = Chapter(found[-1].heading, (*found[-1].tasks, heading))
    return tuple(found)


def words(inline: Token) -> str:
    """The plain text of a heading or paragraph."""
    parts = [child.content if child.content else " " for child in inline.children or []]
    return "".join(part for part in parts if part).replace("  ", " ").strip()


def anchor_of(inline: Token) -> str:
    return re.sub(r"[^\w -]", "", words(inline).lower()).replace(" ", "-")


def address(written: str) -> str:
    """``head.md#подписать-приказ`` → the page of that guide; whatever is no guide stays as written."""
    file, _, anchor = written.partition("#")
    slug = file.removesuffix(".md")
    if not file.endswith(".md"):
        return written
    page = reverse("portal:news") if slug == NEWS else reverse("portal:guide", args=[slug])
    return f"{page}#{anchor}" if anchor else page


def for_role(role: str) -> list[Guide]:
    """Every guide, the role's own first."""
    own = OF_ROLE[Role(role)]
    return [read(own), *(read(slug) for slug in SLUGS if slug != own)]


def find_task(title: str, role: str) -> tuple[Guide, Heading] | None:
    """Where this role reads of a task: in its own guide or the one for all. None: it is another role's task."""
    for guide in (read(OF_ROLE[Role(role)]), read(COMMON)):
        for heading in guide.headings:
            if heading.title == title:
                return guide, heading
    return None


@cache
def newest() -> datetime.date:
    """The day of the first entry of the news: its chapters are titled by days, «24 ноября 2026»."""
    day, month, year = read(NEWS).chapters[0].heading.title.split()
    return datetime.date(int(year), MONTHS.index(month) + 1, int(day))
