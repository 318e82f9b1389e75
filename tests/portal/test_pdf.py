"""Printing: the same bytes, our fonts only, nothing fetched, endless words broken."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest
from pypdf import PdfReader

from portal.lib import pdf

CSS = f"@page {{ size: A4; @top-center {{ content: counter(page) }} }} html {{ font: 14pt {pdf.FAMILY} }}"


def page(body: str) -> str:
    return f'<!doctype html><html lang="ru"><head><title>Проба</title></head><body>{body}</body></html>'


def make(*bodies: str) -> bytes:
    printer = pdf.Printer(CSS)
    return printer.join([printer.lay_out(page(body)) for body in bodies])


def read(content: bytes, tmp_path) -> PdfReader:
    (tmp_path / "made.pdf").write_bytes(content)
    return PdfReader(tmp_path / "made.pdf")


def test_the_same_bytes_in_this_process_and_in_another(tmp_path):
    script = (
        "import sys; from portal.lib import pdf; from tests.portal.test_pdf import make;"
        "sys.stdout.buffer.write(make('<h1>Приказ</h1>', '<p>Ӧтув</p>'))"
    )
    other = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, check=True, env=os.environ | {"TZ": "Asia/Tokyo"}
    )
    assert make("<h1>Приказ</h1>", "<p>Ӧтув</p>") == make("<h1>Приказ</h1>", "<p>Ӧтув</p>") == other.stdout


def test_only_our_fonts_are_used_and_embedded(tmp_path):
    reader = read(
        make("<p>Текст, <b>ӦІ</b> <span style='font-family: Comic Sans MS'>чужой</span></p>"), tmp_path
    )
    fonts = {
        font["/BaseFont"].split("+")[1]
        for sheet in reader.pages
        for font in (reference.get_object() for reference in sheet["/Resources"]["/Font"].values())
    }
    assert {name.split("-")[0] for name in fonts} <= {"Tinos", "Arimo", "Cousine"}
    assert "FONTCONFIG_FILE" not in os.environ


def test_pages_are_numbered_anew_in_each_part_and_tagged(tmp_path):
    reader = read(make("<p>Один</p><p style='break-before:page'>Два</p>", "<p>Три</p>"), tmp_path)
    assert [sheet.extract_text().split() for sheet in reader.pages] == [
        ["Один", "1"],
        ["Два", "2"],
        ["Три", "1"],
    ]
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]
    assert reader.metadata.title == "Проба"


@pytest.fixture
def listener():
    heard = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            heard.append(self.path)
            self.send_response(404)
            self.end_headers()

        def log_message(self, *args):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", heard
    server.shutdown()
    server.server_close()


def test_no_address_is_fetched_and_no_file_is_read(listener, tmp_path):
    address, heard = listener
    secret = tmp_path / "secret.txt"
    secret.write_text("тайна-портала")
    hostile = f"""
      <link rel="stylesheet" href="{address}/a.css"><link rel="attachment" href="file://{secret}">
      <style>@import url({address}/b.css); @font-face {{ font-family: x; src: url({address}/c.ttf) }}
        p {{ background: url({address}/d.png); font-family: x }}</style>
      <img src="{address}/e.png"><img src="file://{secret}"><object data="{address}/f.svg"></object>
      <embed src="{address}/g.svg">
      <svg><image href="{address}/h.png"/></svg><iframe src="{address}/i"></iframe><p>Текст</p>"""
    content = make(hostile)
    reader = read(content, tmp_path)
    assert heard == []
    assert "тайна" not in "".join(sheet.extract_text() for sheet in reader.pages)
    assert list(reader.attachments) == []


def test_an_endless_word_is_broken_and_quick():
    begun = time.monotonic()
    make(f"<p>{pdf.soften('а' * 6000)}</p>")
    assert time.monotonic() - begun < 5
    assert pdf.soften("а" * 100) == "\u200b".join(["а" * 40, "а" * 40, "а" * 20])
    assert pdf.soften("обычные слова как есть") == "обычные слова как есть"


def test_signs_without_a_shape_in_the_font_are_named_once():
    assert pdf.unprintable("Ⅳ. Отметить ☐, ☐ и ✓; й, №, «Ӧ», ё\u00a0–\u00ad\n") == "Ⅳ☐✓"


def test_missing_fonts_are_said_in_words(monkeypatch, tmp_path):
    monkeypatch.setattr(pdf, "SYSTEM_FONTS", tmp_path)
    with pytest.raises(pdf.PdfUnavailable, match="fonts-croscore"):
        make("<p>Текст</p>")
