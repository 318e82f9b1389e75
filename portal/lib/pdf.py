"""HTML → PDF by WeasyPrint: the same bytes for the same pages, and no address is ever fetched.

Fonts come from a private fontconfig file that knows only ours (Tinos of Debian's fonts-croscore, with the widths of
Times New Roman), so that the machine's other fonts change nothing. Folders named by ``PORTAL_FONTS`` come first: an
operator may put «PT Astra Serif» there.
"""

from __future__ import annotations

import os
import re
import threading
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from portal.lib.env import env, home
from portal.lib.refusals import Refused

FAMILY = '"PT Astra Serif", Tinos'
FACES = ("PTAstraSerif-Regular.ttf", "PT_Astra_Serif_Regular.ttf", "Tinos-Regular.ttf")
SYSTEM_FONTS = Path("/usr/share/fonts/truetype/croscore")
ZERO_WIDTH_SPACE = "\N{ZERO WIDTH SPACE}"
# Line breaking takes minutes over 100,000 letters without a space; a break is allowed inside longer runs.
LONGEST_RUN = re.compile(r"\S{40}(?=\S)")

_environment = threading.Lock()


class PdfUnavailable(Refused):
    """The machine lacks what printing needs; the message says in Russian what to install."""


class Printer:
    """Lays out HTML and joins it to one PDF. One for each PDF: a `FontConfiguration` shared by threads errs."""

    def __init__(self, css: str) -> None:
        self._fonts = _private_fonts()
        from weasyprint import CSS

        self._sheet = CSS(string=css, font_config=self._fonts, url_fetcher=_refuse_all())

    def lay_out(self, html: str) -> Any:
        """A `weasyprint.Document`; whatever address the HTML names is refused and left out."""
        from weasyprint import HTML

        source = HTML(string=html, url_fetcher=_refuse_all(), base_url=None)
        return source.render(stylesheets=[self._sheet], font_config=self._fonts, pdf_variant="pdf/ua-1")

    def join(self, documents: Sequence[Any]) -> bytes:
        """One tagged PDF with the first document's title; page counters begin anew in each document."""
        pages = [page for document in documents for page in document.pages]
        return bytes(documents[0].copy(pages).write_pdf(pdf_variant="pdf/ua-1"))


def soften(text: str) -> str:
    """``text`` with a possible break inside every run of 40 signs without a space."""
    return LONGEST_RUN.sub(rf"\g<0>{ZERO_WIDTH_SPACE}", text)


def unprintable(text: str) -> str:
    """The signs of ``text`` that our font lacks, each once, in order: they would print as empty boxes."""
    known = _known_signs()
    composed = unicodedata.normalize("NFC", text)
    return "".join(dict.fromkeys(sign for sign in composed if ord(sign) not in known and _has_shape(sign)))


def _has_shape(sign: str) -> bool:
    return unicodedata.category(sign) not in {"Cc", "Cf", "Zl", "Zp", "Zs", "Mn"}


@lru_cache(maxsize=1)
def _known_signs() -> frozenset[int]:
    from fontTools.ttLib import TTFont  # type: ignore[import-untyped]

    with TTFont(_face()) as font:
        return frozenset(font.getBestCmap())


def _font_folders() -> list[Path]:
    return [Path(name) for name in env.list("PORTAL_FONTS", default=[])] + [SYSTEM_FONTS]


def _face() -> Path:
    """The regular face that will be printed with."""
    for name in FACES:
        for folder in _font_folders():
            if (folder / name).is_file():
                return folder / name
    raise PdfUnavailable(
        "Нет шрифта Tinos: установите пакет fonts-croscore или укажите папку в PORTAL_FONTS."
    )


def _private_fonts() -> Any:
    """A `FontConfiguration` that sees our fonts only. WeasyPrint reads FONTCONFIG_FILE while making it."""
    _face()
    try:
        from weasyprint.text.fonts import FontConfiguration
    except OSError as error:
        raise PdfUnavailable(
            "Нет библиотек для печати: установите libpango-1.0-0, libpangoft2-1.0-0, libharfbuzz-subset0."
        ) from error
    with _environment:
        before = os.environ.get("FONTCONFIG_FILE")
        os.environ["FONTCONFIG_FILE"] = str(_fontconfig_file())
        try:
            return FontConfiguration()
        finally:
            if before is None:
                del os.environ["FONTCONFIG_FILE"]
            else:
                os.environ["FONTCONFIG_FILE"] = before


def _fontconfig_file() -> Path:
    folders = "".join(f"<dir>{escape(str(folder))}</dir>" for folder in _font_folders())
    cache = escape(str(home() / "cache" / "fontconfig"))
    text = f'<?xml version="1.0"?><fontconfig>{folders}<cachedir>{cache}</cachedir></fontconfig>'
    path = home() / "fonts.conf"
    if not path.is_file() or path.read_text(encoding="utf-8") != text:
        fresh = path.with_suffix(f".{os.getpid()}")
        fresh.write_text(text, encoding="utf-8")
        fresh.replace(path)
    return path


def _refuse_all() -> Any:
    """A fetcher that opens nothing: text from users never becomes a request or a read of a file."""
    from weasyprint.urls import URLFetcher

    class Refusing(URLFetcher):
        def fetch(self, url: str, headers: Any = None) -> Any:
            raise ValueError("Печать ничего не загружает.")

    return Refusing()
